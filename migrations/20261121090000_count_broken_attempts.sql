-- Waiting for something outside is no fault of the job: only attempts that broke count towards giving up.
alter table jobs add column n_broken int not null default 0;
