-- A refresh may bring no ID token. Whether userinfo tells groups by itself is known once it did: from then on a claim that is
-- missing there is missing.
alter table sessions add column userinfo_has_groups boolean not null default false;
