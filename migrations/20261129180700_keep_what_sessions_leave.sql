-- What ended sessions left at the identity provider: refresh tokens, until they are taken back there. A row of sessions leaves
-- its own behind, however it goes, so that none is forgotten when the provider does not answer.
create table left_tokens (
    id bigint generated always as identity primary key,
    -- Encrypted.
    refresh_token bytea not null,
    -- The provider's own session.
    sid text,
    left_at timestamptz not null default now(),
    -- Not before this.
    try_at timestamptz not null default now(),
    -- How often in a row nothing came of it.
    n_failures integer not null default 0
);
create index left_tokens_try_at on left_tokens (try_at);

create function leave_token() returns trigger language plpgsql as $$
begin
    insert into left_tokens (refresh_token, sid) values (old.refresh_token, old.sid);
    return null;
end $$;
create trigger sessions_leave_token after delete on sessions
    for each row when (old.refresh_token is not null) execute function leave_token();
