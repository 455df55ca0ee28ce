-- When the sweep looks at a namespace again. Whoever orders or ends a look moves it on, whatever comes of the look, so that
-- no namespace stays first in line for ever.
alter table namespaces add column next_look_at timestamptz;
update namespaces set next_look_at = looked_at + interval '10 minutes' where looked_at is not null;
create index namespaces_next_look_at on namespaces (cluster_id, next_look_at nulls first) where state = 'ready';
