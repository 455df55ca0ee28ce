//! What all schemas together say about one value: `$ref` followed and `allOf` merged.

use std::collections::HashMap;

use super::Schema;
use crate::limits::MAX_SCHEMAS;
use crate::value::{Map, Type, Value};

/// Schemas that all hold for one value.
pub(crate) type View<'a> = Vec<&'a Value>;

/// The keywords of several schemas, side by side.
#[derive(Debug, Default)]
pub(crate) struct Flat<'a> {
    keywords: HashMap<&'a str, Vec<&'a Value>>,
    /// The `$ref`s that led here, by where they lead to.
    pub targets: Vec<&'a Value>,
    /// A `$ref` that leads to a schema which this one is in.
    pub recursive: Option<&'a str>,
    /// A `$ref` that leads out of the document.
    pub foreign: Option<&'a str>,
    /// No value is right.
    pub is_never: bool,
    pub is_too_complex: bool,
}

/// Merges schemas. `around` are the targets of `$ref` that this value is within.
pub(crate) fn flatten<'a>(schema: Option<&'a Schema>, view: &[&'a Value], around: &[&'a Value]) -> Flat<'a> {
    let mut flat = Flat::default();
    let mut work: Vec<&'a Value> = view.iter().rev().copied().collect();
    let mut seen: Vec<*const Value> = Vec::new();
    while let Some(next) = work.pop() {
        if seen.contains(&std::ptr::from_ref(next)) {
            continue;
        }
        if seen.len() >= MAX_SCHEMAS {
            flat.is_too_complex = true;
            break;
        }
        seen.push(std::ptr::from_ref(next));
        match next {
            Value::Bool(is) => flat.is_never |= !is,
            Value::Map(map) => flat.take(schema, map, around, &mut work),
            Value::Null | Value::Number(_) | Value::String(_) | Value::List(_) => {}
        }
    }
    flat
}

impl<'a> Flat<'a> {
    fn take(&mut self, schema: Option<&'a Schema>, map: &'a Map, around: &[&'a Value], work: &mut Vec<&'a Value>) {
        for (key, value) in map {
            match (key.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference)) => {
                    match schema.and_then(|schema| schema.resolve(reference)) {
                        None => self.foreign = Some(reference),
                        Some(target) if around.iter().any(|other| std::ptr::eq(*other, target)) => {
                            self.recursive = Some(reference);
                        }
                        Some(target) => {
                            self.targets.push(target);
                            work.push(target);
                        }
                    }
                }
                ("allOf", Value::List(schemas)) => work.extend(schemas.iter().rev()),
                (key, value) => self.keywords.entry(key).or_default().push(value),
            }
        }
    }

    pub fn all(&self, keyword: &str) -> &[&'a Value] {
        self.keywords.get(keyword).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn first(&self, keyword: &str) -> Option<&'a Value> {
        self.all(keyword).first().copied()
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.keywords.contains_key(keyword)
    }

    pub fn text(&self, keyword: &str) -> Option<&'a str> {
        self.all(keyword).iter().find_map(|value| value.as_str())
    }

    pub fn is_true(&self, keyword: &str) -> bool {
        self.all(keyword).iter().any(|value| value.as_bool() == Some(true))
    }

    /// The largest of the numbers that a keyword gives.
    pub fn largest(&self, keyword: &str) -> Option<f64> {
        self.all(keyword).iter().filter_map(|value| value.as_f64()).reduce(f64::max)
    }

    pub fn smallest(&self, keyword: &str) -> Option<f64> {
        self.all(keyword).iter().filter_map(|value| value.as_f64()).reduce(f64::min)
    }

    /// The types that every schema allows; `None` if none of them names any.
    pub fn types(&self) -> Option<Vec<Type>> {
        self.all("type").iter().filter_map(|value| types_of(value)).reduce(|some, others| {
            let is_in =
                |kind: &Type| others.contains(kind) || (*kind == Type::Integer && others.contains(&Type::Number));
            let mut both: Vec<Type> = some.iter().copied().filter(is_in).collect();
            if some.contains(&Type::Number) && others.contains(&Type::Integer) && !both.contains(&Type::Integer) {
                both.push(Type::Integer);
            }
            both
        })
    }

    /// The properties in their order, each with all schemas for it.
    pub fn properties(&self) -> Vec<(&'a str, View<'a>)> {
        let mut properties: indexmap::IndexMap<&str, View> = indexmap::IndexMap::new();
        for map in self.all("properties").iter().filter_map(|value| value.as_map()) {
            for (key, schema) in map {
                properties.entry(key).or_default().push(schema);
            }
        }
        properties.into_iter().collect()
    }

    pub fn is_required(&self, key: &str) -> bool {
        let lists = self.all("required").iter().filter_map(|value| value.as_list());
        lists.flatten().any(|name| name.as_str() == Some(key))
    }

    /// The values that `enum` and `const` leave; `None` if there is neither.
    pub fn options(&self) -> Option<Vec<&'a Value>> {
        let consts = self.all("const").iter().map(|value| vec![*value]);
        let enums =
            self.all("enum").iter().filter_map(|value| value.as_list()).map(|list| list.iter().collect::<Vec<_>>());
        consts.chain(enums).reduce(|some, others| some.into_iter().filter(|value| others.contains(value)).collect())
    }

    /// Whether it has rules that look at more than one value at once.
    pub fn is_conditional(&self) -> bool {
        const KEYWORDS: [&str; 6] =
            ["if", "not", "dependencies", "dependentRequired", "dependentSchemas", "propertyNames"];
        KEYWORDS.iter().any(|keyword| self.has(keyword))
    }
}

pub(crate) fn types_of(value: &Value) -> Option<Vec<Type>> {
    match value {
        Value::String(name) => Type::named(name).map(|kind| vec![kind]),
        Value::List(names) => {
            let types: Vec<Type> = names.iter().filter_map(|name| Type::named(name.as_str()?)).collect();
            (!types.is_empty()).then_some(types)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Map(_) => None,
    }
}
