//! A chart's values.schema.json, from draft 4 to 2020-12.

mod check;
mod cost;
mod flat;
mod pattern;
mod prepare;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use check::{Checked, Problem, validate};
pub(crate) use flat::{Flat, View, flatten};
pub(crate) use pattern::compile;
pub use prepare::Unchecked;

use crate::limits::MAX_CHART_BYTES;
use crate::value::Value;

/// Why a schema cannot be used. The form is then made from the chart's values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    #[error("The schema has {bytes} bytes; at most {limit} are taken.")]
    TooLarge { bytes: usize, limit: usize },
    #[error("The schema is not JSON. Line {line}, column {column}: {message}.")]
    NotJson { line: usize, column: usize, message: String },
    #[error("The schema is neither a JSON object nor true or false.")]
    NotSchema,
    #[error(
        "The schema breaks the rules of JSON Schema at {pointer}: {message}. Helm refuses it too; ask the chart's authors."
    )]
    Invalid { pointer: String, message: String },
    #[error("The schema refers to itself without an end ({reference}), so nothing can be checked by it.")]
    Endless { reference: String },
    #[error("The schema is too intertwined to check values by it here. Helm checks them when it installs.")]
    TooComplex,
}

/// A schema that was read. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct Schema {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: Value,
    /// Pointers of subschemas that have a name.
    names: HashMap<String, Vec<String>>,
    /// The root's own address.
    id: Option<String>,
    prepared: OnceLock<prepare::Prepared>,
    checker: OnceLock<Result<check::Checker, SchemaError>>,
}

impl Schema {
    /// Reads a schema of at most 4 MiB. Keys keep their order, which the form follows.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        if text.len() > MAX_CHART_BYTES {
            return Err(SchemaError::TooLarge { bytes: text.len(), limit: MAX_CHART_BYTES });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root: Value = serde_json::from_str(text).map_err(|error| SchemaError::NotJson {
            line: error.line(),
            column: error.column(),
            message: error.to_string().split(" at line").next().unwrap_or_default().chars().take(200).collect(),
        })?;
        Self::of(root)
    }

    /// Takes a schema that was read already.
    pub fn of(root: Value) -> Result<Self, SchemaError> {
        if root.as_map().is_none() && root.as_bool().is_none() {
            return Err(SchemaError::NotSchema);
        }
        let mut names = HashMap::new();
        collect_names(&root, &mut Vec::new(), &mut names);
        let id = root.member("$id").or_else(|| root.member("id")).and_then(Value::as_str);
        let id = id.map(|id| id.trim_end_matches('#').to_owned()).filter(|id| !id.is_empty());
        Ok(Self { inner: Arc::new(Inner { root, names, id, prepared: OnceLock::new(), checker: OnceLock::new() }) })
    }

    pub fn root(&self) -> &Value {
        &self.inner.root
    }

    /// What a `$ref` means, if that is in this document.
    pub(crate) fn resolve(&self, reference: &str) -> Option<&Value> {
        let fragment = match (reference.strip_prefix('#'), &self.inner.id) {
            (Some(fragment), _) => fragment,
            (None, Some(id)) => {
                let rest = reference.strip_prefix(id.as_str())?;
                if rest.is_empty() { rest } else { rest.strip_prefix('#')? }
            }
            (None, None) => return None,
        };
        if fragment.is_empty() {
            return Some(&self.inner.root);
        }
        match fragment.strip_prefix('/') {
            Some(pointer) => {
                let parts: Vec<String> = pointer.split('/').map(unescape).collect();
                follow(&self.inner.root, &parts)
            }
            None => follow(&self.inner.root, self.inner.names.get(fragment)?),
        }
    }

    fn prepared(&self) -> &prepare::Prepared {
        self.inner.prepared.get_or_init(|| prepare::prepare(self))
    }

    /// Whether a pattern of this schema can be checked.
    pub(crate) fn is_checked(&self, pattern: &str) -> bool {
        self.prepared().patterns.get(pattern) == Some(&true)
    }

    fn checker(&self) -> &Result<check::Checker, SchemaError> {
        self.inner.checker.get_or_init(|| check::Checker::new(self))
    }

    /// Rules that are checked neither in the form nor in the YAML here, only by Helm, each with the reason.
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.prepared().unchecked
    }

    /// Why nothing can be checked by this schema, if so.
    pub fn error(&self) -> Option<&SchemaError> {
        self.checker().as_ref().err()
    }
}

/// `~` and percent escapes of a pointer in a `$ref`.
fn unescape(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = if *first == b'%' { after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()) } else { None };
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

fn follow<'a>(root: &'a Value, parts: &[String]) -> Option<&'a Value> {
    parts.iter().try_fold(root, |value, part| match value {
        Value::Map(map) => map.get(part),
        Value::List(items) => items.get(part.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// Finds `$anchor`, and `$id` that is a fragment. JSON is read to a depth of 128 only, and so is this.
fn collect_names(value: &Value, at: &mut Vec<String>, names: &mut HashMap<String, Vec<String>>) {
    match value {
        Value::Map(map) => {
            for key in ["$anchor", "$dynamicAnchor", "$id", "id"] {
                let name = map.get(key).and_then(Value::as_str);
                let name = if key.ends_with("id") { name.and_then(|name| name.strip_prefix('#')) } else { name };
                if let Some(name) = name.filter(|name| !name.is_empty()) {
                    names.entry(name.to_owned()).or_insert_with(|| at.clone());
                }
            }
            for (key, value) in map {
                at.push(key.clone());
                collect_names(value, at, names);
                at.pop();
            }
        }
        Value::List(items) => {
            for (index, value) in items.iter().enumerate() {
                at.push(index.to_string());
                collect_names(value, at, names);
                at.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
