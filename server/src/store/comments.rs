//! What people write beside requests.

use super::Result;
use domain::id::{PersonId, RequestId};
use domain::name::Comment;
use domain::view::CommentView;
use sqlx::PgExecutor;
use std::collections::BTreeMap;
use time::OffsetDateTime;

pub async fn insert(
    db: impl PgExecutor<'_>,
    request: RequestId,
    author: PersonId,
    text: &Comment,
    at: OffsetDateTime,
) -> Result<i64> {
    sqlx::query_scalar!(
        "insert into request_comments (request_id, author_id, text, made_at) values ($1, $2, $3, $4) returning id",
        request.0,
        author.0,
        text.as_str(),
        at
    )
    .fetch_one(db)
    .await
}

/// A page, oldest first. `after` is the id of the last one of the page before.
pub async fn list(
    db: impl PgExecutor<'_>,
    request: RequestId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<CommentView>> {
    sqlx::query_as!(
        CommentView,
        "select c.id, p.name as author, c.text, c.made_at from request_comments c join people p on p.id = c.author_id
         where c.request_id = $1 and ($2::bigint is null or c.id > $2) order by c.id limit $3",
        request.0,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// What was written, by id.
pub async fn list_texts(db: impl PgExecutor<'_>, ids: &[i64]) -> Result<BTreeMap<i64, String>> {
    let rows = sqlx::query!("select id, text from request_comments where id = any($1)", ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|r| (r.id, r.text)).collect())
}
