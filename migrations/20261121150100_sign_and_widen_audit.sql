-- On whose behalf Berth acted. Which fields the hash covers is the format: rows of former versions stay in the first.
alter table audit_events
    add column on_behalf_id uuid,
    add column on_behalf_label text,
    add column format smallint not null default 1,
    add constraint audit_event_covered check (format > 1 or (on_behalf_id is null and on_behalf_label is null));
create index audit_events_at on audit_events (at);

-- The end of the chain, signed now and then with a key that is not in this database.
create table audit_checkpoints (
    seq bigint primary key,
    hash bytea not null,
    at timestamptz not null,
    public_key bytea not null,
    signature bytea not null
);
create trigger audit_checkpoints_append_only before update or delete or truncate on audit_checkpoints
    for each statement execute function refuse_change();
