//! Makes single fields: what they are called, what limits them and what they show.

use super::alternatives::Shape;
use super::builder::Builder;
use super::kind::{Choice, ChoiceOption, Kind};
use super::source::{Labelled, Source};
use super::{Field, Node, Note, Origin, guess, help, read};
use crate::overlay::Condition;
use crate::path::{Part, Path, Segment};
use crate::rules::{self, Amount, Rules};
use crate::schema::{Flat, Schema, Unchecked, compile};
use crate::value::{Type, Value};
use crate::yaml::inline;

impl<'a> Builder<'a> {
    /// Draws a simple value of one of several types.
    pub fn scalar(&mut self, source: &Source<'a>, shape: &Shape<'a>, types: &[Type], is_guessed: bool) -> Node {
        let flat = &shape.flat;
        let mut drawn: Vec<Type> = types.iter().copied().filter(|kind| *kind != Type::Null).collect();
        if drawn.contains(&Type::Number) {
            drawn.retain(|kind| *kind != Type::Integer);
        }
        let found = source.value.filter(|value| !value.is_null()).map(Value::kind);
        let amount = Amount::of(&source.path, flat.text("format"));
        let amount = amount.filter(|_| drawn.iter().all(|kind| *kind != Type::Boolean) || is_guessed);
        let fits = |found: &Type| {
            let is_number = *found == Type::Integer && drawn.contains(&Type::Number);
            let is_amount = amount.is_some() && matches!(found, Type::Integer | Type::Number | Type::String);
            drawn.contains(found) || is_number || is_amount
        };
        if let Some(found) = found.filter(|found| !fits(found)) {
            return self.boxed(source, flat, Note::DoesNotFit { found, wanted: drawn });
        }
        let is_text = drawn == [Type::String];
        let kind = match (drawn.as_slice(), amount) {
            (_, Some(amount)) => Kind::Quantity { amount },
            (_, None) if self.is_secret(source, flat) && (is_text || (is_guessed && drawn.len() > 1)) => Kind::Secret,
            ([Type::Boolean], None) => Kind::Switch,
            ([Type::Integer], None) => Kind::Integer,
            ([Type::Number], None) => Kind::Number,
            ([Type::String], None) => Kind::Text { is_long: is_long(source) },
            ([], None) => return self.boxed(source, flat, Note::Untyped),
            (_, None) => Kind::Scalar { types: drawn },
        };
        let mut field = self.field(source, flat, kind);
        field.is_guessed = is_guessed;
        field.is_nullable = shape.is_nullable || types.contains(&Type::Null);
        field.notes.extend(shape.notes.iter().cloned());
        Node::Field(Box::new(field))
    }

    /// Draws a choice.
    pub fn choice(&mut self, source: &Source<'a>, shape: &Shape<'a>, options: Vec<Labelled>) -> Node {
        let is_nullable = shape.is_nullable || options.iter().any(|(value, _)| value.is_null());
        if options.iter().all(|(value, _)| value.is_null()) {
            return self.boxed(source, &shape.flat, Note::Never);
        }
        let mut field = self.field(source, &shape.flat, choice(options, source.value));
        field.is_nullable = is_nullable;
        field.notes.extend(shape.notes.iter().cloned());
        Node::Field(Box::new(field))
    }

    pub fn field(&mut self, source: &Source<'a>, flat: &Flat<'a>, kind: Kind) -> Field {
        let path = source.path.clone();
        let said = self.overlay.field(&path);
        let kind = match said.filter(|said| !said.choices.is_empty() && is_simple(&kind)) {
            Some(said) => {
                let options = said.choices.iter().map(|choice| (choice.value.clone(), choice.label.clone()));
                choice(options.collect(), source.value)
            }
            None => kind,
        };
        let (own, mut notes) = rules_of(self.schema, flat);
        let rules = said.map_or_else(|| own.clone(), |said| own.and(&said.rules));
        if let Some(said) = said {
            notes.extend(
                said.rules
                    .patterns
                    .iter()
                    .filter(|pattern| compile(pattern).is_none())
                    .map(|pattern| Note::Unchecked(Unchecked::Pattern { pattern: pattern.clone() })),
            );
        }
        let default = if source.in_row { None } else { self.defaults.at(&path) };
        let lock = if source.in_row { None } else { self.lock(&path) };
        let is_own = !source.in_row && self.set.at(&path).is_some();
        let origin = match (lock.is_some(), is_own, self.entry.at(&path).is_some()) {
            (true, _, _) => Origin::Imposed,
            (false, true, _) => Origin::Team,
            (false, false, true) => Origin::Entry,
            (false, false, false) => Origin::Chart,
        };
        let is_secret = matches!(kind, Kind::Secret);
        let show = |value: Option<&Value>| if is_secret { String::new() } else { read::show(&kind, value) };
        let conditions = self.conditions(source);
        let suggested = flat.first("default").or_else(|| flat.first("examples")?.as_list()?.first());
        Field {
            name: Part::Value.name(&path),
            reset_name: Part::Reset.name(&path),
            label: self.label(source, flat),
            help: self.help_of(source, flat),
            shown: show(source.value),
            example: suggested.filter(|_| !is_secret).map(|value| read::show(&kind, Some(value))),
            default: default.filter(|value| !is_secret && !value.is_null()).map(|value| show(Some(value))),
            can_be_empty: default.and_then(Value::as_str).is_some_and(|text| !text.is_empty()),
            typed: None,
            errors: Vec::new(),
            is_set: source.value.is_some_and(|value| !value.is_null() && value.as_str() != Some("")),
            origin,
            differs: is_own && lock.is_none() && self.chosen.at(&path) != default,
            is_required: source.is_required || said.is_some_and(|said| said.required),
            is_nullable: false,
            is_deprecated: flat.is_true("deprecated"),
            is_read_only: flat.is_true("readOnly"),
            locked: lock.map(|imposed| imposed.note.clone()),
            is_guessed: false,
            is_visible: source.in_row || conditions.iter().all(|condition| condition.is_met(self.merged)),
            shown_when: conditions,
            kind,
            rules,
            notes,
            path,
        }
    }

    pub fn label(&self, source: &Source<'a>, flat: &Flat<'a>) -> String {
        let said = self.overlay.field(&source.path).and_then(|said| said.label.as_deref());
        let title = said.or_else(|| flat.text("title")).map(str::trim).filter(|title| !title.is_empty());
        match (title, source.path.last()) {
            (Some(title), _) => title.chars().take(200).collect(),
            (None, Some(Segment::Key(key))) => guess::label(key),
            (None, Some(Segment::Index(index))) => format!("{}", index + 1),
            (None, None) => "Values".to_owned(),
        }
    }

    pub fn help_of(&self, source: &Source<'a>, flat: &Flat<'a>) -> Option<String> {
        let said = self.overlay.field(&source.path).and_then(|said| said.help.as_deref());
        let text = said.or_else(|| flat.text("description")).or_else(|| self.help.get(&source.path))?.trim();
        (!text.is_empty()).then(|| help::shorten(text))
    }

    pub fn conditions(&self, source: &Source<'a>) -> Vec<Condition> {
        let said = self.overlay.field(&source.path).map(|said| said.shown_when.clone()).unwrap_or_default();
        source.shown_when.iter().cloned().chain(said).collect()
    }

    fn is_secret(&self, source: &Source<'a>, flat: &Flat<'a>) -> bool {
        let is_same = |secret: &Path| secret.len() == source.path.len() && secret.covers(&source.path);
        flat.text("format") == Some("password")
            || flat.is_true("writeOnly")
            || self.overlay.secrets.iter().any(is_same)
            || guess::is_secret(&source.path)
    }
}

fn is_simple(kind: &Kind) -> bool {
    match kind {
        Kind::Text { .. }
        | Kind::Number
        | Kind::Integer
        | Kind::Switch
        | Kind::Choice(_)
        | Kind::Quantity { .. }
        | Kind::Scalar { .. } => true,
        Kind::Secret | Kind::List(_) | Kind::Map(_) | Kind::Yaml { .. } => false,
    }
}

fn is_long(source: &Source) -> bool {
    [source.value, source.hint]
        .into_iter()
        .flatten()
        .any(|value| value.as_str().is_some_and(|text| text.contains('\n')))
}

fn choice(options: Vec<Labelled>, value: Option<&Value>) -> Kind {
    let is_text = options.iter().all(|(value, _)| matches!(value, Value::String(_) | Value::Null));
    let option = |value: Value, label: Option<String>| {
        let plain = match &value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => inline(&value, None),
        };
        let token = if is_text && value.as_str().is_some() { plain.clone() } else { inline(&value, None) };
        ChoiceOption { token, label: label.unwrap_or(plain), value }
    };
    let mut all: Vec<ChoiceOption> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (value, label) in options.into_iter().filter(|(value, _)| !value.is_null()) {
        let option = option(value, label);
        if seen.insert(option.token.clone()) {
            all.push(option);
        }
    }
    let is_stray = |value: &&Value| !value.is_null() && !all.iter().any(|option| option.value == **value);
    let stray = value.filter(is_stray).map(|value| option(value.clone(), None));
    Kind::Choice(Choice { options: all, stray })
}

/// The limits that a schema sets, and those that are not checked in the field.
fn rules_of(schema: Option<&Schema>, flat: &Flat) -> (Rules, Vec<Note>) {
    let mut notes = Vec::new();
    let mut patterns = Vec::new();
    for pattern in flat.all("pattern").iter().filter_map(|pattern| pattern.as_str()) {
        if schema.is_some_and(|schema| schema.is_checked(pattern)) {
            patterns.push(pattern.to_owned());
        } else {
            let pattern = pattern.chars().take(200).collect();
            notes.push(Note::Unchecked(Unchecked::Pattern { pattern }));
        }
    }
    // Up to draft 4, these are switches beside the limits.
    let exclusive = |keyword: &str, limit: Option<f64>| if flat.is_true(keyword) { limit } else { None };
    let count =
        |number: Option<f64>| number.filter(|number| *number >= 0.0 && *number < 1e15).map(|number| number as u64);
    let minimum = flat.largest("minimum");
    let maximum = flat.smallest("maximum");
    let rules = Rules {
        exclusive_minimum: exclusive("exclusiveMinimum", minimum).or_else(|| flat.largest("exclusiveMinimum")),
        exclusive_maximum: exclusive("exclusiveMaximum", maximum).or_else(|| flat.smallest("exclusiveMaximum")),
        minimum,
        maximum,
        multiple_of: flat.largest("multipleOf"),
        min_length: count(flat.largest("minLength")),
        max_length: count(flat.smallest("maxLength")),
        patterns,
        format: flat.text("format").filter(|format| rules::is_known_format(format)).map(str::to_owned),
        min_items: count(flat.largest("minItems")),
        max_items: count(flat.smallest("maxItems")),
        least: None,
        most: None,
    };
    (rules, notes)
}
