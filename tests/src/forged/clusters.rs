//! Clusters: those that a test has not got, and what they would answer.

use super::Forged;
use crate::CLUSTER;
use serde_json::{Value, json};

impl Forged<'_> {
    /// One more, set up like the one there is: one control plane is one cluster to Berth, whatever it is called.
    pub async fn cluster(&self, name: &str) {
        let like = "insert into clusters select (jsonb_populate_record(c, jsonb_build_object(
                'id', gen_random_uuid(), 'name', $1::text, 'uid', 'of-' || $1::text))).* from clusters c where c.name = $2";
        self.write_one(sqlx::query(like).bind(name).bind(CLUSTER)).await;
    }

    /// Another one answers at its address, or itself again.
    pub async fn answered_by(&self, name: &str, uid: Option<&str>) {
        self.write_one(sqlx::query("update clusters set seen_uid = $2 where name = $1").bind(name).bind(uid)).await;
    }

    /// An older version added it, which did not ask who it is.
    pub async fn uid_unknown(&self) {
        self.write(sqlx::query("update clusters set uid = null")).await;
    }

    /// Taken over by another control plane of this UID, which the test has not got.
    pub async fn known_as(&self, uid: &str) {
        self.write(sqlx::query("update clusters set uid = $1").bind(uid)).await;
    }

    /// Somebody removed it between two steps of a worker, which has not ended yet what it has there.
    pub async fn removed(&self, name: &str) {
        let removed = "update clusters set removed_at = now(), observer = '', provisioner = '' where name = $1";
        self.write_one(sqlx::query(removed).bind(name)).await;
    }

    /// Its nodes offer this much, and no more than that is granted. Another replica has seen it, so long from now: what a
    /// watch saw before counts for nothing.
    pub async fn offers(&self, quota: &Value, seen_in: time::Duration) {
        let offers = "update clusters set allocatable = $1, overcommit_percent = 100, observed_at = $2";
        self.write(sqlx::query(offers).bind(quota).bind(time::OffsetDateTime::now_utc() + seen_in)).await;
    }

    /// Nobody has ever read its nodes.
    pub async fn never_read(&self) {
        self.write(sqlx::query("update clusters set allocatable = null")).await;
    }

    /// Whatever was seen of its nodes, it was seen before anything else.
    pub async fn seen_long_ago(&self) {
        self.write(sqlx::query("update clusters set observed_at = null")).await;
    }

    /// What a check found of the classes there: agreed to these words, or never asked. The one cluster there is has agreed to
    /// others.
    pub async fn agreed(&self, words: Option<&[&str]>) {
        let report = words.map(
            |words| json!([{"what": "what classes may loosen", "outcome": "passed", "detail": "", "agreed": words}]),
        );
        let checked = "update clusters set check_report = $1, checked_at = case when $1 is not null then now() end";
        self.write(sqlx::query(checked).bind(report)).await;
    }

    /// Paused by an older version, which did not write down who did it.
    pub async fn paused_by_nobody(&self, reason: &str) {
        self.write(sqlx::query("update clusters set paused_reason = $1").bind(reason)).await;
    }

    /// Damage: what it is called with cannot be opened. What was there.
    pub async fn credentials_damaged(&self) -> Vec<u8> {
        let kept = sqlx::query_scalar("select provisioner from clusters").fetch_one(self.db).await.expect("reads");
        self.credentials_mended(b"cannot be opened").await;
        kept
    }

    /// The other way round.
    pub async fn credentials_mended(&self, provisioner: &[u8]) {
        self.write(sqlx::query("update clusters set provisioner = $1").bind(provisioner)).await;
    }

    /// It is called elsewhere: a proxy of the test stands in front of it, which no kubeconfig names.
    pub(crate) async fn called_with(&self, name: &str, observer: Vec<u8>, provisioner: Vec<u8>) {
        let called = "update clusters set observer = $2, provisioner = $3 where name = $1";
        self.write_one(sqlx::query(called).bind(name).bind(observer).bind(provisioner)).await;
    }
}
