//! What a chart says of itself: `Chart.yaml`.

use super::dependency::{self, Dependency};
use super::error::ChartError;
use super::name::is_name;
use crate::fields::{FieldError, Fields};
use crate::version::Version;
use crate::yaml::{self, Budget};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

pub const FILE: &str = "Chart.yaml";
/// Artifact Hub's annotations have examples of custom resources in them.
pub const FILE_BYTES: usize = 1 << 20;

/// What a chart says of itself. Texts have neither line ends nor control characters, as in Helm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub api_version: ApiVersion,
    pub name: String,
    pub version: Version,
    /// A constraint, unparsed: Helm refuses an install if it is malformed or does not match.
    pub kube_version: Option<String>,
    pub app_version: Option<String>,
    pub description: Option<String>,
    pub chart_type: ChartType,
    pub keywords: Vec<String>,
    pub home: Option<String>,
    pub sources: Vec<String>,
    pub maintainers: Vec<Maintainer>,
    /// An address, unchecked.
    pub icon: Option<String>,
    pub is_deprecated: bool,
    pub dependencies: Vec<Dependency>,
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiVersion {
    V1,
    V2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartType {
    Application,
    /// Is a part of other charts and cannot be installed.
    Library,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintainer {
    pub name: Option<String>,
    pub email: Option<String>,
    pub url: Option<String>,
}

/// One change of a version, from `artifacthub.io/changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `added`, `changed`, `deprecated`, `removed`, `fixed` or `security`, if the chart keeps to what is agreed.
    pub kind: Option<String>,
    pub description: String,
}

impl Metadata {
    /// The licence by its SPDX identifier, where the chart says it.
    pub fn license(&self) -> Option<&str> {
        let names = ["artifacthub.io/license", "licenses", "org.opencontainers.image.licenses"];
        names.iter().find_map(|name| self.annotations.get(*name)).map(String::as_str)
    }

    /// What is new in this version. Empty if the chart does not say, or not as is agreed.
    pub fn changes(&self) -> Vec<Change> {
        let Some(text) = self.annotations.get("artifacthub.io/changes") else { return Vec::new() };
        let mut budget = Budget { nodes: 10_000, bytes: FILE_BYTES, aliases: 0 };
        match yaml::read(text, &mut budget) {
            Ok(Value::Array(items)) => items.iter().filter_map(change).collect(),
            Ok(_) | Err(_) => Vec::new(),
        }
    }
}

fn change(item: &Value) -> Option<Change> {
    if let Value::String(description) = item {
        return Some(Change { kind: None, description: printable(description) });
    }
    let fields = Fields::of(item, "").ok()?;
    let description = fields.text("description").ok()??;
    Some(Change { kind: fields.text("kind").ok()?, description: printable(&description) })
}

/// What is in `Chart.yaml`, and for version 1 in `requirements.yaml`. `file` names the first in errors.
pub fn read(value: &Value, requirements: Option<&Value>, file: &str) -> Result<Metadata, ChartError> {
    let wrong = |error: FieldError| ChartError::Field { file: file.to_owned(), error };
    let fields = Fields::of(value, "").map_err(wrong)?;
    let text = |name| Ok::<_, ChartError>(fields.text(name).map_err(wrong)?.map(|text| printable(&text)));
    let required = |field| ChartError::NoField { file: file.to_owned(), field };
    let requirements = requirements.filter(|requirements| requirements.get("dependencies").is_some());
    let dependencies = dependency::read(requirements.unwrap_or(value), file)?;
    Ok(Metadata {
        api_version: api_version(text("apiVersion")?, file)?,
        name: name(text("name")?.ok_or_else(|| required("name"))?, file)?,
        version: version(&fields.text("version").map_err(wrong)?.ok_or_else(|| required("version"))?, file)?,
        kube_version: text("kubeVersion")?,
        app_version: text("appVersion")?,
        description: text("description")?,
        chart_type: chart_type(text("type")?, file)?,
        keywords: printables(fields.texts("keywords").map_err(wrong)?),
        home: text("home")?,
        sources: printables(fields.texts("sources").map_err(wrong)?),
        maintainers: maintainers(&fields).map_err(wrong)?,
        icon: text("icon")?,
        is_deprecated: fields.flag("deprecated").map_err(wrong)?,
        dependencies,
        annotations: fields.text_map("annotations").map_err(wrong)?,
    })
}

/// Charts for Helm 2 have none.
fn api_version(found: Option<String>, file: &str) -> Result<ApiVersion, ChartError> {
    match found.as_deref() {
        None | Some("v1") => Ok(ApiVersion::V1),
        Some("v2") => Ok(ApiVersion::V2),
        Some(other) => Err(ChartError::ApiVersion { file: file.to_owned(), found: yaml::cut(other) }),
    }
}

fn chart_type(found: Option<String>, file: &str) -> Result<ChartType, ChartError> {
    match found.as_deref() {
        None | Some("application") => Ok(ChartType::Application),
        Some("library") => Ok(ChartType::Library),
        Some(other) => Err(ChartError::Type { file: file.to_owned(), found: yaml::cut(other) }),
    }
}

fn name(name: String, file: &str) -> Result<String, ChartError> {
    match is_name(&name) {
        true => Ok(name),
        false => Err(ChartError::Name { file: file.to_owned(), name: yaml::cut(&name) }),
    }
}

fn version(text: &str, file: &str) -> Result<Version, ChartError> {
    Version::parse(text).map_err(|_| ChartError::Version { file: file.to_owned(), version: yaml::cut(text) })
}

fn maintainers(fields: &Fields<'_>) -> Result<Vec<Maintainer>, FieldError> {
    let maintainer = |fields: &Fields<'_>| {
        let text = |name| Ok(fields.text(name)?.map(|text| printable(&text)));
        Ok(Maintainer { name: text("name")?, email: text("email")?, url: text("url")? })
    };
    fields.each("maintainers")?.iter().map(maintainer).collect()
}

fn printables(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| printable(text)).collect()
}

/// One line of signs that are seen.
pub fn printable(text: &str) -> String {
    let spaced = text.trim_end().chars().map(|char| if char.is_whitespace() { ' ' } else { char });
    spaced.filter(|char| !char.is_control() && !is_invisible(*char)).collect()
}

/// Marks that turn text or join signs, and those that are not shown at all.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{10ffff}')
}
