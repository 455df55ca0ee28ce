//! Values as YAML and JSON have them, with the order of keys kept.

use indexmap::IndexMap;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Number;

use crate::path::{Path, Segment};

pub type Map = IndexMap<String, Value>;

/// A value of a chart. Two are equal when JSON Schema calls them equal: `1` and `1.0` are, and the order of keys does not count.
#[derive(Debug, Clone, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Value>),
    Map(Map),
}

/// What JSON Schema calls the type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    pub const ALL: [Self; 7] =
        [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::String, Self::Array, Self::Object];

    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub fn is_scalar(self) -> bool {
        !matches!(self, Self::Array | Self::Object)
    }
}

impl Value {
    pub fn kind(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Boolean,
            Self::Number(number) if is_whole(number) => Type::Integer,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(_) => Type::Array,
            Self::Map(_) => Type::Object,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Map(_) => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(is) => Some(*is),
            Self::Null | Self::Number(_) | Self::String(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The member of a map.
    pub fn member(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// What is at a path below this one.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.segments().iter().try_fold(self, |value, segment| value.step(segment))
    }

    pub fn step(&self, segment: &Segment) -> Option<&Value> {
        match segment {
            Segment::Key(key) => self.member(key),
            Segment::Index(index) => self.as_list()?.get(*index),
        }
    }

    /// Puts a value at a path. Maps are made on the way, in place of what is no map; an item may be replaced or appended.
    /// `false` if the path names an item that the list has no place for; then nothing is changed.
    pub fn put(&mut self, path: &Path, value: Value) -> bool {
        let Some((last, parents)) = path.segments().split_last() else {
            *self = value;
            return true;
        };
        if !self.has_place(path.segments()) {
            return false;
        }
        let mut here = self;
        for segment in parents {
            match here.enter(segment) {
                Some(next) => here = next,
                None => return false,
            }
        }
        match here.enter(last) {
            Some(place) => *place = value,
            None => return false,
        }
        true
    }

    fn has_place(&self, segments: &[Segment]) -> bool {
        match segments.split_first() {
            None => true,
            Some((Segment::Key(key), rest)) => match self.member(key) {
                Some(next) => next.has_place(rest),
                None => rest.iter().all(|segment| matches!(segment, Segment::Key(_))),
            },
            Some((Segment::Index(index), rest)) => match self.as_list() {
                Some(items) => match items.get(*index) {
                    Some(next) => next.has_place(rest),
                    None => *index == items.len() && rest.iter().all(|segment| matches!(segment, Segment::Key(_))),
                },
                None => false,
            },
        }
    }

    fn enter(&mut self, segment: &Segment) -> Option<&mut Value> {
        match segment {
            Segment::Key(key) => {
                if self.as_map().is_none() {
                    *self = Self::Map(Map::new());
                }
                match self {
                    Self::Map(map) => Some(map.entry(key.clone()).or_default()),
                    Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) => None,
                }
            }
            Segment::Index(index) => match self {
                Self::List(items) => {
                    if *index == items.len() {
                        items.push(Self::Null);
                    }
                    items.get_mut(*index)
                }
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Map(_) => None,
            },
        }
    }

    /// Takes away what is at a path and gives it; the root cannot be taken away.
    pub fn take(&mut self, path: &Path) -> Option<Value> {
        let (last, parents) = path.segments().split_last()?;
        let mut here = self;
        for segment in parents {
            here = match (here, segment) {
                (Self::Map(map), Segment::Key(key)) => map.get_mut(key)?,
                (Self::List(items), Segment::Index(index)) => items.get_mut(*index)?,
                (
                    Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) | Self::Map(_),
                    Segment::Key(_) | Segment::Index(_),
                ) => return None,
            };
        }
        match (here, last) {
            (Self::Map(map), Segment::Key(key)) => map.shift_remove(key),
            (Self::List(items), Segment::Index(index)) if *index < items.len() => Some(items.remove(*index)),
            (
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) | Self::Map(_),
                Segment::Key(_) | Segment::Index(_),
            ) => None,
        }
    }

    /// How many values this is, itself and those in it.
    pub fn count(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => 1,
            Self::List(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Self::Map(map) => 1 + map.values().map(Self::count).sum::<usize>(),
        }
    }

    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(is) => serde_json::Value::Bool(*is),
            Self::Number(number) => serde_json::Value::Number(number.clone()),
            Self::String(text) => serde_json::Value::String(text.clone()),
            Self::List(items) => serde_json::Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(map) => {
                serde_json::Value::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }
}

/// Whether a number has no fraction: `1.0` is an integer to JSON Schema.
pub fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

fn is_same_number(one: &Number, other: &Number) -> bool {
    one == other || ((one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64())
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => is_same_number(one, other),
            (Self::String(one), Self::String(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            (
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) | Self::Map(_),
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) | Self::Map(_),
            ) => false,
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(is) => Self::Bool(*is),
            serde_json::Value::Number(number) => Self::Number(number.clone()),
            serde_json::Value::String(text) => Self::String(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => {
                Self::Map(map.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect())
            }
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Self::from(&json)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(is) => serializer.serialize_bool(*is),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Ordered)
    }
}

/// Reads a value with its keys in the order in which they stand.
struct Ordered;

impl<'de> Visitor<'de> for Ordered {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}
