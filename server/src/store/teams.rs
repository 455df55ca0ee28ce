//! Teams: what is set up of them, and what they hold.

use super::{Columns, Conn, Result, Visible, from_serde_str, overcommit, parsed, quota};
use domain::Quota;
use domain::actor::TeamRole;
use domain::id::{ClusterId, PersonId, TeamId};
use domain::name::{NamespaceName, TeamSlug};
use domain::namespace::TeamRef;
use domain::policy::Automatic;
use domain::setup::{TeamBinding, TeamSetup};
use domain::team::{Held, Limits};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A team with the sums over its namespaces.
pub struct TeamSums {
    pub team: TeamRef,
    pub n_namespaces: i64,
    pub granted: Quota,
    pub archived_at: Option<OffsetDateTime>,
}

/// A team as it is set up, with who changed it last.
pub struct Stored {
    pub id: TeamId,
    pub setup: TeamSetup,
    pub archived_at: Option<OffsetDateTime>,
    pub version: i32,
    pub changed_by: Option<String>,
    pub changed_at: Option<OffsetDateTime>,
}

/// What decides whether a team may be granted more.
#[derive(Clone)]
pub struct TeamLimits {
    pub limits: Limits,
    pub is_archived: bool,
}

/// What a list is narrowed to; an empty text narrows nothing.
pub struct Filter<'a> {
    pub text: &'a str,
    /// Archived ones too.
    pub archived: bool,
    /// Slug of the last row of the page before.
    pub after: Option<&'a str>,
    pub limit: i64,
}

pub async fn find(db: impl PgExecutor<'_>, slug: &TeamSlug) -> Result<Option<TeamRef>> {
    let row =
        sqlx::query!("select id, slug, title from teams where slug = $1", slug.as_str()).fetch_optional(db).await?;
    row.map(|r| reference(r.id, &r.slug, r.title)).transpose()
}

/// Whose a namespace of this name is: the team whose slug begins it, and of several the one with the longest.
pub async fn find_owner_of(db: impl PgExecutor<'_>, name: &NamespaceName) -> Result<Option<TeamId>> {
    let id = sqlx::query_scalar!(
        "select id from teams where starts_with($1, slug || '-') order by length(slug) desc limit 1",
        name.as_str()
    );
    Ok(id.fetch_optional(db).await?.map(TeamId))
}

/// The team with its bindings.
pub async fn find_stored(conn: &mut PgConnection, slug: &TeamSlug) -> Result<Option<Stored>> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, slug, title, description, cost_centre, limits as "limits: Json<Limits>", archived_at, version,
                  changed_by, changed_at
           from teams where slug = $1"#,
        slug.as_str()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(record) = record else { return Ok(None) };
    let bindings = super::bindings::list_of_team(conn, TeamId(record.id)).await?;
    record.into_stored(bindings.into_iter().map(|(group, role)| TeamBinding { group, role }).collect()).map(Some)
}

/// All teams with their bindings, by slug.
pub async fn list_stored(conn: &mut PgConnection) -> Result<Vec<Stored>> {
    let records = sqlx::query_as!(
        Record,
        r#"select id, slug, title, description, cost_centre, limits as "limits: Json<Limits>", archived_at, version,
                  changed_by, changed_at
           from teams order by slug"#
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let mut bindings: BTreeMap<_, _> = super::bindings::list_of_teams(conn, &ids).await?;
    let stored = records.into_iter().map(|record| {
        let groups = bindings.remove(&TeamId(record.id)).unwrap_or_default();
        record.into_stored(groups.into_iter().map(|(group, role)| TeamBinding { group, role }).collect())
    });
    stored.collect()
}

/// A page by slug, of those that may be seen.
pub async fn list_sums(db: impl PgExecutor<'_>, visible: &Visible, filter: &Filter<'_>) -> Result<Vec<TeamSums>> {
    let rows = sqlx::query!(
        r#"select t.id, t.slug, t.title, t.archived_at, coalesce(s.n_namespaces, 0) as "n!",
                  s.quota as "granted?: Json<Columns>"
           from (
              select id, slug, title, archived_at from teams
              where ($1 or id = any($2))
                and ($3 = '' or strpos(lower(title), lower($3)) > 0 or strpos(slug, lower($3)) > 0)
                and ($4 or archived_at is null)
                and ($5::text is null or slug > $5)
              order by slug limit $6
           ) t
           left join lateral (select * from team_holdings h where h.team_id = t.id) s on true
           order by t.slug"#,
        visible.everything,
        &visible.teams,
        filter.text,
        filter.archived,
        filter.after,
        filter.limit,
    )
    .fetch_all(db)
    .await?;
    let sums = rows.into_iter().map(|r| {
        let granted = r.granted.map(quota).unwrap_or_default();
        let team = reference(r.id, &r.slug, r.title)?;
        Ok(TeamSums { team, n_namespaces: r.n, granted, archived_at: r.archived_at })
    });
    sums.collect()
}

/// Which of these teams are archived.
pub async fn list_archived(db: impl PgExecutor<'_>, teams: &[Uuid]) -> Result<Vec<TeamId>> {
    let ids = sqlx::query_scalar!("select id from teams where id = any($1) and archived_at is not null", teams);
    Ok(ids.fetch_all(db).await?.into_iter().map(TeamId).collect())
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    id: TeamId,
    setup: &TeamSetup,
    by: &str,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into teams (id, slug, title, description, cost_centre, limits, archived_at, changed_by, changed_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        id.0,
        setup.slug.as_str(),
        setup.title.as_str(),
        setup.description.as_ref().map(|text| text.as_str()),
        setup.cost_centre.as_ref().map(|text| text.as_str()),
        Json(&setup.limits) as _,
        setup.archived.then_some(at),
        by,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Everything but the slug and the bindings.
pub async fn save(db: impl PgExecutor<'_>, id: TeamId, setup: &TeamSetup, by: &str, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update teams set title = $2, description = $3, cost_centre = $4, limits = $5,
            archived_at = case when $6 then coalesce(archived_at, $8) end, version = version + 1, changed_by = $7, changed_at = $8
         where id = $1",
        id.0,
        setup.title.as_str(),
        setup.description.as_ref().map(|text| text.as_str()),
        setup.cost_centre.as_ref().map(|text| text.as_str()),
        Json(&setup.limits) as _,
        setup.archived,
        by,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the team may be granted; nobody else grants to it, or changes it, before the transaction ends. Comes before the
/// lock on a cluster's capacity, everywhere.
pub async fn lock_limits(db: impl PgExecutor<'_>, id: TeamId) -> Result<TeamLimits> {
    let row = sqlx::query!(
        r#"select limits as "limits: Json<Limits>", archived_at from teams where id = $1 for no key update"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(TeamLimits { limits: row.limits.0, is_archived: row.archived_at.is_some() })
}

/// Holds every team of which a request waits for capacity on the cluster.
pub async fn lock_waiting(db: impl PgExecutor<'_>, cluster: ClusterId) -> Result<()> {
    sqlx::query!(
        "select id from teams where id in (select team_id from requests where cluster_id = $1 and state = 'waiting')
         order by id for no key update",
        cluster.0
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// What the team may be granted, without holding anything.
pub async fn get_limits(db: impl PgExecutor<'_>, id: TeamId) -> Result<TeamLimits> {
    let row = sqlx::query!(r#"select limits as "limits: Json<Limits>", archived_at from teams where id = $1"#, id.0)
        .fetch_one(db)
        .await?;
    Ok(TeamLimits { limits: row.limits.0, is_archived: row.archived_at.is_some() })
}

/// What the team holds: its limits are measured by this, whoever asks, approves, tries again or undoes.
pub async fn get_held(db: impl PgExecutor<'_>, id: TeamId) -> Result<Held> {
    let row = sqlx::query!(
        r#"select n_namespaces as "n!", quota as "quota!: Json<Columns>" from team_holdings where team_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    let Some(r) = row else { return Ok(Held::default()) };
    Ok(Held { n_namespaces: super::amount(r.n), quota: quota(r.quota) })
}

/// What was granted automatically and still stands: of a person, of a team, and of the team on a cluster.
pub async fn get_automatic(conn: &mut Conn, person: PersonId, team: TeamId, cluster: ClusterId) -> Result<Automatic> {
    let r = sqlx::query!(
        r#"select count(*) filter (where r.requester_id = $1) as "n_of_person!",
                  count(*) filter (where n.team_id = $2) as "n_of_team!"
           from requests r join namespaces n on n.id = r.namespace_id
           join clusters c on c.id = n.cluster_id and c.removed_at is null
           where r.kind = 'new_namespace' and r.plan -> 'stages' = '[]' and (r.requester_id = $1 or r.team_id = $2)"#,
        person.0,
        team.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let of_team = get_automatic_quota(conn, team, cluster).await?;
    Ok(Automatic { n_of_person: r.n_of_person, n_of_team: r.n_of_team, of_team })
}

/// What the team's namespaces on the cluster take of its capacity without anybody's approval: what the rules gave them at
/// first and what each raise by the rules added, and no more than they hold now.
async fn get_automatic_quota(conn: &mut Conn, team: TeamId, cluster: ClusterId) -> Result<Quota> {
    let rows = sqlx::query!(
        r#"with added as (
              select q.namespace_id, after.key as resource,
                     sum(greatest(after.value::bigint - coalesce((q.before ->> after.key)::bigint, 0), 0))::bigint as amount
              from namespaces n join quota_changes q on q.namespace_id = n.id join requests r on r.id = q.request_id
              cross join lateral jsonb_each_text(q.after) as after
              where n.team_id = $1 and n.cluster_id = $2 and q.is_increase and q.decided_by is null
                    and r.state <> 'undone'
              group by q.namespace_id, after.key
           )
           select k.overcommit_percent as "overcommit_percent!",
                  jsonb_object_agg(a.resource, least(a.amount, (held.quota ->> a.resource)::bigint)) as "stands!: Json<Columns>"
           from added a join namespaces n on n.id = a.namespace_id join classes k on k.id = n.class_id
           cross join lateral held_quota(n) as held (quota)
           group by n.id, k.overcommit_percent"#,
        team.0,
        cluster.0
    )
    .fetch_all(conn)
    .await?;
    let counted = rows.into_iter().map(|r| overcommit(r.overcommit_percent).of(&quota(r.stands)));
    Ok(counted.fold(Quota::ZERO, |sum, quota| sum.plus(&quota)))
}

/// Requests of the team that somebody still has to do something about.
pub async fn count_open_requests(db: impl PgExecutor<'_>, id: TeamId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from requests
           where team_id = $1 and state not in ('completed', 'rejected', 'withdrawn', 'expired', 'superseded', 'undone')"#,
        id.0
    )
    .fetch_one(db)
    .await
}

/// Somebody with a role in a team, once for each thing that gives it.
pub struct PersonWithRole {
    pub id: PersonId,
    pub name: String,
    pub role: TeamRole,
    /// None for a membership.
    pub group: Option<String>,
    pub last_seen_at: OffsetDateTime,
}

/// Those whom Berth has seen, by name; of at most `limit` people.
pub async fn list_people(db: impl PgExecutor<'_>, id: TeamId, limit: i64) -> Result<Vec<PersonWithRole>> {
    let rows = sqlx::query!(
        r#"with members as (
              select p.id, p.name, p.groups_at from people p
              where exists (select from roles r where r.person_id = p.id and r.team_id = $1)
              order by p.name, p.id limit $2
           )
           select m.id, m.name, r.role as "role!", r.group_name,
                  greatest(m.groups_at, (select max(s.last_seen_at) from sessions s where s.person_id = m.id)) as "last_seen_at!"
           from members m join roles r on r.person_id = m.id and r.team_id = $1
           order by m.name, m.id, r.group_name nulls last"#,
        id.0,
        limit
    )
    .fetch_all(db)
    .await?;
    let people = rows.into_iter().map(|r| {
        Ok(PersonWithRole {
            id: PersonId(r.id),
            name: r.name,
            role: from_serde_str(&r.role)?,
            group: r.group_name,
            last_seen_at: r.last_seen_at,
        })
    });
    people.collect()
}

fn reference(id: Uuid, slug: &str, title: String) -> Result<TeamRef> {
    Ok(TeamRef { id: TeamId(id), slug: parsed(slug)?, title })
}

struct Record {
    id: Uuid,
    slug: String,
    title: String,
    description: Option<String>,
    cost_centre: Option<String>,
    limits: Json<Limits>,
    archived_at: Option<OffsetDateTime>,
    version: i32,
    changed_by: Option<String>,
    changed_at: Option<OffsetDateTime>,
}

impl Record {
    fn into_stored(self, groups: Vec<TeamBinding>) -> Result<Stored> {
        let setup = TeamSetup {
            slug: parsed(&self.slug)?,
            title: parsed(&self.title)?,
            description: self.description.as_deref().map(parsed).transpose()?,
            cost_centre: self.cost_centre.as_deref().map(parsed).transpose()?,
            limits: self.limits.0,
            groups,
            archived: self.archived_at.is_some(),
        };
        Ok(Stored {
            id: TeamId(self.id),
            setup,
            archived_at: self.archived_at,
            version: self.version,
            changed_by: self.changed_by,
            changed_at: self.changed_at,
        })
    }
}
