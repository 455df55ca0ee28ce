//! Drafts: what the next version of a class will say.

use super::Result;
use domain::class::ClassSpec;
use domain::id::PersonId;
use domain::name::ClassName;
use domain::view::DraftMark;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

pub struct Draft {
    pub mark: DraftMark,
    pub spec: ClassSpec,
}

pub async fn find(db: impl PgExecutor<'_>, name: &ClassName) -> Result<Option<Draft>> {
    let row = sqlx::query!(
        r#"select d.version, d.spec as "spec: Json<ClassSpec>", d.edited_at, p.name as "editor?"
           from class_drafts d left join people p on p.id = d.editor_id where d.name = $1"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| Draft {
        mark: DraftMark { version: r.version, editor: r.editor, edited_at: r.edited_at },
        spec: r.spec.0,
    }))
}

/// The draft, and nobody else changes it before the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, name: &ClassName) -> Result<Option<Draft>> {
    let row = sqlx::query!(
        r#"select d.version, d.spec as "spec: Json<ClassSpec>", d.edited_at, p.name as "editor?"
           from class_drafts d left join people p on p.id = d.editor_id where d.name = $1 for update of d"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| Draft {
        mark: DraftMark { version: r.version, editor: r.editor, edited_at: r.edited_at },
        spec: r.spec.0,
    }))
}

/// Begins a draft; false when there is one already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    name: &ClassName,
    spec: &ClassSpec,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into class_drafts (name, version, spec, editor_id, edited_at) values ($1, 1, $2, $3, $4)
         on conflict do nothing",
        name.as_str(),
        Json(spec) as _,
        editor.map(|id| id.0),
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Saves over the version that was read; false when that is not the draft's any more.
pub async fn save(
    db: impl PgExecutor<'_>,
    name: &ClassName,
    read: i32,
    spec: &ClassSpec,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "update class_drafts set version = version + 1, spec = $3, editor_id = $4, edited_at = $5
         where name = $1 and version = $2",
        name.as_str(),
        read,
        Json(spec) as _,
        editor.map(|id| id.0),
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn delete(db: impl PgExecutor<'_>, name: &ClassName) -> Result<()> {
    sqlx::query!("delete from class_drafts where name = $1", name.as_str()).execute(db).await?;
    Ok(())
}
