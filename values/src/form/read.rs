//! What inputs show, and what is read from them: two ways of one thing, so that what is shown and sent back changes nothing.

use super::Field;
use super::kind::{Choice, Kind};
use crate::fault::Fault;
use crate::limits::MAX_DEPTH;
use crate::value::{Number, Type, Value};
use crate::yaml::{self, Writer, inline};

/// What is asked for by what was typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// As if it had never been set.
    Nothing,
    Value(Value),
}

/// A value as people type it.
pub(super) fn show(kind: &Kind, value: Option<&Value>) -> String {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if matches!(kind, Kind::Switch) { "false".to_owned() } else { String::new() };
    };
    match kind {
        Kind::Secret | Kind::List(_) | Kind::Map(_) => String::new(),
        Kind::Yaml { .. } => Writer::default().block(value, 0),
        Kind::Scalar { types } => show_scalar(types, value),
        Kind::Choice(choice) => show_choice(choice, value),
        Kind::Text { .. } | Kind::Number | Kind::Integer | Kind::Switch | Kind::Quantity { .. } => match value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => inline(value, None),
        },
    }
}

fn show_choice(choice: &Choice, value: &Value) -> String {
    let all = choice.options.iter().chain(&choice.stray);
    let found = all.into_iter().find(|option| option.value == *value);
    found.map_or_else(|| inline(value, None), |option| option.token.clone())
}

/// A text that would be read as something else stands in quotes.
fn show_scalar(types: &[Type], value: &Value) -> String {
    let Value::String(text) = value else { return inline(value, None) };
    let is_read = read_scalar(types, text).is_ok_and(|wanted| wanted == Wanted::Value(value.clone()));
    if is_read { text.clone() } else { serde_json::Value::String(text.clone()).to_string() }
}

/// What browsers send for what a page shows: they send line ends as CR LF, whatever they were.
pub(super) fn is_as_shown(kind: &Kind, shown: &str, posted: &str) -> bool {
    let (shown, posted) = (line_ends(shown), line_ends(posted));
    match kind {
        Kind::Yaml { .. } => shown.trim_end() == posted.trim_end(),
        Kind::Text { is_long: false } => one_line(&shown) == one_line(&posted),
        Kind::Text { is_long: true }
        | Kind::Number
        | Kind::Integer
        | Kind::Switch
        | Kind::Choice(_)
        | Kind::Quantity { .. }
        | Kind::Secret
        | Kind::Scalar { .. }
        | Kind::List(_)
        | Kind::Map(_) => shown == posted,
    }
}

/// Inputs of one line drop line ends.
fn one_line(text: &str) -> String {
    text.replace('\n', "")
}

fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads what was typed into a field.
pub(super) fn read(field: &Field, posted: &str) -> Result<Wanted, Fault> {
    let posted = line_ends(posted);
    let wanted = read_kind(field, &posted)?;
    if let Wanted::Value(value) = &wanted {
        let fault = match (&field.kind, value) {
            (Kind::Quantity { amount }, Value::String(text)) => field.rules.check_quantity(*amount, text),
            (Kind::Quantity { amount }, Value::Number(number)) => {
                field.rules.check_quantity(*amount, &number.to_string())
            }
            (_, value) => field.rules.check(value),
        };
        if let Some(fault) = fault {
            return Err(fault);
        }
    }
    Ok(wanted)
}

fn read_kind(field: &Field, posted: &str) -> Result<Wanted, Fault> {
    let trimmed = posted.trim();
    match &field.kind {
        Kind::Choice(choice) => read_choice(choice, posted),
        Kind::Switch => match trimmed {
            "true" | "on" => Ok(Wanted::Value(true.into())),
            "false" | "" => Ok(Wanted::Value(false.into())),
            _ => Err(Fault::NotSwitch),
        },
        Kind::Text { .. } if posted.is_empty() && field.can_be_empty => Ok(Wanted::Value(Value::from(""))),
        Kind::Text { .. } | Kind::Secret if !posted.is_empty() => Ok(Wanted::Value(Value::from(posted))),
        Kind::Text { .. } | Kind::Secret | Kind::List(_) | Kind::Map(_) => Ok(Wanted::Nothing),
        Kind::Number | Kind::Integer | Kind::Quantity { .. } | Kind::Scalar { .. } | Kind::Yaml { .. }
            if trimmed.is_empty() =>
        {
            Ok(Wanted::Nothing)
        }
        Kind::Integer => read_number(trimmed, true),
        Kind::Number => read_number(trimmed, false),
        Kind::Quantity { amount } => match amount.read(trimmed) {
            Ok(_) => Ok(Wanted::Value(Value::from(trimmed))),
            Err(_) => Err(Fault::NotQuantity { example: amount.example() }),
        },
        Kind::Scalar { types } => read_scalar(types, trimmed),
        Kind::Yaml { .. } => read_yaml(posted),
    }
}

fn read_choice(choice: &Choice, posted: &str) -> Result<Wanted, Fault> {
    let found = choice.find(posted).or_else(|| choice.find(posted.trim()));
    match found {
        Some(option) => Ok(Wanted::Value(option.value.clone())),
        None if posted.trim().is_empty() => Ok(Wanted::Nothing),
        None => Err(Fault::NotOption),
    }
}

fn read_number(text: &str, is_whole: bool) -> Result<Wanted, Fault> {
    let wrong = if is_whole { Fault::NotWhole } else { Fault::NotNumber };
    let is_decimal = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    if !is_decimal {
        return Err(wrong);
    }
    let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    if let Ok(whole) = whole {
        return Ok(Wanted::Value(Value::Number(whole)));
    }
    let float = text.parse::<f64>().ok().and_then(Number::from_f64).filter(|_| !is_whole);
    float.map(|float| Wanted::Value(Value::Number(float))).ok_or(wrong)
}

/// Reads as YAML does, but what is not of the types, and may be a text, is one.
fn read_scalar(types: &[Type], text: &str) -> Result<Wanted, Fault> {
    let is_of = |value: &Value| {
        let kind = value.kind();
        types.contains(&kind) || (kind == Type::Integer && types.contains(&Type::Number))
    };
    match yaml::read_scalar(text).filter(is_of) {
        Some(value) => Ok(Wanted::Value(value)),
        None if types.contains(&Type::String) => Ok(Wanted::Value(Value::from(text))),
        None => Err(Fault::WrongType { wanted: types.to_vec() }),
    }
}

fn read_yaml(posted: &str) -> Result<Wanted, Fault> {
    let value = yaml::read_fragment(posted).map_err(Fault::Yaml)?;
    let limit = MAX_DEPTH / 2;
    if depth(&value) > limit {
        return Err(Fault::Yaml(yaml::YamlError::TooDeep { line: 1, limit }));
    }
    Ok(Wanted::Value(value))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(map) => 1 + map.values().map(depth).max().unwrap_or(0),
    }
}
