-- Asking again for one session is put off without holding up the others.
alter table sessions
    -- Not before this; null when the last time went well.
    add column refresh_after timestamptz,
    -- How often in a row nothing came of it.
    add column n_refresh_failures integer not null default 0;

-- Whether the provider says that the e-mail address is theirs; of those whom it vouched for before, nobody knows.
alter table people add column email_verified boolean not null default false;
