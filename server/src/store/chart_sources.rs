//! Sources of charts: where they are, and with which sealed credentials they are asked.

use super::{Result, parsed};
use domain::catalog::{SourceAuth, SourceSpec};
use domain::id::PersonId;
use domain::name::{EntryName, SourceName};
use domain::view::{SourceCheck, SourceRow};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

/// A source as it is stored.
pub struct Source {
    pub name: SourceName,
    pub spec: SourceSpec,
    pub auth: SourceAuth,
    /// Sealed; none where it is asked anonymously.
    pub credentials: Option<Vec<u8>>,
    /// Raised by each change.
    pub version: i32,
    pub edited_at: OffsetDateTime,
    /// None when the operator did it.
    pub editor: Option<String>,
    pub last_check: Option<SourceCheck>,
}

struct Row {
    name: String,
    spec: Json<SourceSpec>,
    auth: String,
    credentials: Option<Vec<u8>>,
    version: i32,
    edited_at: OffsetDateTime,
    editor: Option<String>,
    last_check: Option<Json<SourceCheck>>,
}

impl Row {
    fn into_source(self) -> Result<Source> {
        let Self { name, spec, auth, credentials, version, edited_at, editor, last_check } = self;
        let auth = SourceAuth::find(&auth)
            .ok_or_else(|| sqlx::Error::Decode(format!("no such way to sign in at a source: {auth}").into()))?;
        let last_check = last_check.map(|check| check.0);
        Ok(Source { name: parsed(&name)?, spec: spec.0, auth, credentials, version, edited_at, editor, last_check })
    }
}

pub async fn find(db: impl PgExecutor<'_>, name: &SourceName) -> Result<Option<Source>> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.name, s.spec as "spec: Json<SourceSpec>", s.auth, s.credentials, s.version, s.edited_at,
                  p.name as "editor?", s.last_check as "last_check: Json<SourceCheck>"
           from chart_sources s left join people p on p.id = s.editor_id where s.name = $1"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_source).transpose()
}

/// The source, and nobody else changes it before the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, name: &SourceName) -> Result<Option<Source>> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.name, s.spec as "spec: Json<SourceSpec>", s.auth, s.credentials, s.version, s.edited_at,
                  p.name as "editor?", s.last_check as "last_check: Json<SourceCheck>"
           from chart_sources s left join people p on p.id = s.editor_id where s.name = $1 for update of s"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_source).transpose()
}

/// Whether it is there, and nobody removes it before the transaction ends.
pub async fn hold(db: impl PgExecutor<'_>, name: &SourceName) -> Result<bool> {
    let found = sqlx::query_scalar!("select version from chart_sources where name = $1 for key share", name.as_str())
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}

/// Whether it is still what it was at this version; it stays that before the transaction ends.
pub async fn hold_version(db: impl PgExecutor<'_>, name: &SourceName, version: i32) -> Result<bool> {
    let found = sqlx::query_scalar!("select version from chart_sources where name = $1 for share", name.as_str())
        .fetch_optional(db)
        .await?;
    Ok(found == Some(version))
}

/// By name.
pub async fn list(db: impl PgExecutor<'_>, after: Option<&str>, limit: i64) -> Result<Vec<SourceRow>> {
    let rows = sqlx::query!(
        r#"select s.name, s.spec as "spec: Json<SourceSpec>", s.last_check as "last_check: Json<SourceCheck>",
                  (select count(*) from catalog_entries e where e.source = s.name) as "n_entries!"
           from chart_sources s where $1::text is null or s.name > $1 order by s.name limit $2"#,
        after,
        limit
    )
    .fetch_all(db)
    .await?;
    let row = rows.into_iter().map(|row| {
        let check = row.last_check.map(|check| check.0);
        Ok(SourceRow {
            name: parsed(&row.name)?,
            kind: row.spec.kind,
            needs_proof: row.spec.needs_proof(),
            address: row.spec.0.address,
            n_entries: row.n_entries,
            is_ok: check.as_ref().map(SourceCheck::is_ok),
            checked_at: check.map(|check| check.at),
        })
    });
    row.collect()
}

/// What is said of each of them.
pub async fn specs(db: impl PgExecutor<'_>) -> Result<Vec<(SourceName, SourceSpec)>> {
    let rows =
        sqlx::query!(r#"select name, spec as "spec: Json<SourceSpec>" from chart_sources"#).fetch_all(db).await?;
    rows.into_iter().map(|row| Ok((parsed(&row.name)?, row.spec.0))).collect()
}

/// Names of all of them, by name.
pub async fn names(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<SourceName>> {
    let names =
        sqlx::query_scalar!("select name from chart_sources order by name limit $1", limit).fetch_all(db).await?;
    names.iter().map(|name| parsed(name)).collect()
}

/// Entries whose versions come from it, by name.
pub async fn entries(db: impl PgExecutor<'_>, name: &SourceName, limit: i64) -> Result<Vec<EntryName>> {
    let names = sqlx::query_scalar!(
        "select name from catalog_entries where source = $1 order by name limit $2",
        name.as_str(),
        limit
    )
    .fetch_all(db)
    .await?;
    names.iter().map(|name| parsed(name)).collect()
}

/// What is written of a source.
pub struct NewSource<'a> {
    pub spec: &'a SourceSpec,
    pub auth: SourceAuth,
    pub credentials: Option<&'a [u8]>,
    pub editor: Option<PersonId>,
}

/// False when there is one of this name already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    name: &SourceName,
    new: &NewSource<'_>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into chart_sources (name, spec, auth, credentials, added_at, edited_at, editor_id)
         values ($1, $2, $3, $4, $5, $5, $6) on conflict do nothing",
        name.as_str(),
        Json(new.spec) as _,
        new.auth.as_str(),
        new.credentials,
        at,
        new.editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What was seen of it before is seen no more.
pub async fn save(db: impl PgExecutor<'_>, name: &SourceName, new: &NewSource<'_>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update chart_sources set spec = $2, auth = $3, credentials = $4, version = version + 1, edited_at = $5,
                editor_id = $6, last_check = null
         where name = $1",
        name.as_str(),
        Json(new.spec) as _,
        new.auth.as_str(),
        new.credentials,
        at,
        new.editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of the source as it was at this version: what was seen of a former one says nothing.
pub async fn set_check(db: impl PgExecutor<'_>, name: &SourceName, version: i32, check: &SourceCheck) -> Result<()> {
    sqlx::query!(
        "update chart_sources set last_check = $3 where name = $1 and version = $2",
        name.as_str(),
        version,
        Json(check) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn remove(db: impl PgExecutor<'_>, name: &SourceName) -> Result<()> {
    sqlx::query!("delete from chart_sources where name = $1", name.as_str()).execute(db).await?;
    Ok(())
}
