-- Quotas are read whole, each as one value of all resources, by the names of their columns: a resource that is added is
-- added here and in no query. Whoever does not know it passes over it.

-- What is desired of a namespace, and what it holds.
create function desired_quota(n namespaces) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'cpu_m', n.cpu_m, 'memory_bytes', n.memory_bytes, 'storage_bytes', n.storage_bytes,
        'pods', n.pods, 'load_balancers', n.load_balancers, 'gpus', n.gpus
    )
$$;
create function held_quota(n namespaces) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'cpu_m', n.held_cpu_m, 'memory_bytes', n.held_memory_bytes, 'storage_bytes', n.held_storage_bytes,
        'pods', n.held_pods, 'load_balancers', n.held_load_balancers, 'gpus', n.held_gpus
    )
$$;

-- What a team holds: the one sum that its limits are measured by, and that pages show. Of each namespace the larger of
-- what is desired and what the cluster may still have; those on clusters that were removed are forgotten.
create or replace view team_holdings as
select n.team_id,
       count(*) as n_namespaces,
       sum(n.held_cpu_m)::bigint as cpu_m,
       sum(n.held_memory_bytes)::bigint as memory_bytes,
       sum(n.held_storage_bytes)::bigint as storage_bytes,
       sum(n.held_pods)::bigint as pods,
       sum(n.held_load_balancers)::bigint as load_balancers,
       sum(n.held_gpus)::bigint as gpus,
       jsonb_build_object(
           'cpu_m', sum(n.held_cpu_m)::bigint,
           'memory_bytes', sum(n.held_memory_bytes)::bigint,
           'storage_bytes', sum(n.held_storage_bytes)::bigint,
           'pods', sum(n.held_pods)::bigint,
           'load_balancers', sum(n.held_load_balancers)::bigint,
           'gpus', sum(n.held_gpus)::bigint
       ) as quota
from namespaces n join clusters c on c.id = n.cluster_id and c.removed_at is null
group by n.team_id;

-- What namespaces hold of their cluster's capacity, together.
create view cluster_holdings as
select h.cluster_id,
       count(*) as n_namespaces,
       jsonb_build_object(
           'cpu_m', sum(h.cpu_m)::bigint,
           'memory_bytes', sum(h.memory_bytes)::bigint,
           'storage_bytes', sum(h.storage_bytes)::bigint,
           'pods', sum(h.pods)::bigint,
           'load_balancers', sum(h.load_balancers)::bigint,
           'gpus', sum(h.gpus)::bigint
       ) as quota
from held h group by h.cluster_id;
