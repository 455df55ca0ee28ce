-- Sources of charts: registries and repositories that the platform team connects, and what they have.

create table chart_sources (
    name text constraint chart_sources_pk primary key,
    spec jsonb not null,
    auth text not null,
    -- Sealed. Null: it is asked anonymously.
    credentials bytea,
    version int not null default 1,
    added_at timestamptz not null,
    edited_at timestamptz not null,
    editor_id uuid references people (id),
    -- The last look at it: `{"at", "steps", "charts"}`.
    last_check jsonb,
    constraint chart_source_spec check (spec ?& array ['kind', 'address']),
    constraint chart_source_auth check (auth in ('anonymous', 'basic', 'bearer')),
    constraint chart_source_credentials check ((auth = 'anonymous') = (credentials is null))
);

-- What an entry's spec says of where its versions come from. An entry's source is there as long as the entry names it.
alter table catalog_entries
    add source text generated always as (spec #>> '{origin,source}') stored references chart_sources (name),
    add chart text generated always as (spec #>> '{origin,chart}') stored;
create index catalog_entries_source on catalog_entries (source) where source is not null;

-- What a source had of a chart when it was asked last.
create table chart_listings (
    id uuid constraint chart_listings_pk primary key,
    source text not null references chart_sources (name) on delete cascade,
    chart text not null,
    -- Since when it waits to be asked. Null: it does not.
    ordered_at timestamptz,
    asked_at timestamptz,
    -- Of the versions that are kept.
    listed_at timestamptz,
    -- Why the last time brought none.
    error text,
    -- The source wants not to be asked before.
    not_before timestamptz,
    -- What the repository called its index when it was read.
    etag text,
    -- All that there were; the newest are kept.
    n_versions int not null default 0,
    constraint chart_listing_once unique (source, chart)
);
create index chart_listings_due on chart_listings (asked_at nulls first);

create table listed_versions (
    listing_id uuid not null references chart_listings (id) on delete cascade,
    version text not null,
    -- As of chart_versions.
    sort_key text collate "C" not null,
    is_prerelease boolean not null,
    is_deprecated boolean not null,
    app_version text,
    created_at timestamptz,
    -- Of the archive, where an index says it: the address and the SHA-256.
    url text,
    digest text,
    constraint listed_versions_pk primary key (listing_id, version)
);
create index listed_versions_newest on listed_versions (listing_id, sort_key desc);

create trigger chart_sources_ring after insert or update or delete on chart_sources
    for each row execute function ring('catalog');
create trigger chart_listings_ring after insert or update or delete on chart_listings
    for each row execute function ring('catalog');
