//! What the demo's platform team offers: the starter catalog, and a version that waits for a decision.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use super::desk::Desk;
use crate::berth::Settings;

/// The entry that has a next version, and what is different in it: a file of its chart, what stands there, what then does.
const NEXT: &str = "web-service";
const CHANGES: [(&str, &str, &str); 2] =
    [("Chart.yaml", "version: 1.0.0", "version: 1.1.0"), ("values.yaml", "replicas: 2", "replicas: 3")];
/// What all take part in is offered; what is risky waits for a second person.
const APPROVED: [&str; 5] = ["cron-job", "postgresql", "redis", "web-service", "worker"];
const WITH_A_SECOND: [&str; 1] = ["postgresql"];

/// Takes in the entries below `catalog`, and decides on them. Berth runs, with a worker.
pub async fn offer(settings: &Settings, desk: &Desk, catalog: &Path) -> Result<()> {
    import(settings, catalog)?;
    for entry in APPROVED {
        desk.approve_version("platform", entry).await?;
    }
    for entry in WITH_A_SECOND {
        desk.approve_version("second-platform", entry).await?;
    }
    let next = settings.dir.join("next");
    copy(&catalog.join(NEXT), &next.join(NEXT))?;
    for (file, was, is) in CHANGES {
        let path = next.join(NEXT).join("chart").join(file);
        let text = fs::read_to_string(&path)?;
        fs::write(&path, text.replacen(was, is, 1))?;
    }
    import(settings, &next)
}

fn import(settings: &Settings, dir: &Path) -> Result<()> {
    let dir = dir.to_str().context("the path of the catalog is UTF-8")?;
    settings.run(&["catalog", "import", dir]).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

impl Desk {
    /// Approves the newest version of an entry.
    pub(super) async fn approve_version(&self, role: &str, entry: &str) -> Result<()> {
        let api = self.api(role)?;
        let curated: Value = api.get(&format!("/api/v1/curation/{entry}")).await?;
        let version = curated["versions"]["items"][0]["version"].as_str().context("it has a version")?;
        let path = format!("/api/v1/curation/{entry}/versions/{version}");
        let review: Value = api.get(&path).await?;
        let body = serde_json::json!({"digest": review["digest"], "round": review["round"]});
        let _: Value = api.post(&format!("{path}/approve"), &body).await.with_context(|| format!("approve {entry}"))?;
        Ok(())
    }
}
