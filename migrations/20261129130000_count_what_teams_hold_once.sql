-- What a namespace holds of its cluster's room, with whose it is.
create or replace view held as
select n.cluster_id,
       (n.held_cpu_m * 100 + k.overcommit_percent - 1) / k.overcommit_percent as cpu_m,
       (n.held_memory_bytes * 100 + k.overcommit_percent - 1) / k.overcommit_percent as memory_bytes,
       n.held_storage_bytes as storage_bytes,
       n.held_pods as pods,
       n.held_load_balancers as load_balancers,
       n.held_gpus as gpus,
       n.id as namespace_id,
       n.team_id
from namespaces n join classes k on k.id = n.class_id;

-- What a team holds: the one sum that its limits are measured by, and that pages show. Of each namespace the larger of
-- what is wished and what the cluster may still have; those on clusters that were removed are forgotten.
create view team_holdings as
select n.team_id,
       count(*) as n_namespaces,
       sum(n.held_cpu_m)::bigint as cpu_m,
       sum(n.held_memory_bytes)::bigint as memory_bytes,
       sum(n.held_storage_bytes)::bigint as storage_bytes,
       sum(n.held_pods)::bigint as pods,
       sum(n.held_load_balancers)::bigint as load_balancers,
       sum(n.held_gpus)::bigint as gpus
from namespaces n join clusters c on c.id = n.cluster_id and c.removed_at is null
group by n.team_id;
