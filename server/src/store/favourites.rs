//! Namespaces that people keep at hand.

use super::Result;
use domain::id::{NamespaceId, PersonId};
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub async fn insert(
    db: impl PgExecutor<'_>,
    person: PersonId,
    namespace: NamespaceId,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into favourites (person_id, namespace_id, starred_at) values ($1, $2, $3)
         on conflict on constraint favourite_single do nothing",
        person.0,
        namespace.0,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, person: PersonId, namespace: NamespaceId) -> Result<()> {
    sqlx::query!("delete from favourites where person_id = $1 and namespace_id = $2", person.0, namespace.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn count(db: impl PgExecutor<'_>, person: PersonId) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from favourites where person_id = $1"#, person.0).fetch_one(db).await
}
