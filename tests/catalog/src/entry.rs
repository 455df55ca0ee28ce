//! What `entry.yaml` may say (`catalog/README.md`), as strictly as who imports it.

use serde::Deserialize;
use serde_json::{Map, Value};

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
    pub environments: Option<Vec<Environment>>,
    #[serde(default)]
    pub imposed: Map<String, Value>,
    #[serde(default)]
    pub defaults: Vec<Defaults>,
    #[serde(default)]
    pub form: Vec<Group>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Sandbox,
    Development,
    Production,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    #[serde(default)]
    pub classes: Vec<String>,
    #[serde(default)]
    pub environments: Vec<Environment>,
    pub values: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub group: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub path: String,
    pub label: Option<String>,
    pub help: Option<String>,
    pub shown_when: Option<ShownWhen>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownWhen {
    pub path: String,
    pub is: Value,
}
