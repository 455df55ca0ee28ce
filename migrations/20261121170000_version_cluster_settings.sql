-- Settings of a cluster are changed with the version that was read, like teams.
alter table clusters
    add column settings_version int not null default 1,
    add column changed_by text,
    add column changed_at timestamptz;
