-- Lists begin where the page before ended, and read no further than the page goes.
create index namespaces_name on namespaces (name);
