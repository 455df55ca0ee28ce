//! Which charts a chart needs, and which of them were taken.

use super::error::ChartError;
use super::name::is_name;
use crate::fields::{FieldError, Fields};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// A chart that another one needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// A constraint; in a lock, a version.
    pub version: Option<String>,
    /// An address (`https://`, `oci://`, `file://`), a repository's name (`@name`, `alias:name`), or none, unchecked.
    pub repository: Option<String>,
    /// Paths of values, the first of which that is there switches it on or off, separated by commas.
    pub condition: Option<String>,
    pub tags: Vec<String>,
    /// What it is called in the values of the chart that needs it.
    pub alias: Option<String>,
    pub import_values: Vec<Value>,
}

impl Dependency {
    /// What it is called in values: the alias if it has one.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// `Chart.lock`: which versions were taken when the chart was packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    /// Of the dependencies, as Helm made it.
    pub digest: Option<String>,
    pub generated: Option<String>,
    pub dependencies: Vec<Dependency>,
}

/// `dependencies` of a document.
pub fn read(value: &Value, file: &str) -> Result<Vec<Dependency>, ChartError> {
    let dependencies = dependencies(value).map_err(|error| ChartError::Field { file: file.to_owned(), error })?;
    let mut keys = BTreeSet::new();
    for dependency in &dependencies {
        let Dependency { name, alias, .. } = dependency;
        if let Some(alias) = alias.as_ref().filter(|alias| !is_name(alias)) {
            let (name, alias) = (name.clone(), alias.clone());
            return Err(ChartError::Alias { file: file.to_owned(), name, alias });
        }
        if !is_name(name) {
            return Err(ChartError::Name { file: file.to_owned(), name: name.clone() });
        }
        if !keys.insert(dependency.key()) {
            let name = dependency.key().to_owned();
            return Err(ChartError::DuplicateDependency { file: file.to_owned(), name });
        }
    }
    Ok(dependencies)
}

pub fn read_lock(value: &Value, file: &str) -> Result<Lock, ChartError> {
    let wrong = |error| ChartError::Field { file: file.to_owned(), error };
    let fields = Fields::of(value, "").map_err(wrong)?;
    Ok(Lock {
        digest: fields.text("digest").map_err(wrong)?,
        generated: fields.text("generated").map_err(wrong)?,
        dependencies: dependencies(value).map_err(wrong)?,
    })
}

fn dependencies(value: &Value) -> Result<Vec<Dependency>, FieldError> {
    Fields::of(value, "")?.each("dependencies")?.iter().map(dependency).collect()
}

fn dependency(fields: &Fields<'_>) -> Result<Dependency, FieldError> {
    Ok(Dependency {
        name: fields.text("name")?.unwrap_or_default(),
        version: fields.text("version")?,
        repository: fields.text("repository")?,
        condition: fields.text("condition")?,
        tags: fields.texts("tags")?,
        alias: fields.text("alias")?,
        import_values: fields.list("import-values")?.to_vec(),
    })
}
