//! Teams, and what they hold.

use super::{Result, Visible, parsed, quota};
use domain::Quota;
use domain::id::TeamId;
use domain::name::TeamSlug;
use domain::request::TeamRef;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// A team with the sums over its namespaces.
pub struct TeamSums {
    pub team: TeamRef,
    pub n_namespaces: i64,
    pub granted: Quota,
}

pub async fn find(db: impl PgExecutor<'_>, slug: &TeamSlug) -> Result<Option<TeamRef>> {
    let row =
        sqlx::query!("select id, slug, title from teams where slug = $1", slug.as_str()).fetch_optional(db).await?;
    row.map(|r| reference(r.id, &r.slug, r.title)).transpose()
}

pub async fn list_sums(db: impl PgExecutor<'_>, visible: &Visible) -> Result<Vec<TeamSums>> {
    let rows = sqlx::query!(
        r#"select t.id, t.slug, t.title, count(n.id) as "n!",
                  coalesce(sum(n.cpu_m), 0)::bigint as "cpu_m!", coalesce(sum(n.memory_bytes), 0)::bigint as "memory_bytes!",
                  coalesce(sum(n.storage_bytes), 0)::bigint as "storage_bytes!", coalesce(sum(n.pods), 0)::bigint as "pods!",
                  coalesce(sum(n.load_balancers), 0)::bigint as "load_balancers!", coalesce(sum(n.gpus), 0)::bigint as "gpus!"
           from teams t left join namespaces n on n.team_id = t.id
           where ($1 or t.id = any($2))
           group by t.id order by t.slug"#,
        visible.everything,
        &visible.teams
    )
    .fetch_all(db)
    .await?;
    let sums = rows.into_iter().map(|r| {
        let granted = quota([r.cpu_m, r.memory_bytes, r.storage_bytes, r.pods, r.load_balancers, r.gpus]);
        Ok(TeamSums { team: reference(r.id, &r.slug, r.title)?, n_namespaces: r.n, granted })
    });
    sums.collect()
}

/// Makes the team, or changes its title. Answers its id and whether anything changed.
pub async fn save(
    db: impl PgExecutor<'_>,
    id: TeamId,
    slug: &TeamSlug,
    title: &str,
    at: OffsetDateTime,
) -> Result<Option<TeamId>> {
    let row = sqlx::query!(
        "insert into teams (id, slug, title, created_at) values ($1, $2, $3, $4)
         on conflict (slug) do update set title = excluded.title where teams.title <> excluded.title
         returning id",
        id.0,
        slug.as_str(),
        title,
        at
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| TeamId(r.id)))
}

fn reference(id: Uuid, slug: &str, title: String) -> Result<TeamRef> {
    Ok(TeamRef { id: TeamId(id), slug: parsed(slug)?, title })
}
