//! Published class versions.

use super::{Result, parsed};
use domain::class::{Class, ClassSpec};
use domain::id::ClassId;
use domain::name::ClassName;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// The latest version of every class, by name.
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

pub async fn insert(db: impl PgExecutor<'_>, class: &Class, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into classes (id, name, version, spec, published_at) values ($1, $2, $3, $4, $5)",
        class.id.0,
        class.name.as_str(),
        class.version,
        Json(&class.spec) as _,
        at
    )
    .execute(db)
    .await?;
    Ok(())
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
