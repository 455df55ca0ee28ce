//! Takes out of a schema what cannot be checked here, and says so: rules that are left out are never rules that fail.

use std::collections::HashMap;

use serde::Serialize;

use super::{Schema, pattern};
use crate::limits::MAX_PATTERNS;
use crate::value::{Map, Value};

/// A rule of a schema that is not checked here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Unchecked {
    #[error(
        "The pattern {pattern} is not checked here: it is too large, or uses what only some engines have. Helm checks it."
    )]
    Pattern { pattern: String },
    #[error("{reference} leads out of the schema. Nothing is fetched, and what it asks for is not checked here.")]
    Reference { reference: String },
    #[error("Rules that depend on other values are checked as a whole, not in their field.")]
    Conditional,
    #[error("The format {format} is not checked here.")]
    Format { format: String },
}

/// What names the drafts that are known; a schema with another is read as the newest.
const DRAFTS: [&str; 5] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

#[derive(Debug)]
pub(super) struct Prepared {
    pub schema: Value,
    pub unchecked: Vec<Unchecked>,
    /// Whether each pattern can be checked; each is compiled once.
    pub patterns: HashMap<String, bool>,
}

pub(super) fn prepare(schema: &Schema) -> Prepared {
    let mut unchecked = Vec::new();
    let mut patterns = HashMap::new();
    let mut prepared = strip(schema, schema.root(), &mut unchecked, &mut patterns);
    if let Value::Map(root) = &mut prepared {
        let is_known = root.get("$schema").and_then(Value::as_str).is_some_and(|draft| {
            draft.contains("json-schema.org/") && DRAFTS.iter().any(|known| draft.contains(known))
        });
        if !is_known {
            root.shift_remove("$schema");
        }
    }
    Prepared { schema: prepared, unchecked, patterns }
}

fn strip(schema: &Schema, value: &Value, unchecked: &mut Vec<Unchecked>, known: &mut HashMap<String, bool>) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| strip(schema, item, unchecked, known)).collect()),
        Value::Map(map) => Value::Map(strip_map(schema, map, unchecked, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn strip_map(schema: &Schema, map: &Map, unchecked: &mut Vec<Unchecked>, known: &mut HashMap<String, bool>) -> Map {
    let mut stripped = Map::new();
    let mut is_open = false;
    for (key, value) in map {
        match (key.as_str(), value) {
            ("pattern", Value::String(pattern)) if !is_usable(pattern, known) => {
                note(unchecked, Unchecked::Pattern { pattern: pattern.chars().take(200).collect() });
            }
            ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference))
                if schema.resolve(reference).is_none() =>
            {
                note(unchecked, Unchecked::Reference { reference: reference.chars().take(200).collect() });
            }
            ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                // What they mean depends on the way to them; within one document it is what a `$ref` means.
                stripped.insert("$ref".to_owned(), value.clone());
            }
            ("patternProperties", Value::Map(patterns)) => {
                let mut kept = Map::new();
                for (pattern, value) in patterns {
                    if is_usable(pattern, known) {
                        kept.insert(pattern.clone(), strip(schema, value, unchecked, known));
                    } else {
                        is_open = true;
                        note(unchecked, Unchecked::Pattern { pattern: pattern.chars().take(200).collect() });
                    }
                }
                stripped.insert(key.clone(), Value::Map(kept));
            }
            ("const" | "enum" | "default" | "examples" | "example", _) => {
                stripped.insert(key.clone(), value.clone());
            }
            _ => {
                stripped.insert(key.clone(), strip(schema, value, unchecked, known));
            }
        }
    }
    if is_open {
        // Keys that the lost pattern would have taken must not be called unknown.
        stripped.shift_remove("additionalProperties");
        stripped.shift_remove("unevaluatedProperties");
    }
    stripped
}

fn is_usable(pattern: &str, patterns: &mut HashMap<String, bool>) -> bool {
    if let Some(known) = patterns.get(pattern) {
        return *known;
    }
    let is_usable = patterns.len() < MAX_PATTERNS && pattern::compile(pattern).is_some();
    patterns.insert(pattern.to_owned(), is_usable);
    is_usable
}

fn note(unchecked: &mut Vec<Unchecked>, rule: Unchecked) {
    if unchecked.len() < 50 && !unchecked.contains(&rule) {
        unchecked.push(rule);
    }
}
