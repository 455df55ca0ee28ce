//! Sessions of the browser. A cookie is known by its SHA-256 only.

use super::Result;
use super::people::{RoleRow, from_roles};
use domain::actor::{AuthMethod, Person};
use domain::id::PersonId;
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub struct NewSession<'a> {
    pub hash: [u8; 32],
    pub person: PersonId,
    pub user_agent: &'a str,
    /// Sealed.
    pub id_token: Option<&'a [u8]>,
    /// The provider's own session.
    pub sid: Option<&'a str>,
    /// Sealed.
    pub refresh_token: Option<&'a [u8]>,
    pub userinfo_has_groups: bool,
    pub at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// A session that goes on.
pub struct Live {
    pub person: Person,
    pub last_seen_at: OffsetDateTime,
}

/// Which sessions go on at a moment: not past their end, and used since.
#[derive(Clone, Copy)]
pub struct SessionWindow {
    pub now: OffsetDateTime,
    pub used_since: OffsetDateTime,
}

pub async fn insert(db: impl PgExecutor<'_>, session: &NewSession<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sessions
            (id_hash, person_id, user_agent, id_token, created_at, last_seen_at, expires_at, sid, refresh_token, refreshed_at,
             userinfo_has_groups)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $5, $9)",
        &session.hash[..],
        session.person.0,
        session.user_agent,
        session.id_token,
        session.at,
        session.expires_at,
        session.sid,
        session.refresh_token,
        session.userinfo_has_groups,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The session with its person and all their roles.
pub async fn find(db: impl PgExecutor<'_>, hash: &[u8; 32], window: SessionWindow) -> Result<Option<Live>> {
    let rows = sqlx::query!(
        r#"select s.last_seen_at, p.id as person_id, p.name, p.email,
                  r.role as "role?", t.id as "team_id?", t.slug as "slug?", t.title as "title?"
           from sessions s
           join people p on p.id = s.person_id
           left join lateral roles_of(p.id, p.groups) r on true
           left join teams t on t.id = r.team_id
           where s.id_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3"#,
        &hash[..],
        window.now,
        window.used_since,
    )
    .fetch_all(db)
    .await?;
    let Some(last_seen_at) = rows.first().map(|r| r.last_seen_at) else { return Ok(None) };
    let roles = rows.into_iter().map(|r| RoleRow {
        person_id: r.person_id,
        name: r.name,
        email: r.email,
        role: r.role,
        team_id: r.team_id,
        slug: r.slug,
        title: r.title,
    });
    Ok(from_roles(roles.collect(), AuthMethod::Session)?.map(|person| Live { person, last_seen_at }))
}

pub async fn touch(db: impl PgExecutor<'_>, hash: &[u8; 32], at: OffsetDateTime) -> Result<()> {
    sqlx::query!("update sessions set last_seen_at = $2 where id_hash = $1 and last_seen_at < $2", &hash[..], at)
        .execute(db)
        .await?;
    Ok(())
}

/// A session in its owner's list.
pub struct Listed {
    pub hash: Vec<u8>,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// Those of one person, last used first; at most 100.
pub async fn list(db: impl PgExecutor<'_>, person: PersonId, window: SessionWindow) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        "select id_hash as hash, user_agent, created_at, last_seen_at, expires_at from sessions
         where person_id = $1 and expires_at > $2 and last_seen_at > $3
         order by last_seen_at desc limit 100",
        person.0,
        window.now,
        window.used_since,
    )
    .fetch_all(db)
    .await
}

/// What an ended session leaves behind.
pub struct Ended {
    pub person: PersonId,
    /// Sealed.
    pub id_token: Option<Vec<u8>>,
}

pub async fn delete(db: impl PgExecutor<'_>, hash: &[u8; 32]) -> Result<Option<Ended>> {
    let row = sqlx::query!("delete from sessions where id_hash = $1 returning person_id, id_token", &hash[..])
        .fetch_optional(db)
        .await?;
    Ok(row.map(|r| Ended { person: PersonId(r.person_id), id_token: r.id_token }))
}

/// Ends a session of `person` by the first bytes of its hash. Answers whether there was one.
pub async fn delete_listed(db: impl PgExecutor<'_>, person: PersonId, begins: &[u8]) -> Result<bool> {
    let done = sqlx::query!(
        "delete from sessions where person_id = $1 and substring(id_hash from 1 for length($2::bytea)) = $2::bytea",
        person.0,
        begins,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Clears away what ended by itself; at most 1000 at once. Answers whether there was something.
pub async fn delete_over(db: impl PgExecutor<'_>, window: SessionWindow) -> Result<bool> {
    let done = sqlx::query!(
        "delete from sessions where id_hash in
            (select id_hash from sessions where expires_at <= $1 or last_seen_at <= $2 limit 1000)",
        window.now,
        window.used_since,
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Whether a session began with the provider's session `sid`.
pub async fn has_sid(db: impl PgExecutor<'_>, sid: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(r#"select exists(select from sessions where sid = $1) as "found!""#, sid);
    found.fetch_one(db).await
}

/// A session whose person is to be asked for at the provider.
pub struct Due {
    pub hash: Vec<u8>,
    pub issuer: String,
    pub subject: String,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// How often in a row nothing came of it.
    pub n_failures: i32,
    /// Whether userinfo has told its person's groups.
    pub userinfo_has_groups: bool,
}

/// Takes the session that has waited longest, if it was refreshed before `before` and is not put off; nobody else takes it
/// until `leased_until`. One that was put off waits from then on, so it comes behind those whose turn has not come yet.
pub async fn lease_to_refresh(
    db: impl PgExecutor<'_>,
    before: OffsetDateTime,
    leased_until: OffsetDateTime,
    window: SessionWindow,
) -> Result<Option<Due>> {
    let row = sqlx::query!(
        r#"update sessions s set refresh_leased_until = $2 from people p
           where p.id = s.person_id and s.id_hash = (
                select id_hash from sessions
                where refresh_token is not null and refreshed_at < $1
                  and (refresh_after is null or refresh_after <= $3)
                  and (refresh_leased_until is null or refresh_leased_until < $3)
                  and expires_at > $3 and last_seen_at > $4
                order by coalesce(refresh_after, refreshed_at) limit 1 for update skip locked)
           returning s.id_hash, p.issuer, p.subject, s.refresh_token as "refresh_token!",
               s.n_refresh_failures, s.userinfo_has_groups"#,
        before,
        leased_until,
        window.now,
        window.used_since,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| Due {
        hash: r.id_hash,
        issuer: r.issuer,
        subject: r.subject,
        refresh_token: r.refresh_token,
        n_failures: r.n_refresh_failures,
        userinfo_has_groups: r.userinfo_has_groups,
    }))
}

/// What came of asking for a session.
#[derive(Default)]
pub struct Refreshed<'a> {
    /// Sealed.
    pub refresh_token: Option<&'a [u8]>,
    /// Sealed.
    pub id_token: Option<&'a [u8]>,
    pub userinfo_has_groups: bool,
}

/// Keeps what the provider gave for the next time; a token that it did not renew stays. False when the session is gone.
pub async fn save_refreshed(
    db: impl PgExecutor<'_>,
    hash: &[u8],
    refreshed: Refreshed<'_>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set refresh_token = coalesce($2, refresh_token), id_token = coalesce($3, id_token),
            refreshed_at = $4, refresh_leased_until = null, refresh_after = null, n_refresh_failures = 0,
            userinfo_has_groups = userinfo_has_groups or $5
         where id_hash = $1",
        hash,
        refreshed.refresh_token,
        refreshed.id_token,
        at,
        refreshed.userinfo_has_groups
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Nothing came of it, but perhaps another token: whoever comes after `until` may try again. False when the session is gone.
pub async fn put_off_refresh(
    db: impl PgExecutor<'_>,
    hash: &[u8],
    refresh_token: Option<&[u8]>,
    until: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set refresh_token = coalesce($2, refresh_token), refresh_leased_until = null,
            refresh_after = $3, n_refresh_failures = n_refresh_failures + 1
         where id_hash = $1",
        hash,
        refresh_token,
        until
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends one session by its whole hash. Answers whether there was one.
pub async fn delete_by_hash(db: impl PgExecutor<'_>, hash: &[u8]) -> Result<bool> {
    Ok(sqlx::query!("delete from sessions where id_hash = $1", hash).execute(db).await?.rows_affected() > 0)
}

/// A session that the provider ended.
pub struct LoggedOut {
    pub hash: Vec<u8>,
    pub person: PersonId,
    pub name: String,
    pub email: String,
}

/// Ends the sessions that began with the provider's session `sid`, or all of `subject` when it names none.
pub async fn delete_of_provider(
    db: impl PgExecutor<'_>,
    issuer: &str,
    sid: Option<&str>,
    subject: Option<&str>,
) -> Result<Vec<LoggedOut>> {
    let rows = sqlx::query!(
        "delete from sessions s using people p
         where p.id = s.person_id and p.issuer = $1
           and ($2::text is null or s.sid = $2) and ($3::text is null or p.subject = $3)
           and ($2::text is not null or $3::text is not null)
         returning s.id_hash, p.id, p.name, p.email",
        issuer,
        sid,
        subject
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| LoggedOut { hash: r.id_hash, person: PersonId(r.id), name: r.name, email: r.email })
        .collect())
}

/// Notes that a logout token was taken; false when it was before.
pub async fn insert_logout_token(db: impl PgExecutor<'_>, hash: &[u8; 32], at: OffsetDateTime) -> Result<bool> {
    let done =
        sqlx::query!("insert into logout_tokens (hash, seen_at) values ($1, $2) on conflict do nothing", &hash[..], at);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Forgets tokens that are too old to be taken anyway.
pub async fn delete_logout_tokens(db: impl PgExecutor<'_>, before: OffsetDateTime) -> Result<()> {
    sqlx::query!("delete from logout_tokens where seen_at < $1", before).execute(db).await?;
    Ok(())
}

/// Ends all sessions of one person. Answers how many.
pub async fn delete_of_person(db: impl PgExecutor<'_>, person: PersonId) -> Result<u64> {
    Ok(sqlx::query!("delete from sessions where person_id = $1", person.0).execute(db).await?.rows_affected())
}
