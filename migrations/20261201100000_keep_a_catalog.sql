-- The catalog: charts that the platform team offers, each version with our own copy of its bytes.

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
    -- The manifests that it renders to with what the entry gives Helm, and what was found in them.
    rendered text not null,
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
    -- When teams were offered it first. Null: they never were, and see nothing of it.
    offered_at timestamptz,
    constraint chart_version_once unique (entry, version),
    constraint chart_version_state check (state in ('candidate', 'approved', 'deprecated', 'blocked')),
    constraint chart_version_sunset check ((state = 'deprecated') = (sunset_on is not null)),
    constraint chart_version_approvals_needed check (approvals_needed between 0 and 2)
);
create index chart_versions_newest on chart_versions (entry, sort_key desc);
create index chart_versions_candidates on chart_versions (taken_in_at) where state = 'candidate';
create index chart_versions_archive on chart_versions (digest);

create table version_approvals (
    version_id uuid not null references chart_versions (id),
    round int not null,
    person_id uuid not null references people (id),
    comment text,
    at timestamptz not null,
    constraint version_approval_once primary key (version_id, round, person_id)
);

-- Four eyes, whoever writes: what people approve does not change, and no version is offered before as many different people
-- approved it as it needs.
create function keep_chart_version() returns trigger language plpgsql as $$
declare
    refusal text := case
        when (new.entry, new.version, new.digest, new.findings, new.rendered)
            is distinct from (old.entry, old.version, old.digest, old.findings, old.rendered)
            then 'what was taken in never changes'
        when new.round < old.round or old.state = 'blocked' and new.state = 'candidate' and new.round = old.round
            then 'a version that is opened again begins a new round'
        when new.state = old.state or new.state = 'blocked' then null
        when old.state = 'candidate' and new.state = 'approved' and
            (select count(*) from version_approvals a where a.version_id = new.id and a.round = new.round)
                < new.approvals_needed
            then 'a version is offered before enough people approved it'
        when (old.state, new.state) not in (('candidate', 'approved'), ('approved', 'deprecated'),
                                            ('deprecated', 'approved'), ('blocked', 'candidate'))
            then 'a version does not go this way'
    end;
begin
    if refusal is not null then
        raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes', message = refusal;
    end if;
    return new;
end
$$;
create trigger chart_versions_kept before update on chart_versions
    for each row execute function keep_chart_version();
create function refuse_change_of_catalog() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes',
        message = tg_argv[0];
end
$$;
create trigger chart_versions_begin_as_candidates before insert on chart_versions
    for each row when (new.state <> 'candidate')
    execute function refuse_change_of_catalog('a version is taken in as a candidate');
create trigger chart_archives_kept before update on chart_archives
    for each row execute function refuse_change_of_catalog('our own copies never change');
create trigger version_approvals_kept before update or delete on version_approvals
    for each row execute function refuse_change_of_catalog('what people approved stays what it was');

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
