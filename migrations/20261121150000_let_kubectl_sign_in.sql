-- The identity provider whose ID tokens a cluster takes, and what it calls kubectl: null where it takes none.
alter table clusters
    add column oidc_issuer text,
    add column oidc_client_id text,
    add constraint cluster_oidc_whole check ((oidc_issuer is null) = (oidc_client_id is null));
