//! Checks values by a schema, with limits on the work and on what is reported.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde::Serialize;

use super::{Schema, SchemaError, cost};
use crate::document::Document;
use crate::limits::{MAX_PATTERN_SIZE, MAX_PROBLEMS};
use crate::path::{Path, Segment};
use crate::value::Value;

/// Something that a schema refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub path: Path,
    /// Line of what the team set, from 1. `None` if it is not there, because it comes from the chart, the entry or a rule.
    pub line: Option<usize>,
    /// What is wrong, without the value, which may be a secret.
    pub message: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// At most 100.
    pub problems: Vec<Problem>,
    /// Whether there are more.
    pub has_more: bool,
    /// Why nothing was checked, if so. Helm will check.
    pub error: Option<SchemaError>,
}

impl Checked {
    pub fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }
}

pub(super) struct Checker {
    validator: Validator,
    /// The schema as it is checked by.
    prepared: Schema,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.debug_struct("Checker").field("prepared", &self.prepared).finish_non_exhaustive()
    }
}

impl Checker {
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        let checked = Schema::of(schema.prepared().schema.clone())?;
        cost::check_size(&checked)?;
        // What refers to itself without an end does so for any value.
        cost::check_work(&checked, &Value::Null)?;
        let patterns = PatternOptions::regex().size_limit(MAX_PATTERN_SIZE).dfa_size_limit(MAX_PATTERN_SIZE);
        let json = checked.root().to_json();
        let validator =
            jsonschema::options().offline().with_pattern_options(patterns).build(&json).map_err(|error| {
                SchemaError::Invalid {
                    pointer: format!("#{}", error.instance_path().as_str()).chars().take(300).collect(),
                    message: message(&error),
                }
            })?;
        Ok(Self { validator, prepared: checked })
    }
}

/// Checks merged values. Problems are found in the lines of what the team set.
pub fn validate(schema: &Schema, merged: &Value, set: &Document) -> Checked {
    let checker = match schema.checker() {
        Ok(checker) => checker,
        Err(error) => return Checked { error: Some(error.clone()), ..Checked::default() },
    };
    if let Err(error) = cost::check_work(&checker.prepared, merged) {
        return Checked { error: Some(error), ..Checked::default() };
    }
    let json = merged.to_json();
    let mut found = checker.validator.iter_errors(&json);
    let problems = found.by_ref().take(MAX_PROBLEMS).map(|error| problem(&error, merged, set)).collect();
    Checked { problems, has_more: found.next().is_some(), error: None }
}

fn problem(error: &ValidationError, merged: &Value, set: &Document) -> Problem {
    let mut path = path_of(error.instance_path().as_str(), merged);
    if let ValidationErrorKind::Required { property } = error.kind()
        && let Some(property) = property.as_str()
    {
        path = path.key(property);
        return Problem { line: set.line_of(&path), path, message: "is required".to_owned() };
    }
    Problem { line: set.line_of(&path), message: message(error), path }
}

fn message(error: &ValidationError) -> String {
    let message = error.masked_with("the value").to_string();
    let mut short: String = message.chars().take(300).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    short
}

/// A JSON pointer into values, with its types.
fn path_of(pointer: &str, values: &Value) -> Path {
    let mut here = Some(values);
    let mut path = Path::root();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let segment = match (here.and_then(Value::as_list), part.parse()) {
            (Some(_), Ok(index)) => Segment::Index(index),
            (Some(_) | None, Ok(_) | Err(_)) => Segment::Key(part),
        };
        here = here.and_then(|value| value.step(&segment));
        path = path.child(segment);
    }
    path
}
