-- How long stages usually take is read from the newest decided requests of a class.
create index requests_class on requests (class_id, number desc);
