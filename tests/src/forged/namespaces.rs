//! Namespaces: how a look found them, and when their time is over.

use super::Forged;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

impl Forged<'_> {
    /// A worker that nobody started has made it, and nothing is left to do.
    pub async fn made(&self, name: &str) {
        let done = "delete from jobs where key = (select id from namespaces where name = $1)";
        self.write(sqlx::query(done).bind(name)).await;
        self.in_state(name, "ready").await;
    }

    /// Between two steps of a worker.
    pub async fn in_state(&self, name: &str, state: &str) {
        self.write_one(sqlx::query("update namespaces set state = $2 where name = $1").bind(name).bind(state)).await;
    }

    /// Time passes: it was given a lifetime that ends so long from now, or none.
    pub async fn expires_in(&self, name: &str, in_time: Option<Duration>) {
        let at = in_time.map(|in_time| OffsetDateTime::now_utc() + in_time);
        let expires = "update namespaces set expires_at = $2 where name = $1";
        self.write_one(sqlx::query(expires).bind(name).bind(at)).await;
    }

    /// Time passes: every namespace is so much older, and its expiry was set so much longer ago.
    pub async fn expiry_nears(&self, by_days: i32) {
        let nears = "update namespaces set expires_at = expires_at - make_interval(days => $1),
            expiry_set_at = expiry_set_at - make_interval(days => $1)";
        self.write(sqlx::query(nears).bind(by_days)).await;
    }

    /// Time passes: it expired a day ago, and stands still since.
    pub async fn suspended(&self, name: &str) {
        let suspended = "insert into endings (namespace_id, cause, suspended_at, delete_at)
            select id, 'expired', now() - interval '1 day', now() + interval '6 days' from namespaces where name = $1";
        self.write_one(sqlx::query(suspended).bind(name)).await;
    }

    /// Time passes: its grace of seven days ends so long from now.
    pub async fn grace_ends_in(&self, name: &str, in_time: Duration) {
        let ends = "update endings e set delete_at = $2, suspended_at = $2 - interval '7 days' from namespaces n
            where n.id = e.namespace_id and n.name = $1";
        self.write_one(sqlx::query(ends).bind(name).bind(OffsetDateTime::now_utc() + in_time)).await;
    }

    /// Time passes: every namespace was made so many days ago.
    pub async fn made_days_ago(&self, days: i32) {
        let made = "update namespaces set created_at = now() - make_interval(days => $1)";
        self.write(sqlx::query(made).bind(days)).await;
    }

    /// Damage: a moment that Postgres keeps and Berth cannot; reading it panics.
    pub async fn unreadable(&self) {
        self.made_days_ago(-8_000_000).await;
    }

    /// An older version, or a hand in the database, granted another quota without a request.
    pub async fn pods_granted(&self, pods: i64) {
        self.write(sqlx::query("update namespaces set pods = $1").bind(pods)).await;
    }

    /// An undo broke before it was over: so much CPU and 4 GiB are desired, and the cluster has them, or more CPU still.
    pub async fn quota_taken_back(&self, name: &str, cpu_m: i64, applied_cpu_m: i64) {
        let taken_back = "update namespaces set cpu_m = $2, memory_bytes = $4,
            applied = applied || jsonb_build_object('cpu_m', $3::bigint, 'memory_bytes', $4::bigint) where name = $1";
        let taken_back = sqlx::query(taken_back).bind(name).bind(cpu_m).bind(applied_cpu_m).bind(4_i64 << 30);
        self.write_one(taken_back).await;
    }

    /// It stands on another cluster than the one there is.
    pub async fn on_cluster(&self, id: Uuid, cluster: &str) {
        let moved = "update namespaces set cluster_id = (select id from clusters where name = $2) where id = $1";
        self.write_one(sqlx::query(moved).bind(id).bind(cluster)).await;
    }

    /// What a look finds on a cluster where this has happened to every namespace: `missing`, `leaving`, `replaced`, or
    /// `ahead` of a database that was restored; none of them any more.
    pub async fn found(&self, condition: Option<&str>) {
        let found =
            "update namespaces set trouble = $1, trouble_detail = case when $1 is not null then 'for a test' end,
            trouble_since = case when $1 is not null then now() end,
            ahead_revision = case when $1 = 'ahead' then 7 end";
        self.write(sqlx::query(found).bind(condition)).await;
    }

    /// The same of one namespace.
    pub async fn found_one(&self, name: &str, condition: &str) {
        let found = "update namespaces set trouble = $2, trouble_detail = 'for a test', trouble_since = now(),
            ahead_revision = case when $2 = 'ahead' then 7 end where name = $1";
        self.write_one(sqlx::query(found).bind(name).bind(condition)).await;
    }

    /// A look has just found every namespace as it should be, and the next one is due.
    pub async fn found_right(&self) {
        let right =
            "update namespaces set looked_at = now(), synced_at = now(), next_look_at = now(), applied_digest = 'x'";
        self.write(sqlx::query(right)).await;
    }

    /// A look after that one did not end.
    pub async fn looked_at_since(&self) {
        self.write(sqlx::query("update namespaces set looked_at = synced_at + interval '1 s'")).await;
    }

    /// No look has ever found them right.
    pub async fn never_found_right(&self) {
        self.write(sqlx::query("update namespaces set synced_at = null")).await;
    }

    /// Time passes: they were found right an hour ago.
    pub async fn found_right_an_hour_ago(&self) {
        self.write(sqlx::query("update namespaces set synced_at = now() - interval '1 hour'")).await;
    }

    /// Time passes: every namespace is to be looked at again by the next sweep.
    pub async fn looks_due(&self) {
        self.write(sqlx::query("update namespaces set next_look_at = null")).await;
    }

    /// Time passes: quotas were changed so many days earlier.
    pub async fn quota_changes_age(&self, days: i32) {
        let earlier = "update quota_changes set decided_at = decided_at - make_interval(days => $1)";
        self.write(sqlx::query(earlier).bind(days)).await;
    }

    /// Time passes: the team of the one whose name was reserved for it has another name reserved instead.
    pub async fn reserved_instead(&self, name: &str, other: &str) {
        let instead = "update reserved_names set name = $2 where name = $1";
        self.write_one(sqlx::query(instead).bind(name).bind(other)).await;
    }

    /// Time passes: names are no longer reserved.
    pub async fn reservations_end(&self) {
        self.write(sqlx::query("update reserved_names set until = now()")).await;
    }
}
