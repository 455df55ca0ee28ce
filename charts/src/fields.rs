//! Fields of a value that somebody else wrote, taken as Helm takes them.

use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// A field is of another kind than is read. `field` is where it is, as `dependencies[2].alias`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {expected}")]
pub struct FieldError {
    pub field: String,
    pub expected: &'static str,
}

/// The fields of one map, and where it is.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    at: String,
}

impl<'a> Fields<'a> {
    /// Null has no fields.
    pub fn of(value: &'a Value, at: impl Into<String>) -> Result<Self, FieldError> {
        let at = at.into();
        match value {
            Value::Object(map) => Ok(Self { map: Some(map), at }),
            Value::Null => Ok(Self { map: None, at }),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let field = if at.is_empty() { "The document".to_owned() } else { at };
                Err(FieldError { field, expected: "a set of fields" })
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    pub fn error(&self, name: &str, expected: &'static str) -> FieldError {
        FieldError { field: self.path(name), expected }
    }

    pub fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    /// Numbers and booleans are texts where a text is expected, as in Helm. Empty is none.
    pub fn text(&self, name: &str) -> Result<Option<String>, FieldError> {
        let text = self.get(name).map(|value| scalar(value).ok_or_else(|| self.error(name, "a text"))).transpose()?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    pub fn flag(&self, name: &str) -> Result<bool, FieldError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.error(name, "true or false")),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<f64>, FieldError> {
        let expected = || self.error(name, "a number");
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number.as_f64().ok_or_else(expected).map(Some),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => text.parse().map_err(|_| expected()).map(Some),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_) | Value::Null) => Err(expected()),
        }
    }

    pub fn list(&self, name: &str) -> Result<&'a [Value], FieldError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.error(name, "a list")),
        }
    }

    pub fn texts(&self, name: &str) -> Result<Vec<String>, FieldError> {
        let items = self.list(name)?.iter();
        items.map(|item| scalar(item).ok_or_else(|| self.error(name, "a list of texts"))).collect()
    }

    /// The maps of a list, each with where it is.
    pub fn each(&self, name: &str) -> Result<Vec<Fields<'a>>, FieldError> {
        let items = self.list(name)?.iter().enumerate();
        items.map(|(n, item)| Fields::of(item, format!("{}[{n}]", self.path(name)))).collect()
    }

    pub fn text_map(&self, name: &str) -> Result<BTreeMap<String, String>, FieldError> {
        match self.get(name) {
            None => Ok(BTreeMap::new()),
            Some(Value::Object(map)) => {
                let text = |(key, value): (&String, &Value)| {
                    let text = scalar(value).ok_or_else(|| self.error(&format!("{name}.{key}"), "a text"))?;
                    Ok((key.clone(), text))
                };
                map.iter().map(text).collect()
            }
            Some(_) => Err(self.error(name, "a set of fields")),
        }
    }
}

/// A scalar as the text that Helm makes of it: `version: 1.10` is 1.1.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number_text(number)),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Go's `FormatFloat(x, 'g', -1, 64)`: with an exponent from 10⁶ on and below 10⁻⁴.
fn number_text(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    let shortest = format!("{float:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => float.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(json!("1.10"), "1.10")]
    #[case(json!(1.10), "1.1")]
    #[case(json!(2.0), "2")]
    #[case(json!(20_240_101), "20240101")]
    #[case(json!(-3), "-3")]
    #[case(json!(0.000_012), "1.2e-05")]
    #[case(json!(1_234_567.5), "1.2345675e+06")]
    #[case(json!(true), "true")]
    #[case(json!(null), "")]
    fn scalars_become_texts_as_in_helm(#[case] value: Value, #[case] text: &str) {
        assert_eq!(scalar(&value).as_deref(), Some(text));
    }
}
