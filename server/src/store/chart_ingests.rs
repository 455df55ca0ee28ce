//! Each time that a chart was taken in, or was tried to be.

use super::{Result, parsed};
use domain::id::{IngestId, PersonId, VersionId};
use domain::name::{EntryName, SourceName};
use domain::view::{IngestState, IngestStep, IngestView};
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

/// What is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// An archive that somebody sent, under this name.
    Upload { file: String },
    /// A version of a chart at a source.
    Chart { source: SourceName, chart: String, version: String },
}

impl What {
    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Upload { file } => file.clone(),
            Self::Chart { source, chart, version } => format!("{chart} {version} from {source}"),
        }
    }
}

/// What a job takes in.
pub struct Order {
    pub entry: EntryName,
    pub what: What,
    /// Of what was uploaded.
    pub bytes: Option<Vec<u8>>,
    /// With their name; none is the operator.
    pub begun_by: Option<(PersonId, String)>,
}

/// How it ended.
pub struct End<'a> {
    pub state: IngestState,
    pub error: Option<&'a str>,
    pub version: Option<VersionId>,
}

pub async fn insert(db: impl PgExecutor<'_>, id: IngestId, order: &Order, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into chart_ingests (id, entry, what, bytes, begun_at, begun_by) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        order.entry.as_str(),
        Json(&order.what) as _,
        order.bytes,
        at,
        order.begun_by.as_ref().map(|(id, _)| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is still to be done; none when it has ended.
pub async fn find_order(db: impl PgExecutor<'_>, id: IngestId) -> Result<Option<Order>> {
    let row = sqlx::query!(
        r#"select i.entry, i.what as "what: Json<What>", i.bytes, i.begun_by, p.name as "begun_by_name?"
           from chart_ingests i left join people p on p.id = i.begun_by where i.id = $1 and i.state = 'running'"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(|r| {
        Ok(Order {
            entry: parsed(&r.entry)?,
            what: r.what.0,
            bytes: r.bytes,
            begun_by: r.begun_by.map(PersonId).zip(r.begun_by_name),
        })
    })
    .transpose()
}

pub async fn save_steps(db: impl PgExecutor<'_>, id: IngestId, steps: &[IngestStep]) -> Result<()> {
    sqlx::query!("update chart_ingests set steps = $2 where id = $1 and state = 'running'", id.0, Json(steps) as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends it, if it has not ended. What was uploaded is let go of: it is kept as an archive, or not wanted.
pub async fn finish(db: impl PgExecutor<'_>, id: IngestId, end: End<'_>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update chart_ingests set state = $2, error = $3, version_id = $4, ended_at = $5, bytes = null
         where id = $1 and state = 'running'",
        id.0,
        end.state.as_str(),
        end.error,
        end.version.map(|id| id.0),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The one that takes in the same for the same entry.
pub async fn find_running(db: impl PgExecutor<'_>, entry: &EntryName, what: &What) -> Result<Option<IngestId>> {
    let id = sqlx::query_scalar!(
        "select id from chart_ingests where entry = $1 and what = $2 and state = 'running'",
        entry.as_str(),
        Json(what) as _
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(IngestId))
}

/// Forgets those that have ended long ago: of each entry the newest stays, and else at most `kept` of those that ended after
/// `since`. Answers how many are forgotten.
pub async fn forget(db: impl PgExecutor<'_>, kept: i64, since: OffsetDateTime) -> Result<u64> {
    let done = sqlx::query!(
        "delete from chart_ingests i using (
             select id, row_number() over (partition by entry order by begun_at desc, id desc) as place from chart_ingests
         ) placed
         where placed.id = i.id and i.state <> 'running' and placed.place > 1 and (placed.place > $1 or i.ended_at < $2)",
        kept,
        since
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// How many are running.
pub async fn count_running(db: impl PgExecutor<'_>) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from chart_ingests where state = 'running'"#).fetch_one(db).await
}

pub async fn find(db: impl PgExecutor<'_>, id: IngestId) -> Result<Option<IngestView>> {
    let row = sqlx::query_as!(
        Row,
        r#"select i.id, i.entry, i.what as "what: Json<What>", i.state, i.steps as "steps: Json<Vec<IngestStep>>", i.error,
                  v.version as "version?", i.begun_at, p.name as "begun_by?", i.ended_at
           from chart_ingests i left join chart_versions v on v.id = i.version_id left join people p on p.id = i.begun_by
           where i.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_view).transpose()
}

/// The latest first.
pub async fn list(db: impl PgExecutor<'_>, entry: &EntryName, limit: i64) -> Result<Vec<IngestView>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select i.id, i.entry, i.what as "what: Json<What>", i.state, i.steps as "steps: Json<Vec<IngestStep>>", i.error,
                  v.version as "version?", i.begun_at, p.name as "begun_by?", i.ended_at
           from chart_ingests i left join chart_versions v on v.id = i.version_id left join people p on p.id = i.begun_by
           where i.entry = $1 order by i.begun_at desc limit $2"#,
        entry.as_str(),
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_view).collect()
}

struct Row {
    id: uuid::Uuid,
    entry: String,
    what: Json<What>,
    state: String,
    steps: Json<Vec<IngestStep>>,
    error: Option<String>,
    version: Option<String>,
    begun_at: OffsetDateTime,
    begun_by: Option<String>,
    ended_at: Option<OffsetDateTime>,
}

impl Row {
    fn into_view(self) -> Result<IngestView> {
        let state = IngestState::find(&self.state)
            .ok_or_else(|| sqlx::Error::Decode(format!("no such state of an ingest: {}", self.state).into()))?;
        Ok(IngestView {
            id: IngestId(self.id),
            entry: parsed(&self.entry)?,
            what: self.what.0.words(),
            is_by_itself: self.begun_by.is_none() && matches!(self.what.0, What::Chart { .. }),
            state,
            steps: self.steps.0,
            error: self.error,
            version: self.version,
            begun_at: self.begun_at,
            begun_by: self.begun_by,
            ended_at: self.ended_at,
        })
    }
}
