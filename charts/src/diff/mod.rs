//! What differs between two versions of a chart: a table of what matters first, then values, schema, templates and objects.
//!
//! Details are bounded, and what is cut is said ([`Cut`]); the table is made of all facts of both sides.

mod lines;
mod objects;
mod paths;
mod summary;
mod templates;

pub use lines::{Hunk, Line, LineKind, Lines};
pub use objects::{ObjectChange, ObjectDifference};
pub use paths::{Change, PathChange};
pub use summary::{Row, State, Summary, Topic};
pub use templates::{FileChange, FileDifference};

use crate::rendered::{self, RenderedError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of a chart.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// `values.yaml`; empty where there is none.
    pub values: &'a str,
    /// `values.schema.json`
    pub schema: Option<&'a str>,
    /// By path: `templates/service.yaml`.
    pub templates: &'a BTreeMap<String, String>,
    /// What helm rendered with the same values for both.
    pub rendered: &'a str,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub rendered: rendered::Limits,
    /// Paths of values and of the schema.
    pub paths: usize,
    /// Templates, and objects.
    pub items: usize,
    /// Of all hunks of templates, and of all hunks of objects.
    pub lines: usize,
    /// Of the hunks of one template or object.
    pub lines_of_one: usize,
    /// Of each topic of the table.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rendered: rendered::Limits::default(),
            paths: 1000,
            items: 500,
            lines: 20_000,
            lines_of_one: 1000,
            rows: 1000,
        }
    }
}

/// Everything that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub summary: Summary,
    pub values: Vec<PathChange>,
    pub schema: Vec<PathChange>,
    pub templates: Vec<FileDifference>,
    pub objects: Vec<ObjectDifference>,
    /// What is not told, because there is too much of it.
    pub cut: Vec<Cut>,
}

/// Part of a list that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// `values`, `schema`, `templates`, `objects`, `summary`
    pub list: String,
    pub n: usize,
}

/// Why two versions cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DifferenceError {
    #[error("The values of the {side} version cannot be read: {says}. Correct values.yaml.")]
    Values { side: &'static str, says: String },
    #[error("The schema of the {side} version cannot be read: {says}. Correct values.schema.json.")]
    Schema { side: &'static str, says: String },
    #[error("The {side} version: {error}")]
    Rendered { side: &'static str, error: RenderedError },
}

const SIDES: [&str; 2] = ["earlier", "later"];

/// What is different in `after`.
pub fn between(before: &Side<'_>, after: &Side<'_>, limits: &Limits) -> Result<Difference, DifferenceError> {
    let mut cuts = Cuts::default();
    let values = [(before, SIDES[0]), (after, SIDES[1])].map(|(side, name)| paths::values(side.values, name, limits));
    let schemas = [(before, SIDES[0]), (after, SIDES[1])].map(|(side, name)| paths::schema(side.schema, name));
    let objects = [(before, SIDES[0]), (after, SIDES[1])].map(|(side, name)| {
        let objects = rendered::objects(side.rendered, &limits.rendered);
        objects.map_err(|error| DifferenceError::Rendered { side: name, error })
    });
    let ([values_before, values_after], [schema_before, schema_after]) = (values, schemas);
    let [objects_before, objects_after] = objects;
    let (objects_before, objects_after) = (objects_before?, objects_after?);
    let facts = [&objects_before, &objects_after].map(|objects| rendered::facts_of(objects, &limits.rendered));
    Ok(Difference {
        summary: summary::between(&facts, limits, &mut cuts),
        values: cuts.paths("values", paths::between(&values_before?, &values_after?, limits)),
        schema: cuts.paths("schema", paths::between(&schema_before?, &schema_after?, limits)),
        templates: templates::between(before.templates, after.templates, limits, &mut cuts),
        objects: objects::between(&objects_before, &objects_after, limits, &mut cuts),
        cut: cuts.0,
    })
}

#[derive(Default)]
struct Cuts(Vec<Cut>);

impl Cuts {
    fn add(&mut self, list: &str, n: usize) {
        if n > 0 {
            self.0.push(Cut { list: list.to_owned(), n });
        }
    }

    fn paths(&mut self, list: &str, (changes, n_cut): (Vec<PathChange>, usize)) -> Vec<PathChange> {
        self.add(list, n_cut);
        changes
    }

    /// No more than `most` of a list.
    fn shorten<T>(&mut self, list: &str, mut items: Vec<T>, most: usize) -> Vec<T> {
        self.add(list, items.len().saturating_sub(most));
        items.truncate(most);
        items
    }
}

#[cfg(test)]
mod tests;
