-- What a namespace holds of each resource: the larger of what is wished and what the cluster may have. Kept beside the
-- row, since the sum over a cluster is asked at each look at a request and reading it from JSON took most of the time.
alter table namespaces
    add column held_cpu_m bigint not null
        generated always as (greatest(cpu_m, (applied ->> 'cpu_m')::bigint)) stored,
    add column held_memory_bytes bigint not null
        generated always as (greatest(memory_bytes, (applied ->> 'memory_bytes')::bigint)) stored,
    add column held_storage_bytes bigint not null
        generated always as (greatest(storage_bytes, (applied ->> 'storage_bytes')::bigint)) stored,
    add column held_pods bigint not null
        generated always as (greatest(pods, (applied ->> 'pods')::bigint)) stored,
    add column held_load_balancers bigint not null
        generated always as (greatest(load_balancers, (applied ->> 'load_balancers')::bigint)) stored,
    add column held_gpus bigint not null
        generated always as (greatest(gpus, (applied ->> 'gpus')::bigint)) stored;

create or replace view held as
select n.cluster_id,
       (n.held_cpu_m * 100 + k.overcommit_percent - 1) / k.overcommit_percent as cpu_m,
       (n.held_memory_bytes * 100 + k.overcommit_percent - 1) / k.overcommit_percent as memory_bytes,
       n.held_storage_bytes as storage_bytes,
       n.held_pods as pods,
       n.held_load_balancers as load_balancers,
       n.held_gpus as gpus
from namespaces n join classes k on k.id = n.class_id;

-- The roles of one person, from their groups: what the view `roles` says of them. The view is for the other question,
-- who has a role; asked for one person it would go through all bindings.
create function roles_of(person uuid, groups text[])
returns table (team_id uuid, role text, group_name text, until timestamptz) language sql stable as $$
    select b.team_id, b.role, b.group_name, null::timestamptz
    from unnest(groups) g (name)
    -- Looked up for each group: a plan does not know that a person has few.
    cross join lateral (select * from bindings where bindings.group_name = g.name offset 0) b
    union all
    select m.team_id, m.role, null, m.until from memberships m where m.person_id = person and m.until > now()
$$;
