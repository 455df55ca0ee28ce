-- The end of a namespace's life: reminded before it expires, suspended when it does, deleted after a grace period.

alter table namespaces
    -- Since when it expires when it does; null: since it was made.
    add column expiry_set_at timestamptz,
    -- The last reminder of this expiry: so many days before. Null: none yet.
    add column reminded_days int,
    -- Why it is still being deleted on its cluster, as its conditions there say: a list of diagnoses. Null: it is not.
    add column terminating jsonb,
    add constraint namespace_reminded check (reminded_days > 0);
create index namespaces_expiry on namespaces (expires_at) where expires_at is not null;

-- Until now nothing came of an expiry. Whatever expires soon, or has, is left enough time for reminders.
update namespaces set expires_at = now() + interval '14 days', expiry_set_at = now()
where expires_at < now() + interval '14 days';

-- A namespace that is suspended, and deleted at `delete_at` unless somebody restores it.
create table endings (
    namespace_id uuid primary key references namespaces (id) on delete cascade,
    cause text not null,
    suspended_at timestamptz not null,
    delete_at timestamptz not null,
    -- When everything in it was last found scaled to zero; null: that has not been done yet.
    scaled_at timestamptz,
    -- Why it cannot be suspended, in the cluster's words; null: nothing stands in the way.
    hindrance text,
    constraint ending_cause check (cause in ('expired', 'deletion_requested')),
    constraint ending_order check (delete_at >= suspended_at)
);
create index endings_due on endings (delete_at);
create trigger endings_ring after insert or update or delete on endings
    for each row execute function ring('namespace', 'namespace_id');
create trigger endings_ring_for_lists after insert or delete or update of cause, delete_at on endings
    for each row execute function ring('namespaces');

-- What a suspension changed of a workload, written down before it is changed. A row goes when the workload is back as it was.
create table suspended_workloads (
    namespace_id uuid not null references namespaces (id) on delete cascade,
    kind text not null,
    name text not null,
    -- Of the object: one of the same name that was made later is another one.
    uid text not null,
    -- The merge patch that brings it back.
    undo jsonb not null,
    -- Null for what has none.
    replicas int,
    constraint suspended_workload_once primary key (namespace_id, kind, name)
);

-- The objects of a namespace as they were when it was suspended, sealed: Secrets are among them.
create table exports (
    namespace_id uuid primary key references namespaces (id) on delete cascade,
    objects bytea not null,
    n_objects int not null,
    -- What is not in it, for people; null: nothing is missing that Berth may read.
    incomplete text,
    taken_at timestamptz not null,
    -- The namespace is gone from its cluster and is to be made again with these.
    is_wanted boolean not null default false
);

-- A namespace's page says how many there are.
create trigger suspended_workloads_ring after insert or update or delete on suspended_workloads
    for each row execute function ring('namespace', 'namespace_id');
create trigger exports_ring after insert or update or delete on exports
    for each row execute function ring('namespace', 'namespace_id');

-- Names of namespaces that were deleted: until then nobody but their former team gets them.
create table reserved_names (
    cluster_id uuid not null references clusters (id),
    name text not null,
    team_id uuid not null references teams (id),
    until timestamptz not null,
    constraint reserved_name_once primary key (cluster_id, name)
);

-- What of this is no news for lists.
create or replace trigger namespaces_ring_for_lists_when_changed after update on namespaces
    for each row when (
        (to_jsonb(old) - '{looked_at,next_look_at,synced_at,applied_digest,applied_class_id,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at,expiry_set_at,reminded_days,terminating}'::text[])
        is distinct from
        (to_jsonb(new) - '{looked_at,next_look_at,synced_at,applied_digest,applied_class_id,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at,expiry_set_at,reminded_days,terminating}'::text[])
    ) execute function ring('namespaces');
