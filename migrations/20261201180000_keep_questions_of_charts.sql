-- What a chart's questions.yaml asks, where it has one that can be read. Null for those that were kept before: whoever wants
-- theirs takes the version in again.
alter table chart_archives add column questions jsonb;
