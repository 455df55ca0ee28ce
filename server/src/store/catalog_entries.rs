//! Entries of the catalog: what the platform team says of charts.

use super::{Result, parsed};
use domain::catalog::EntrySpec;
use domain::id::PersonId;
use domain::name::EntryName;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

/// An entry as it is stored.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: EntryName,
    pub spec: EntrySpec,
    /// Raised by each change.
    pub version: i32,
    pub edited_at: OffsetDateTime,
    /// None when the operator did it.
    pub editor: Option<String>,
    pub withdrawn_reason: Option<String>,
}

struct Row {
    name: String,
    spec: Json<EntrySpec>,
    version: i32,
    edited_at: OffsetDateTime,
    editor: Option<String>,
    withdrawn_reason: Option<String>,
}

impl Row {
    fn into_entry(self) -> Result<Entry> {
        let Self { name, spec, version, edited_at, editor, withdrawn_reason } = self;
        Ok(Entry { name: parsed(&name)?, spec: spec.0, version, edited_at, editor, withdrawn_reason })
    }
}

pub async fn find(db: impl PgExecutor<'_>, name: &EntryName) -> Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select e.name, e.spec as "spec: Json<EntrySpec>", e.version, e.edited_at, p.name as "editor?",
                  e.withdrawn_reason
           from catalog_entries e left join people p on p.id = e.editor_id where e.name = $1"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_entry).transpose()
}

/// The entry, and nobody else changes it or its versions before the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, name: &EntryName) -> Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select e.name, e.spec as "spec: Json<EntrySpec>", e.version, e.edited_at, p.name as "editor?",
                  e.withdrawn_reason
           from catalog_entries e left join people p on p.id = e.editor_id where e.name = $1 for no key update of e"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_entry).transpose()
}

/// False when there is one of this name already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    spec: &EntrySpec,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into catalog_entries (name, spec, added_at, edited_at, editor_id) values ($1, $2, $3, $3, $4)
         on conflict do nothing",
        name.as_str(),
        Json(spec) as _,
        at,
        editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn save(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    spec: &EntrySpec,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update catalog_entries set spec = $2, version = version + 1, edited_at = $3, editor_id = $4 where name = $1",
        name.as_str(),
        Json(spec) as _,
        at,
        editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes it off the offer, or, without a reason, puts it there again.
pub async fn set_withdrawn(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    reason: Option<&str>,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update catalog_entries set withdrawn_reason = $2, withdrawn_at = case when $2::text is null then null else $3::timestamptz end,
                version = version + 1, edited_at = $3, editor_id = $4
         where name = $1",
        name.as_str(),
        reason,
        at,
        editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}
