-- The version of its class that a namespace was written with last: another one is wished from the move until the cluster
-- has it. Null where that is not known.
alter table namespaces
    add column applied_class_id uuid,
    add constraint namespace_applied_class foreign key (applied_class_id) references classes (id);

-- Lists do not show it.
create or replace trigger namespaces_ring_for_lists_when_changed after update on namespaces
    for each row when (
        (to_jsonb(old) - '{looked_at,next_look_at,synced_at,applied_digest,applied_class_id,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at}'::text[])
        is distinct from
        (to_jsonb(new) - '{looked_at,next_look_at,synced_at,applied_digest,applied_class_id,trouble_detail,revision,revision_digest,ahead_revision,ahead_quota,remake_ordered_at}'::text[])
    ) execute function ring('namespaces');
