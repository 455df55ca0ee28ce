-- What the gallery shows of an entry besides words: its picture, and what is new.

-- Pictures by the SHA-256 of their bytes, of a kind that their bytes are. They never change.
create table icons (
    digest text constraint icons_pk primary key,
    media_type text not null,
    bytes bytea not null,
    kept_at timestamptz not null,
    constraint icon_digest check (digest ~ '^[0-9a-f]{64}$'),
    constraint icon_size check (octet_length(bytes) between 1 and 49152),
    constraint icon_media_type check (media_type in ('image/svg+xml', 'image/png', 'image/webp'))
);
create trigger icons_kept before update on icons
    for each row execute function refuse_change_of_catalog('our own copies never change');

-- What the platform team gave it. Null: that of its chart is shown.
alter table catalog_entries add column icon text references icons (digest);
-- What the chart has. Null: none that can be shown.
alter table chart_archives add column icon text references icons (digest);
-- What the chart says is new in this version, each with its kind, and the beginning of its CHANGELOG.md.
alter table chart_archives add column changes jsonb not null default '[]';
alter table chart_archives add column changelog text;

-- Versions that teams may install, each until when: the one of an entry that is first by state and then last by key is the one
-- that is offered.
create view offered_versions as
    select v.id, v.entry, v.version, v.sort_key, v.state, v.sunset_on, v.digest, v.findings,
           coalesce(v.sunset_on, 'infinity'::date) as offered_until
    from chart_versions v join catalog_entries e on e.name = v.entry
    where v.state in ('approved', 'deprecated') and (not v.is_prerelease or e.spec ->> 'channel' = 'preview');
