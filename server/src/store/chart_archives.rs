//! Our own copies of charts, by the SHA-256 of their bytes.

use super::Result;
use domain::id::VersionId;
use domain::name::EntryName;
use domain::view::{ChartMetadata, VersionChange};
use serde_json::Value;
use sqlx::PgExecutor;
use sqlx::types::Json;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What is kept of an archive.
pub struct Archive {
    /// In hexadecimal digits.
    pub digest: String,
    pub stored: Stored,
    pub metadata: ChartMetadata,
    pub readme: Option<String>,
    pub values_yaml: String,
    pub values_schema: Option<String>,
    /// By path.
    pub templates: Json<BTreeMap<String, String>>,
    /// What its questions.yaml asks, where it has one.
    pub questions: Option<Value>,
    /// Digest of its picture, which is kept before.
    pub icon: Option<String>,
    pub changes: Json<Vec<VersionChange>>,
    /// The beginning of its CHANGELOG.md.
    pub changelog: Option<String>,
}

/// What a row has of an archive's bytes.
pub enum Stored {
    Row(Vec<u8>),
    /// They are in a file of this size.
    File {
        n_bytes: i64,
    },
}

/// Where an archive's bytes are.
pub enum Place {
    Row(Vec<u8>),
    File,
}

/// What one that is kept says of itself.
pub struct Description {
    pub metadata: ChartMetadata,
    pub readme: Option<String>,
    pub icon: Option<String>,
    pub changelog: Option<String>,
}

/// What is compared of two versions, as text.
#[derive(Debug, Clone)]
pub struct Contents {
    pub values_yaml: String,
    pub values_schema: Option<String>,
    /// What its questions.yaml asks, where it has one.
    pub questions: Option<Value>,
    /// By path.
    pub templates: Json<BTreeMap<String, String>>,
    /// The manifests that the version renders to.
    pub rendered: String,
    /// The values of its entry that these are of, a line of JSON for each class and environment that differs.
    pub given: Option<String>,
    /// What it rendered to when it was approved last, where that is something else.
    pub approved_rendered: Option<String>,
}

/// Keeps it, unless it is kept already.
pub async fn keep(db: impl PgExecutor<'_>, archive: &Archive, at: OffsetDateTime) -> Result<()> {
    let Archive {
        digest,
        stored,
        metadata,
        readme,
        values_yaml,
        values_schema,
        templates,
        questions,
        icon,
        changes,
        changelog,
    } = archive;
    let (bytes, file_bytes) = match stored {
        Stored::Row(bytes) => (Some(bytes.as_slice()), None),
        Stored::File { n_bytes } => (None, Some(*n_bytes)),
    };
    sqlx::query!(
        "insert into chart_archives (digest, bytes, metadata, readme, values_yaml, values_schema, templates, kept_at, icon,
                                     changes, changelog, questions, file_bytes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
        digest,
        bytes,
        Json(metadata) as _,
        readme.as_deref(),
        values_yaml,
        values_schema.as_deref(),
        templates as _,
        at,
        icon.as_deref(),
        changes as _,
        changelog.as_deref(),
        questions.as_ref(),
        file_bytes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of a version.
pub async fn contents(db: impl PgExecutor<'_>, version: VersionId) -> Result<Contents> {
    sqlx::query_as!(
        Contents,
        r#"select a.values_yaml, a.values_schema, a.questions, a.templates as "templates: Json<BTreeMap<String, String>>", v.rendered, v.given,
                  v.approved_rendered
           from chart_versions v join chart_archives a on a.digest = v.digest where v.id = $1"#,
        version.0
    )
    .fetch_one(db)
    .await
}

/// The different values.schema.json of an entry's versions, the newest first; `most` of them.
pub async fn schemas(db: impl PgExecutor<'_>, entry: &EntryName, most: i64) -> Result<Vec<String>> {
    let schemas = sqlx::query_scalar!(
        r#"select a.values_schema as "schema!" from chart_versions v join chart_archives a on a.digest = v.digest
           where v.entry = $1 and a.values_schema is not null
           group by a.values_schema order by max(v.sort_key) desc limit $2"#,
        entry.as_str(),
        most
    );
    schemas.fetch_all(db).await
}

pub async fn describe(db: impl PgExecutor<'_>, digest: &str) -> Result<Description> {
    let row = sqlx::query!(
        r#"select metadata as "metadata: Json<ChartMetadata>", readme, icon, changelog
           from chart_archives where digest = $1"#,
        digest
    )
    .fetch_one(db)
    .await?;
    Ok(Description { metadata: row.metadata.0, readme: row.readme, icon: row.icon, changelog: row.changelog })
}

/// What the chart of an entry calls itself: in its newest version, if it has one.
pub async fn chart_name(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<Option<String>> {
    let name = sqlx::query_scalar!(
        r#"select a.metadata ->> 'name' as "name!" from chart_versions v join chart_archives a on a.digest = v.digest
           where v.entry = $1 order by v.sort_key desc limit 1"#,
        entry.as_str()
    );
    name.fetch_optional(db).await
}

/// Where the bytes are that were taken in.
pub async fn find_place(db: impl PgExecutor<'_>, digest: &str) -> Result<Place> {
    let bytes = sqlx::query_scalar!("select bytes from chart_archives where digest = $1", digest).fetch_one(db).await?;
    Ok(bytes.map_or(Place::File, Place::Row))
}

/// Whether any are in files.
pub async fn has_files(db: impl PgExecutor<'_>) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from chart_archives where file_bytes is not null) as "has!""#)
        .fetch_one(db)
        .await
}

/// What versions of an entry say is new in them, newest first: of those after `above` and up to `upto`. With `offered_only`
/// those that teams were ever offered.
pub async fn list_changes(
    db: impl PgExecutor<'_>,
    entry: &EntryName,
    offered_only: bool,
    above: Option<VersionId>,
    upto: VersionId,
    limit: i64,
) -> Result<Vec<(String, Vec<VersionChange>)>> {
    let rows = sqlx::query!(
        r#"select v.version, a.changes as "changes: Json<Vec<VersionChange>>"
           from chart_versions v join chart_archives a on a.digest = v.digest
           where v.entry = $1 and (not $2 or v.offered_at is not null)
             and ($3::uuid is null or v.sort_key > (select b.sort_key from chart_versions b where b.id = $3))
             and v.sort_key <= (select u.sort_key from chart_versions u where u.id = $4)
           order by v.sort_key desc limit $5"#,
        entry.as_str(),
        offered_only,
        above.map(|id| id.0),
        upto.0,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.version, r.changes.0)).collect())
}

pub async fn size(db: impl PgExecutor<'_>, digest: &str) -> Result<i64> {
    let size = sqlx::query_scalar!(
        r#"select coalesce(file_bytes, octet_length(bytes))::bigint as "n!" from chart_archives where digest = $1"#,
        digest
    );
    size.fetch_one(db).await
}
