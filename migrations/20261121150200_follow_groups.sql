-- What the provider last said of a person's groups: all of them, or since when no longer all.
alter table people
    add column groups_incomplete_since timestamptz,
    -- False as long as the provider has never said them all.
    add column has_known_groups boolean not null default true,
    -- When the provider last vouched for the person, with or without all groups.
    add column vouched_at timestamptz not null default now();
update people set vouched_at = groups_at;
create index people_search on people (name, id);

alter table sessions
    -- The provider's own session, by which it says that it ended.
    add column sid text,
    -- By which to ask again who the person is; encrypted. Good once.
    add column refresh_token bytea,
    add column refreshed_at timestamptz,
    -- Who asks is alone until then.
    add column refresh_leased_until timestamptz;
create index sessions_sid on sessions (sid) where sid is not null;
create index sessions_refreshed_at on sessions (refreshed_at) where refresh_token is not null;

-- Logout tokens that were taken: each counts once.
create table logout_tokens (
    -- SHA-256 of its `jti`.
    hash bytea constraint logout_token_single primary key,
    seen_at timestamptz not null
);
