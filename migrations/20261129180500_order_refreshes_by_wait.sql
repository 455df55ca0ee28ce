-- Sessions are asked for by how long they have waited; those that were put off, since then.
create index sessions_refresh_turn on sessions (coalesce(refresh_after, refreshed_at)) where refresh_token is not null;
drop index sessions_refreshed_at;
