//! The form of an entry, for whoever works on it: over one version, as one class and environment would see it.

use crate::app::{Ctx, Error, Result};
use crate::store;
use domain::Action;
use domain::catalog::EntrySpec;
use domain::name::EntryName;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Semaphore;
use values::{Chart, ChartValue, Context, Document, Draft, Form, Mistake};

/// Versions to choose from, the newest first.
const VERSIONS_SHOWN: i64 = 50;
/// Forms that are made at a time; whoever comes when all are taken waits.
static DRAWING: Semaphore = Semaphore::const_new(2);

/// What a form is made over.
pub struct FormGround {
    pub spec: EntrySpec,
    /// The entry's, raised by each change.
    pub entry_version: i32,
    pub versions: Vec<String>,
    /// The one it is made over: none where none is taken in.
    pub version: Option<String>,
    pub classes: Vec<String>,
    pub chart: Arc<Chart>,
    pub values: Arc<Vec<ChartValue>>,
    /// What the chart's questions.yaml asks, where it has one.
    pub questions: Option<Value>,
}

/// A form that was made.
pub struct Drawn {
    pub form: Form,
    pub mistakes: Vec<Mistake>,
}

/// Of this version, or of the newest that was taken in.
pub async fn form_ground(ctx: &Ctx, name: &EntryName, version: Option<&str>) -> Result<FormGround> {
    ctx.allow(Action::SetUp)?;
    let mut conn = ctx.snapshot().await?;
    let entry = store::catalog_entries::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let rows = store::catalog_lists::list_versions(&mut *conn, name, false, None, VERSIONS_SHOWN).await?;
    let versions: Vec<_> = rows.into_iter().map(|(_, row)| row.version).collect();
    let version = version.map(str::to_owned).or_else(|| versions.first().cloned());
    let contents = match &version {
        None => None,
        Some(version) => {
            let found = store::chart_versions::find(&mut conn, name, version).await?.ok_or(Error::NotFound)?;
            Some(store::chart_archives::contents(&mut *conn, found.about.id).await?)
        }
    };
    let classes = store::classes::list_offered(&mut *conn).await?;
    drop(conn);
    let questions = contents.as_ref().and_then(|contents| contents.questions.clone());
    let (chart, values) = compute(move || {
        let chart = contents
            .map(|contents| Chart::read(&contents.values_yaml, contents.values_schema.as_deref()))
            .unwrap_or_default();
        let values = chart.inventory();
        (Arc::new(chart), Arc::new(values))
    })
    .await?;
    Ok(FormGround {
        spec: entry.spec,
        entry_version: entry.version,
        versions,
        version,
        classes: classes.into_iter().map(|class| class.name.to_string()).collect(),
        chart,
        values,
        questions,
    })
}

/// Makes the form that teams of this class and environment would see, and says where the draft does not fit the chart.
pub async fn draw(chart: &Arc<Chart>, draft: &Draft, context: Context) -> Result<Drawn> {
    let (chart, draft) = (chart.clone(), draft.clone());
    compute(move || Drawn {
        form: Form::of(&chart, draft.overlay(), &Document::empty(), &context),
        mistakes: draft.overlay().check(&chart),
    })
    .await
}

/// Off the threads that serve others: it takes processor time.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = DRAWING.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
