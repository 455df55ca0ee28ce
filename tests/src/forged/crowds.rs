//! More rows than a test could ask for one by one.

use super::Forged;
use crate::CLUSTER;
use sqlx::AssertSqlSafe;
use time::{Duration, OffsetDateTime};

/// More of everything: `$1` and `$2` are from where to where, `$3` is the number of a request, `$4` the name of a
/// namespace.
const ROWS: [&str; 22] = [
    "insert into people (id, issuer, subject, email, name, groups, groups_at, created_at)
     select gen_random_uuid(), 'x', 'row-' || i, '', 'Row ' || i, array['payments-developers', 'payments-owners'], now(), now()
     from generate_series($1 + 1, $2) i",
    "insert into teams (id, slug, title, created_at) select gen_random_uuid(), 'row-' || i, 'Row ' || i, now()
     from generate_series($1 + 1, $2) i",
    "insert into bindings (group_name, team_id, role) select slug || r, id, r from teams, unnest(array['owner', 'developer']) r
     where slug like 'row-%' on conflict do nothing",
    "insert into bindings (group_name, team_id, role) select 'row-' || i, null, 'auditor' from generate_series($1 + 1, $2) i",
    "insert into memberships (team_id, person_id, role, reason, given_by, given_at, until)
     select t.id, p.id, 'viewer', 'A row', giver.id, now(), now() + interval '1 day'
     from teams t, people p, people giver where giver.subject = 'platform' and t.slug = 'payments' and p.subject like 'row-%' on conflict do nothing",
    "insert into request_comments (request_id, author_id, text, made_at)
     select id, requester_id, 'Row', now() from requests, generate_series($1 + 1, $2) where number = $3",
    "insert into revisions (request_id, revision, author_id, digest, asked, size, purpose, made_at)
     select id, i + 1, requester_id, digest, asked, size, purpose, now() from requests, generate_series($1 + 1, $2) i
     where number = $3",
    "insert into namespace_drift (namespace_id, kind, name, field, wished, found, seen_at, put_back_at)
     select id, 'ResourceQuota', 'row', i::text, 'this', 'that', now(), now()
     from namespaces, generate_series($1 + 1, $2) i where name = $4",
    "insert into quota_changes (namespace_id, request_id, before, after, reason, free, is_increase, decided_at)
     select n.id, r.id, r.base, r.asked, 'Row', '{}', true, now()
     from namespaces n join requests r on r.id = n.request_id, generate_series($1 + 1, $2) where n.name = $4",
    "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
     select sha256(gen_random_uuid()::text::bytea), id, 'row', now(), now(), now() + interval '1 day'
     from people, generate_series($1 + 1, $2) where issuer <> 'x'",
    "insert into access_tokens (id, person_id, name, hash, prefix, scope, created_at, expires_at)
     select gen_random_uuid(), id, 'row', sha256(gen_random_uuid()::text::bytea), 'row', 'read', now(), now() + interval '1 day'
     from people, generate_series($1 + 1, $2) where issuer <> 'x'",
    "insert into classes (id, name, version, spec, published_at)
     select gen_random_uuid(), 'row-' || i, 1, spec, now() from classes, generate_series($1 + 1, $2) i
     where name = 'standard' and version = 1",
    "insert into classes (id, name, version, spec, published_at)
     select gen_random_uuid(), 'standard', version + i, spec, now() from classes, generate_series($1 + 1, $2) i
     where name = 'standard' and version = 1",
    "insert into class_drafts (name, version, spec, edited_at)
     select 'row-' || i, 1, spec, now() from classes, generate_series($1 + 1, $2) i where name = 'standard' and version = 1",
    "insert into clusters (id, name, api_url, groups_prefix, overcommit_percent, observer, provisioner, created_at)
     select gen_random_uuid(), 'row-' || i, api_url, groups_prefix, overcommit_percent, observer, provisioner, now()
     from clusters, generate_series($1 + 1, $2) i where name = 'harbour-1'",
    "insert into chart_versions (id, entry, version, sort_key, is_prerelease, digest, origin, findings, state_at, approvals_needed, taken_in_at, rendered)
     select gen_random_uuid(), entry, '1.0.' || i, '1' || i, false, digest, origin, findings, now(), 1, now(), rendered
     from chart_versions, generate_series($1 + 1, $2) i where version = '1.0.0' and entry not like 'row-%'",
    "insert into catalog_entries (name, spec, added_at, edited_at)
     select 'row-' || i, spec, now(), now() from catalog_entries, generate_series($1 + 1, $2) i where name not like 'row-%'",
    "insert into chart_versions (id, entry, version, sort_key, is_prerelease, digest, origin, findings, state_at, approvals_needed, taken_in_at, rendered)
     select gen_random_uuid(), e.name, '1.0.0', '1', false, v.digest, v.origin, v.findings, now(), 0, now(), v.rendered
     from chart_versions v, catalog_entries e where v.version = '1.0.0' and v.entry not like 'row-%' and e.name like 'row-%' on conflict do nothing",
    "insert into chart_sources (name, spec, auth, added_at, edited_at)
     select 'row-' || i, spec, auth, now(), now() from chart_sources, generate_series($1 + 1, $2) i where name not like 'row-%'",
    "insert into chart_listings (id, source, chart, listed_at)
     select gen_random_uuid(), name, 'web', now() from chart_sources where name not like 'row-%' on conflict do nothing",
    "insert into listed_versions (listing_id, version, sort_key, is_prerelease, is_deprecated)
     select id, '2.0.' || i, '2' || i, false, false from chart_listings, generate_series($1 + 1, $2) i",
    "update chart_versions set state = 'approved', approvals_needed = 0, offered_at = now() where entry like 'row-%' and state = 'candidate'",
];

impl Forged<'_> {
    /// `to` of everything that a list shows, where there were `from`: many people, over many days.
    pub async fn rows_of_everything(&self, from: i64, to: i64, number: i64, namespace: &str) {
        for statement in ROWS {
            self.write(sqlx::query(statement).bind(from).bind(to).bind(number).bind(namespace)).await;
        }
        self.orders_of_nothing("sync_namespace", to - from).await;
    }

    /// Ten thousand requests that were withdrawn, like the ones there are.
    pub async fn ten_thousand_requests(&self) {
        let requests = "insert into requests (id, kind, team_id, cluster_id, class_id, name, purpose, base, asked, revision,
                digest, requester_id, revised_by, plan, state, submitted_at, updated_at)
            select gen_random_uuid(), kind, team_id, cluster_id, class_id, 'payments-' || n, 'Load tests ' || n, base, asked,
                revision, digest, requester_id, revised_by, plan, 'withdrawn', submitted_at, updated_at
            from requests, generate_series(1, 10000) n";
        self.write(sqlx::query(requests)).await;
    }

    /// So many namespaces on a cluster that was never looked at, like one of `payments` on the cluster there is.
    pub async fn namespaces(&self, cluster: &str, n: i64) {
        let columns = "select string_agg(quote_ident(column_name), ', ') from information_schema.columns
            where table_name = 'namespaces' and is_generated = 'NEVER'";
        let columns: String = sqlx::query_scalar(columns).fetch_one(self.db).await.expect("has columns");
        let like = format!(
            "insert into namespaces ({columns}) select {columns} from (
                select (jsonb_populate_record(n, jsonb_build_object('id', gen_random_uuid(), 'name', 'crowd-' || i,
                   'cluster_id', (select id from clusters where name = $1)))).*
                from namespaces n, generate_series(1, $2) i
                where n.id = (select n.id from namespaces n join clusters c on c.id = n.cluster_id
                    where n.name like 'payments-%' and c.name = $3 limit 1)) made"
        );
        self.write(sqlx::query(AssertSqlSafe(like)).bind(cluster).bind(n).bind(CLUSTER)).await;
    }

    /// Their cluster has lost them, and somebody has said so.
    pub async fn no_namespaces_on(&self, cluster: &str) {
        let gone = "delete from namespaces where cluster_id = (select id from clusters where name = $1)";
        self.write(sqlx::query(gone).bind(cluster)).await;
    }

    /// So many events of one action at the end of the trail, all so long from now; the chain of hashes does not hold.
    pub async fn events(&self, action: &str, subject: &str, in_time: Duration, n: i64) {
        let events = "insert into audit_events
                (seq, at, actor_kind, actor_label, action, subject, team_id, detail, previous, hash, format)
            select h.seq + i, $1, 'system', 'berth', $2, $3, n.team_id, '{}', h.hash, h.hash, 2
            from audit_head h, namespaces n, generate_series(1, $4) i";
        let at = OffsetDateTime::now_utc() + in_time;
        let written = self.write(sqlx::query(events).bind(at).bind(action).bind(subject).bind(n)).await;
        assert_eq!(i64::try_from(written), Ok(n));
        self.write(sqlx::query("update audit_head set seq = seq + $1").bind(n)).await;
    }
}
