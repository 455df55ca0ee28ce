//! What goes wrong in a database by itself: a full disk, deadlocks, rows that cannot be written, a clock that is wrong, a
//! schema of another version.

use super::Forged;
use sqlx::AssertSqlSafe;

impl Forged<'_> {
    /// Whatever is noted is refused.
    pub async fn nothing_can_be_noted(&self) {
        self.write_all(
            "create trigger no_more before insert on audit_events for each statement execute function refuse_change()",
        )
        .await;
    }

    /// The last of a change's writes finds no space on the disk.
    pub async fn disk_full(&self) {
        self.write_all(
            "create function disk_full() returns trigger language plpgsql as $$ begin
                raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
             end $$;
             create trigger disk_full before insert on audit_events for each row execute function disk_full()",
        )
        .await;
    }

    /// There is space again.
    pub async fn disk_cleared(&self) {
        self.write_all("drop trigger disk_full on audit_events").await;
    }

    /// Fills the disk that the database is really on, until not even one more row finds room.
    pub async fn disk_filled(&self) {
        self.write_all("create table ballast (heavy text)").await;
        for n_rows in [1000, 1] {
            let full = loop {
                let rows = sqlx::query("insert into ballast select repeat('x', 1500) from generate_series(1, $1)");
                if let Err(error) = rows.bind(n_rows).execute(self.db).await {
                    break error;
                }
            };
            let code = full.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some("53100"), "{full}");
        }
    }

    /// There is room again.
    pub async fn disk_emptied(&self) {
        self.write_all("drop table ballast").await;
    }

    /// Postgres ends whoever writes a comment, as it ends one of two who wait for each other: so many times, with this code.
    /// What a sequence has counted stays, whatever else is undone.
    pub async fn comments_ended(&self, n_times: i64, code: &str) {
        let ends = format!(
            "create sequence n_tries;
             create function end_it() returns trigger language plpgsql as $$ begin
                if nextval('n_tries') <= {n_times} then raise exception 'in the way' using errcode = '{code}'; end if;
                return new;
             end $$;
             create trigger ends before insert on request_comments for each row execute function end_it()"
        );
        sqlx::raw_sql(AssertSqlSafe(ends)).execute(self.db).await.expect("is made");
    }

    /// One request cannot be written.
    pub async fn unwritable(&self, number: i64) {
        let refuses = format!(
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'for a test'; end $$;
             create trigger refuse before update on requests for each row when (new.number = {number})
                execute function refuse()"
        );
        sqlx::raw_sql(AssertSqlSafe(refuses)).execute(self.db).await.expect("is made");
    }

    /// Whoever connects from now on is told a time that is ten minutes later.
    pub async fn clock_ahead(&self) {
        self.write_all(
            "create schema ahead;
             create function ahead.clock_timestamp() returns timestamptz language sql as
                $$ select pg_catalog.clock_timestamp() + interval '10 minutes' $$;
             do $$ begin
                execute format('alter database %I set search_path = ahead, pg_catalog, public', current_database());
             end $$",
        )
        .await;
    }

    /// No migration is known to have been applied.
    pub async fn schema_forgotten(&self) {
        self.write_all("delete from _sqlx_migrations").await;
    }

    /// Somebody who connects with a password.
    pub async fn connects_with_password(&self, name: &str, password: &str) {
        let role = format!("create role {name} login password '{password}'");
        self.write(sqlx::query(AssertSqlSafe(role))).await;
    }
}

/// What the next version adds to the schema.
pub const LATER_SCHEMA: &str =
    "alter table requests add column for_a_later_version text; create index for_later on requests (state_since);";
