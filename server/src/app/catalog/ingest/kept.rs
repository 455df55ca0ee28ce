//! What is kept of a chart, as the database takes it.

use crate::app::catalog::steps::kept_text;
use charts::archive::Archive;
use charts::chart::Chart;
use domain::view::ChartMetadata;
use std::collections::BTreeMap;

/// Those that are text.
pub fn templates(archive: &Archive, chart: &Chart) -> BTreeMap<String, String> {
    let text = |path: &String| Some((path.clone(), std::str::from_utf8(archive.files.get(path)?).ok().map(kept_text)?));
    chart.templates.iter().filter_map(text).collect()
}

pub fn metadata(chart: &Chart) -> ChartMetadata {
    let about = &chart.metadata;
    let maintainers = about.maintainers.iter().filter_map(|maintainer| maintainer.name.clone());
    let dependencies = about.dependencies.iter().map(|dependency| {
        let version = dependency.version.as_deref().unwrap_or_default();
        format!("{} {version}", dependency.name).trim_end().to_owned()
    });
    ChartMetadata {
        name: about.name.clone(),
        version: about.version.as_str().to_owned(),
        app_version: about.app_version.clone(),
        description: about.description.clone(),
        home: about.home.clone(),
        licenses: about.annotations.get("artifacthub.io/license").cloned(),
        kube_version: about.kube_version.clone(),
        is_deprecated: about.is_deprecated,
        keywords: about.keywords.clone(),
        maintainers: maintainers.collect(),
        dependencies: dependencies.collect(),
    }
}
