//! Two trees of values, path by path.

use super::{DifferenceError, Limits};
use crate::rendered::{self, shown_value};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// What differs at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathChange {
    /// `ingress.hosts[0].host`; names with dots in quotes: `annotations["a.b/c"]`.
    pub path: String,
    #[serde(flatten)]
    pub change: Change,
}

/// How it differs. Values are JSON, texts without quotes, shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    Added { after: String },
    Removed { before: String },
    Changed { before: String, after: String },
}

/// Values of a chart.
pub fn values(text: &str, side: &'static str, limits: &Limits) -> Result<Value, DifferenceError> {
    rendered::parse_values(text, &limits.rendered).map_err(|says| DifferenceError::Values { side, says })
}

pub fn schema(text: Option<&str>, side: &'static str) -> Result<Value, DifferenceError> {
    // Its reader stops at a depth of 128 by itself.
    let parsed = text.map(serde_json::from_str::<Value>).transpose();
    let parsed = parsed.map_err(|error| DifferenceError::Schema { side, says: error.to_string() })?;
    Ok(parsed.unwrap_or_default())
}

/// Changes in the order of their paths, and how many there are besides.
pub fn between(before: &Value, after: &Value, limits: &Limits) -> (Vec<PathChange>, usize) {
    let mut walk = Walk { changes: Vec::new(), n_cut: 0, most: limits.paths };
    walk.compare("", before, after);
    (walk.changes, walk.n_cut)
}

struct Walk {
    changes: Vec<PathChange>,
    n_cut: usize,
    most: usize,
}

impl Walk {
    fn compare(&mut self, path: &str, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(old), Value::Object(new)) => {
                let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                for key in keys {
                    self.compare_entry(|| field(path, key), old.get(key), new.get(key));
                }
            }
            (Value::Array(old), Value::Array(new)) => {
                for index in 0..old.len().max(new.len()) {
                    self.compare_entry(|| format!("{path}[{index}]"), old.get(index), new.get(index));
                }
            }
            (Value::Null, Value::Object(_)) if path.is_empty() => {
                self.compare(path, &Value::Object(Default::default()), after)
            }
            (Value::Object(_), Value::Null) if path.is_empty() => {
                self.compare(path, before, &Value::Object(Default::default()))
            }
            (before, after) if before == after => {}
            (before, after) => {
                let (before, after) = (shown_value(before), shown_value(after));
                self.add(path.to_owned(), Change::Changed { before, after });
            }
        }
    }

    fn compare_entry(&mut self, path: impl Fn() -> String, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => self.compare(&path(), before, after),
            (Some(before), None) => self.add(path(), Change::Removed { before: shown_value(before) }),
            (None, Some(after)) => self.add(path(), Change::Added { after: shown_value(after) }),
            (None, None) => {}
        }
    }

    fn add(&mut self, path: String, change: Change) {
        if self.changes.len() < self.most {
            self.changes.push(PathChange { path, change });
        } else {
            self.n_cut += 1;
        }
    }
}

fn field(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$".contains(c));
    match (path, is_plain) {
        ("", true) => key.to_owned(),
        (_, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key:?}]"),
    }
}
