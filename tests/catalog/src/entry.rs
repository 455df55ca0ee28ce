//! What `entry.yaml` may say (`catalog/README.md`), as strictly as who imports it.

use serde::Deserialize;
use values::Overlay;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub id: String,
    pub title: String,
    pub category: String,
    pub summary: String,
    pub owner: String,
    pub chart: String,
    #[serde(default)]
    pub documentation: String,
    pub channel: Option<String>,
    pub risk: Option<Risk>,
    pub approval: Option<Approval>,
    pub teams: Option<Vec<String>>,
    pub classes: Option<Vec<String>>,
    pub environments: Option<Vec<String>>,
    pub form: Overlay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    Low,
    Elevated,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    None,
    Platform,
}
