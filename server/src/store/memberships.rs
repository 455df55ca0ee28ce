//! Roles in a team for one person, without a group, until a date. Those that ended stay until another replaces them,
//! and count nowhere.

use super::{Result, from_serde_str};
use domain::actor::TeamRole;
use domain::id::{ClusterId, NamespaceId, PersonId, TeamId};
use domain::name::Reason;
use domain::view::{MembershipView, PersonView};
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub struct New<'a> {
    pub team: TeamId,
    pub person: PersonId,
    pub role: TeamRole,
    pub reason: &'a Reason,
    pub given_by: PersonId,
    pub given_at: OffsetDateTime,
    pub until: OffsetDateTime,
}

/// Gives it, in place of the one the person had in the team.
pub async fn save(db: impl PgExecutor<'_>, new: &New<'_>) -> Result<()> {
    sqlx::query!(
        "insert into memberships (team_id, person_id, role, reason, given_by, given_at, until)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint membership_single do update set
            role = excluded.role, reason = excluded.reason, given_by = excluded.given_by,
            given_at = excluded.given_at, until = excluded.until",
        new.team.0,
        new.person.0,
        new.role.title(),
        new.reason.as_str(),
        new.given_by.0,
        new.given_at,
        new.until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Answers the role it gave, if it had not ended by itself.
pub async fn delete(db: impl PgExecutor<'_>, team: TeamId, person: PersonId) -> Result<Option<TeamRole>> {
    let role = sqlx::query_scalar!(
        "delete from memberships where team_id = $1 and person_id = $2 and until > now() returning role",
        team.0,
        person.0
    );
    role.fetch_optional(db).await?.map(|role| from_serde_str(&role)).transpose()
}

/// Those of a team that have not ended, the next to end first; at most 200.
pub async fn list(db: impl PgExecutor<'_>, team: TeamId) -> Result<Vec<MembershipView>> {
    let rows = sqlx::query!(
        r#"select m.person_id, p.name, m.role, m.reason, g.name as given_by, m.given_at, m.until
           from memberships m join people p on p.id = m.person_id join people g on g.id = m.given_by
           where m.team_id = $1 and m.until > now() order by m.until, p.name limit 200"#,
        team.0
    )
    .fetch_all(db)
    .await?;
    let views = rows.into_iter().map(|r| {
        Ok(MembershipView {
            person: PersonView { id: PersonId(r.person_id), name: r.name },
            role: from_serde_str(&r.role)?,
            reason: r.reason,
            given_by: r.given_by,
            given_at: r.given_at,
            until: r.until,
        })
    });
    views.collect()
}

/// Namespaces that were last made what they should be before a membership of their team began or ended, and that nobody has
/// ordered to be looked at. Where nothing can be done now, on clusters that are paused, removed, replaced by another or `away`, they wait.
pub async fn list_behind(db: impl PgExecutor<'_>, away: &[ClusterId], limit: i64) -> Result<Vec<NamespaceId>> {
    let away: Vec<_> = away.iter().map(|id| id.0).collect();
    let ids = sqlx::query_scalar!(
        "select n.id from namespaces n join clusters c on c.id = n.cluster_id
         where c.removed_at is null and c.paused_reason is null and c.seen_uid is null and c.id <> all($2::uuid[])
           and not exists (select from jobs j where j.kind = 'sync_namespace' and j.key = n.id)
           and n.state = 'ready' and exists (
            select from memberships m where m.team_id = n.team_id
               and (n.synced_at < m.given_at or (m.until <= now() and n.synced_at < m.until + interval '5 minutes'))
         )
         order by n.synced_at limit $1",
        limit,
        &away
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(NamespaceId).collect())
}
