-- The catalog: charts that the platform team offers, each version with our own copy of its bytes.

-- Where charts come from. What is removed is gone: what was taken in from it stays.
create table chart_sources (
    id uuid constraint chart_sources_pk primary key,
    name text not null constraint chart_source_name_taken unique,
    spec jsonb not null,
    -- Sealed. Null: it is asked without.
    credentials bytea,
    -- Raised by each change, for whoever read it before.
    version int not null default 1,
    added_at timestamptz not null,
    constraint chart_source_spec check (spec ->> 'kind' in ('oci', 'repository') and spec ? 'url')
);

-- Our own copies, by the SHA-256 of their bytes, with what they say of themselves. They never change.
create table chart_archives (
    digest text constraint chart_archives_pk primary key,
    bytes bytea not null,
    -- What Chart.yaml says, for people.
    metadata jsonb not null,
    readme text,
    values_yaml text not null,
    values_schema text,
    -- Texts by path.
    templates jsonb not null,
    -- The manifests that it renders to with its defaults.
    rendered text not null,
    kept_at timestamptz not null,
    constraint chart_archive_digest check (digest ~ '^[0-9a-f]{64}$')
);

create table catalog_entries (
    name text constraint catalog_entries_pk primary key,
    spec jsonb not null,
    version int not null default 1,
    added_at timestamptz not null,
    edited_at timestamptz not null,
    editor_id uuid references people (id),
    -- Off the offer as a whole, with the reason that people read. Null: it is offered.
    withdrawn_at timestamptz,
    withdrawn_reason text,
    constraint catalog_entry_spec check (spec ?& array ['title', 'summary', 'category', 'owner']),
    constraint catalog_entry_withdrawn check ((withdrawn_at is null) = (withdrawn_reason is null))
);

create table chart_versions (
    id uuid constraint chart_versions_pk primary key,
    entry text not null references catalog_entries (name),
    version text not null,
    -- Sorts as versions do, byte by byte.
    sort_key text collate "C" not null,
    is_prerelease boolean not null,
    digest text not null references chart_archives (digest),
    -- Where it was found, for people.
    origin text not null,
    findings jsonb not null,
    state text not null default 'candidate',
    sunset_on date,
    -- Why it is as it is, in the words of who made it so. Null: nobody said.
    reason text,
    state_at timestamptz not null,
    approvals_needed smallint not null,
    -- Approvals of this round count. Blocking it ends a round.
    round int not null default 1,
    taken_in_at timestamptz not null,
    taken_in_by uuid references people (id),
    constraint chart_version_once unique (entry, version),
    constraint chart_version_state check (state in ('candidate', 'approved', 'deprecated', 'blocked')),
    constraint chart_version_sunset check ((state = 'deprecated') = (sunset_on is not null)),
    constraint chart_version_approvals_needed check (approvals_needed between 0 and 2)
);
create index chart_versions_newest on chart_versions (entry, sort_key desc);
create index chart_versions_candidates on chart_versions (taken_in_at) where state = 'candidate';
create index chart_versions_archive on chart_versions (digest);

create table version_approvals (
    version_id uuid not null references chart_versions (id) on delete cascade,
    round int not null,
    person_id uuid not null references people (id),
    comment text,
    at timestamptz not null,
    constraint version_approval_once primary key (version_id, round, person_id)
);

-- Four eyes: no version is offered before as many different people approved it as it needs.
create function require_version_approvals() returns trigger language plpgsql as $$
begin
    if (select count(*) from version_approvals a where a.version_id = new.id and a.round = new.round)
        < new.approvals_needed
    then
        raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes',
            message = 'a version is offered before enough people approved it';
    end if;
    return new;
end
$$;
create trigger chart_versions_four_eyes before update of state on chart_versions
    for each row when (new.state = 'approved' and old.state = 'candidate')
    execute function require_version_approvals();
create function refuse_offered_version() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes',
        message = 'a version is taken in as a candidate';
end
$$;
create trigger chart_versions_begin_as_candidates before insert on chart_versions
    for each row when (new.state <> 'candidate') execute function refuse_offered_version();
create trigger chart_versions_four_eyes_around before update of state on chart_versions
    for each row when (new.state in ('approved', 'deprecated') and old.state = 'blocked'
                       or new.state = 'deprecated' and old.state = 'candidate')
    execute function refuse_offered_version();

-- Each time that a chart was taken in, or was tried to be: with its steps, and why it was not.
create table chart_ingests (
    id uuid constraint chart_ingests_pk primary key,
    entry text not null references catalog_entries (name),
    -- What is taken in: an archive that was uploaded, or a chart at a source.
    what jsonb not null,
    -- Of what was uploaded, until it is kept as an archive.
    bytes bytea,
    steps jsonb not null default '[]',
    state text not null default 'running',
    -- Why it was not taken in.
    error text,
    -- The version that came of it.
    version_id uuid references chart_versions (id) on delete set null,
    begun_at timestamptz not null,
    begun_by uuid references people (id),
    ended_at timestamptz,
    constraint chart_ingest_state check (state in ('running', 'taken_in', 'unchanged', 'refused', 'failed')),
    constraint chart_ingest_ended check ((state = 'running') = (ended_at is null))
);
create index chart_ingests_latest on chart_ingests (entry, begun_at desc);
create index chart_ingests_running on chart_ingests (begun_at) where state = 'running';

create trigger chart_ingests_ring after insert or update on chart_ingests
    for each row execute function ring('ingest', 'id');
create trigger chart_versions_ring after insert or update or delete on chart_versions
    for each row execute function ring('catalog');
create trigger catalog_entries_ring after insert or update or delete on catalog_entries
    for each row execute function ring('catalog');
