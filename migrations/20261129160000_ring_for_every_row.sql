-- Whoever has a page open hears of a change of what it shows, whoever made it: rows that people see ring when the
-- transaction commits, so that nothing can change one and forget to say so. What is heard only wakes
-- (server/src/store/bell.rs); the same said twice in one transaction is said once.

-- Rings with a word, and what stands in the column of the row, where one is named.
create function ring() returns trigger language plpgsql as $$
declare
    changed jsonb := to_jsonb(coalesce(new, old));
begin
    perform pg_notify('berth', concat_ws(' ', tg_argv[0], changed ->> tg_argv[1]));
    return null;
end $$;

-- Rings for the request that a row belongs to.
create function ring_for_request() returns trigger language plpgsql as $$
begin
    perform pg_notify('berth', 'request ' || number) from requests where id = new.request_id;
    return null;
end $$;

-- Rings for the requests that are being applied in the namespaces whose steps were written.
create function ring_for_steps() returns trigger language plpgsql as $$
begin
    perform pg_notify('berth', 'request ' || number) from requests
    where namespace_id in (select namespace_id from written) and state in ('approved', 'applying', 'undoing');
    return null;
end $$;

create trigger requests_ring after insert or update on requests
    for each row execute function ring('request', 'number');
create trigger request_comments_ring after insert or update on request_comments
    for each row execute function ring_for_request();
create trigger revisions_ring after insert or update on revisions
    for each row execute function ring_for_request();
create trigger decisions_ring after insert or update on decisions
    for each row execute function ring_for_request();
create trigger steps_ring_when_made after insert on steps
    referencing new table as written for each statement execute function ring_for_steps();
create trigger steps_ring_when_changed after update on steps
    referencing new table as written for each statement execute function ring_for_steps();

create trigger namespaces_ring after insert or update or delete on namespaces
    for each row execute function ring('namespace', 'id');
-- Being looked at is no news for a list.
create trigger namespaces_ring_for_lists after insert or delete on namespaces
    for each row execute function ring('namespaces');
create trigger namespaces_ring_for_lists_when_changed after update on namespaces
    for each row when (
        (to_jsonb(old) - '{looked_at,synced_at,applied_digest,trouble_detail}'::text[])
        is distinct from (to_jsonb(new) - '{looked_at,synced_at,applied_digest,trouble_detail}'::text[])
    )
    execute function ring('namespaces');
create trigger namespace_drift_ring after insert or update on namespace_drift
    for each row execute function ring('namespace', 'namespace_id');
-- A look that is ordered shows on the namespace's page until it is done.
create trigger jobs_ring_when_made after insert on jobs
    for each row when (new.kind = 'sync_namespace') execute function ring('namespace', 'key');
create trigger jobs_ring_when_done after delete on jobs
    for each row when (old.kind = 'sync_namespace') execute function ring('namespace', 'key');
create trigger jobs_ring_when_given_up after update on jobs
    for each row when (new.kind = 'sync_namespace' and old.gave_up_at is distinct from new.gave_up_at)
    execute function ring('namespace', 'key');

create trigger clusters_ring after insert or delete on clusters
    for each row execute function ring('clusters');
create trigger clusters_ring_when_changed after update on clusters
    for each row when ((to_jsonb(old) - 'observed_at') is distinct from (to_jsonb(new) - 'observed_at'))
    execute function ring('clusters');

create trigger classes_ring after insert on classes
    for each row execute function ring('classes');
create trigger class_drafts_ring after insert or update or delete on class_drafts
    for each row execute function ring('classes');
create trigger class_retirements_ring after insert or update or delete on class_retirements
    for each row execute function ring('classes');

create trigger teams_ring after insert or update or delete on teams
    for each row execute function ring('teams');
create trigger bindings_ring after insert or update or delete on bindings
    for each row execute function ring('teams');
create trigger memberships_ring after insert or update or delete on memberships
    for each row execute function ring('teams');

create trigger people_ring after update on people
    for each row when ((old.name, old.email, old.groups) is distinct from (new.name, new.email, new.groups))
    execute function ring('access', 'id');
create trigger sessions_ring after delete on sessions
    for each row execute function ring('access', 'person_id');
create trigger access_tokens_ring after insert or delete on access_tokens
    for each row execute function ring('access', 'person_id');
create trigger access_tokens_ring_when_revoked after update on access_tokens
    for each row when (old.revoked_at is distinct from new.revoked_at) execute function ring('access', 'person_id');
