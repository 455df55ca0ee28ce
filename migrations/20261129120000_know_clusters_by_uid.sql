-- A cluster is known by the UID of its namespace kube-system, which no other one has. Null until it was asked.
alter table clusters add column uid text;
-- What answers there instead, from when that is seen until somebody of Platform says which it is.
alter table clusters add column seen_uid text;
create unique index cluster_uid_taken on clusters (uid) where removed_at is null;
