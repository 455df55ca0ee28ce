//! Limits of a field, and whether a value keeps them.

use domain::quantity::{self, QuantityError};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::path::Path;
use crate::schema;
use crate::value::Value;

/// Amounts of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    Cpu,
    Memory,
    Storage,
}

impl Amount {
    pub fn example(self) -> &'static str {
        match self {
            Self::Cpu => "500m or 2",
            Self::Memory => "512Mi or 2Gi",
            Self::Storage => "10Gi",
        }
    }

    /// Thousandths of a core, or bytes.
    pub(crate) fn read(self, text: &str) -> Result<u64, QuantityError> {
        match self {
            Self::Cpu => quantity::parse_milli(text),
            Self::Memory | Self::Storage => quantity::parse_whole(text),
        }
    }

    /// Which resource a value is an amount of, by its name and the names above it.
    pub(crate) fn of(path: &Path, format: Option<&str>) -> Option<Self> {
        match format {
            Some("cpu") => return Some(Self::Cpu),
            Some("memory" | "quantity") => return Some(Self::Memory),
            Some("storage") => return Some(Self::Storage),
            Some(_) | None => {}
        }
        let keys: Vec<&str> = path.keys().collect();
        let (last, above) = keys.split_last()?;
        let is_below =
            |names: &[&str]| above.last().is_some_and(|parent| names.iter().any(|name| parent.ends_with(name)));
        match *last {
            "cpu" if is_below(&["limits", "requests"]) => Some(Self::Cpu),
            "memory" if is_below(&["limits", "requests"]) => Some(Self::Memory),
            "ephemeral-storage" | "storage" if is_below(&["limits", "requests"]) => Some(Self::Storage),
            "size" if is_below(&["persistence", "Persistence", "storage", "volume"]) => Some(Self::Storage),
            _ => None,
        }
    }
}

/// What a value must keep. The schema's and the entry's both hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// The number itself is not allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_minimum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_maximum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<f64>,
    /// In characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// Each must be found in the text. Those that cannot be checked are not here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// Of quantities: `100m`, `2Gi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<String>,
}

impl Rules {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both of two rules.
    pub fn and(&self, other: &Self) -> Self {
        let patterns =
            self.patterns.iter().chain(other.patterns.iter().filter(|pattern| !self.patterns.contains(pattern)));
        Self {
            minimum: pick(self.minimum, other.minimum, f64::max),
            maximum: pick(self.maximum, other.maximum, f64::min),
            exclusive_minimum: pick(self.exclusive_minimum, other.exclusive_minimum, f64::max),
            exclusive_maximum: pick(self.exclusive_maximum, other.exclusive_maximum, f64::min),
            multiple_of: other.multiple_of.or(self.multiple_of),
            min_length: pick(self.min_length, other.min_length, u64::max),
            max_length: pick(self.max_length, other.max_length, u64::min),
            patterns: patterns.cloned().collect(),
            format: other.format.clone().or_else(|| self.format.clone()),
            min_items: pick(self.min_items, other.min_items, u64::max),
            max_items: pick(self.max_items, other.max_items, u64::min),
            least: other.least.clone().or_else(|| self.least.clone()),
            most: other.most.clone().or_else(|| self.most.clone()),
        }
    }

    /// What is wrong with a value, if something is.
    pub fn check(&self, value: &Value) -> Option<Fault> {
        match value {
            Value::Number(number) => self.check_number(number.as_f64()?),
            Value::String(text) => self.check_text(text),
            Value::List(items) => self.check_count(items.len() as u64),
            Value::Null | Value::Bool(_) | Value::Map(_) => None,
        }
    }

    fn check_number(&self, number: f64) -> Option<Fault> {
        let least = self.minimum.filter(|least| number < *least).map(|least| Fault::Below { least });
        let most = self.maximum.filter(|most| number > *most).map(|most| Fault::Above { most });
        let over = self.exclusive_minimum.filter(|least| number <= *least).map(|least| Fault::NotAbove { least });
        let under = self.exclusive_maximum.filter(|most| number >= *most).map(|most| Fault::NotBelow { most });
        let step = self.multiple_of.filter(|step| *step > 0.0 && !is_multiple(number, *step));
        least.or(most).or(over).or(under).or(step.map(|step| Fault::NotMultiple { step }))
    }

    fn check_text(&self, text: &str) -> Option<Fault> {
        let n_chars = text.chars().count() as u64;
        let short = self.min_length.filter(|least| n_chars < *least).map(|least| Fault::TooShort { least });
        let long = self.max_length.filter(|most| n_chars > *most).map(|most| Fault::TooLong { most });
        let unmatched = || {
            let fails = |pattern: &&String| schema::compile(pattern).is_some_and(|compiled| !compiled.is_match(text));
            self.patterns.iter().find(fails).map(|pattern| Fault::Unmatched { pattern: pattern.clone() })
        };
        let format = || {
            let wrong = self.format.as_ref().filter(|format| !is_of_format(format, text));
            wrong.map(|format| Fault::WrongFormat { format: format.clone() })
        };
        short.or(long).or_else(unmatched).or_else(format)
    }

    fn check_count(&self, n_items: u64) -> Option<Fault> {
        let few = self.min_items.filter(|least| n_items < *least).map(|least| Fault::TooFew { least });
        few.or_else(|| self.max_items.filter(|most| n_items > *most).map(|most| Fault::TooManyItems { most }))
    }

    /// What is wrong with a quantity, if something is.
    pub fn check_quantity(&self, amount: Amount, text: &str) -> Option<Fault> {
        let Ok(own) = amount.read(text) else { return Some(Fault::NotQuantity { example: amount.example() }) };
        let limit = |limit: &Option<String>| limit.clone().and_then(|limit| Some((amount.read(&limit).ok()?, limit)));
        let few = limit(&self.least).filter(|(least, _)| own < *least).map(|(_, least)| Fault::Less { least });
        let many = || limit(&self.most).filter(|(most, _)| own > *most).map(|(_, most)| Fault::More { most });
        few.or_else(many)
    }
}

fn pick<T: Copy>(one: Option<T>, other: Option<T>, stricter: fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(stricter(one, other)),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

fn is_multiple(number: f64, step: f64) -> bool {
    let ratio = number / step;
    !ratio.is_finite() || (ratio - ratio.round()).abs() < 1e-9 * ratio.abs().max(1.0)
}

/// Whether a text has a format, of those that are checked. An empty text has none yet, and is right.
fn is_of_format(format: &str, text: &str) -> bool {
    let is_host = |text: &str| {
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        text.len() <= 253 && text.trim_end_matches('.').split('.').all(is_label)
    };
    match format {
        _ if text.is_empty() => true,
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "hostname" => is_host(text),
        "email" => text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && is_host(host)),
        "uri" => text.split_once(':').is_some_and(|(scheme, rest)| {
            !rest.is_empty()
                && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && !text.contains(char::is_whitespace)
        }),
        _ => true,
    }
}

/// Formats that a field checks.
pub(crate) fn is_known_format(format: &str) -> bool {
    matches!(
        format,
        "ipv4" | "ipv6" | "hostname" | "email" | "uri" | "password" | "quantity" | "cpu" | "memory" | "storage"
    )
}
