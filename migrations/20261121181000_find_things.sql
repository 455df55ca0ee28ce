-- Requests are found by the beginnings of the words in the namespace's name and in the purpose.
create index requests_words on requests
    using gin (to_tsvector('simple', replace(name, '-', ' ') || ' ' || purpose));

-- Namespaces that a person keeps at hand.
create table favourites (
    person_id uuid not null references people (id) on delete cascade,
    namespace_id uuid not null references namespaces (id) on delete cascade,
    starred_at timestamptz not null,
    constraint favourite_single primary key (person_id, namespace_id)
);
create index favourites_namespace on favourites (namespace_id);
