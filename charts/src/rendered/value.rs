//! Fields of objects that anybody may have written: what is missing, null or of another kind is not there.

use serde_json::Value;

/// Longest text that is taken from an object into facts, in characters: names of Kubernetes have at most 253.
const LONGEST: usize = 300;

/// The field at the end of a path of names, unless something on the way is missing or null.
pub fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    let found = path.iter().try_fold(value, |value, name| value.get(name))?;
    (!found.is_null()).then_some(found)
}

pub fn text_at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// A text of its own, cut where it is long.
pub fn word_at(value: &Value, path: &[&str]) -> Option<String> {
    text_at(value, path).map(short)
}

pub fn items_at<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts of a list.
pub fn words_at(value: &Value, path: &[&str]) -> Vec<String> {
    items_at(value, path).iter().filter_map(Value::as_str).map(short).collect()
}

/// The fields of a map, by name.
pub fn fields_at<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = (&'a String, &'a Value)> {
    at(value, path).and_then(Value::as_object).into_iter().flatten()
}

pub fn number_at(value: &Value, path: &[&str]) -> Option<u64> {
    at(value, path)?.as_u64()
}

/// A quantity is a text or a number.
pub fn quantity_at(value: &Value, path: &[&str]) -> Option<String> {
    match at(value, path)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Anything but `false`, which is what is there where nothing is.
pub fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value != &Value::Bool(false))
}

pub fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as a reader sees it, where it is set.
pub fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "not set".into(), shown_value)
}

/// A text without quotes, all else as JSON, cut where it is long.
pub(crate) fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => short(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            short(&value.to_string())
        }
    }
}
