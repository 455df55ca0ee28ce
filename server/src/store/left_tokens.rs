//! What ended sessions left at the identity provider: refresh tokens, until they are taken back there. A trigger puts them
//! here, so that no session ends without.

use super::Result;
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub struct Left {
    pub id: i64,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// The provider's own session.
    pub sid: Option<String>,
    /// How often in a row nothing came of it.
    pub n_failures: i32,
}

/// One that no session left, because it came when its session had ended.
pub async fn insert(
    db: impl PgExecutor<'_>,
    refresh_token: &[u8],
    sid: Option<&str>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into left_tokens (refresh_token, sid, left_at, try_at) values ($1, $2, $3, $3)",
        refresh_token,
        sid,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the one that has been due longest; nobody else takes it until `leased_until`.
pub async fn lease(db: impl PgExecutor<'_>, now: OffsetDateTime, leased_until: OffsetDateTime) -> Result<Option<Left>> {
    sqlx::query_as!(
        Left,
        "update left_tokens set try_at = $2 where id = (
            select id from left_tokens where try_at <= $1 order by try_at limit 1 for update skip locked)
         returning id, refresh_token, sid, n_failures",
        now,
        leased_until
    )
    .fetch_optional(db)
    .await
}

/// Nothing came of it.
pub async fn put_off(db: impl PgExecutor<'_>, id: i64, until: OffsetDateTime) -> Result<()> {
    sqlx::query!("update left_tokens set try_at = $2, n_failures = n_failures + 1 where id = $1", id, until)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: i64) -> Result<()> {
    sqlx::query!("delete from left_tokens where id = $1", id).execute(db).await?;
    Ok(())
}

/// Gives up those that were left before `before`. Answers how many.
pub async fn delete_old(db: impl PgExecutor<'_>, before: OffsetDateTime) -> Result<u64> {
    Ok(sqlx::query!("delete from left_tokens where left_at < $1", before).execute(db).await?.rows_affected())
}
