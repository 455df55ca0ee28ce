-- Counts the wishes that a namespace was ever written with; the cluster carries the number it was written with last. A
-- cluster whose number is higher has seen wishes that this database has forgotten: it was restored from a backup.
alter table namespaces
    add column revision bigint not null default 0,
    -- SHA-256 of the wish that this revision stands for, without the revision itself.
    add column revision_digest bytea,
    -- While the cluster is ahead: its number, and the quota it has there, where that can be read.
    add column ahead_revision bigint,
    add column ahead_quota jsonb,
    drop constraint namespace_trouble,
    add constraint namespace_trouble check (trouble in ('missing', 'leaving', 'foreign', 'refused', 'ahead')),
    add constraint namespace_ahead check (
        (trouble is not distinct from 'ahead') = (ahead_revision is not null)
        and (ahead_quota is null or ahead_revision is not null)
    );

-- Being looked at is no news for a list, whenever the next look is and whatever is kept for it.
create or replace trigger namespaces_ring_for_lists_when_changed after update on namespaces
    for each row when (
        (to_jsonb(old) - '{looked_at,next_look_at,synced_at,applied_digest,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at}'::text[])
        is distinct from
        (to_jsonb(new) - '{looked_at,next_look_at,synced_at,applied_digest,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at}'::text[])
    )
    execute function ring('namespaces');
