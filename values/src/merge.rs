//! How layers of values become one, as Helm does it.

use crate::path::Path;
use crate::value::{Map, Value};

/// Puts one layer over another, as Helm does with files of values: maps are merged, all else is replaced, `null` stays.
pub fn layer(under: &Value, over: &Value) -> Value {
    let (Value::Map(under), Value::Map(over)) = (under, over) else { return over.clone() };
    let mut merged = under.clone();
    for (key, value) in over {
        let value = match merged.get(key) {
            Some(present) => layer(present, value),
            None => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Value::Map(merged)
}

/// Puts values over the defaults of a chart: maps are merged, all else is replaced, and `null` takes a default away.
pub fn coalesce(defaults: &Value, values: &Value) -> Value {
    let (Value::Map(defaults), Value::Map(values)) = (defaults, values) else { return values.clone() };
    let mut merged = Map::new();
    for (key, default) in defaults {
        match values.get(key) {
            None => merged.insert(key.clone(), default.clone()),
            Some(Value::Null) => None,
            Some(value) => merged.insert(key.clone(), coalesce(default, value)),
        };
    }
    for (key, value) in values.iter().filter(|(key, _)| !defaults.contains_key(*key)) {
        merged.insert(key.clone(), value.clone());
    }
    Value::Map(merged)
}

/// The least that has to be put over defaults so that the wanted values come out: what [`coalesce`] undoes.
pub fn difference(defaults: &Value, wanted: &Value) -> Value {
    let (Value::Map(defaults), Value::Map(wanted)) = (defaults, wanted) else { return wanted.clone() };
    let mut least = Map::new();
    for key in defaults.keys().filter(|key| !wanted.contains_key(*key)) {
        least.insert(key.clone(), Value::Null);
    }
    for (key, value) in wanted {
        match defaults.get(key) {
            Some(default) if default == value => {}
            Some(default) => {
                least.insert(key.clone(), difference(default, value));
            }
            None => {
                least.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Map(least)
}

/// The values of a release, layer by layer.
#[derive(Debug, Clone)]
pub struct Layers {
    /// The chart's values.yaml.
    pub chart: Value,
    /// Defaults of the entry, for the class and the environment.
    pub entry: Value,
    /// What the team set.
    pub set: Value,
    /// What nobody may change.
    pub imposed: Value,
}

impl Layers {
    /// What is handed to Helm: all that is not the chart's.
    pub fn given(&self) -> Value {
        layer(&layer(&self.entry, &self.set), &self.imposed)
    }

    /// What templates see, and what a schema is asked about.
    pub fn merged(&self) -> Value {
        coalesce(&self.chart, &self.given())
    }

    /// What is there if the team sets nothing.
    pub fn defaults(&self) -> Value {
        coalesce(&self.chart, &self.entry)
    }

    /// What the team gets, without what is imposed.
    pub fn chosen(&self) -> Value {
        coalesce(&self.chart, &layer(&self.entry, &self.set))
    }
}

/// A map that has these values at these paths; later ones are put over earlier ones.
pub(crate) fn nest<'a>(values: impl IntoIterator<Item = (&'a Path, &'a Value)>) -> Value {
    let mut nested = Value::Map(Map::new());
    for (path, value) in values {
        let mut one = Value::Map(Map::new());
        if one.put(path, value.clone()) {
            nested = layer(&nested, &one);
        }
    }
    nested
}
