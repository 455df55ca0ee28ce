//! Values of any shape from a stream, of which no more than a budget is kept.

use crate::yaml::{Budget, DEEPEST, TextError, cut};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// What is noted while a value is read.
#[derive(Debug)]
pub struct Noted {
    left: Budget,
    pub is_over: bool,
    /// The first key that a map has twice. The last value is kept.
    pub duplicate: Option<String>,
}

impl Noted {
    pub fn within(budget: Budget) -> Self {
        Self { left: budget, is_over: false, duplicate: None }
    }

    fn spend(&mut self, bytes: usize) {
        match (self.left.nodes.checked_sub(1), self.left.bytes.checked_sub(bytes)) {
            (Some(nodes), Some(bytes)) => self.left = Budget { nodes, bytes, ..self.left },
            _ => self.is_over = true,
        }
    }
}

/// Reads all of a value, and keeps nothing more once the budget is spent.
pub struct Bounded<'a> {
    noted: &'a mut Noted,
    depth: usize,
}

impl<'a> Bounded<'a> {
    pub fn new(noted: &'a mut Noted) -> Self {
        Self { noted, depth: 0 }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Bounded<'_> {
    fn kept(self, bytes: usize, value: impl FnOnce() -> Value) -> Value {
        self.noted.spend(bytes);
        if self.noted.is_over { Value::Null } else { value() }
    }

    fn inner(&mut self) -> Bounded<'_> {
        Bounded { noted: self.noted, depth: self.depth + 1 }
    }

    fn enter(&mut self) {
        self.noted.spend(0);
        self.noted.is_over |= self.depth >= DEEPEST;
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(self.kept(0, || value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(self.kept(0, || value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(self.kept(0, || value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(self.kept(0, || Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(self.kept(value.len(), || value.into()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(self.kept(value.len(), || value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(self.kept(0, || Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        self.enter();
        let mut items = Vec::new();
        while !self.noted.is_over {
            match seq.next_element_seed(self.inner())? {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        self.enter();
        let mut fields = Map::new();
        while !self.noted.is_over {
            let Some(key) = map.next_key::<String>()? else { return Ok(fields.into()) };
            self.noted.spend(key.len());
            let value = map.next_value_seed(self.inner())?;
            if fields.contains_key(&key) {
                self.noted.duplicate.get_or_insert_with(|| cut(&key));
            }
            fields.insert(key, value);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }
}

/// A JSON text.
pub fn read_json(text: &str, budget: &mut Budget) -> Result<Value, TextError> {
    let mut noted = Noted::within(*budget);
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Bounded::new(&mut noted).deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    let value = value.map_err(|error| unread_json(&error))?;
    *budget = noted.left;
    match noted {
        Noted { is_over: true, .. } => Err(TextError::OverBudget { line: None }),
        Noted { duplicate: Some(key), .. } => Err(TextError::DuplicateKey { line: None, key }),
        Noted { is_over: false, duplicate: None, .. } => Ok(value),
    }
}

pub fn unread_json(error: &serde_json::Error) -> TextError {
    let line = Some(error.line() as u64).filter(|line| *line > 0);
    let text = error.to_string();
    TextError::Syntax { line, fault: cut(text.split(" at line ").next().unwrap_or(&text)) }
}
