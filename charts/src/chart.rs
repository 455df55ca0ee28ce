//! A chart, from its files: what it says of itself, its values and their schema, what it installs of its own kinds,
//! and the charts in it. What Helm could not load is refused; what only others read (questions) is kept with its error.

mod crd;
mod dependency;
mod error;
mod icon;
mod metadata;
mod name;

pub use crate::fields::FieldError;
pub use crate::yaml::TextError;
pub use crd::{CrdDocument, DefinedKind};
pub use dependency::{Dependency, Lock};
pub use error::ChartError;
pub use icon::{Icon, IconKind};
pub(crate) use metadata::printable;
pub use metadata::{ApiVersion, Change, ChartType, Maintainer, Metadata};
pub use name::is_name;

use crate::archive::{Archive, Files, Limits};
use crate::bounded;
use crate::questions::{Questions, QuestionsError};
use crate::yaml::{self, Budget};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Values of the largest charts that are published have 300 KB.
const VALUES_BYTES: usize = 2 << 20;
/// Schemas that were made of Kubernetes' own have 1.5 MB.
const SCHEMA_BYTES: usize = 4 << 20;
const README_BYTES: usize = 1 << 20;
/// Of values, schemas and metadata of a chart and all charts in it.
const BUDGET: Budget = Budget { nodes: 250_000, bytes: 16 << 20, aliases: 100 };
/// Of `Chart.yaml`, `Chart.lock` and their like, each.
const METADATA_NODES: usize = 20_000;
/// Charts in a chart, however deep.
const N_CHARTS: usize = 200;
const DEEPEST: usize = 5;
/// Documents in `crds/` and versions of what they define.
const N_CRDS: usize = 10_000;

/// A chart as its files say it.
#[derive(Debug, Clone)]
pub struct Chart {
    pub metadata: Metadata,
    pub values: Values,
    pub schema: Option<Schema>,
    /// Markdown, unsanitised.
    pub readme: Option<String>,
    pub crds: Vec<CrdDocument>,
    /// Paths of the files in `templates/`.
    pub templates: Vec<String>,
    pub lock: Option<Lock>,
    pub questions: Option<Result<Questions, QuestionsError>>,
    pub icon: Option<Icon>,
    /// Path of a file with the licence's text.
    pub license_file: Option<String>,
    pub subcharts: Vec<Subchart>,
}

/// `values.yaml`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// As the chart has it, comments and all. Empty if there is none.
    pub text: String,
    /// A map, of all documents.
    pub value: Map<String, Value>,
}

/// `values.schema.json`. It is JSON, and no more is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    pub text: String,
    pub value: Value,
}

/// A chart in another one.
#[derive(Debug, Clone)]
pub struct Subchart {
    /// Its folder or archive within the chart that it is in: `charts/postgresql`, `charts/redis-1.2.3.tgz`.
    pub path: String,
    pub chart: Chart,
}

impl Chart {
    /// The chart whose top folder these are the files of.
    pub fn read(files: &Files) -> Result<Self, ChartError> {
        Reading { budget: BUDGET, limits: files.limits_left(), charts_left: N_CHARTS, crds_left: N_CRDS }
            .chart(files, "", 0)
    }

    /// Those of its dependencies that are not among its charts: Helm refuses to install it.
    pub fn missing_dependencies(&self) -> Vec<&Dependency> {
        let is_there = |name: &str| self.subcharts.iter().any(|subchart| subchart.chart.metadata.name == name);
        self.metadata.dependencies.iter().filter(|dependency| !is_there(&dependency.name)).collect()
    }

    /// It and all charts in it, each with where it is: empty for itself, `charts/a/charts/b` further down.
    pub fn walk(&self) -> Vec<(String, &Chart)> {
        let mut all = vec![(String::new(), self)];
        for Subchart { path, chart } in &self.subcharts {
            all.extend(chart.walk().into_iter().map(|(below, chart)| (join(path, &below), chart)));
        }
        all
    }
}

fn join(path: &str, below: &str) -> String {
    if below.is_empty() { path.to_owned() } else { format!("{path}/{below}") }
}

/// What a chart and the charts in it may take together.
struct Reading {
    budget: Budget,
    limits: Limits,
    charts_left: usize,
    crds_left: usize,
}

impl Reading {
    /// `at` ends in a slash or is empty: where the files are, for errors.
    fn chart(&mut self, files: &Files, at: &str, depth: usize) -> Result<Chart, ChartError> {
        if depth > DEEPEST {
            return Err(ChartError::TooDeep { path: at.trim_end_matches('/').to_owned(), most: DEEPEST });
        }
        self.charts_left = self.charts_left.checked_sub(1).ok_or(ChartError::TooManyCharts { most: N_CHARTS })?;
        let metadata = self.metadata(files, at)?;
        let mut questions = ["questions.yaml", "questions.yml"].iter().find_map(|name| files.get(name));
        // Nobody is asked those of a chart in a chart.
        questions = questions.filter(|_| depth == 0);
        Ok(Chart {
            values: self.values(files, at)?,
            schema: self.schema(files, at)?,
            readme: readme(files),
            crds: self.crds(files, at)?,
            templates: paths_below(files, "templates/"),
            lock: self.lock(files, at)?,
            questions: questions.map(Questions::read),
            icon: icon::find(files, metadata.icon.as_deref()),
            license_file: find_root_file(files, &["license", "license.md", "license.txt"]),
            subcharts: self.subcharts(files, at, depth)?,
            metadata,
        })
    }

    fn metadata(&mut self, files: &Files, at: &str) -> Result<Metadata, ChartError> {
        let file = format!("{at}{}", metadata::FILE);
        let Some(value) = self.yaml(files, at, metadata::FILE, metadata::FILE_BYTES)? else {
            return Err(ChartError::Missing { file });
        };
        let requirements = self.yaml(files, at, "requirements.yaml", metadata::FILE_BYTES)?;
        metadata::read(&value, requirements.as_ref(), &file)
    }

    fn lock(&mut self, files: &Files, at: &str) -> Result<Option<Lock>, ChartError> {
        for name in ["Chart.lock", "requirements.lock"] {
            if let Some(value) = self.yaml(files, at, name, metadata::FILE_BYTES)? {
                return dependency::read_lock(&value, &format!("{at}{name}")).map(Some);
            }
        }
        Ok(None)
    }

    fn yaml(&mut self, files: &Files, at: &str, name: &str, most: usize) -> Result<Option<Value>, ChartError> {
        let Some(bytes) = files.get(name) else { return Ok(None) };
        let mut budget = Budget { nodes: self.budget.nodes.min(METADATA_NODES), ..self.budget };
        let value = yaml::text(bytes, most).and_then(|text| yaml::read(text, &mut budget));
        self.budget.bytes = budget.bytes;
        value.map(Some).map_err(|error| ChartError::Unreadable { file: format!("{at}{name}"), error })
    }

    /// Helm takes all documents of the file, each over those before it.
    fn values(&mut self, files: &Files, at: &str) -> Result<Values, ChartError> {
        let file = || format!("{at}values.yaml");
        let unreadable = |error| ChartError::Unreadable { file: file(), error };
        let Some(bytes) = files.get("values.yaml") else { return Ok(Values::default()) };
        let text = yaml::text(bytes, VALUES_BYTES).map_err(unreadable)?;
        let mut value = Map::new();
        for document in yaml::read_all(text, &mut self.budget).map_err(unreadable)? {
            match document {
                Value::Object(fields) => merge(&mut value, fields),
                Value::Null => {}
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    let error = FieldError { field: "The document".into(), expected: "a set of fields" };
                    return Err(ChartError::Field { file: file(), error });
                }
            }
        }
        Ok(Values { text: text.to_owned(), value })
    }

    fn schema(&mut self, files: &Files, at: &str) -> Result<Option<Schema>, ChartError> {
        let Some(bytes) = files.get("values.schema.json") else { return Ok(None) };
        let read = yaml::text(bytes, SCHEMA_BYTES).and_then(|text| {
            let value = bounded::read_json(text, &mut self.budget)?;
            Ok(Schema { text: text.to_owned(), value })
        });
        read.map(Some).map_err(|error| ChartError::Unreadable { file: format!("{at}values.schema.json"), error })
    }

    fn crds(&mut self, files: &Files, at: &str) -> Result<Vec<CrdDocument>, ChartError> {
        let mut documents = Vec::new();
        for (path, bytes) in files.below("crds/").filter(|(path, _)| crd::is_manifest(path)) {
            let read = crd::read(&format!("{at}crds/{path}"), bytes)?;
            let n = read.iter().map(CrdDocument::n_kept).sum();
            self.crds_left = self.crds_left.checked_sub(n).ok_or(ChartError::TooManyCrds { most: N_CRDS })?;
            documents.extend(read);
        }
        Ok(documents)
    }

    /// As Helm finds them: folders and archives in `charts/`, but those that begin with `_` or `.`.
    fn subcharts(&mut self, files: &Files, at: &str, depth: usize) -> Result<Vec<Subchart>, ChartError> {
        let mut folders = BTreeSet::new();
        let mut subcharts = Vec::new();
        for (path, content) in files.below("charts/") {
            let (name, within) = path.split_once('/').unwrap_or((path, ""));
            if name.starts_with(['_', '.']) || path.ends_with(".prov") {
                continue;
            }
            let path = format!("charts/{name}");
            if within.is_empty() && name.ends_with(".tgz") {
                subcharts.push(self.packed(path, content, at, depth)?);
            } else {
                folders.insert(name);
            }
        }
        for name in folders {
            let path = format!("charts/{name}");
            let chart = self.chart(&files.folder(&path), &format!("{at}{path}/"), depth + 1)?;
            subcharts.push(Subchart { path, chart });
        }
        subcharts.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(subcharts)
    }

    fn packed(&mut self, path: String, bytes: &[u8], at: &str, depth: usize) -> Result<Subchart, ChartError> {
        let files = match Archive::read(bytes, &self.limits) {
            Ok(archive) => archive.files,
            Err(error) => return Err(ChartError::SubchartArchive { path: format!("{at}{path}"), error }),
        };
        self.limits = files.limits_left();
        let chart = self.chart(&files, &format!("{at}{path}/"), depth + 1)?;
        Ok(Subchart { path, chart })
    }
}

/// Lays `over` over `under`: maps are merged, all else replaced.
fn merge(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// Signs that are no UTF-8 are replaced, and what is too long is cut: nothing depends on it.
fn readme(files: &Files) -> Option<String> {
    let bytes = files.get(&find_root_file(files, &["readme.md", "readme", "readme.txt"])?)?;
    Some(String::from_utf8_lossy(&bytes[..bytes.len().min(README_BYTES)]).into_owned())
}

/// The first of these names that a file in the top folder has, in any case.
fn find_root_file(files: &Files, names: &[&str]) -> Option<String> {
    let find = |name: &&str| files.iter().find(|(path, _)| path.eq_ignore_ascii_case(name));
    names.iter().find_map(find).map(|(path, _)| path.to_owned())
}

fn paths_below(files: &Files, folder: &str) -> Vec<String> {
    files.below(folder).map(|(path, _)| format!("{folder}{path}")).collect()
}
