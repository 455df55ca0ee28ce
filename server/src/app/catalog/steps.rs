//! What is done with a chart before it is judged, each step with what was seen: what is computed is computed off the threads that
//! serve others.

use super::{entry_form, findings};
use crate::app::{Ctx, Error};
use charts::archive::{Archive, Limits};
use charts::chart::{Chart, ChartType};
use domain::catalog::{Findings, Signature};
use helm::{ChartFiles, Helm, HelmError, Render};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use values::Overlay;

/// Runs of helm at a time, each of which may take as much memory as its limits say.
const RENDERS: usize = 2;
static PERMITS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(RENDERS)));

/// Why a step ends without what it is for.
pub enum Stop {
    /// What was found cannot be taken in.
    Refused(String),
    /// It could not be done now.
    Failed(String),
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// A text as the database takes it.
pub fn kept_text(text: &str) -> String {
    text.replace('\0', "")
}

/// What a chart renders to with all values that its entry gives: the manifests of the first, and of each other what is not there
/// yet; and what is found in all of them.
#[derive(Debug, Default)]
pub struct Renderings {
    text: String,
    known: HashSet<String>,
    findings: Option<Findings>,
}

impl Renderings {
    /// `for_whom`: for which class and environment, if for one.
    pub fn add(&mut self, for_whom: Option<&str>, manifests: &str, findings: Findings) {
        self.findings = Some(match self.findings.take() {
            None => findings,
            Some(before) => before.with(findings),
        });
        self.add_text(for_whom, manifests);
    }

    /// The manifests, as the database takes them, and what is found in them.
    pub fn whole(self) -> Result<(String, Findings), Stop> {
        let findings = self.findings.ok_or_else(|| Stop::Failed("the entry gives no values".into()))?;
        Ok((kept_text(&self.text), findings))
    }

    fn add_text(&mut self, for_whom: Option<&str>, manifests: &str) {
        let documents = manifests.split("\n---").map(|document| document.trim_start_matches("---").trim());
        for document in documents.filter(|document| !document.is_empty()) {
            if self.known.insert(document.to_owned()) {
                let comment = for_whom.map(|names| format!("# For {names}\n")).unwrap_or_default();
                self.text.push_str(&format!("---\n{comment}{document}\n"));
            }
        }
    }
}

/// Off the threads that serve others: it takes processor time.
pub async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T, Stop> + Send + 'static) -> Result<T, Stop> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Stop::Error(anyhow::Error::from(error).into()))?
}

pub async fn unpack(bytes: Vec<u8>) -> Result<((Archive, Vec<u8>), String), Stop> {
    compute(move || {
        let archive = Archive::read(&bytes, &Limits::default()).map_err(|error| Stop::Refused(error.to_string()))?;
        let detail = format!("{} files in {} kB", archive.files.iter().count(), bytes.len().div_ceil(1000));
        Ok(((archive, bytes), detail))
    })
    .await
}

pub async fn read(archive: Archive) -> Result<(Arc<Chart>, String), Stop> {
    compute(move || {
        let chart = Chart::read(&archive.files).map_err(|error| Stop::Refused(error.to_string()))?;
        if chart.metadata.chart_type == ChartType::Library {
            return Err(Stop::Refused("It is a library for other charts: nothing of it can be installed.".into()));
        }
        if let Some(missing) = chart.missing_dependencies().first() {
            let why = format!(
                "It needs the chart {}, which is not in the archive: run helm dependency build before helm package.",
                missing.name
            );
            return Err(Stop::Refused(why));
        }
        let detail = format!("{} {}", chart.metadata.name, chart.metadata.version.as_str());
        Ok((Arc::new(chart), detail))
    })
    .await
}

/// What does not fit is told: those who decide on the version correct the entry, or block it.
pub async fn lay(overlay: Overlay, chart: Arc<Chart>) -> Result<(bool, String), Stop> {
    compute(move || {
        let mistakes = entry_form::mistakes(&overlay, &chart);
        let detail = match mistakes.as_slice() {
            [] => "all of it fits".to_owned(),
            [one] => format!("one mistake: {one}"),
            [first, more @ ..] => format!("{} mistakes: {first}; and {} more", more.len() + 1, more.len()),
        };
        Ok((mistakes.is_empty(), detail))
    })
    .await
}

pub async fn render(ctx: &Ctx, archive: &Archive, chart: &Chart, values: &str) -> Result<(String, String), Stop> {
    let helm = Helm::at(&ctx.berth.config.catalog.helm, PERMITS.clone(), helm::Limits::default()).await;
    let helm = helm.map_err(stop_of)?;
    let files = archive.files.iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
    let files = ChartFiles::new(files).map_err(|error| Stop::Refused(error.to_string()))?;
    let render = Render {
        release: release_name(&chart.metadata.name),
        namespace: findings::SAMPLE_NAMESPACE,
        values,
        kube_version: None,
        api_versions: &[],
    };
    let rendered = helm.template(&files, &render).await.map_err(stop_of)?;
    let detail = format!("by Helm {}, {} kB", helm.version(), rendered.manifests.len().div_ceil(1000));
    Ok((rendered.manifests, detail))
}

/// Its release's name in a rendering: the chart's own, as far as that may be one.
fn release_name(chart: &str) -> &str {
    if chart.len() <= 40 { chart } else { "release" }
}

/// Helm's no is the chart's fault; what keeps helm from running is ours.
fn stop_of(error: HelmError) -> Stop {
    match &error {
        HelmError::Failed { .. }
        | HelmError::ValuesRefused { .. }
        | HelmError::MissingSubcharts { .. }
        | HelmError::TimedOut { .. }
        | HelmError::TooMuchOutput { .. }
        | HelmError::TooMuchMemory { .. }
        | HelmError::TooMuchTime { .. }
        | HelmError::NotText => Stop::Refused(error.to_string()),
        HelmError::NotFound { .. } | HelmError::WrongVersion { .. } => Stop::Failed(error.to_string()),
        HelmError::Stopping | HelmError::Io(_) => Stop::Error(anyhow::Error::from(error).into()),
    }
}

pub async fn judge(rendered: String, signature: Signature) -> Result<(Findings, String), Stop> {
    compute(move || {
        let found = findings::of(&rendered, signature).map_err(|error| Stop::Refused(error.to_string()))?;
        let detail = format!("{} objects, {} images", found.n_objects, found.images.len());
        Ok((found, detail))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_for_some_stands_beside_what_is_for_all() {
        let mut renderings = Renderings::default();
        renderings.add_text(None, "---\n# Source: a\nkind: A\nx: |\n  --- no end\n---\nkind: B\ncmd: hello\n");
        renderings
            .add_text(Some("production"), "---\n# Source: a\nkind: A\nx: |\n  --- no end\n---\nkind: B\ncmd: other\n");
        insta::assert_snapshot!(renderings.text, @r"
        ---
        # Source: a
        kind: A
        x: |
          --- no end
        ---
        kind: B
        cmd: hello
        ---
        # For production
        kind: B
        cmd: other
        ");
    }
}
