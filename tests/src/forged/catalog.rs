//! Entries of the catalog with a version that no worker took in.

use super::Forged;
use charts::archive::Digest;

/// How far the version of a forged entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    Candidate,
    Approved,
    Blocked,
    /// The entry is off the offer, with an approved version.
    Withdrawn,
}

impl Forged<'_> {
    /// A source that nobody answers for.
    pub async fn source(&self, name: &str) {
        let source = r#"insert into chart_sources (name, spec, auth, added_at, edited_at)
            values ($1, '{"kind": "index", "address": "https://127.0.0.1:1/"}', 'anonymous', now(), now())"#;
        self.write_one(sqlx::query(source).bind(name)).await;
    }

    /// The entry's versions are of a chart at this source.
    pub async fn comes_from(&self, entry: &str, source: &str) {
        let origin = "update catalog_entries
            set spec = spec || jsonb_build_object('origin', jsonb_build_object('source', $2::text, 'chart', 'web')) where name = $1";
        self.write_one(sqlx::query(origin).bind(entry).bind(source)).await;
    }

    /// Time passes: what sources had was asked more than an hour ago.
    pub async fn asked_long_ago(&self) {
        let asked = "update chart_listings set asked_at = asked_at - interval '2 hours'";
        sqlx::query(asked).execute(self.db).await.expect("is written");
    }

    /// Time passes: so many times that something was taken in for an entry ended so many days ago, each a minute after the other.
    pub async fn taken_in_before(&self, entry: &str, n: i32, days: i32) {
        let ingests = r#"insert into chart_ingests (id, entry, what, state, begun_at, ended_at)
            select gen_random_uuid(), $1, '{"kind": "upload", "file": "x.tgz"}', 'unchanged', at, at
            from generate_series(1, $2) n, lateral (select now() - make_interval(days => $3, mins => n) as at) ended"#;
        sqlx::query(ingests).bind(entry).bind(n).bind(days).execute(self.db).await.expect("is written");
    }

    /// How often it is remembered that something was taken in for an entry.
    pub async fn n_taken_in(&self, entry: &str) -> i64 {
        let n = sqlx::query_scalar("select count(*) from chart_ingests where entry = $1").bind(entry);
        n.fetch_one(self.db).await.expect("is read")
    }

    /// The digest of the picture of a forged entry.
    pub fn icon_of(name: &str) -> String {
        Digest::of(picture(name).as_bytes()).to_hex()
    }

    /// An entry for the team `payments` with the version 1.0.0, as if a worker had taken it in and people had decided on it.
    /// Answers the id of its ingest.
    pub async fn entry(&self, name: &str, offered: Offered) -> String {
        let archive = "insert into chart_archives (digest, bytes, metadata, values_yaml, templates, kept_at)
            values (encode(sha256($1::text::bytea), 'hex'), 'x', jsonb_build_object('name', $1::text, 'version', '1.0.0', 'is_deprecated', false,
                    'keywords', '[]'::jsonb, 'maintainers', '[]'::jsonb, 'dependencies', '[]'::jsonb), '', '{}', now())";
        self.write_one(sqlx::query(archive).bind(name)).await;
        let icon = "insert into icons (digest, media_type, bytes, kept_at) values ($1, 'image/svg+xml', convert_to($2, 'UTF8'), now())";
        self.write_one(sqlx::query(icon).bind(Self::icon_of(name)).bind(picture(name))).await;
        let entry = r#"insert into catalog_entries (name, icon, spec, added_at, edited_at)
            values ($1, $2, '{"title": "Swept", "summary": "For the sweep", "category": "other", "owner": "Us", "teams": ["payments"]}', now(), now())"#;
        self.write_one(sqlx::query(entry).bind(name).bind(Self::icon_of(name))).await;
        let version = r#"insert into chart_versions (id, entry, version, sort_key, is_prerelease, digest, origin, findings, state_at, approvals_needed, taken_in_at, rendered)
            values (gen_random_uuid(), $1, '1.0.0', '1', false, encode(sha256($1::text::bytea), 'hex'), 'x',
                    '{"images": [], "cluster_scoped": [], "custom_resources": [], "rights": [], "pod_security": "restricted",
                      "pod_security_violations": [], "not_creatable": [], "hooks": [], "n_objects": 0, "signature": {"state": "not_required"},
                      "needs": {"cpu_m": 0, "memory_bytes": 0, "storage_bytes": 0, "n_unknown": 0}}', now(), 1, now(), '')"#;
        self.write_one(sqlx::query(version).bind(name)).await;
        let state = match offered {
            Offered::Candidate => None,
            Offered::Approved | Offered::Withdrawn => Some("approved"),
            Offered::Blocked => Some("blocked"),
        };
        if let Some(state) = state {
            let decided =
                "update chart_versions set state = $2, approvals_needed = 0, offered_at = now() where entry = $1";
            self.write_one(sqlx::query(decided).bind(name).bind(state)).await;
        }
        if offered == Offered::Withdrawn {
            let withdrawn =
                "update catalog_entries set withdrawn_at = now(), withdrawn_reason = 'Swept' where name = $1";
            self.write_one(sqlx::query(withdrawn).bind(name)).await;
        }
        let ingest = r#"insert into chart_ingests (id, entry, what, state, begun_at, ended_at)
            values (gen_random_uuid(), $1, '{"kind": "upload", "file": "x.tgz"}', 'unchanged', now(), now()) returning id::text"#;
        sqlx::query_scalar(ingest).bind(name).fetch_one(self.db).await.expect("is written")
    }
}

/// One for each name.
fn picture(name: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{name}</title></svg>")
}
