//! Draws one place in the values: decides what it is, or why it is a YAML box.

use std::collections::HashSet;

use super::alternatives::{self, Alternatives, Shape};
use super::builder::Builder;
use super::kind::Kind;
use super::source::Source;
use super::{Group, Node, Note, guess};
use crate::limits::{MAX_FIELDS, MAX_FORM_DEPTH};
use crate::path::{Path, Segment};
use crate::schema::Flat;
use crate::value::{Map, Type, Value};

impl<'a> Builder<'a> {
    /// Draws one place.
    pub fn node(&mut self, source: &Source<'a>) -> Node {
        self.n_fields += 1;
        if let Some(reason) = &source.boxed {
            return self.boxed(source, &Flat::default(), reason.clone());
        }
        if self.n_fields > MAX_FIELDS {
            return self.boxed(source, &Flat::default(), Note::TooMany { limit: MAX_FIELDS });
        }
        if source.depth > MAX_FORM_DEPTH {
            return self.boxed(source, &Flat::default(), Note::TooDeep { limit: MAX_FORM_DEPTH });
        }
        let shape = alternatives::shape(self.schema, source);
        match refusal(&shape.flat, source) {
            Some(reason) => self.boxed(source, &shape.flat, reason),
            None => self.shaped(source, shape),
        }
    }

    fn shaped(&mut self, source: &Source<'a>, shape: Shape<'a>) -> Node {
        let flat = &shape.flat;
        if let Some(options) = source.options.clone() {
            return self.choice(source, &shape, options);
        }
        match &shape.choice {
            Alternatives::Boxed(reason) => return self.boxed(source, flat, reason.clone()),
            Alternatives::Options(options) => return self.choice(source, &shape, options.clone()),
            Alternatives::Scalars(types) => return self.scalar(source, &shape, types, false),
            Alternatives::Variants { .. } => return self.typed(source, &shape, Type::Object, false),
            Alternatives::None => {}
        }
        if let Some(options) = flat.options() {
            let is_switch = flat.types().is_some_and(|types| types == [Type::Boolean]) && options.len() == 2;
            if !is_switch {
                return self.choice(source, &shape, options.into_iter().map(|value| (value.clone(), None)).collect());
            }
        }
        let said = flat.types().or_else(|| alternatives::infer(flat));
        let is_guessed = said.is_none();
        let types = said.unwrap_or_else(|| guess::types(source.hint));
        let drawn: Vec<Type> = types.iter().copied().filter(|kind| *kind != Type::Null).collect();
        if drawn.iter().all(|kind| kind.is_scalar()) {
            return self.scalar(source, &shape, &types, is_guessed);
        }
        let kind = pick(&drawn, source);
        let others: Vec<Type> = drawn.iter().copied().filter(|other| *other != kind).collect();
        let mut shape = shape;
        if !others.is_empty() {
            shape.notes.push(Note::AlsoTypes { types: others });
        }
        shape.is_nullable |= types.contains(&Type::Null);
        if kind.is_scalar() {
            let scalars: Vec<Type> = drawn.into_iter().filter(|kind| kind.is_scalar()).collect();
            return self.scalar(source, &shape, &scalars, is_guessed);
        }
        self.typed(source, &shape, kind, is_guessed)
    }

    /// Draws a list or a map, if the value is one.
    fn typed(&mut self, source: &Source<'a>, shape: &Shape<'a>, kind: Type, is_guessed: bool) -> Node {
        let found = source.value.filter(|value| !value.is_null()).map(Value::kind);
        if let Some(found) = found.filter(|found| *found != kind) {
            return self.boxed(source, &shape.flat, Note::DoesNotFit { found, wanted: vec![kind] });
        }
        match kind {
            Type::Array => self.list(source, shape, is_guessed),
            Type::Object => self.object(source, shape, is_guessed),
            Type::Null | Type::Boolean | Type::Integer | Type::Number | Type::String => {
                self.boxed(source, &shape.flat, Note::Untyped)
            }
        }
    }

    /// A YAML box in place of what cannot be drawn.
    pub fn boxed(&mut self, source: &Source<'a>, flat: &Flat<'a>, reason: Note) -> Node {
        Node::Field(Box::new(self.field(source, flat, Kind::Yaml { reason })))
    }

    pub fn group(&self, source: &Source<'a>, flat: &Flat<'a>, nodes: Vec<Node>) -> Group {
        let said = self.overlay.field(&source.path);
        let conditions = self.conditions(source);
        Group {
            label: self.label(source, flat),
            help: self.help_of(source, flat),
            differs: nodes.iter().any(Node::differs),
            is_deprecated: flat.is_true("deprecated"),
            is_visible: conditions.iter().all(|condition| condition.is_met(self.merged)),
            shown_when: conditions,
            notes: Vec::new(),
            other_keys: other_keys(source, &nodes, &self.skipped),
            errors: Vec::new(),
            path: said.map_or_else(|| source.path.clone(), |said| said.path.clone()),
            nodes,
        }
    }
}

/// Keys with values and without a field.
fn other_keys(source: &Source, nodes: &[Node], skipped: &HashSet<Path>) -> Vec<String> {
    let drawn: HashSet<&Path> = nodes.iter().map(Node::path).collect();
    let keys = source.value.and_then(Value::as_map).into_iter().flat_map(Map::keys);
    let is_other = |key: &&String| {
        let path = source.path.child(Segment::Key((*key).clone()));
        !drawn.contains(&path) && !skipped.iter().any(|skipped| skipped.starts_with(&path))
    };
    keys.filter(is_other).take(50).cloned().collect()
}

/// Why a place cannot be drawn at all.
fn refusal(flat: &Flat, source: &Source) -> Option<Note> {
    let shorten = |reference: &str| reference.chars().take(200).collect::<String>();
    if let Some(reference) = flat.recursive {
        return Some(Note::Recursive { reference: shorten(reference) });
    }
    if flat.is_too_complex {
        return Some(Note::TooComplex);
    }
    if flat.is_never {
        return Some(Note::Never);
    }
    let is_known = flat.has("type") || flat.has("properties") || source.hint.is_some_and(|hint| !hint.is_null());
    flat.foreign.filter(|_| !is_known).map(|reference| Note::Foreign { reference: shorten(reference) })
}

/// The type that is drawn: that of the value, or of the default, or else a simple one.
fn pick(types: &[Type], source: &Source) -> Type {
    let of = |value: Option<&Value>| {
        let kind = value.filter(|value| !value.is_null())?.kind();
        let is_whole = kind == Type::Integer && types.contains(&Type::Number);
        (types.contains(&kind) || is_whole).then_some(kind)
    };
    let simple = || types.iter().copied().find(|kind| kind.is_scalar());
    of(source.value)
        .or_else(|| of(source.hint))
        .or_else(simple)
        .or_else(|| types.first().copied())
        .unwrap_or(Type::Object)
}
