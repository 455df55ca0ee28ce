//! Namespaces as they should be.

use super::{Columns, Result, Visible, column, from_serde_str, parsed, quota};
use domain::Quota;
use domain::actor::TeamRole;
use domain::class::{Class, ClassSpec};
use domain::drift::Condition;
use domain::id::{ClassId, ClusterId, NamespaceId, TeamId};
use domain::lifetime::{Ending, Lifetime};
use domain::name::{ClusterName, NamespaceName, RequestNumber, TeamSlug};
use domain::namespace::{ClusterRef, Member, Namespace, NamespaceState, TeamRef};
use domain::request::Request;
use domain::view::StoppedBy;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor, QueryBuilder};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A namespace with what the database knows beside its desired state.
pub struct Stored {
    pub namespace: Namespace,
    pub state: NamespaceState,
    pub condition: Option<Condition>,
    /// Why nothing is done on its cluster, as far as the database knows.
    pub stopped: Option<StoppedBy>,
    /// The most that the cluster may have of its quota; none until the first sync.
    pub applied: Option<Quota>,
    pub created_at: OffsetDateTime,
    pub synced_at: Option<OffsetDateTime>,
    pub ending: Option<Ending>,
    /// Since when it expires when it does, where that was set later than it was made.
    pub expiry_set_at: Option<OffsetDateTime>,
    /// The last reminder of this expiry.
    pub reminded_days: Option<i64>,
}

impl Stored {
    /// What its end depends on.
    pub fn lifetime(&self) -> Lifetime {
        Lifetime {
            since: self.expiry_set_at.unwrap_or(self.created_at),
            expires_at: self.namespace.expires_at,
            reminded_days: self.reminded_days,
            ending: self.ending,
        }
    }

    /// What it takes of the cluster's capacity: the larger of what is desired and what may be there.
    pub fn held(&self) -> Quota {
        self.applied.map_or(self.namespace.quota, |applied| self.namespace.quota.most(&applied))
    }
}

/// Makes the desired state that an approved request asks for. From here on its capacity is held. `revision` is 0, or what a
/// namespace that is taken over was written with last.
pub async fn insert(
    conn: &mut PgConnection,
    id: NamespaceId,
    request: &Request,
    grant: &Quota,
    at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    revision: i64,
) -> Result<()> {
    sqlx::query!(
        "insert into namespaces
            (id, cluster_id, name, team_id, class_id, request_id, purpose,
             cpu_m, memory_bytes, storage_bytes, pods, load_balancers, gpus, state, created_at, expires_at, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'provisioning', $14, $15, $16)",
        id.0,
        request.cluster.id.0,
        request.name.as_str(),
        request.team.id.0,
        request.class.id.0,
        request.id.0,
        request.purpose.as_str(),
        column(grant.cpu_m),
        column(grant.memory_bytes),
        column(grant.storage_bytes),
        column(grant.pods),
        column(grant.load_balancers),
        column(grant.gpus),
        at,
        expires_at,
        revision
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn save_state(db: impl PgExecutor<'_>, id: NamespaceId, state: NamespaceState) -> Result<()> {
    sqlx::query!("update namespaces set state = $2 where id = $1", id.0, state.as_str()).execute(db).await?;
    Ok(())
}

/// Whether there is a row, on whichever cluster.
pub async fn exists(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<bool> {
    let row = sqlx::query_scalar!(r#"select exists (select from namespaces where id = $1) as "is!""#, id.0);
    row.fetch_one(db).await
}

/// Whether the name is held on the cluster.
pub async fn is_taken(db: impl PgExecutor<'_>, cluster: ClusterId, name: &NamespaceName) -> Result<bool> {
    let row = sqlx::query!(
        r#"select exists (select from namespaces where cluster_id = $1 and name = $2)
               or exists (select from requests where cluster_id = $1 and name = $2 and kind = 'new_namespace'
                            and state in ('in_review', 'changes_requested', 'waiting')) as "taken!""#,
        cluster.0,
        name.as_str()
    )
    .fetch_one(db)
    .await?;
    Ok(row.taken)
}

/// A namespace whose name a team of this slug would have, or one that is asked for, with the team that has it.
pub async fn find_of_slug(db: impl PgExecutor<'_>, slug: &TeamSlug) -> Result<Option<(String, String)>> {
    let row = sqlx::query!(
        r#"select held.name as "name!", t.title as "team!" from (
              select n.name, n.team_id from namespaces n join clusters c on c.id = n.cluster_id and c.removed_at is null
              union all
              select name, team_id from requests
              where kind = 'new_namespace' and state in ('in_review', 'changes_requested', 'waiting')
           ) held join teams t on t.id = held.team_id
           where starts_with(held.name, $1 || '-') order by held.name limit 1"#,
        slug.as_str()
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.name, row.team)))
}

pub async fn find(conn: &mut PgConnection, cluster: &ClusterName, name: &NamespaceName) -> Result<Option<Stored>> {
    Ok(load(conn, Wanted { place: Some((cluster, name)), ..Wanted::of(&[]) }.with_access()).await?.pop())
}

/// What is desired from now on.
pub async fn save_quota(db: impl PgExecutor<'_>, id: NamespaceId, quota: &Quota) -> Result<()> {
    sqlx::query!(
        "update namespaces set cpu_m = $2, memory_bytes = $3, storage_bytes = $4, pods = $5, load_balancers = $6, gpus = $7
         where id = $1",
        id.0,
        column(quota.cpu_m),
        column(quota.memory_bytes),
        column(quota.storage_bytes),
        column(quota.pods),
        column(quota.load_balancers),
        column(quota.gpus)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The most that the cluster may have of it from now on.
pub async fn save_applied(db: impl PgExecutor<'_>, id: NamespaceId, applied: &Quota) -> Result<()> {
    sqlx::query!("update namespaces set applied = $2 where id = $1", id.0, Json(applied) as _).execute(db).await?;
    Ok(())
}

/// The revision of what is desired now, of which this is the digest: one more where it is another than the last. Raised
/// before the cluster is told, so that the cluster never has a higher one.
pub async fn raise_revision(db: impl PgExecutor<'_>, id: NamespaceId, digest: &[u8]) -> Result<i64> {
    sqlx::query_scalar!(
        r#"with raised as (
              update namespaces set revision = revision + 1, revision_digest = $2
              where id = $1 and revision_digest is distinct from $2 returning revision
           )
           select coalesce((select revision from raised), n.revision) as "revision!" from namespaces n where n.id = $1"#,
        id.0,
        digest
    )
    .fetch_one(db)
    .await
}

pub async fn get_revision(db: impl PgExecutor<'_>, id: NamespaceId) -> Result<i64> {
    sqlx::query_scalar!("select revision from namespaces where id = $1", id.0).fetch_one(db).await
}

/// The namespace and its steps, gone.
pub async fn delete(conn: &mut PgConnection, id: NamespaceId) -> Result<()> {
    sqlx::query!("delete from steps where namespace_id = $1", id.0).execute(&mut *conn).await?;
    sqlx::query!("delete from namespaces where id = $1", id.0).execute(conn).await?;
    Ok(())
}

/// Ids of those of a team.
pub async fn list_ids_of_team(db: impl PgExecutor<'_>, team: TeamId) -> Result<Vec<NamespaceId>> {
    let ids = sqlx::query_scalar!("select id from namespaces where team_id = $1 order by id", team.0);
    Ok(ids.fetch_all(db).await?.into_iter().map(NamespaceId).collect())
}

/// Ids of those on a cluster.
pub async fn list_ids_on(db: impl PgExecutor<'_>, cluster: ClusterId) -> Result<Vec<NamespaceId>> {
    let ids = sqlx::query_scalar!("select id from namespaces where cluster_id = $1 order by id", cluster.0);
    Ok(ids.fetch_all(db).await?.into_iter().map(NamespaceId).collect())
}

/// How many there are of each team, on each cluster, of each version of a class.
pub struct Counted {
    pub team: String,
    pub cluster: String,
    pub class: String,
    pub class_version: i32,
    pub n: i64,
}

pub async fn count_by_setup(db: impl PgExecutor<'_>) -> Result<Vec<Counted>> {
    sqlx::query_as!(
        Counted,
        r#"select t.slug as team, c.name as cluster, k.name as class, k.version as class_version, count(*) as "n!"
           from namespaces n
           join teams t on t.id = n.team_id
           join clusters c on c.id = n.cluster_id
           join classes k on k.id = n.class_id
           group by t.slug, c.name, k.name, k.version"#
    )
    .fetch_all(db)
    .await
}

pub async fn get(conn: &mut PgConnection, id: NamespaceId) -> Result<Stored> {
    find_by_id(conn, id).await?.ok_or(sqlx::Error::RowNotFound)
}

pub async fn find_by_id(conn: &mut PgConnection, id: NamespaceId) -> Result<Option<Stored>> {
    Ok(load(conn, Wanted::of(&[id.0]).with_access()).await?.pop())
}

/// Those with these ids, in the order of the ids. Without groups and members.
pub async fn list_by_id(db: impl PgExecutor<'_>, ids: &[NamespaceId]) -> Result<Vec<Stored>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    load(db, Wanted::of(&ids)).await
}

/// A page, by name. Without groups and members. `after` is the `cluster/name` of the last row of the page before.
/// What everybody has is read in the order of the names; what some teams have is found first and put in order then.
pub async fn list(
    db: &mut PgConnection,
    visible: &Visible,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let mut query = QueryBuilder::new("with found as ");
    query.push(if visible.everything { "not materialized" } else { "materialized" });
    query.push(
        " (select n.id, n.name, c.name as cluster from namespaces n join clusters c on c.id = n.cluster_id where ",
    );
    visible.narrow(&mut query, "n.team_id");
    query.push(" and c.removed_at is null");
    if let Some((cluster, name)) = after {
        query.push(" and n.name >= ").push_bind(name);
        query.push(" and (n.name, c.name) > (").push_bind(name).push(", ").push_bind(cluster).push(")");
    }
    query.push(") select id from found order by name, cluster limit ").push_bind(limit);
    let ids: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *db).await?;
    load(db, Wanted::of(&ids)).await
}

/// Which namespaces are read, and how much of them.
struct Wanted<'a> {
    /// Those with these ids, in their order,
    ids: &'a [Uuid],
    /// and the one of this name on this cluster.
    place: Option<(&'a ClusterName, &'a NamespaceName)>,
    /// With the groups and members of their teams.
    has_access: bool,
}

impl<'a> Wanted<'a> {
    fn of(ids: &'a [Uuid]) -> Self {
        Self { ids, place: None, has_access: false }
    }

    fn with_access(self) -> Self {
        Self { has_access: true, ..self }
    }
}

/// Many have the same class, and what a class says is long: it comes with the first of them only.
async fn load(db: impl PgExecutor<'_>, wanted: Wanted<'_>) -> Result<Vec<Stored>> {
    let Wanted { ids, place, has_access } = wanted;
    if ids.is_empty() && place.is_none() {
        return Ok(Vec::new());
    }
    let (cluster, name) = place.unzip();
    let records = sqlx::query_as!(
        Record,
        r#"select n.id, n.name, n.team_id, t.slug as team_slug, t.title as team_title, n.cluster_id, c.name as cluster_name,
                  n.class_id, k.name as class_name, k.version as class_version, case when row_number() over (partition by k.id order by wanted.place) = 1 then k.spec end as "spec: Json<ClassSpec>",
                  n.purpose, r.number as request_number, desired_quota(n) as "quota!: Json<Columns>", n.applied as "applied: Json<Quota>", n.state, n.trouble as condition, n.created_at, n.synced_at, n.expires_at, n.revision,
                  n.expiry_set_at, n.reminded_days, e.cause as "ending_cause?", e.suspended_at as "suspended_at?", e.delete_at as "delete_at?",
                  case when c.seen_uid is not null then 'another' when c.paused_reason is not null then 'paused' end as stopped,
                  case when $4 then (
                    select coalesce(json_agg(json_build_array(b.group_name, b.role) order by b.role, b.group_name), '[]')
                    from bindings b where b.team_id = n.team_id
                  ) end as "groups: Json<Vec<(String, TeamRole)>>",
                  case when $4 then (
                    select coalesce(json_agg(json_build_array(p.subject, m.role) order by p.subject), '[]')
                    from memberships m join people p on p.id = m.person_id where m.team_id = n.team_id and m.until > now()
                  ) end as "members: Json<Vec<(String, TeamRole)>>"
           from unnest($1::uuid[] || array(
              select n.id from namespaces n join clusters c on c.id = n.cluster_id
              where c.name = $2 and n.name = $3 and c.removed_at is null
           )) with ordinality wanted (id, place)
           join namespaces n on n.id = wanted.id
           join teams t on t.id = n.team_id
           join clusters c on c.id = n.cluster_id
           join classes k on k.id = n.class_id
           join requests r on r.id = n.request_id
           left join endings e on e.namespace_id = n.id
           order by wanted.place"#,
        ids,
        cluster.map(ClusterName::as_str),
        name.map(NamespaceName::as_str),
        has_access
    )
    .fetch_all(db)
    .await?;
    let mut specs = HashMap::new();
    let stored = records.into_iter().map(|mut record| {
        if let Some(Json(spec)) = record.spec.take() {
            specs.insert(record.class_id, spec);
        }
        let spec = specs.get(&record.class_id).ok_or_else(|| sqlx::Error::ColumnNotFound("spec".into()))?;
        record.into_stored(ClassSpec::clone(spec))
    });
    stored.collect()
}

/// Namespaces with an older version of the class than this one, by cluster and name. Without the groups.
pub async fn list_behind(db: &mut PgConnection, latest: &Class, limit: i64) -> Result<Vec<Namespace>> {
    behind(db, latest, None, limit).await
}

/// Nobody else changes the namespace before the transaction ends. None where it is gone.
pub async fn lock(conn: &mut PgConnection, id: NamespaceId) -> Result<Option<Stored>> {
    sqlx::query!("select id from namespaces where id = $1 for no key update", id.0).fetch_optional(&mut *conn).await?;
    find_by_id(conn, id).await
}

/// Those of `chosen` that have an older version; nobody else changes them before the transaction ends.
pub async fn lock_behind(conn: &mut PgConnection, latest: &Class, chosen: &[NamespaceId]) -> Result<Vec<Namespace>> {
    let ids: Vec<_> = chosen.iter().map(|id| id.0).collect();
    sqlx::query!("select id from namespaces where id = any($1) order by id for no key update", &ids)
        .fetch_all(&mut *conn)
        .await?;
    behind(conn, latest, Some(&ids), i64::MAX).await
}

async fn behind(db: &mut PgConnection, latest: &Class, chosen: Option<&[Uuid]>, limit: i64) -> Result<Vec<Namespace>> {
    let ids = sqlx::query_scalar!(
        "select n.id from namespaces n
         join clusters c on c.id = n.cluster_id
         join classes k on k.id = n.class_id
         where k.name = $1 and k.version < $2 and c.removed_at is null and ($3::uuid[] is null or n.id = any($3))
         order by c.name, n.name limit $4",
        latest.name.as_str(),
        latest.version,
        chosen as _,
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    Ok(load(db, Wanted::of(&ids)).await?.into_iter().map(|stored| stored.namespace).collect())
}

/// Clusters that these namespaces are on.
pub async fn list_clusters(db: impl PgExecutor<'_>, namespaces: &[NamespaceId]) -> Result<Vec<ClusterId>> {
    let ids: Vec<_> = namespaces.iter().map(|id| id.0).collect();
    let rows =
        sqlx::query!("select distinct cluster_id from namespaces where id = any($1)", &ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|r| ClusterId(r.cluster_id)).collect())
}

/// Gives it another version of its class. The cluster has the one before until it is applied. One that gives no lifetime lets
/// it live for good.
pub async fn save_class(db: impl PgExecutor<'_>, id: NamespaceId, class: &Class) -> Result<()> {
    sqlx::query!(
        "update namespaces set class_id = $2, expires_at = case when $3 then expires_at end where id = $1",
        id.0,
        class.id.0,
        class.spec.lifetime_days.is_some()
    )
    .execute(db)
    .await?;
    Ok(())
}

struct Record {
    id: Uuid,
    name: String,
    team_id: Uuid,
    team_slug: String,
    team_title: String,
    cluster_id: Uuid,
    cluster_name: String,
    class_id: Uuid,
    class_name: String,
    class_version: i32,
    spec: Option<Json<ClassSpec>>,
    purpose: String,
    request_number: i64,
    quota: Json<Columns>,
    applied: Option<Json<Quota>>,
    state: String,
    condition: Option<String>,
    created_at: OffsetDateTime,
    synced_at: Option<OffsetDateTime>,
    expires_at: Option<OffsetDateTime>,
    revision: i64,
    stopped: Option<String>,
    expiry_set_at: Option<OffsetDateTime>,
    reminded_days: Option<i32>,
    ending_cause: Option<String>,
    suspended_at: Option<OffsetDateTime>,
    delete_at: Option<OffsetDateTime>,
    groups: Option<Json<Vec<(String, TeamRole)>>>,
    members: Option<Json<Vec<(String, TeamRole)>>>,
}

impl Record {
    fn into_stored(self, spec: ClassSpec) -> Result<Stored> {
        let groups = self.groups.into_iter().flat_map(|json| json.0);
        let members = self.members.into_iter().flat_map(|json| json.0);
        let namespace = Namespace {
            id: NamespaceId(self.id),
            name: parsed(&self.name)?,
            team: TeamRef { id: TeamId(self.team_id), slug: parsed(&self.team_slug)?, title: self.team_title },
            cluster: ClusterRef { id: ClusterId(self.cluster_id), name: parsed(&self.cluster_name)? },
            class: Class {
                id: ClassId(self.class_id),
                name: parsed(&self.class_name)?,
                version: self.class_version,
                spec,
            },
            quota: quota(self.quota),
            expires_at: self.expires_at,
            purpose: parsed(&self.purpose)?,
            request: RequestNumber(self.request_number),
            groups: groups.map(|(group, role)| Ok((parsed(&group)?, role))).collect::<Result<_>>()?,
            members: members.map(|(subject, role)| Member { subject, role }).collect(),
            revision: self.revision,
        };
        let (state, applied) = (from_serde_str(&self.state)?, self.applied.map(|json| json.0));
        let condition = self.condition.as_deref().map(from_serde_str).transpose()?;
        let stopped = self.stopped.as_deref().map(from_serde_str).transpose()?;
        Ok(Stored {
            namespace,
            state,
            condition,
            stopped,
            applied,
            created_at: self.created_at,
            synced_at: self.synced_at,
            ending: super::endings::ending(self.ending_cause.as_deref(), self.suspended_at, self.delete_at)?,
            expiry_set_at: self.expiry_set_at,
            reminded_days: self.reminded_days.map(i64::from),
        })
    }
}
