-- What is kept of a namespace names the suspension it is of, so that the next one keeps everything anew, and the namespace on the
-- cluster: another one of its name does not have these objects.

alter table endings
    -- How long it can be restored once everything in it is stopped. Null: as long as `delete_at` was set after `suspended_at`.
    add column grace interval;

alter table exports
    -- When that suspension began. Null: before this was kept.
    add column suspended_at timestamptz,
    -- UID of the namespace on the cluster. Null: before this was kept.
    add column namespace_uid text,
    -- What the cluster refused when the namespace was restored, each with why; null: nothing was made again yet.
    add column not_made jsonb,
    -- UID of the namespace in which the rest was made again then.
    add column filled_uid text,
    add constraint export_filled check ((not_made is null) = (filled_uid is null));

alter table suspended_workloads
    -- When the suspension began for which this was written down. Null: before this was kept.
    add column suspended_at timestamptz;
