alter table clusters
    -- Nothing is provisioned there, and nothing may be asked for, as long as there is a reason.
    add column paused_reason text,
    -- What the last check found, as JSON.
    add column check_report jsonb,
    add column checked_at timestamptz,
    -- Berth has let go of it. The row stays for what was asked and decided there.
    add column removed_at timestamptz,
    add constraint cluster_checked check ((check_report is null) = (checked_at is null)),
    add constraint cluster_removed_without_credentials check (
        removed_at is null or (length(observer) = 0 and length(provisioner) = 0)
    );
