-- How a namespace stands on its cluster, as last looked at.
alter table namespaces
    add column looked_at timestamptz,
    -- SHA-256 of the objects as they were last applied: whether something else is wished since.
    add column applied_digest bytea,
    add column trouble text,
    add column trouble_detail text,
    add column trouble_since timestamptz,
    -- Somebody asked for a namespace that vanished to be made again, empty.
    add column remake_ordered_at timestamptz,
    add constraint namespace_trouble check (trouble in ('missing', 'leaving', 'foreign', 'refused')),
    add constraint namespace_trouble_whole check (
        (trouble is null) = (trouble_detail is null) and (trouble is null) = (trouble_since is null)
    );
-- The sweep begins with what was looked at longest ago.
create index namespaces_looked_at on namespaces (looked_at nulls first) where state = 'ready';

-- What was found on a cluster to differ from what was granted.
create table namespace_drift (
    id bigint generated always as identity primary key,
    namespace_id uuid not null references namespaces (id) on delete cascade,
    kind text not null,
    name text not null,
    -- Path of the field; empty for the object as a whole.
    field text not null,
    wished text,
    found text,
    manager text,
    changed_at timestamptz,
    seen_at timestamptz not null,
    -- Null: it could not be put back yet.
    put_back_at timestamptz,
    constraint namespace_drift_differs check (wished is distinct from found)
);
create index namespace_drift_newest on namespace_drift (namespace_id, id desc);
-- What is not put back yet is one row, however often it is seen.
create unique index namespace_drift_open on namespace_drift (namespace_id, kind, name, field) where put_back_at is null;
