//! Jobs: what is due when, in whose hands, how often it broke.

use super::Forged;
use sqlx::Row;

impl Forged<'_> {
    /// Time passes: whoever had jobs in hand and died no longer holds them. How many these were.
    pub async fn leases_end(&self) -> u64 {
        self.write(sqlx::query(
            "update jobs set leased_until = now() - interval '1 second' where leased_by is not null",
        ))
        .await
    }

    /// Time passes: what comes again by itself, or was put off, is done now; all of it, or one kind.
    pub async fn jobs_due(&self, kind: Option<&str>) {
        let due = "update jobs set run_at = now()
            where kind = coalesce($1, kind) and leased_by is null and gave_up_at is null";
        self.write(sqlx::query(due).bind(kind)).await;
        self.notify("jobs").await;
    }

    /// Time passes: a worker that nobody started has done what there was; all of it, or one kind.
    pub async fn jobs_done(&self, kind: Option<&str>) {
        self.write(sqlx::query("delete from jobs where kind = coalesce($1, kind)").bind(kind)).await;
    }

    /// The sweep has come by: every namespace is to be looked at. Nobody is told.
    pub async fn looks_ordered(&self) {
        let order = "insert into jobs (kind, key, run_at, created_at)
            select 'sync_namespace', id, now(), now() from namespaces
            on conflict on constraint job_single do update set run_at = now()";
        self.write(sqlx::query(order)).await;
    }

    /// Orders that a later version wrote, or that outlived what they are about: of this kind, with keys that nothing has.
    /// Nobody is told.
    pub async fn orders_of_nothing(&self, kind: &str, n: i64) {
        let order = "insert into jobs (kind, key, run_at, created_at)
            select $1, gen_random_uuid(), now(), now() from generate_series(1, $2)";
        self.write(sqlx::query(order).bind(kind).bind(n)).await;
    }

    /// A job of Berth's broke until it rested: the one that works on a request, whose id is given. What breaks is not
    /// to be had on demand.
    pub async fn given_up(&self, number: i64) -> i64 {
        let rests = "update jobs set gave_up_at = now() from requests r
            where jobs.key = r.namespace_id and r.number = $1 returning jobs.id";
        let row = sqlx::query(rests).bind(number).fetch_one(self.db).await.expect("has a job");
        row.get(0)
    }

    /// Attempts at making namespaces broke seven times, without their pauses.
    pub async fn tried_seven_times(&self) {
        let tired = "update jobs set n_broken = 7, attempts = 7 where kind = 'sync_namespace'";
        self.write(sqlx::query(tired)).await;
    }

    /// Others were enqueued before the job that works on a namespace.
    pub async fn last_in_line(&self, namespace: uuid::Uuid) {
        let later = "update jobs set run_at = run_at + interval '1 second' where key = $1";
        self.write_one(sqlx::query(later).bind(namespace)).await;
    }

    /// As the end of a transaction does that another process wrote.
    pub(crate) async fn notify(&self, of: &str) {
        self.write(sqlx::query("select pg_notify('berth', $1)").bind(of)).await;
    }
}
