-- Requests that are not for a quota: their content is JSON of their kind, in the same columns.

alter table requests
    drop constraint request_kind,
    add constraint request_kind check (kind in ('new_namespace', 'quota', 'extend', 'delete')),
    -- Whatever is not about a new namespace is about one that is there, as long as it is open.
    drop constraint request_quota_of_namespace,
    add constraint request_of_namespace check (
        kind = 'new_namespace' or namespace_id is not null
        or state in ('completed', 'undone', 'rejected', 'withdrawn', 'expired', 'superseded')
    ),
    add constraint request_asks_new_namespace check (
        kind <> 'new_namespace' or (asked ?& array['cpu_m', 'memory_bytes', 'storage_bytes', 'pods'])
    ),
    add constraint request_asks_quota check (
        kind <> 'quota'
        or (asked ?& array['cpu_m', 'memory_bytes', 'storage_bytes', 'pods'] and base ? 'cpu_m')
    ),
    add constraint request_asks_extend check (kind <> 'extend' or (asked ? 'until' and base ? 'until')),
    add constraint request_asks_delete check (kind <> 'delete' or asked ? 'grace_days'),
    -- Only what takes capacity can wait for it.
    add constraint request_waits_for_capacity check (state <> 'waiting' or kind in ('new_namespace', 'quota'));

-- One open request of each kind about a namespace, as for its quota.
create unique index request_kind_open on requests (namespace_id, kind)
    where kind in ('extend', 'delete')
      and state in ('in_review', 'changes_requested', 'approved', 'waiting', 'applying', 'failed', 'undoing');
