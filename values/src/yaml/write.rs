//! Writes values as YAML that Helm reads back with the same types.

use super::node::Style;
use super::scalar::is_plain_text;
use crate::value::{Map, Value};

/// Writes block YAML with the line ends of the document that it goes into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer {
    pub line_end: &'static str,
}

impl Default for Writer {
    fn default() -> Self {
        Self { line_end: "\n" }
    }
}

impl Writer {
    /// A value on lines of its own, each indented and ended. Scalars and empty collections are one line.
    pub fn block(&self, value: &Value, indent: usize) -> String {
        match value {
            Value::Map(map) if !map.is_empty() => {
                map.iter().map(|(key, value)| self.entry(key, value, indent)).collect()
            }
            Value::List(items) if !items.is_empty() => items.iter().map(|item| self.item(item, indent)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) | Value::Map(_) => {
                format!("{}{}{}", " ".repeat(indent), inline(value, None), self.line_end)
            }
        }
    }

    /// `key: value`, over as many lines as it takes.
    pub fn entry(&self, key: &str, value: &Value, indent: usize) -> String {
        let head = format!("{}{}:", " ".repeat(indent), inline_text(key, None));
        format!("{head}{}", self.after_head(value, indent))
    }

    /// What stands behind the colon of a key that is indented so, with the end of the line.
    pub fn after_head(&self, value: &Value, indent: usize) -> String {
        let end = self.line_end;
        match value {
            Value::Map(map) if !map.is_empty() => format!("{end}{}", self.block(value, indent + 2)),
            Value::List(items) if !items.is_empty() => format!("{end}{}", self.block(value, indent + 2)),
            Value::String(text) => match literal(text) {
                Some(head) => format!(" {head}{end}{}", self.literal_lines(text, indent + 2)),
                None => format!(" {}{end}", inline(value, None)),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
                format!(" {}{end}", inline(value, None))
            }
        }
    }

    /// `- value`.
    pub fn item(&self, value: &Value, indent: usize) -> String {
        let head = format!("{}-", " ".repeat(indent));
        match value {
            Value::Map(map) if !map.is_empty() => format!("{head} {}", self.block(value, indent + 2).trim_start()),
            Value::List(items) if !items.is_empty() => format!("{head} {}", self.block(value, indent + 2).trim_start()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) | Value::Map(_) => {
                format!("{head}{}", self.after_head(value, indent))
            }
        }
    }

    fn literal_lines(&self, text: &str, indent: usize) -> String {
        let mut lines = String::new();
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                lines.push_str(&" ".repeat(indent));
                lines.push_str(line);
            }
            lines.push_str(self.line_end);
        }
        lines
    }
}

/// The head of a literal block, if the text can be one as it is.
fn literal(text: &str) -> Option<&'static str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_one = body.contains('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && body.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        && body.split('\n').all(|line| line.is_empty() || !line.trim().is_empty());
    is_one.then(|| if text.ends_with('\n') { "|" } else { "|-" })
}

/// A value in one line; collections in flow style.
pub(crate) fn inline(value: &Value, style: Option<Style>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => inline_text(text, style),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, None)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => inline_map(map),
    }
}

fn inline_map(map: &Map) -> String {
    let entries: Vec<String> =
        map.iter().map(|(key, value)| format!("{}: {}", inline_text(key, None), inline(value, None))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// A text in one line, in quotes of the style that was there or where it needs them.
pub(crate) fn inline_text(text: &str, style: Option<Style>) -> String {
    let is_simple = text.chars().all(is_printable);
    match style {
        Some(Style::Single) if is_simple => format!("'{}'", text.replace('\'', "''")),
        Some(Style::Double) => double(text),
        Some(Style::Single | Style::Plain | Style::Block) | None if is_plain_text(text) => text.to_owned(),
        Some(Style::Single | Style::Plain | Style::Block) | None => double(text),
    }
}

fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c if u32::from(c) <= 0xff => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) <= 0xffff => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// What may stand in YAML as it is, line ends and tabs apart.
fn is_printable(c: char) -> bool {
    let is_break = matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    let is_non_character = matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff);
    !c.is_control() && !is_break && !is_non_character
}
