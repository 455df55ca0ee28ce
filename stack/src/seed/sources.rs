//! Where the demo's platform team takes charts of others in from: a registry and a repository, with an entry of each.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Places, desk::Desk};
use crate::{registry::Address, wait};

/// For a list of versions, and for each chart to be taken in.
const LIMIT: Duration = Duration::from_secs(60);

/// Pushes what there is of charts of others, and connects the places. Of the first all versions but the newest are decided on.
pub async fn connect(desk: &Desk, places: &Places<'_>) -> Result<()> {
    let (registry, helm) = (places.registry, places.settings.helm.as_path());
    let packed = places.dir.join("packed");
    let mut of_registry = Vec::new();
    for chart in places.foreign_charts {
        let archive = Address::package(helm, chart, &packed)?;
        let is_of_repository = chart.ends_with("descheduler");
        if is_of_repository {
            let dir = registry.repository_dir.join("charts");
            fs::create_dir_all(&dir)?;
            fs::copy(&archive, dir.join(archive.file_name().context("it has a name")?))?;
        } else {
            registry.push(helm, &archive, "charts")?;
            of_registry.push(version_of(&archive, "metrics-server")?);
        }
    }
    let own = Address::package(helm, &places.catalog.join("web-service/chart"), &packed)?;
    registry.push(helm, &own, "charts")?;
    fs::create_dir_all(registry.repository_dir.join("charts"))?;
    registry.index(helm, "charts")?;
    let api = desk.api("platform")?;
    let ca = fs::read_to_string(&registry.ca)?;
    let credentials = json!({"auth": "basic", "user": registry.user, "password": registry.password});
    let tokens = registry.tokens.replacen("https://", "", 1);
    let spec = json!({
        "kind": "registry", "address": registry.registry.replacen("https://", "oci://", 1) + "/charts", "ca": ca,
        "credential_hosts": [tokens], "charts": ["metrics-server", "web-service"],
    });
    save(desk, "company-registry", &json!({"spec": spec, "credentials": credentials})).await?;
    let spec = json!({"kind": "index", "address": format!("{}/charts", registry.repository), "ca": ca});
    save(desk, "mirror", &json!({"spec": spec, "credentials": credentials})).await?;
    if of_registry.is_empty() {
        return Ok(()); // nothing of others could be fetched
    }
    let entry = |title: &str, summary: &str, source: &str, chart: &str| {
        json!({"spec": {
            "title": title, "summary": summary, "category": "observability", "owner": "Platform team", "risk": "high",
            "approval": "platform", "origin": {"source": source, "chart": chart},
        }})
    };
    let metrics = entry(
        "Metrics Server",
        "What pods and nodes use now, for kubectl top and autoscalers.",
        "company-registry",
        "metrics-server",
    );
    let _: Value = api.put("/api/v1/curation/metrics-server", &metrics).await?;
    let descheduler =
        entry("Descheduler", "Evicts pods that would be placed elsewhere by now.", "mirror", "descheduler");
    let _: Value = api.put("/api/v1/curation/descheduler", &descheduler).await?;
    if let [first, rest @ ..] = of_registry.as_slice() {
        take_in(desk, "metrics-server", first).await?;
        for role in ["platform", "second-platform"] {
            desk.approve_version(role, "metrics-server").await?;
        }
        for version in rest {
            take_in(desk, "metrics-server", version).await?;
        }
    }
    Ok(())
}

/// Saves a source and looks at it.
async fn save(desk: &Desk, name: &str, body: &Value) -> Result<()> {
    let api = desk.api("platform")?;
    let _: Value = api.put(&format!("/api/v1/sources/{name}"), body).await?;
    let _: Value = api.post(&format!("/api/v1/sources/{name}/check"), &json!({})).await?;
    Ok(())
}

async fn take_in(desk: &Desk, entry: &str, version: &str) -> Result<()> {
    let api = desk.api("platform")?;
    let path = format!("/api/v1/curation/{entry}");
    let begun: Value = api.post(&format!("{path}/available/{version}"), &json!({})).await?;
    let followed = format!("{path}/ingests/{}", begun["id"].as_str().context("it has an id")?);
    wait::until(&format!("taking {entry} {version} in"), LIMIT, async || {
        let now: Value = api.get(&followed).await?;
        Ok((now["state"] != "running").then_some(()))
    })
    .await
}

/// `metrics-server-3.13.0.tgz` is of 3.13.0.
fn version_of(archive: &Path, chart: &str) -> Result<String> {
    let stem = archive.file_stem().context("it has a name")?.to_string_lossy();
    let version = stem.strip_prefix(chart).and_then(|rest| rest.strip_prefix('-'));
    version.map(str::to_owned).with_context(|| format!("{stem} is not of {chart}"))
}
