//! Writes a setup as files: one for each team, class and cluster, and one for the platform roles.

use anyhow::Context;
use domain::setup::Setup;
use serde::Serialize;
use std::path::Path;

/// Answers what was written, in lines.
pub fn write(dir: &Path, whole: &Setup) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    for (name, part) in parts(whole) {
        let file = dir.join(&name);
        let above = file.parent().unwrap_or(dir);
        std::fs::create_dir_all(above).with_context(|| format!("{} was not made", above.display()))?;
        std::fs::write(&file, yaml(&part)?).with_context(|| format!("{} was not written", file.display()))?;
        written.push(format!("wrote {}", file.display()));
    }
    Ok(written)
}

/// Each file is a setup of its own.
fn parts(whole: &Setup) -> Vec<(String, Setup)> {
    let mut parts = Vec::new();
    for team in &whole.teams {
        parts.push((format!("teams/{}.yaml", team.slug), Setup { teams: vec![team.clone()], ..Setup::default() }));
    }
    let platform = Setup { platform: whole.platform.clone(), ..Setup::default() };
    parts.push(("platform.yaml".to_owned(), platform));
    for class in &whole.classes {
        parts
            .push((format!("classes/{}.yaml", class.name), Setup { classes: vec![class.clone()], ..Setup::default() }));
    }
    for cluster in &whole.clusters {
        let part = Setup { clusters: vec![cluster.clone()], ..Setup::default() };
        parts.push((format!("clusters/{}.yaml", cluster.name), part));
    }
    parts
}

fn yaml(part: &impl Serialize) -> anyhow::Result<String> {
    let text = serde_saphyr::to_string(part).context("the setup cannot be written as YAML")?;
    Ok(format!("{}\n", text.trim_end()))
}
