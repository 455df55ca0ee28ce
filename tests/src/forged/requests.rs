//! Requests: states between two steps of a worker, and how long they last.

use super::Forged;

impl Forged<'_> {
    /// Between two steps of a worker, or after its last: `applying`, `undoing`, `undone`, `completed`.
    pub async fn request_in(&self, number: i64, state: &str) {
        let state = sqlx::query(
            "update requests set state = $2, failure = case when $2 = 'failed' then 'for a test' end where number = $1",
        )
        .bind(number)
        .bind(state);
        self.write_one(state).await;
    }

    /// Why the cluster refused it, in words that the test looks for.
    pub async fn failed_because(&self, number: i64, why: &str) {
        self.write_one(sqlx::query("update requests set failure = $2 where number = $1").bind(number).bind(why)).await;
    }

    /// A worker that nobody started has made the namespace that it asks for, with the quota that was granted.
    pub async fn carried_out(&self, number: i64) {
        let made = "update namespaces n set state = 'ready', applied = r.granted from requests r
            where n.id = r.namespace_id and r.number = $1";
        self.write_one(sqlx::query(made).bind(number)).await;
        self.request_in(number, "completed").await;
    }

    /// It was carried out, and nobody wrote that down before the job rested: the request failed, and the namespace that it
    /// asks for.
    pub async fn failed_after_all(&self, number: i64) {
        let failed = "update namespaces n set state = 'failed' from requests r
            where n.id = r.namespace_id and r.number = $1 and r.kind = 'new_namespace'";
        self.write(sqlx::query(failed).bind(number)).await;
        self.request_in(number, "failed").await;
    }

    /// The worker died just before it wrote down that the last step was done.
    pub async fn broken_off(&self, number: i64) {
        self.request_in(number, "applying").await;
        let waiting = "update steps set state = 'waiting' from requests r
            where steps.namespace_id = r.namespace_id and r.number = $1";
        self.write(sqlx::query(waiting).bind(number)).await;
        self.looks_ordered().await;
        self.notify("jobs").await;
    }

    /// Time passes: it has been in its state for so many days.
    pub async fn in_state_for_days(&self, number: i64, days: i32) {
        let since = "update requests set state_since = now() - make_interval(days => $2) where number = $1";
        self.write_one(sqlx::query(since).bind(number).bind(days)).await;
    }

    /// Time passes: requests in this state, or all, were submitted so many hours earlier than they were.
    pub async fn submitted_earlier(&self, state: Option<&str>, hours: i32) {
        let earlier = "update requests set submitted_at = submitted_at - make_interval(hours => $2)
            where state = coalesce($1, state)";
        self.write(sqlx::query(earlier).bind(state).bind(hours)).await;
    }

    /// Damage: a plan that no version wrote.
    pub async fn plan_unreadable(&self, number: i64) {
        self.write_one(sqlx::query("update requests set plan = '{}' where number = $1").bind(number)).await;
    }

    /// It asks for capacity on another cluster than the one there is.
    pub async fn asks_on(&self, number: i64, cluster: &str) {
        let moved = "update requests set cluster_id = (select id from clusters where name = $2) where number = $1";
        self.write_one(sqlx::query(moved).bind(number).bind(cluster)).await;
    }

    /// A worker that nobody started has deleted what the requests were about.
    pub async fn namespaces_deleted(&self) {
        self.write(sqlx::query("update requests set namespace_id = null")).await;
    }
}
