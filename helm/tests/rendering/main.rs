//! The real helm on charts that mean harm, and on real ones. Skipped, with one line, where there is no helm: `BERTH_HELM`, or
//! what `cargo xtask` builds into `target/tools`.

mod death;
mod hostile;
mod real_charts;
mod runs;

use helm::{ChartFiles, Helm, HelmError, Limits, Render, Rendered};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// None where there is none.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("BERTH_HELM").map(PathBuf::from);
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/helm");
    let program = named.or_else(|| built.is_file().then_some(built));
    if program.is_none() {
        eprintln!("skipped: no helm, neither by BERTH_HELM nor in target/tools");
    }
    program
}

async fn helm(limits: Limits) -> Option<Helm> {
    let program = program()?;
    Some(Helm::at(&program, Arc::new(Semaphore::new(2)), limits).await.unwrap_or_else(|error| panic!("{error}")))
}

const RENDER: Render<'static> =
    Render { release: "it", namespace: "team", values: "", kube_version: Some("1.36.1"), api_versions: &[] };

/// A chart of some templates and nothing else.
fn chart(templates: &[(&str, &str)]) -> ChartFiles {
    let chart = ("Chart.yaml".to_owned(), b"apiVersion: v2\nname: web\nversion: 1.0.0\n".to_vec());
    let templates = templates.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    ChartFiles::new(std::iter::once(chart).chain(templates)).expect("are paths of a chart")
}

async fn template(templates: &[(&str, &str)]) -> Option<Result<Rendered, HelmError>> {
    let helm = helm(Limits::default()).await?;
    Some(helm.template(&chart(templates), &RENDER).await)
}
