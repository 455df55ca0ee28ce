-- What must never be false is a named constraint; the program turns the name into an answer for people.

create table teams (
    id uuid primary key,
    slug text not null constraint team_slug_taken unique,
    title text not null,
    created_at timestamptz not null
);

-- A person is issuer + subject. E-mail and name are what the provider last said.
create table people (
    id uuid primary key,
    issuer text not null,
    subject text not null,
    email text not null,
    name text not null,
    groups text[] not null,
    -- When the provider last said the groups.
    groups_at timestamptz not null,
    created_at timestamptz not null,
    constraint person_issuer_subject unique (issuer, subject)
);
create index people_groups on people using gin (groups);

-- A group of the provider gives a role, in one team or for all of Berth.
create table bindings (
    group_name text not null,
    team_id uuid references teams (id),
    role text not null,
    constraint binding_role check (
        (team_id is not null and role in ('viewer', 'developer', 'owner'))
        or (team_id is null and role in ('platform', 'approver', 'auditor'))
    ),
    constraint binding_single unique nulls not distinct (group_name, team_id, role)
);
create index bindings_team on bindings (team_id);

create table sessions (
    -- SHA-256 of the cookie's value.
    id_hash bytea primary key,
    person_id uuid not null references people (id),
    user_agent text not null,
    -- Handed back to the provider when the session ends there too; encrypted.
    id_token bytea,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- The absolute end; the idle end follows from last_seen_at.
    expires_at timestamptz not null
);
create index sessions_person on sessions (person_id);
create index sessions_expires_at on sessions (expires_at);

create table access_tokens (
    id uuid primary key,
    person_id uuid not null references people (id),
    name text not null,
    -- SHA-256 of the token.
    hash bytea not null constraint access_token_hash unique,
    prefix text not null,
    scope text not null constraint access_token_scope check (scope in ('read', 'write')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index access_tokens_person on access_tokens (person_id);

create table clusters (
    id uuid primary key,
    name text not null constraint cluster_name_taken unique,
    api_url text not null,
    groups_prefix text not null,
    overcommit_percent int not null constraint cluster_overcommit check (overcommit_percent between 1 and 1000),
    -- Encrypted; see the module that seals them.
    observer bytea not null,
    provisioner bytea not null,
    -- What the nodes last offered; null until they were read once.
    allocatable jsonb,
    n_nodes int not null default 0,
    version text,
    observed_at timestamptz,
    created_at timestamptz not null
);

-- Published versions never change.
create table classes (
    id uuid primary key,
    name text not null,
    version int not null,
    spec jsonb not null,
    published_at timestamptz not null,
    constraint class_version unique (name, version)
);

create table requests (
    id uuid primary key,
    number bigint generated always as identity constraint request_number unique,
    kind text not null,
    team_id uuid not null references teams (id),
    cluster_id uuid not null references clusters (id),
    class_id uuid not null references classes (id),
    name text not null,
    size text,
    purpose text not null,
    -- The three copies: what was there, what was asked, what was granted.
    base jsonb not null,
    asked jsonb not null,
    granted jsonb,
    revision int not null,
    digest bytea not null,
    requester_id uuid not null references people (id),
    revised_by uuid not null references people (id),
    plan jsonb not null,
    state text not null constraint request_state check (
        state in ('in_review', 'approved', 'applying', 'completed', 'failed', 'rejected', 'withdrawn')
    ),
    failure text,
    -- Place in the plan of the stage that waits, with who decides it: what the queue is read by.
    stage smallint,
    stage_deciders text,
    submitted_at timestamptz not null,
    updated_at timestamptz not null,
    -- A retried submit finds its first answer.
    idempotency_key text,
    constraint request_idempotency unique (requester_id, idempotency_key),
    constraint request_granted_when_decided check (
        (granted is not null) = (state in ('approved', 'applying', 'completed', 'failed'))
    ),
    constraint request_stage_while_in_review check ((stage is not null) = (state = 'in_review')),
    -- Lets decisions name the person they must not be made by.
    constraint request_requester unique (id, requester_id)
);
-- One open request for a name on a cluster.
create unique index request_name_open on requests (cluster_id, name) where state = 'in_review';
create index requests_team on requests (team_id, number desc);
create index requests_requester on requests (requester_id, number desc);
create index requests_queue on requests (stage_deciders, team_id, number) where state = 'in_review';
create index requests_failed on requests (number desc) where state = 'failed';

-- What was asked, every time it was asked; a decision is bound to one of these.
create table revisions (
    request_id uuid not null references requests (id),
    revision int not null,
    author_id uuid not null references people (id),
    -- SHA-256 of the content.
    digest bytea not null,
    asked jsonb not null,
    size text,
    purpose text not null,
    made_at timestamptz not null,
    primary key (request_id, revision),
    constraint revision_bound unique (request_id, revision, author_id, digest)
);

create table decisions (
    request_id uuid not null,
    revision int not null,
    digest bytea not null,
    stage smallint not null,
    person_id uuid not null references people (id),
    requester_id uuid not null,
    author_id uuid not null,
    word text not null constraint decision_word check (word in ('approve', 'reject')),
    granted jsonb,
    comment text,
    decided_at timestamptz not null,
    -- Four eyes: the requester and the author of the revision decide nothing, and nobody counts for two.
    constraint decision_four_eyes check (person_id <> requester_id and person_id <> author_id),
    constraint decision_once_per_person primary key (request_id, revision, person_id),
    constraint decision_requester foreign key (request_id, requester_id) references requests (id, requester_id),
    constraint decision_revision foreign key (request_id, revision, author_id, digest)
        references revisions (request_id, revision, author_id, digest),
    constraint decision_grant check ((granted is not null) = (word = 'approve'))
);
create index decisions_person on decisions (person_id);

-- Desired state. From the approval on a row here holds its room on the cluster.
create table namespaces (
    id uuid primary key,
    cluster_id uuid not null references clusters (id),
    name text not null,
    team_id uuid not null references teams (id),
    class_id uuid not null references classes (id),
    request_id uuid not null references requests (id),
    purpose text not null,
    cpu_m bigint not null,
    memory_bytes bigint not null,
    storage_bytes bigint not null,
    pods bigint not null,
    load_balancers bigint not null,
    gpus bigint not null,
    state text not null constraint namespace_state check (state in ('provisioning', 'ready', 'failed')),
    created_at timestamptz not null,
    synced_at timestamptz,
    constraint namespace_name_taken unique (cluster_id, name),
    constraint namespace_quota_positive check (
        cpu_m > 0 and memory_bytes > 0 and pods > 0 and storage_bytes >= 0 and load_balancers >= 0 and gpus >= 0
    )
);
create index namespaces_team on namespaces (team_id, name);
create index namespaces_request on namespaces (request_id);

-- The steps of provisioning, as people see them.
create table steps (
    namespace_id uuid not null references namespaces (id),
    step text not null,
    position smallint not null,
    state text not null constraint step_state check (state in ('waiting', 'running', 'done', 'failed')),
    detail text,
    ended_at timestamptz,
    primary key (namespace_id, step)
);

-- Background work. A job carries a key, never content.
create table jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    key uuid not null,
    run_at timestamptz not null,
    attempts int not null default 0,
    -- Who works on it, and until when nobody else may.
    leased_by uuid,
    leased_until timestamptz,
    -- Ordered again while somebody works on it: runs once more afterwards.
    is_wanted_again boolean not null default false,
    last_error text,
    gave_up_at timestamptz,
    created_at timestamptz not null,
    -- The same order twice is one order, and never in two hands at once.
    constraint job_single unique (kind, key)
);
create index jobs_due on jobs (run_at) where gave_up_at is null;

create table audit_events (
    seq bigint primary key,
    at timestamptz not null,
    actor_kind text not null,
    actor_id uuid,
    actor_label text not null,
    action text not null,
    subject text not null,
    team_id uuid,
    request_id text,
    detail jsonb not null,
    previous bytea not null,
    hash bytea not null
);
create index audit_events_subject on audit_events (subject, seq desc);
create index audit_events_team on audit_events (team_id, seq desc);
create index audit_events_action on audit_events (action, seq desc);

-- The end of the chain; locked by whoever appends.
create table audit_head (
    only_row boolean primary key default true constraint audit_head_single check (only_row),
    seq bigint not null,
    hash bytea not null
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- The trail is only ever added to.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit events are never changed or removed';
end $$;
create trigger audit_events_append_only before update or delete or truncate on audit_events
    for each statement execute function refuse_change();
