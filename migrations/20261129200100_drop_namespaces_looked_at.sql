-- The sweep goes by `namespaces_next_look_at`; nothing reads this one any more.
drop index if exists namespaces_looked_at;
