//! Our own copies of charts, by the SHA-256 of their bytes.

use super::Result;
use domain::id::VersionId;
use domain::view::ChartMetadata;
use serde_json::Value;
use sqlx::PgExecutor;
use sqlx::types::Json;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What is kept of an archive.
pub struct Archive {
    /// In hexadecimal digits.
    pub digest: String,
    pub bytes: Vec<u8>,
    pub metadata: ChartMetadata,
    pub readme: Option<String>,
    pub values_yaml: String,
    pub values_schema: Option<String>,
    /// By path.
    pub templates: Json<BTreeMap<String, String>>,
    /// What its questions.yaml asks, where it has one.
    pub questions: Option<Value>,
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
}

/// Keeps it, unless it is kept already.
pub async fn keep(db: impl PgExecutor<'_>, archive: &Archive, at: OffsetDateTime) -> Result<()> {
    let Archive { digest, bytes, metadata, readme, values_yaml, values_schema, templates, questions } = archive;
    sqlx::query!(
        "insert into chart_archives (digest, bytes, metadata, readme, values_yaml, values_schema, templates, questions, kept_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        digest,
        bytes,
        Json(metadata) as _,
        readme.as_deref(),
        values_yaml,
        values_schema.as_deref(),
        templates as _,
        questions.as_ref(),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of a version.
pub async fn contents(db: impl PgExecutor<'_>, version: VersionId) -> Result<Contents> {
    sqlx::query_as!(
        Contents,
        r#"select a.values_yaml, a.values_schema, a.questions, a.templates as "templates: Json<BTreeMap<String, String>>", v.rendered
           from chart_versions v join chart_archives a on a.digest = v.digest where v.id = $1"#,
        version.0
    )
    .fetch_one(db)
    .await
}

/// What one that is kept says of itself, and its README.
pub async fn describe(db: impl PgExecutor<'_>, digest: &str) -> Result<(ChartMetadata, Option<String>)> {
    let row = sqlx::query!(
        r#"select metadata as "metadata: Json<ChartMetadata>", readme from chart_archives where digest = $1"#,
        digest
    )
    .fetch_one(db)
    .await?;
    Ok((row.metadata.0, row.readme))
}

pub async fn size(db: impl PgExecutor<'_>, digest: &str) -> Result<i64> {
    let size = sqlx::query_scalar!(
        r#"select octet_length(bytes)::bigint as "n!" from chart_archives where digest = $1"#,
        digest
    );
    size.fetch_one(db).await
}
