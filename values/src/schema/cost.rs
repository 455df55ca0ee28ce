//! How much work a schema is, before it is done: small schemas can ask for more than any machine has.

use std::collections::{HashMap, HashSet};

use super::{Schema, SchemaError};
use crate::limits::MAX_CHECKS;
use crate::value::{Map, Value};

/// How long a chain of schemas may be that lead to one another.
const MAX_HEIGHT: usize = 250;
/// How many schemas there may be with each `$ref` written out.
const MAX_WEIGHT: u64 = 300_000;
/// How many pairs of a schema and a value are looked at.
const MAX_PAIRS: usize = 300_000;

/// Keywords with a schema for the value itself.
const SAME: [&str; 4] = ["not", "if", "then", "else"];
/// Keywords with schemas for the value itself.
const SAME_LIST: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords with a schema for what is in the value.
const INNER: [&str; 9] = [
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "contentSchema",
    "extends",
];
/// Keywords with named schemas for what is in the value.
const INNER_MAP: [&str; 2] = ["properties", "patternProperties"];
/// Keywords with named schemas for the value itself.
const SAME_MAP: [&str; 2] = ["dependentSchemas", "dependencies"];

fn as_schemas(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Map(_) => {
            std::slice::from_ref(value)
        }
    }
}

/// Errs if a schema is too large to be compiled with each `$ref` in its place, or refers to itself without an end.
pub(super) fn check_size(schema: &Schema) -> Result<(), SchemaError> {
    let mut sizes = Sizes { schema, known: HashMap::new(), open: HashSet::new() };
    let (weight, height) = sizes.of(schema.root(), 0)?;
    if weight > MAX_WEIGHT || height > MAX_HEIGHT {
        return Err(SchemaError::TooComplex);
    }
    Ok(())
}

struct Sizes<'a> {
    schema: &'a Schema,
    known: HashMap<*const Value, (u64, usize)>,
    open: HashSet<*const Value>,
}

impl Sizes<'_> {
    fn of(&mut self, value: &Value, depth: usize) -> Result<(u64, usize), SchemaError> {
        if let Some(known) = self.known.get(&std::ptr::from_ref(value)) {
            return Ok(*known);
        }
        if depth > MAX_HEIGHT {
            return Err(SchemaError::TooComplex);
        }
        let Some(map) = value.as_map() else { return Ok((1, 1)) };
        if !self.open.insert(std::ptr::from_ref(value)) {
            return Ok((1, 1));
        }
        let mut size = (1u64, 1usize);
        for child in children(self.schema, map) {
            let (weight, height) = self.of(child, depth + 1)?;
            size = (size.0.saturating_add(weight), size.1.max(height + 1));
        }
        self.open.remove(&std::ptr::from_ref(value));
        self.known.insert(std::ptr::from_ref(value), size);
        Ok(size)
    }
}

fn children<'a>(schema: &'a Schema, map: &'a Map) -> Vec<&'a Value> {
    let mut children: Vec<&Value> = same(schema, map);
    children.extend(INNER.iter().filter_map(|key| map.get(*key)).flat_map(as_schemas));
    children.extend(map.get("prefixItems").into_iter().flat_map(as_schemas));
    children.extend(INNER_MAP.iter().filter_map(|key| map.get(*key)?.as_map()).flat_map(Map::values));
    children
}

/// Schemas for the value itself.
fn same<'a>(schema: &'a Schema, map: &'a Map) -> Vec<&'a Value> {
    let reference = map.get("$ref").and_then(Value::as_str).and_then(|reference| schema.resolve(reference));
    let mut same: Vec<&Value> = reference.into_iter().collect();
    same.extend(SAME.iter().filter_map(|key| map.get(*key)));
    same.extend(SAME_LIST.iter().filter_map(|key| map.get(*key)?.as_list()).flatten());
    let named = SAME_MAP.iter().filter_map(|key| map.get(*key)?.as_map());
    same.extend(named.flat_map(Map::values).filter(|value| value.as_list().is_none()));
    same
}

/// Errs if checking a value takes more than is allowed, or has no end.
pub(super) fn check_work(schema: &Schema, value: &Value) -> Result<(), SchemaError> {
    let mut work = Work { schema, known: HashMap::new(), open: HashSet::new(), text: Value::from("") };
    let text = std::mem::take(&mut work.text);
    let checks = work.of(schema.root(), value, &text, 0)?;
    if checks > MAX_CHECKS { Err(SchemaError::TooComplex) } else { Ok(()) }
}

type Pair = (*const Value, *const Value);

struct Work<'a> {
    schema: &'a Schema,
    known: HashMap<Pair, u64>,
    open: HashSet<Pair>,
    text: Value,
}

impl Work<'_> {
    fn of(&mut self, schema: &Value, value: &Value, key: &Value, depth: usize) -> Result<u64, SchemaError> {
        let pair = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&pair) {
            return Ok(*known);
        }
        let Some(map) = schema.as_map() else { return Ok(1) };
        if !self.open.insert(pair) {
            let reference = map.get("$ref").and_then(Value::as_str).unwrap_or("#");
            return Err(SchemaError::Endless { reference: reference.chars().take(200).collect() });
        }
        if depth > MAX_HEIGHT || self.known.len() > MAX_PAIRS {
            return Err(SchemaError::TooComplex);
        }
        let mut checks = 1 + map.get("enum").and_then(Value::as_list).map_or(0, |values| values.len() as u64 / 16);
        for inner in same(self.schema, map) {
            checks = checks.saturating_add(self.of(inner, value, key, depth + 1)?);
        }
        checks = checks.saturating_add(self.inner(map, value, key, depth)?);
        self.open.remove(&pair);
        self.known.insert(pair, checks);
        Ok(checks)
    }

    fn inner(&mut self, map: &Map, value: &Value, key: &Value, depth: usize) -> Result<u64, SchemaError> {
        let mut checks = 0u64;
        let for_all: Vec<&Value> = INNER.iter().filter_map(|key| map.get(*key)).flat_map(as_schemas).collect();
        let for_keys = map.get("patternProperties").and_then(Value::as_map);
        let properties = map.get("properties").and_then(Value::as_map);
        match value {
            Value::Map(members) => {
                for (name, member) in members {
                    let own = properties.and_then(|properties| properties.get(name));
                    for inner in for_all.iter().copied().chain(for_keys.into_iter().flat_map(Map::values)).chain(own) {
                        checks = checks.saturating_add(self.of(inner, member, key, depth + 1)?);
                    }
                    if let Some(names) = map.get("propertyNames") {
                        checks = checks.saturating_add(self.of(names, key, key, depth + 1)?);
                    }
                }
            }
            Value::List(items) => {
                if map.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
                    checks = checks.saturating_add((items.len() as u64).saturating_mul(items.len() as u64) / 4);
                }
                let prefix = map.get("prefixItems").into_iter().flat_map(as_schemas);
                for inner in for_all.iter().copied().chain(prefix) {
                    for item in items {
                        checks = checks.saturating_add(self.of(inner, item, key, depth + 1)?);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(checks)
    }
}
