-- Requests for quota, and the whole life of a request.

alter table requests
    -- What it is about: from the submit on where it is there already, from the approval on where it is new.
    add column namespace_id uuid references namespaces (id) on delete set null,
    -- How often it was saved.
    add column version int not null default 1,
    -- Since when it is in this state, at this revision.
    add column state_since timestamptz,
    -- While changes are requested: what somebody would approve, why, and who.
    add column suggestion jsonb,
    add column changes_comment text,
    add column changes_by uuid references people (id),
    -- Checked at the end: the old one is closed before the new one is there.
    add column superseded_by bigint constraint request_superseded_by references requests (number) deferrable initially deferred;

update requests set state_since = updated_at;
update requests r set namespace_id = n.id from namespaces n where n.request_id = r.id;
alter table requests alter column state_since set default now(), alter column state_since set not null;

alter table requests
    drop constraint request_state,
    add constraint request_state check (state in (
        'in_review', 'changes_requested', 'approved', 'waiting', 'applying', 'completed', 'failed', 'undoing', 'undone',
        'rejected', 'withdrawn', 'expired', 'superseded'
    )),
    drop constraint request_granted_when_decided,
    add constraint request_granted_when_decided check (
        (granted is not null)
        = (state in ('approved', 'waiting', 'applying', 'completed', 'failed', 'undoing', 'undone'))
    ),
    add constraint request_kind check (kind in ('new_namespace', 'quota')),
    add constraint request_changes_while_requested check (
        (state = 'changes_requested') = (changes_by is not null and changes_comment is not null)
        and (suggestion is null or state = 'changes_requested')
    ),
    -- Nobody sends back their own request, either.
    add constraint request_changes_four_eyes check (changes_by <> requester_id and changes_by <> revised_by),
    add constraint request_superseded check ((superseded_by is not null) = (state = 'superseded')),
    -- An open request for quota is about a namespace that is there.
    add constraint request_quota_of_namespace check (
        kind <> 'quota' or namespace_id is not null
        or state in ('completed', 'undone', 'rejected', 'withdrawn', 'expired', 'superseded')
    );

-- One open request for a new name on a cluster, and one for the quota of a namespace.
drop index request_name_open;
create unique index request_name_open on requests (cluster_id, name)
    where kind = 'new_namespace' and state in ('in_review', 'changes_requested', 'waiting');
create unique index request_quota_open on requests (namespace_id)
    where kind = 'quota'
      and state in ('in_review', 'changes_requested', 'approved', 'waiting', 'applying', 'failed', 'undoing');
create index requests_namespace on requests (namespace_id, number desc);
create index requests_superseded_by on requests (superseded_by) where superseded_by is not null;
create index requests_waiting on requests (cluster_id, state_since, number) where state = 'waiting';
create index requests_pending on requests (state_since) where state in ('in_review', 'changes_requested', 'waiting');
create index requests_to_apply on requests (namespace_id) where state in ('approved', 'applying', 'undoing');

-- An approval stays bound to the revision it was made on. It counts until a later revision drops it.
alter table decisions add column dropped_in int;
create unique index decision_once_per_request on decisions (request_id, person_id) where dropped_in is null;

-- Whoever writes a revision has decided nothing that counts: four eyes, also afterwards.
create function drop_approvals_of_author() returns trigger language plpgsql as $$
begin
    update decisions set dropped_in = new.revision
    where request_id = new.request_id and person_id = new.author_id and dropped_in is null;
    return new;
end $$;
create trigger revision_four_eyes after insert on revisions
    for each row execute function drop_approvals_of_author();

create table request_comments (
    id bigint generated always as identity primary key,
    request_id uuid not null references requests (id),
    author_id uuid not null references people (id),
    text text not null,
    made_at timestamptz not null
);
create index request_comments_request on request_comments (request_id, id);

alter table namespaces
    -- The most that the cluster may have of it: raised before the cluster is told, lowered when it has done it.
    -- Null until the first sync. The larger of this and what is wished holds room.
    add column applied jsonb,
    drop constraint namespace_state,
    add constraint namespace_state check (state in ('provisioning', 'ready', 'failed', 'removing'));
update namespaces set applied = jsonb_build_object(
    'cpu_m', cpu_m, 'memory_bytes', memory_bytes, 'storage_bytes', storage_bytes,
    'pods', pods, 'load_balancers', load_balancers, 'gpus', gpus
);

-- How each namespace's quota came to be what it is, with what was known when it was decided.
create table quota_changes (
    id bigint generated always as identity primary key,
    namespace_id uuid not null references namespaces (id) on delete cascade,
    request_id uuid not null references requests (id),
    before jsonb not null,
    after jsonb not null,
    reason text not null,
    -- As the cluster counted it; null when that was not known.
    used jsonb,
    -- Free on the cluster; null for what it does not bound.
    free jsonb not null,
    is_increase boolean not null,
    -- Who decided last; null when the rules did.
    decided_by uuid references people (id),
    decided_at timestamptz not null
);
create index quota_changes_namespace on quota_changes (namespace_id, id desc);

-- What each namespace takes of its cluster's room: the larger of what is wished and what may be there.
create view held as
select cluster_id,
       greatest(cpu_m, (applied ->> 'cpu_m')::bigint) as cpu_m,
       greatest(memory_bytes, (applied ->> 'memory_bytes')::bigint) as memory_bytes,
       greatest(storage_bytes, (applied ->> 'storage_bytes')::bigint) as storage_bytes,
       greatest(pods, (applied ->> 'pods')::bigint) as pods,
       greatest(load_balancers, (applied ->> 'load_balancers')::bigint) as load_balancers,
       greatest(gpus, (applied ->> 'gpus')::bigint) as gpus
from namespaces;
