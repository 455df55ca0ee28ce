//! Published class versions, and which classes are retired.

use super::{Result, parsed};
use domain::class::{Class, ClassSpec};
use domain::id::ClassId;
use domain::name::ClassName;
use domain::view::{ClassRow, ClassVersionView, RetiredView, VersionUse};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a list of classes is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichClasses {
    All,
    /// Those with a draft.
    Drafted,
    Retired,
}

/// The latest version of every class that may be asked for, by name.
pub async fn list_offered(db: impl PgExecutor<'_>) -> Result<Vec<Class>> {
    let records = sqlx::query_as!(
        Record,
        r#"select distinct on (name) id, name, version, spec as "spec: Json<ClassSpec>"
           from classes where name not in (select name from class_retirements) order by name, version desc"#
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_class).collect()
}

/// The latest version of every class, retired or not, by name.
pub async fn list_latest(db: impl PgExecutor<'_>) -> Result<Vec<Class>> {
    let records = sqlx::query_as!(
        Record,
        r#"select distinct on (name) id, name, version, spec as "spec: Json<ClassSpec>"
           from classes order by name, version desc"#
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_class).collect()
}

pub async fn find_latest(db: impl PgExecutor<'_>, name: &ClassName) -> Result<Option<Class>> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, name, version, spec as "spec: Json<ClassSpec>"
           from classes where name = $1 order by version desc limit 1"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    record.map(Record::into_class).transpose()
}

pub async fn get(db: impl PgExecutor<'_>, id: ClassId) -> Result<Class> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, name, version, spec as "spec: Json<ClassSpec>" from classes where id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await?;
    record.into_class()
}

/// These versions, in no order.
pub async fn list_by_id(db: impl PgExecutor<'_>, ids: &[Uuid]) -> Result<Vec<Class>> {
    let records = sqlx::query_as!(
        Record,
        r#"select id, name, version, spec as "spec: Json<ClassSpec>" from classes where id = any($1)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_class).collect()
}

/// Publishes a version. It never changes again.
pub async fn insert(db: impl PgExecutor<'_>, class: &Class, note: Option<&str>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into classes (id, name, version, spec, note, published_at) values ($1, $2, $3, $4, $5, $6)",
        class.id.0,
        class.name.as_str(),
        class.version,
        Json(&class.spec) as _,
        note,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Classes, published or drafted, by name; `after` is the last name of the page before.
pub async fn list_rows(
    conn: &mut PgConnection,
    which: WhichClasses,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ClassRow>> {
    let rows = sqlx::query!(
        r#"with named as (select name from classes union select name from class_drafts)
           select named.name as "name!", coalesce(k.spec, d.spec) as "spec!: Json<ClassSpec>", k.version as "version?",
                  d.name is not null as "has_draft!", r.name is not null as "is_retired!"
           from named
           left join lateral (
               select version, spec from classes c where c.name = named.name order by version desc limit 1
           ) k on true
           left join class_drafts d on d.name = named.name
           left join class_retirements r on r.name = named.name
           where ($1::text is null or named.name > $1)
             and ($3 or (d.name is not null and $4) or (r.name is not null and $5))
           order by named.name limit $2"#,
        after,
        limit,
        which == WhichClasses::All,
        which == WhichClasses::Drafted,
        which == WhichClasses::Retired
    )
    .fetch_all(&mut *conn)
    .await?;
    let names: Vec<_> = rows.iter().map(|r| r.name.clone()).collect();
    let mut uses = list_uses(conn, &names).await?;
    let rows = rows.into_iter().map(|r| {
        Ok(ClassRow {
            name: parsed(&r.name)?,
            title: r.spec.0.title,
            environment: r.spec.0.environment,
            latest: r.version,
            has_draft: r.has_draft,
            is_retired: r.is_retired,
            in_use: uses.remove(&r.name).unwrap_or_default(),
        })
    });
    rows.collect()
}

/// Versions of these classes that namespaces have, newest first.
async fn list_uses(conn: &mut PgConnection, names: &[String]) -> Result<BTreeMap<String, Vec<VersionUse>>> {
    let rows = sqlx::query!(
        r#"select k.name, k.version, n.n as "n!"
           from (
              select n.class_id, count(*) as n from namespaces n join clusters c on c.id = n.cluster_id
              where c.removed_at is null group by n.class_id
           ) n
           join classes k on k.id = n.class_id
           where k.name = any($1) order by k.version desc"#,
        names
    )
    .fetch_all(conn)
    .await?;
    let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for r in rows {
        uses.entry(r.name).or_default().push(VersionUse { version: r.version, n_namespaces: r.n });
    }
    Ok(uses)
}

/// Newest first.
pub async fn list_versions(db: impl PgExecutor<'_>, name: &ClassName, limit: i64) -> Result<Vec<ClassVersionView>> {
    let rows = sqlx::query!(
        r#"select k.version, k.published_at, k.note,
                  (select count(*) from namespaces n join clusters c on c.id = n.cluster_id
                   where n.class_id = k.id and c.removed_at is null) as "n!"
           from classes k where k.name = $1 order by k.version desc limit $2"#,
        name.as_str(),
        limit
    )
    .fetch_all(db)
    .await?;
    let versions = rows.into_iter().map(|r| ClassVersionView {
        version: r.version,
        published_at: r.published_at,
        note: r.note,
        n_namespaces: r.n,
    });
    Ok(versions.collect())
}

pub async fn find_version(db: impl PgExecutor<'_>, name: &ClassName, version: i32) -> Result<Option<Class>> {
    let record = sqlx::query_as!(
        Record,
        r#"select id, name, version, spec as "spec: Json<ClassSpec>" from classes where name = $1 and version = $2"#,
        name.as_str(),
        version
    )
    .fetch_optional(db)
    .await?;
    record.map(Record::into_class).transpose()
}

/// The versions that namespaces have which are older than this one.
pub async fn list_used_before(db: impl PgExecutor<'_>, latest: &Class) -> Result<Vec<Class>> {
    let records = sqlx::query_as!(
        Record,
        r#"select id, name, version, spec as "spec: Json<ClassSpec>" from classes k
           where name = $1 and version < $2 and exists (
               select from namespaces n join clusters c on c.id = n.cluster_id
               where n.class_id = k.id and c.removed_at is null)
           order by version desc"#,
        latest.name.as_str(),
        latest.version
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(Record::into_class).collect()
}

pub async fn list_retired(db: impl PgExecutor<'_>) -> Result<Vec<ClassName>> {
    let names = sqlx::query_scalar!("select name from class_retirements order by name").fetch_all(db).await?;
    names.iter().map(|name| parsed(name)).collect()
}

pub async fn find_retired(db: impl PgExecutor<'_>, name: &ClassName) -> Result<Option<RetiredView>> {
    let row = sqlx::query!("select reason, retired_at from class_retirements where name = $1", name.as_str())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|r| RetiredView { reason: r.reason, at: r.retired_at }))
}

/// Whether it was not retired before.
pub async fn retire(db: impl PgExecutor<'_>, name: &ClassName, reason: &str, at: OffsetDateTime) -> Result<bool> {
    let done = sqlx::query!(
        "insert into class_retirements (name, reason, retired_at) values ($1, $2, $3) on conflict do nothing",
        name.as_str(),
        reason,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether it was retired.
pub async fn restore(db: impl PgExecutor<'_>, name: &ClassName) -> Result<bool> {
    let done = sqlx::query!("delete from class_retirements where name = $1", name.as_str()).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

struct Record {
    id: Uuid,
    name: String,
    version: i32,
    spec: Json<ClassSpec>,
}

impl Record {
    fn into_class(self) -> Result<Class> {
        Ok(Class { id: ClassId(self.id), name: parsed(&self.name)?, version: self.version, spec: self.spec.0 })
    }
}
