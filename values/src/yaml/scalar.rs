//! What a plain scalar means to Helm, which reads YAML with go-yaml 2: mostly YAML 1.1.

use crate::value::{Number, Value};

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Value(Value),
    /// `<<`: as a key, it merges.
    Merge,
    /// `.inf` and `.nan`, which values cannot have.
    NotFinite,
}

/// Reads a plain scalar.
pub(crate) fn read(text: &str) -> Plain {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        "" | "~" | "null" | "Null" | "NULL" => Plain::Value(Value::Null),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => Plain::NotFinite,
        "<<" => Plain::Merge,
        _ => number(text),
    }
}

impl From<bool> for Plain {
    fn from(is: bool) -> Self {
        Self::Value(Value::Bool(is))
    }
}

fn number(text: &str) -> Plain {
    let string = || Plain::Value(Value::String(text.to_owned()));
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) || is_timestamp(text) {
        return string();
    }
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if !text.starts_with('.')
        && let Some(whole) = integer(&digits)
    {
        return Plain::Value(Value::Number(whole));
    }
    let digits = if text.starts_with('.') { text } else { &digits };
    if !is_float(digits) {
        return string();
    }
    match digits.parse::<f64>().ok().and_then(finite) {
        Some(number) => Plain::Value(Value::Number(number)),
        None => Plain::NotFinite,
    }
}

fn finite(float: f64) -> Option<Number> {
    Number::from_f64(float)
}

/// An integer as Go reads one with its base in front: `0x1f`, `0o17`, `017`, `0b1`.
fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_str() {
        "0" => (10, "0"),
        other => match other.strip_prefix('0') {
            None => (10, other),
            Some(rest) => match rest.as_bytes().first() {
                Some(b'x') => (16, &rest[1..]),
                Some(b'o') => (8, &rest[1..]),
                Some(b'b') => (2, &rest[1..]),
                Some(_) | None => (8, rest),
            },
        },
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let amount = u64::from_str_radix(digits, base).ok()?;
    if !is_negative {
        return Some(amount.into());
    }
    i64::try_from(-i128::from(amount)).ok().map(Number::from)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa = is_digits(whole) && is_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    is_mantissa && is_exponent
}

/// Whether it begins like a date: `2024-1-2`. Helm keeps it as a text, others may not.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[5].is_ascii_digit()
}

/// Whether a text can be written without quotes and is read as that text by readers of YAML 1.1 and 1.2 alike.
pub(crate) fn is_plain_text(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan"];
    let Some(first) = text.chars().next() else { return false };
    let may_begin = first.is_alphanumeric() || matches!(first, '_' | '/');
    let may_contain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | '=' | '(' | ')' | ' ' | ':');
    may_begin
        && text.len() <= 200
        && text.chars().all(may_contain)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !(first.is_ascii_digit() && text.contains(':'))
        && !WORDS.contains(&text.to_lowercase().as_str())
        && !is_timestamp(text)
        && !looks_like_number(text)
}

/// What one or another reader would take for a number.
fn looks_like_number(text: &str) -> bool {
    let bare = text.replace('_', "");
    !matches!(read(text), Plain::Value(Value::String(_)))
        || (text.starts_with(|c: char| c.is_ascii_digit())
            && (bare.parse::<f64>().is_ok() || ["0x", "0o", "0b"].iter().any(|base| bare.starts_with(base))))
}
