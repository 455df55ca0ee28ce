//! Every text that a person, the provider or a cluster wrote, in the place of what is kept.

use super::Forged;

const TEXTS: [&str; 24] = [
    "update teams set title = $1, description = $1, cost_centre = $1, changed_by = $1",
    "update people set name = $1, email = $1",
    "update sessions set user_agent = $1",
    "update access_tokens set name = $1",
    "update memberships set reason = $1",
    "update bindings set group_name = $1 where group_name like 'placeholder%' or group_name like 'x%'",
    "update clusters set version = $1, groups_prefix = $1, users_prefix = $1, changed_by = $1",
    "update clusters set oidc_client_id = $1, oidc_issuer = 'https://' || $1, api_url = 'https://' || $1",
    "update clusters set paused_reason = $1 where name <> 'harbour-1'",
    "update classes set note = $1, spec = spec || jsonb_build_object('title', $1::text, 'summary', $1::text)",
    "update class_drafts set spec = spec || jsonb_build_object('title', $1::text, 'summary', $1::text)",
    "update class_retirements set reason = $1",
    "update requests set purpose = $1",
    "update requests set failure = $1 where state = 'failed'",
    "update requests set changes_comment = $1 where changes_comment is not null",
    "update revisions set purpose = $1",
    "update decisions set comment = $1",
    "update request_comments set text = $1",
    "update namespaces set purpose = $1",
    "update namespaces set trouble_detail = $1 where trouble_detail is not null",
    "update steps set detail = $1",
    "update jobs set last_error = $1",
    "update namespace_drift set kind = $1, name = $1, field = $1, wished = $1, found = $1, manager = $1",
    "update quota_changes set reason = $1 where reason like '%'",
];

impl Forged<'_> {
    /// An older version took such a text for what things are for.
    pub async fn every_purpose(&self, text: &str) {
        for update in [
            "update requests set purpose = $1",
            "update namespaces set purpose = $1",
            "update revisions set purpose = $1",
        ] {
            self.write(sqlx::query(update).bind(text)).await;
        }
    }

    /// Says this wherever somebody could have said it: also what an older version let through. No trigger minds: what is
    /// published, decided and written down never changes otherwise.
    pub async fn every_text(&self, text: &str) {
        let mut conn = self.db.acquire().await.expect("there is one");
        sqlx::query("set session_replication_role = replica").execute(&mut *conn).await.expect("is set");
        for update in TEXTS {
            let done = sqlx::query(update).bind(text).execute(&mut *conn).await;
            done.unwrap_or_else(|error| panic!("{update}: {error}"));
        }
        sqlx::query("reset session_replication_role").execute(&mut *conn).await.expect("is set");
    }
}
