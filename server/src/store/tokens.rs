//! Access tokens for scripts. A token is known by its SHA-256 only.

use super::people::{RoleRow, from_roles};
use super::{Result, from_serde_str};
use domain::actor::{AuthMethod, Person, Scope};
use domain::id::{PersonId, TokenId};
use domain::view::TokenView;
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub struct NewToken<'a> {
    pub id: TokenId,
    pub person: PersonId,
    pub name: &'a str,
    pub hash: [u8; 32],
    pub prefix: &'a str,
    pub scope: Scope,
    pub at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// A token that is good.
pub struct Live {
    pub person: Person,
    pub id: TokenId,
    pub last_used_at: Option<OffsetDateTime>,
}

pub async fn insert(db: impl PgExecutor<'_>, token: &NewToken<'_>) -> Result<()> {
    sqlx::query!(
        "insert into access_tokens (id, person_id, name, hash, prefix, scope, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        token.id.0,
        token.person.0,
        token.name,
        &token.hash[..],
        token.prefix,
        scope_word(token.scope),
        token.at,
        token.expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The token with its person and all their roles; none when it has ended or was revoked, or the
/// provider has not vouched for its person since `vouched_since`.
pub async fn find(
    db: impl PgExecutor<'_>,
    hash: &[u8; 32],
    now: OffsetDateTime,
    vouched_since: OffsetDateTime,
) -> Result<Option<Live>> {
    let rows = sqlx::query!(
        r#"select a.id as token_id, a.scope, a.last_used_at, p.id as person_id, p.name, p.email,
                  r.role as "role?", t.id as "team_id?", t.slug as "slug?", t.title as "title?"
           from access_tokens a
           join people p on p.id = a.person_id
           left join lateral roles_of(p.id, p.groups) r on true
           left join teams t on t.id = r.team_id
           where a.hash = $1 and a.expires_at > $2 and a.revoked_at is null and p.vouched_at > $3"#,
        &hash[..],
        now,
        vouched_since,
    )
    .fetch_all(db)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (id, last_used_at, scope) = (TokenId(first.token_id), first.last_used_at, from_serde_str(&first.scope)?);
    let roles = rows.into_iter().map(|r| RoleRow {
        person_id: r.person_id,
        name: r.name,
        email: r.email,
        role: r.role,
        team_id: r.team_id,
        slug: r.slug,
        title: r.title,
    });
    Ok(from_roles(roles.collect(), AuthMethod::Token(scope))?.map(|person| Live { person, id, last_used_at }))
}

pub async fn touch(db: impl PgExecutor<'_>, token: TokenId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!("update access_tokens set last_used_at = $2 where id = $1", token.0, at).execute(db).await?;
    Ok(())
}

pub async fn count_live(db: impl PgExecutor<'_>, person: PersonId, now: OffsetDateTime) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from access_tokens where person_id = $1 and expires_at > $2 and revoked_at is null"#,
        person.0,
        now,
    )
    .fetch_one(db)
    .await
}

/// The good ones of one person, newest first.
pub async fn list_live(db: impl PgExecutor<'_>, person: PersonId, now: OffsetDateTime) -> Result<Vec<TokenView>> {
    let rows = sqlx::query!(
        "select id, name, scope, prefix, created_at, expires_at, last_used_at from access_tokens
         where person_id = $1 and expires_at > $2 and revoked_at is null
         order by created_at desc, id limit 100",
        person.0,
        now,
    )
    .fetch_all(db)
    .await?;
    let tokens = rows.into_iter().map(|r| {
        Ok(TokenView {
            id: TokenId(r.id),
            name: r.name,
            scope: from_serde_str(&r.scope)?,
            prefix: r.prefix,
            created_at: r.created_at,
            expires_at: r.expires_at,
            last_used_at: r.last_used_at,
        })
    });
    tokens.collect()
}

/// Answers the name of the token, if `person` had such a good one.
pub async fn revoke(
    db: impl PgExecutor<'_>,
    person: PersonId,
    token: TokenId,
    at: OffsetDateTime,
) -> Result<Option<String>> {
    sqlx::query_scalar!(
        "update access_tokens set revoked_at = $3
         where id = $1 and person_id = $2 and revoked_at is null and expires_at > $3 returning name",
        token.0,
        person.0,
        at,
    )
    .fetch_optional(db)
    .await
}

/// Ends all good ones of one person. Answers how many there were.
pub async fn revoke_of_person(db: impl PgExecutor<'_>, person: PersonId, at: OffsetDateTime) -> Result<u64> {
    let done = sqlx::query!(
        "update access_tokens set revoked_at = $2 where person_id = $1 and revoked_at is null and expires_at > $2",
        person.0,
        at
    );
    Ok(done.execute(db).await?.rows_affected())
}

fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "write",
    }
}
