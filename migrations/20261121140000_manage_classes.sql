-- What a version is published with, and how far grants of it may pass what the cluster gives them.
alter table classes
    add column note text,
    add column overcommit_percent int not null
        generated always as (coalesce((spec ->> 'overcommit_percent')::int, 100)) stored
        constraint class_overcommit check (overcommit_percent between 100 and 1000);

-- A published version never changes.
create function refuse_class_change() returns trigger language plpgsql as $$
begin
    raise exception 'published versions of a class are never changed or removed';
end $$;
create trigger classes_immutable before update or delete or truncate on classes
    for each statement execute function refuse_class_change();

-- What the next version of a class will say; perhaps its first.
create table class_drafts (
    name text primary key,
    -- Counts from 1, up with every save: who saves says which one they read.
    version int not null constraint class_draft_version check (version > 0),
    spec jsonb not null,
    -- None: the operator.
    editor_id uuid references people (id),
    edited_at timestamptz not null
);

-- Classes that nothing new may be asked of; namespaces that have one keep it.
create table class_retirements (
    name text primary key,
    reason text not null,
    retired_at timestamptz not null
);

alter table namespaces
    -- When it is meant to end, where its class gives it a lifetime.
    add column expires_at timestamptz;
create index namespaces_class on namespaces (class_id);

-- The same as before, but CPU and memory count for less where the class overcommits; rounded up, so that nothing counts
-- for nothing.
create or replace view held as
select n.cluster_id,
       (greatest(n.cpu_m, (n.applied ->> 'cpu_m')::bigint) * 100 + k.overcommit_percent - 1) / k.overcommit_percent as cpu_m,
       (greatest(n.memory_bytes, (n.applied ->> 'memory_bytes')::bigint) * 100 + k.overcommit_percent - 1)
           / k.overcommit_percent as memory_bytes,
       greatest(n.storage_bytes, (n.applied ->> 'storage_bytes')::bigint) as storage_bytes,
       greatest(n.pods, (n.applied ->> 'pods')::bigint) as pods,
       greatest(n.load_balancers, (n.applied ->> 'load_balancers')::bigint) as load_balancers,
       greatest(n.gpus, (n.applied ->> 'gpus')::bigint) as gpus
from namespaces n join classes k on k.id = n.class_id;
