//! People, what they come in with, and their roles: how old it all is, and what notifies nobody.

use super::Forged;

impl Forged<'_> {
    /// Time passes: what the provider said of everybody is a quarter of an hour old.
    pub async fn groups_age(&self) {
        let aged = "update sessions set refreshed_at = now() - interval '16 minutes', refresh_after = null";
        self.write(sqlx::query(aged)).await;
    }

    /// Time passes: of these people, by subject, it is so many minutes older, so that they are asked for first.
    pub async fn groups_age_more(&self, subjects: &[&str], minutes: i32) {
        let aged = "update sessions s set refreshed_at = refreshed_at - make_interval(mins => $2) from people p
            where p.id = s.person_id and p.subject = any($1)";
        self.write(sqlx::query(aged).bind(subjects).bind(minutes)).await;
    }

    /// Time passes: what was put off is tried again.
    pub async fn refreshes_due(&self) {
        let due = "update sessions set refresh_after = now() - interval '1 second' where refresh_after is not null";
        self.write(sqlx::query(due)).await;
    }

    /// Nobody but this person was ever signed in, as the only one of a provider of the test's own: what others left there
    /// is not looked for.
    pub async fn only_session_is_of(&self, subject: &str) {
        let others = "delete from sessions s using people p where p.id = s.person_id and p.subject <> $1";
        self.write(sqlx::query(others).bind(subject)).await;
        self.write(sqlx::query("delete from left_tokens")).await;
    }

    /// Everybody but this person signed in before refresh tokens were kept.
    pub async fn only_refreshable_is(&self, subject: &str) {
        let others =
            "update sessions s set refresh_token = null from people p where p.id = s.person_id and p.subject <> $1";
        self.write(sqlx::query(others).bind(subject)).await;
    }

    /// Time passes: everybody was seen so many minutes ago; that they are seen is not written down before a minute has
    /// passed since.
    pub async fn seen_ago(&self, minutes: i32) {
        let seen = "update sessions set last_seen_at = now() - make_interval(mins => $1)";
        self.write(sqlx::query(seen).bind(minutes)).await;
    }

    /// Time passes: everybody was seen just now, and signed in half a day ago.
    pub async fn sessions_end(&self) {
        let over = "update sessions set expires_at = now() - interval '1 second', last_seen_at = now()";
        self.write(sqlx::query(over)).await;
    }

    /// Time passes: what ended sessions left at the provider may be taken back now.
    pub async fn left_tokens_due(&self) {
        self.write(sqlx::query("update left_tokens set try_at = now()")).await;
    }

    /// Time passes: it was left there so many hours ago.
    pub async fn left_tokens_age(&self, hours: i32) {
        let old = "update left_tokens set left_at = now() - make_interval(hours => $1)";
        self.write(sqlx::query(old).bind(hours)).await;
    }

    /// Time passes: the provider has vouched for everybody so many days ago.
    pub async fn vouched_days_ago(&self, days: i32) {
        let aged = "update people set vouched_at = now() - make_interval(days => $1)";
        self.write(sqlx::query(aged).bind(days)).await;
    }

    /// Time passes: an access token is over.
    pub async fn token_ends(&self, id: &str) {
        self.write_one(sqlx::query("update access_tokens set expires_at = now() where id = $1::uuid").bind(id)).await;
    }

    /// Time passes: memberships are over.
    pub async fn memberships_end(&self) {
        let over = "update memberships set given_at = now() - interval '2 days', until = now() - interval '1 second'";
        self.write(sqlx::query(over)).await;
    }

    /// Another replica has taken these roles from all groups, and its notification is lost.
    pub async fn role_taken_unheard(&self, role: &str) {
        self.write(sqlx::query("delete from bindings where role = $1").bind(role)).await;
    }

    /// Damage: no group has any role, not even Platform's, whose last one the program keeps.
    pub async fn no_bindings(&self) {
        self.write(sqlx::query("delete from bindings")).await;
    }

    /// A row as it was read from the database that all are copies of, into one that is no copy: signing in anew would give
    /// out other keys.
    pub(crate) async fn row(&self, table: &str, row: &serde_json::Value) {
        let row_of = format!("insert into {table} select * from jsonb_populate_record(null::{table}, $1)");
        self.write_one(sqlx::query(sqlx::AssertSqlSafe(row_of)).bind(row)).await;
    }
}
