//! Where namespaces are, and how they stand: nothing more of them.

use super::{Result, Visible, from_serde_str, parsed};
use domain::drift::Condition;
use domain::id::{ClusterId, NamespaceId};
use domain::lifetime::Ending;
use domain::name::{ClusterName, NamespaceName};
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub struct NamedPlace {
    pub id: NamespaceId,
    pub cluster: ClusterId,
    pub cluster_name: ClusterName,
    pub name: NamespaceName,
    pub condition: Option<Condition>,
    pub expires_at: Option<OffsetDateTime>,
    /// That it expires then, people were told.
    pub is_reminded: bool,
    pub ending: Option<Ending>,
}

/// Where all of them are, by name: to look each up in what was read from the clusters.
pub async fn list(db: impl PgExecutor<'_>, visible: &Visible) -> Result<Vec<NamedPlace>> {
    let rows = sqlx::query!(
        r#"select n.id, n.cluster_id, c.name as cluster, n.name, n.trouble, n.expires_at,
                  n.reminded_days is not null as "is_reminded!",
                  e.cause as "cause?", e.suspended_at as "suspended_at?", e.delete_at as "delete_at?"
         from namespaces n join clusters c on c.id = n.cluster_id left join endings e on e.namespace_id = n.id
         where ($1 or n.team_id = any($2)) and c.removed_at is null order by n.name, c.name"#,
        visible.everything,
        &visible.teams
    )
    .fetch_all(db)
    .await?;
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        places.push(NamedPlace {
            id: NamespaceId(row.id),
            cluster: ClusterId(row.cluster_id),
            cluster_name: parsed(&row.cluster)?,
            name: parsed(&row.name)?,
            condition: row.trouble.as_deref().map(from_serde_str).transpose()?,
            expires_at: row.expires_at,
            is_reminded: row.is_reminded,
            ending: super::endings::ending(row.cause.as_deref(), row.suspended_at, row.delete_at)?,
        });
    }
    Ok(places)
}

/// Names of the clusters that a team has namespaces on, the most first.
pub async fn list_clusters_of_team(db: impl PgExecutor<'_>, team: &str) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        "select c.name from namespaces n join clusters c on c.id = n.cluster_id join teams t on t.id = n.team_id
         where t.slug = $1 and c.removed_at is null and c.paused_reason is null
         group by c.name order by count(*) desc, c.name",
        team
    )
    .fetch_all(db)
    .await
}
