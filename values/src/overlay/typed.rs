//! What is said of one field, as people type it, and read back.

use super::{Condition, OverlayChoice, OverlayField};
use crate::path::Path;
use crate::schema::compile;
use crate::value::Value;
use crate::yaml::{inline, read_fragment};
use serde::Deserialize;

/// Between a choice and its label, a condition's value and what it must be.
const IS: &str = " = ";

/// All of it as text. Lists have a line for each item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FieldTyped {
    pub label: String,
    pub help: String,
    /// The name of a group, or nothing.
    pub group: String,
    pub required: String,
    pub minimum: String,
    pub maximum: String,
    pub min_length: String,
    pub max_length: String,
    pub patterns: String,
    pub least: String,
    pub most: String,
    /// `value`, or `value = label`.
    pub choices: String,
    /// `path = value`, or `path = [value, value]`.
    pub shown_when: String,
}

/// What is wrong with one input: its name, and words that go on from its label.
pub type Wrong = (&'static str, String);

impl FieldTyped {
    /// `is_text`: whether the chart has a text there, so that what is typed needs no quotes.
    pub fn of(field: &OverlayField, is_text: bool) -> Self {
        let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
        let choice = |choice: &OverlayChoice| match &choice.label {
            Some(label) => format!("{}{IS}{label}", show_value(&choice.value, is_text)),
            None => show_value(&choice.value, is_text),
        };
        let condition = |condition: &Condition| {
            let values = match condition.one_of.as_slice() {
                [one] if one.as_list().is_none() => inline(one, None),
                several => inline(&Value::List(several.to_vec()), None),
            };
            format!("{}{IS}{values}", condition.path.dotted())
        };
        Self {
            label: field.label.clone().unwrap_or_default(),
            help: field.help.clone().unwrap_or_default(),
            group: field.group.clone().unwrap_or_default(),
            required: if field.required { "on".into() } else { String::new() },
            minimum: number(field.rules.minimum),
            maximum: number(field.rules.maximum),
            min_length: count(field.rules.min_length),
            max_length: count(field.rules.max_length),
            patterns: field.rules.patterns.join("\n"),
            least: field.rules.least.clone().unwrap_or_default(),
            most: field.rules.most.clone().unwrap_or_default(),
            choices: field.choices.iter().map(choice).collect::<Vec<_>>().join("\n"),
            shown_when: field.shown_when.iter().map(condition).collect::<Vec<_>>().join("\n"),
        }
    }

    /// The field with what was typed; of what nobody typed here it keeps what it has. Says everything that is wrong.
    pub fn read(&self, before: &OverlayField, is_text: bool) -> Result<OverlayField, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut field = before.clone();
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        field.label = said(&self.label);
        field.help = said(&self.help.replace("\r\n", "\n"));
        field.group = said(&self.group);
        field.required = !self.required.is_empty();
        let rules = &mut field.rules;
        rules.minimum = parsed(&self.minimum, "minimum", "must be a number", &mut wrong);
        rules.maximum = parsed(&self.maximum, "maximum", "must be a number", &mut wrong);
        rules.min_length = parsed(&self.min_length, "min_length", "must be a whole number, zero or more", &mut wrong);
        rules.max_length = parsed(&self.max_length, "max_length", "must be a whole number, zero or more", &mut wrong);
        rules.least = said(&self.least);
        rules.most = said(&self.most);
        rules.patterns = lines(&self.patterns).map(str::to_owned).collect();
        if rules.patterns.iter().any(|pattern| compile(pattern).is_none()) {
            wrong.push(("patterns", "has a line that is no regular expression".into()));
        }
        if [rules.minimum, rules.maximum].into_iter().flatten().any(|number| !number.is_finite()) {
            wrong.push(("minimum", "must be a number".into()));
        }
        field.choices = each(&self.choices, "choices", &mut wrong, |line| read_choice(line, is_text));
        field.shown_when = each(&self.shown_when, "shown_when", &mut wrong, read_condition);
        if wrong.is_empty() { Ok(field) } else { Err(wrong) }
    }
}

/// A value as it is typed, on one line.
pub fn show_value(value: &Value, is_text: bool) -> String {
    match value.as_str() {
        Some(text) if is_text && is_plain(text) => text.to_owned(),
        Some(_) | None => inline(value, None),
    }
}

/// The value that was typed: a text as it is, unless it is in quotes; anything else as YAML.
pub fn read_value(typed: &str, is_text: bool) -> Result<Value, String> {
    let typed = typed.trim();
    if is_text && is_plain(typed) {
        return Ok(Value::from(typed));
    }
    read_fragment(typed).map_err(|error| format!("cannot be read as YAML. {error}"))
}

fn is_plain(text: &str) -> bool {
    text == text.trim() && !text.contains(['\n', '\r']) && !text.contains(IS) && !text.starts_with(['"', '\''])
}

fn read_choice(line: &str, is_text: bool) -> Result<OverlayChoice, String> {
    let (value, label) = line.split_once(IS).map_or((line, None), |(value, label)| (value, Some(label)));
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    Ok(OverlayChoice { value: read_value(value, is_text)?, label })
}

fn read_condition(line: &str) -> Result<Condition, String> {
    let (path, values) = line.split_once('=').ok_or("must have a value and what it is: tls.enabled = true")?;
    let path = Path::from_dotted(path.trim());
    if path.is_root() {
        return Err("must name a value before the equals sign".into());
    }
    let one_of = match read_value(values, false)? {
        Value::List(values) => values,
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Map(_)) => vec![one],
    };
    Ok(Condition { path, one_of })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn each<T>(text: &str, name: &'static str, wrong: &mut Vec<Wrong>, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    let mut items = Vec::new();
    for line in lines(text) {
        match read(line) {
            Ok(item) => items.push(item),
            Err(why) => wrong.push((name, why)),
        }
    }
    items
}

fn parsed<T: std::str::FromStr>(text: &str, name: &'static str, says: &str, wrong: &mut Vec<Wrong>) -> Option<T> {
    let text = text.trim();
    let read = text.parse().ok();
    if read.is_none() && !text.is_empty() {
        wrong.push((name, says.to_owned()));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    fn field() -> OverlayField {
        OverlayField {
            path: "/image/tag".parse().expect("is a path"),
            group: Some("database".into()),
            label: Some("Version".into()),
            help: Some("Two\nlines".into()),
            rules: Rules {
                minimum: Some(0.5),
                max_length: Some(20),
                patterns: vec!["^[0-9]+$".into()],
                multiple_of: Some(2.0),
                least: Some("1Gi".into()),
                ..Rules::default()
            },
            choices: vec![
                OverlayChoice { value: "17".into(), label: Some("Old".into()) },
                OverlayChoice { value: "18".into(), label: None },
            ],
            shown_when: vec![
                Condition { path: "/tls/enabled".parse().expect("is a path"), one_of: vec![true.into()] },
                Condition { path: "/mode".parse().expect("is a path"), one_of: vec!["a".into(), Value::Null] },
            ],
            required: true,
        }
    }

    #[test]
    fn what_is_typed_is_read_back_as_it_was() {
        for is_text in [true, false] {
            assert_eq!(FieldTyped::of(&field(), is_text).read(&field(), is_text), Ok(field()));
        }
        assert_eq!(FieldTyped::of(&field(), true).choices, "17 = Old\n18");
        assert_eq!(FieldTyped::of(&field(), false).choices, "\"17\" = Old\n\"18\"");
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let typed = FieldTyped {
            minimum: "much".into(),
            maximum: "inf".into(),
            max_length: "-1".into(),
            patterns: "(".into(),
            choices: "[a".into(),
            shown_when: "nothing\n= 3".into(),
            ..FieldTyped::default()
        };
        let wrong = typed.read(&field(), false).expect_err("is wrong");
        let names: Vec<_> = wrong.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["minimum", "max_length", "patterns", "minimum", "choices", "shown_when", "shown_when"]);
    }
}
