//! Which group of the identity provider gives which role.

use super::{Result, from_serde_str, parsed};
use domain::actor::{PlatformRole, TeamRole};
use domain::id::{PersonId, TeamId};
use domain::name::GroupName;
use sqlx::PgExecutor;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Groups of a team with the role each gives.
pub async fn list_of_team(db: impl PgExecutor<'_>, team: TeamId) -> Result<Vec<(GroupName, TeamRole)>> {
    let mut by_team = list_of_teams(db, &[team.0]).await?;
    Ok(by_team.remove(&team).unwrap_or_default())
}

/// The same for several teams at once.
pub async fn list_of_teams(
    db: impl PgExecutor<'_>,
    teams: &[Uuid],
) -> Result<BTreeMap<TeamId, Vec<(GroupName, TeamRole)>>> {
    let rows = sqlx::query!(
        r#"select team_id as "team_id!", group_name, role from bindings where team_id = any($1) order by role, group_name"#,
        teams
    )
    .fetch_all(db)
    .await?;
    let mut by_team: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        by_team.entry(TeamId(row.team_id)).or_default().push((parsed(&row.group_name)?, from_serde_str(&row.role)?));
    }
    Ok(by_team)
}

/// `by` is who binds it; none at the command line.
pub async fn insert_of_team(
    db: impl PgExecutor<'_>,
    team: TeamId,
    group: &GroupName,
    role: TeamRole,
    by: Option<PersonId>,
) -> Result<()> {
    sqlx::query!(
        "insert into bindings (group_name, team_id, role, made_by) values ($1, $2, $3, $4)",
        group.as_str(),
        team.0,
        role.title(),
        by.map(|by| by.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_of_team(db: impl PgExecutor<'_>, team: TeamId, group: &GroupName, role: TeamRole) -> Result<()> {
    sqlx::query!(
        "delete from bindings where group_name = $1 and team_id = $2 and role = $3",
        group.as_str(),
        team.0,
        role.title()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the group a role for all of Berth; answers whether it is new.
pub async fn insert_of_platform(db: impl PgExecutor<'_>, group: &GroupName, role: PlatformRole) -> Result<bool> {
    let done = sqlx::query!(
        "insert into bindings (group_name, role) values ($1, $2) on conflict on constraint binding_single do nothing",
        group.as_str(),
        role.title()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Groups with a role for all of Berth.
pub async fn list_of_platform(db: impl PgExecutor<'_>) -> Result<Vec<(GroupName, PlatformRole)>> {
    let rows = sqlx::query!("select group_name, role from bindings where team_id is null order by role, group_name");
    rows.fetch_all(db).await?.into_iter().map(|r| Ok((parsed(&r.group_name)?, from_serde_str(&r.role)?))).collect()
}

/// Takes it away; answers whether it was there.
pub async fn delete_of_platform(db: impl PgExecutor<'_>, group: &GroupName, role: PlatformRole) -> Result<bool> {
    let done = sqlx::query!(
        "delete from bindings where group_name = $1 and team_id is null and role = $2",
        group.as_str(),
        role.title()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Nobody else changes bindings before the transaction ends; reading goes on. Taken first by whoever sets up.
pub async fn lock_all(db: impl PgExecutor<'_>) -> Result<()> {
    sqlx::query!("lock table bindings in share row exclusive mode").execute(db).await?;
    Ok(())
}
