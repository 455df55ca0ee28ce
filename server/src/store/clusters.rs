//! Clusters: where they are, with which sealed credentials, and what their nodes last offered.

use super::{Columns, Result, parsed, quota};
use domain::Quota;
use domain::cluster::Capacity;
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::setup::{ClusterSetup, Oidc};
use domain::view::{CheckRow, ClusterCheck};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

pub struct Cluster {
    pub id: ClusterId,
    pub name: ClusterName,
    pub api_url: String,
    /// Put before the names of groups in RoleBindings.
    pub groups_prefix: String,
    /// Put before the names of people.
    pub users_prefix: String,
    pub overcommit_percent: i32,
    pub oidc: Option<Oidc>,
    /// Counts changes of the settings.
    pub settings_version: i32,
    pub changed_by: Option<String>,
    pub changed_at: Option<OffsetDateTime>,
    /// Sealed credentials.
    pub observer: Vec<u8>,
    pub provisioner: Vec<u8>,
    /// What schedulable nodes offer; none until it was read once.
    pub allocatable: Option<Quota>,
    pub n_nodes: i32,
    pub version: Option<String>,
    pub observed_at: Option<OffsetDateTime>,
    /// As long as there is one, nothing is provisioned there and nothing may be asked for.
    pub paused_reason: Option<String>,
    /// Berth has let go of it; there are no credentials any more.
    pub removed_at: Option<OffsetDateTime>,
    /// Who it is: the UID of its kube-system. None until it was asked.
    pub uid: Option<String>,
    /// Who answers there instead; as long as there is one, nothing is done there.
    pub seen_uid: Option<String>,
}

/// Whether Berth works on a cluster, as far as the database knows.
pub struct Availability {
    pub is_removed: bool,
    /// Another answers in its place.
    pub is_another: bool,
    pub paused_reason: Option<String>,
    /// What its nodes offer was read.
    pub is_read: bool,
}

/// Without those that were removed, like [`find`].
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<Cluster>> {
    let records = sqlx::query_as!(
        Record,
        r#"select id, name, api_url, groups_prefix, coalesce(users_prefix, groups_prefix) as "users_prefix!", overcommit_percent, oidc_issuer, oidc_client_id,
                  settings_version, changed_by, changed_at, observer, provisioner, allocatable as "allocatable: Json<Quota>", n_nodes, version, observed_at, paused_reason, removed_at, uid, seen_uid
           from clusters where removed_at is null order by name"#
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_cluster).collect()
}

pub async fn find(db: impl PgExecutor<'_>, name: &ClusterName) -> Result<Option<Cluster>> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, name, api_url, groups_prefix, coalesce(users_prefix, groups_prefix) as "users_prefix!", overcommit_percent, oidc_issuer, oidc_client_id,
                  settings_version, changed_by, changed_at, observer, provisioner, allocatable as "allocatable: Json<Quota>", n_nodes, version, observed_at, paused_reason, removed_at, uid, seen_uid
           from clusters where name = $1 and removed_at is null"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    record.map(Record::into_cluster).transpose()
}

/// The id of the cluster of that name, removed or not: names are never used for another one.
pub async fn find_id(db: impl PgExecutor<'_>, name: &ClusterName) -> Result<Option<ClusterId>> {
    let id = sqlx::query_scalar!("select id from clusters where name = $1", name.as_str()).fetch_optional(db).await?;
    Ok(id.map(ClusterId))
}

/// Removed or not.
pub async fn get(db: impl PgExecutor<'_>, id: ClusterId) -> Result<Cluster> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, name, api_url, groups_prefix, coalesce(users_prefix, groups_prefix) as "users_prefix!", overcommit_percent, oidc_issuer, oidc_client_id,
                  settings_version, changed_by, changed_at, observer, provisioner, allocatable as "allocatable: Json<Quota>", n_nodes, version, observed_at, paused_reason, removed_at, uid, seen_uid
           from clusters where id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    record.into_cluster()
}

/// What a cluster is reached with.
pub struct Access<'a> {
    pub api_url: &'a str,
    /// Who the cluster is.
    pub uid: &'a str,
    /// Sealed credentials.
    pub observer: &'a [u8],
    pub provisioner: &'a [u8],
}

/// Makes the cluster, or gives the one of that name new credentials and settings.
pub async fn save(
    db: impl PgExecutor<'_>,
    id: ClusterId,
    settings: &ClusterSetup,
    access: Access<'_>,
    by: &str,
    at: OffsetDateTime,
) -> Result<bool> {
    let oidc = settings.oidc.as_ref();
    let done = sqlx::query!(
        "insert into clusters (id, name, api_url, groups_prefix, users_prefix, overcommit_percent, oidc_issuer, oidc_client_id,
            observer, provisioner, changed_by, changed_at, created_at, uid)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)
         on conflict (name) do update set
            api_url = excluded.api_url, groups_prefix = excluded.groups_prefix, users_prefix = excluded.users_prefix,
            overcommit_percent = excluded.overcommit_percent, oidc_issuer = excluded.oidc_issuer,
            oidc_client_id = excluded.oidc_client_id, observer = excluded.observer, provisioner = excluded.provisioner,
            uid = excluded.uid, seen_uid = null, removed_at = null, settings_version = clusters.settings_version + 1, changed_by = excluded.changed_by,
            changed_at = excluded.changed_at
         where clusters.id = excluded.id",
        id.0,
        settings.name.as_str(),
        access.api_url,
        settings.groups_prefix,
        settings.users_prefix,
        settings.overcommit_percent,
        oidc.map(|oidc| oidc.issuer.as_str()),
        oidc.map(|oidc| oidc.client_id.as_str()),
        access.observer,
        access.provisioner,
        by,
        at,
        access.uid
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives it new credentials; nothing else is touched.
pub async fn save_access(db: impl PgExecutor<'_>, id: ClusterId, access: Access<'_>) -> Result<()> {
    sqlx::query!(
        "update clusters set api_url = $2, observer = $3, provisioner = $4, uid = $5, seen_uid = null where id = $1",
        id.0,
        access.api_url,
        access.observer,
        access.provisioner,
        access.uid
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the cluster of this UID is called.
pub async fn find_by_uid(db: impl PgExecutor<'_>, uid: &str) -> Result<Option<ClusterName>> {
    let name = sqlx::query_scalar!("select name from clusters where uid = $1 and removed_at is null", uid)
        .fetch_optional(db)
        .await?;
    name.as_deref().map(parsed).transpose()
}

/// Writes down who it is, where that was not known.
pub async fn learn_uid(db: impl PgExecutor<'_>, id: ClusterId, uid: &str) -> Result<()> {
    sqlx::query!("update clusters set uid = $2 where id = $1 and uid is null", id.0, uid).execute(db).await?;
    Ok(())
}

/// Writes down that another answers there. Whether that is news.
pub async fn save_seen_uid(db: impl PgExecutor<'_>, id: ClusterId, seen: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update clusters set seen_uid = $2
         where id = $1 and removed_at is null and uid is distinct from $2 and seen_uid is distinct from $2",
        id.0,
        seen
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Who it is from now on.
pub async fn accept_uid(db: impl PgExecutor<'_>, id: ClusterId, uid: &str) -> Result<()> {
    sqlx::query!("update clusters set uid = $2, seen_uid = null where id = $1", id.0, uid).execute(db).await?;
    Ok(())
}

/// The cluster, and nobody else changes it or grants there before the transaction ends.
pub async fn lock(conn: &mut PgConnection, name: &ClusterName) -> Result<Cluster> {
    sqlx::query!("select id from clusters where name = $1 and removed_at is null for no key update", name.as_str())
        .fetch_one(&mut *conn)
        .await?;
    find(conn, name).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The same by its id, also of one that was removed.
pub async fn lock_known(conn: &mut PgConnection, id: ClusterId) -> Result<Cluster> {
    sqlx::query!("select id from clusters where id = $1 for no key update", id.0).fetch_one(&mut *conn).await?;
    get(conn, id).await
}

pub async fn save_paused(db: impl PgExecutor<'_>, id: ClusterId, reason: Option<&str>) -> Result<()> {
    sqlx::query!("update clusters set paused_reason = $2 where id = $1", id.0, reason).execute(db).await?;
    Ok(())
}

/// Lets go of it: no credentials, no capacity, no pause.
pub async fn remove(db: impl PgExecutor<'_>, id: ClusterId, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update clusters set removed_at = $2, observer = '', provisioner = '', allocatable = null, paused_reason = null, seen_uid = null,
            check_report = null, checked_at = null
         where id = $1",
        id.0,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the last check found.
pub async fn find_check(db: impl PgExecutor<'_>, id: ClusterId) -> Result<Option<ClusterCheck>> {
    let row = sqlx::query!(
        r#"select check_report as "check_report: Json<Vec<CheckRow>>", checked_at from clusters where id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(row.check_report.zip(row.checked_at).map(|(checks, at)| ClusterCheck { at, checks: checks.0 }))
}

/// Of every cluster, by name.
pub async fn list_checks(db: impl PgExecutor<'_>) -> Result<Vec<(ClusterId, ClusterName, Option<ClusterCheck>)>> {
    let rows = sqlx::query!(
        r#"select id, name, check_report as "check_report: Json<Vec<CheckRow>>", checked_at from clusters
           where removed_at is null order by name"#
    )
    .fetch_all(db)
    .await?;
    let checks = rows.into_iter().map(|row| {
        let check = row.check_report.zip(row.checked_at).map(|(checks, at)| ClusterCheck { at, checks: checks.0 });
        Ok((ClusterId(row.id), parsed(&row.name)?, check))
    });
    checks.collect()
}

pub async fn save_check(db: impl PgExecutor<'_>, id: ClusterId, check: &ClusterCheck) -> Result<()> {
    sqlx::query!(
        "update clusters set check_report = $2, checked_at = $3 where id = $1 and removed_at is null",
        id.0,
        Json(&check.checks) as _,
        check.at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is set up of it; its credentials stay.
pub async fn save_settings(
    db: impl PgExecutor<'_>,
    id: ClusterId,
    settings: &ClusterSetup,
    by: &str,
    at: OffsetDateTime,
) -> Result<()> {
    let oidc = settings.oidc.as_ref();
    sqlx::query!(
        "update clusters set groups_prefix = $2, users_prefix = $3, overcommit_percent = $4, oidc_issuer = $5,
            oidc_client_id = $6, settings_version = settings_version + 1, changed_by = $7, changed_at = $8
         where id = $1",
        id.0,
        settings.groups_prefix,
        settings.users_prefix,
        settings.overcommit_percent,
        oidc.map(|oidc| oidc.issuer.as_str()),
        oidc.map(|oidc| oidc.client_id.as_str()),
        by,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the nodes offer, as seen at that time, or none while that cannot be read: what was seen later stays.
/// Whether it was written.
pub async fn save_observed(
    db: impl PgExecutor<'_>,
    id: ClusterId,
    allocatable: Option<&Quota>,
    n_nodes: i32,
    version: Option<&str>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "update clusters set allocatable = $2, n_nodes = $3, version = coalesce($4, version), observed_at = $5
         where id = $1 and (observed_at is null or observed_at <= $5)",
        id.0,
        allocatable.map(Json) as _,
        n_nodes,
        version,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The capacity there is; none when the cluster's nodes were never read.
pub async fn find_capacity(conn: &mut PgConnection, id: ClusterId) -> Result<Option<Capacity>> {
    let row = sqlx::query!(
        r#"select c.overcommit_percent as "overcommit_percent!", c.allocatable as "allocatable!: Json<Quota>",
                  h.quota as "granted?: Json<Columns>"
           from clusters c
           left join lateral (select quota from cluster_holdings h where h.cluster_id = c.id) h on true
           where c.id = $1 and c.allocatable is not null"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|r| {
        let granted = r.granted.map(quota).unwrap_or_default();
        capacity(r.allocatable.0, r.overcommit_percent, granted)
    }))
}

/// The same of the clusters of these names, by name; of those that were never read, nothing.
pub async fn list_capacities(db: impl PgExecutor<'_>, names: &[String]) -> Result<BTreeMap<String, Capacity>> {
    let rows = sqlx::query!(
        r#"select c.name as "name!", c.overcommit_percent as "overcommit_percent!", c.allocatable as "allocatable!: Json<Quota>",
                  h.quota as "granted?: Json<Columns>"
           from clusters c
           left join lateral (select quota from cluster_holdings h where h.cluster_id = c.id) h on true
           where c.name = any($1) and c.allocatable is not null"#,
        names
    )
    .fetch_all(db)
    .await?;
    let capacities = rows.into_iter().map(|r| {
        let granted = r.granted.map(quota).unwrap_or_default();
        (r.name, capacity(r.allocatable.0, r.overcommit_percent, granted))
    });
    Ok(capacities.collect())
}

/// The same as [`find_capacity`], and nobody else grants on this cluster before the transaction ends.
pub async fn lock_capacity(conn: &mut PgConnection, id: ClusterId) -> Result<Option<Capacity>> {
    sqlx::query!("select id from clusters where id = $1 for no key update", id.0).fetch_one(&mut *conn).await?;
    find_capacity(conn, id).await
}

/// Granted and held on every cluster.
pub async fn list_granted(db: impl PgExecutor<'_>) -> Result<Vec<(ClusterId, i64, Quota)>> {
    let rows = sqlx::query!(
        r#"select cluster_id as "cluster_id!", n_namespaces as "n!", quota as "quota!: Json<Columns>"
           from cluster_holdings"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (ClusterId(r.cluster_id), r.n, quota(r.quota))).collect())
}

pub(super) fn capacity(allocatable: Quota, overcommit_percent: i32, granted: Quota) -> Capacity {
    Capacity::new(allocatable, u32::try_from(overcommit_percent).unwrap_or(100), granted)
}

impl Cluster {
    pub fn availability(&self) -> Availability {
        Availability {
            is_removed: self.removed_at.is_some(),
            is_another: self.seen_uid.is_some(),
            paused_reason: self.paused_reason.clone(),
            is_read: self.allocatable.is_some(),
        }
    }

    pub fn settings(&self) -> ClusterSetup {
        ClusterSetup {
            name: self.name.clone(),
            overcommit_percent: self.overcommit_percent,
            groups_prefix: self.groups_prefix.clone(),
            users_prefix: self.users_prefix.clone(),
            oidc: self.oidc.clone(),
        }
    }

    pub fn capacity(&self, granted: Quota) -> Option<Capacity> {
        self.allocatable.map(|allocatable| capacity(allocatable, self.overcommit_percent, granted))
    }
}

struct Record {
    id: Uuid,
    name: String,
    api_url: String,
    groups_prefix: String,
    users_prefix: String,
    overcommit_percent: i32,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    settings_version: i32,
    changed_by: Option<String>,
    changed_at: Option<OffsetDateTime>,
    observer: Vec<u8>,
    provisioner: Vec<u8>,
    allocatable: Option<Json<Quota>>,
    n_nodes: i32,
    version: Option<String>,
    observed_at: Option<OffsetDateTime>,
    paused_reason: Option<String>,
    removed_at: Option<OffsetDateTime>,
    uid: Option<String>,
    seen_uid: Option<String>,
}

impl Record {
    fn into_cluster(self) -> Result<Cluster> {
        Ok(Cluster {
            id: ClusterId(self.id),
            name: parsed(&self.name)?,
            api_url: self.api_url,
            groups_prefix: self.groups_prefix,
            users_prefix: self.users_prefix,
            overcommit_percent: self.overcommit_percent,
            oidc: self.oidc_issuer.zip(self.oidc_client_id).map(|(issuer, client_id)| Oidc { issuer, client_id }),
            settings_version: self.settings_version,
            changed_by: self.changed_by,
            changed_at: self.changed_at,
            observer: self.observer,
            provisioner: self.provisioner,
            allocatable: self.allocatable.map(|json| json.0),
            n_nodes: self.n_nodes,
            version: self.version,
            observed_at: self.observed_at,
            paused_reason: self.paused_reason,
            removed_at: self.removed_at,
            uid: self.uid,
            seen_uid: self.seen_uid,
        })
    }
}
