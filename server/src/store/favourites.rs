//! Namespaces that people keep at hand.

use super::{Result, Visible};
use domain::id::{NamespaceId, PersonId};
use domain::view::FavouriteView;
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

/// Of those that they may still see, by name.
pub async fn list(
    db: impl PgExecutor<'_>,
    person: PersonId,
    visible: &Visible,
    limit: i64,
) -> Result<Vec<FavouriteView>> {
    sqlx::query_as!(
        FavouriteView,
        "select c.name as cluster, n.name
         from favourites f
         join namespaces n on n.id = f.namespace_id
         join clusters c on c.id = n.cluster_id
         where f.person_id = $1 and ($2 or n.team_id = any($3)) and c.removed_at is null
         order by n.name, c.name limit $4",
        person.0,
        visible.everything,
        &visible.teams,
        limit
    )
    .fetch_all(db)
    .await
}
