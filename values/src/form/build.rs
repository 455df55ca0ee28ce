//! Builds the form from schema, defaults and values, place by place.

use std::collections::HashSet;

use super::alternatives::{self, Alternatives, Shape};
use super::help::Help;
use super::kind::Kind;
use super::source::Source;
use super::{Context, Form, Group, Node, Note, guess, layout};
use crate::chart::Chart;
use crate::document::Document;
use crate::limits::{MAX_FIELDS, MAX_FORM_DEPTH};
use crate::merge::Layers;
use crate::overlay::{Imposed, Overlay};
use crate::path::{Path, Segment};
use crate::schema::{Flat, Schema};
use crate::value::{Map, Type, Value};

pub(super) struct Builder<'a> {
    pub schema: Option<&'a Schema>,
    pub overlay: &'a Overlay,
    pub set: &'a Value,
    pub entry: &'a Value,
    pub defaults: &'a Value,
    pub chosen: &'a Value,
    pub merged: &'a Value,
    pub imposed: Vec<&'a Imposed>,
    pub help: &'a Help,
    pub templates: &'a Templates,
    /// Paths that stand elsewhere in the form.
    pub skipped: HashSet<Path>,
    pub n_fields: usize,
}

/// What well-known things look like.
pub(super) struct Templates {
    pub text: Value,
    pub resources: Value,
}

impl Templates {
    fn new() -> Self {
        let text = Value::from("");
        let map = |keys: [(&str, &Value); 2]| {
            Value::Map(keys.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect::<Map>())
        };
        let amounts = map([("cpu", &text), ("memory", &text)]);
        Self { resources: map([("requests", &amounts), ("limits", &amounts)]), text }
    }
}

pub(super) fn form(chart: &Chart, overlay: &Overlay, set: &Document, context: &Context) -> Form {
    let layers = Layers {
        chart: chart.values.value().clone(),
        entry: overlay.default_values(context),
        set: set.value().clone(),
        imposed: overlay.imposed_values(context),
    };
    let (defaults, chosen, merged) = (layers.defaults(), layers.chosen(), layers.merged());
    let (help, templates) = (Help::of(&chart.values), Templates::new());
    let mut builder = Builder {
        schema: chart.schema.as_ref(),
        overlay,
        set: set.value(),
        entry: &layers.entry,
        defaults: &defaults,
        chosen: &chosen,
        merged: &merged,
        imposed: overlay.imposed_for(context),
        help: &help,
        templates: &templates,
        skipped: HashSet::new(),
        n_fields: 0,
    };
    let root = builder.root();
    let mut notes = chart_notes(chart);
    let nodes = layout::nodes(&mut builder, &root, &mut notes);
    let n_fields = builder.n_fields;
    Form { nodes, notes, n_fields, defaults, chosen }
}

/// Tells which paths a chart knows.
pub(crate) struct PathFinder<'a> {
    chart: &'a Chart,
}

impl<'a> PathFinder<'a> {
    pub fn new(chart: &'a Chart) -> Self {
        Self { chart }
    }

    /// Whether schema or defaults have each of these paths, or let it be there.
    pub fn known(&self, paths: &[&Path]) -> Vec<bool> {
        let (overlay, nothing, templates, help) =
            (Overlay::default(), Value::Map(Map::new()), Templates::new(), Help::default());
        let values = self.chart.values.value();
        let builder = Builder {
            schema: self.chart.schema.as_ref(),
            overlay: &overlay,
            set: &nothing,
            entry: &nothing,
            defaults: values,
            chosen: values,
            merged: values,
            imposed: Vec::new(),
            help: &help,
            templates: &templates,
            skipped: HashSet::new(),
            n_fields: 0,
        };
        let root = builder.root();
        paths.iter().map(|path| layout::find(&builder, &root, path).is_some()).collect()
    }
}

fn chart_notes(chart: &Chart) -> Vec<Note> {
    let values = chart.values_error.clone().map(Note::Values);
    let schema = chart.schema_error.clone().or_else(|| chart.schema.as_ref()?.error().cloned()).map(Note::Schema);
    let guessed = chart.schema.is_none().then_some(Note::NoSchema);
    let unchecked = chart.schema.iter().flat_map(Schema::unchecked).cloned().map(Note::Unchecked);
    values.into_iter().chain(schema).chain(guessed).chain(unchecked).collect()
}

impl<'a> Builder<'a> {
    fn root(&self) -> Source<'a> {
        Source {
            view: self.schema.map(Schema::root).into_iter().collect(),
            hint: Some(self.defaults),
            value: Some(self.chosen),
            ..Source::default()
        }
    }

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

    /// What a place within another is, with what is there.
    pub fn value_at(&self, path: &Path) -> Option<&'a Value> {
        let values = if self.lock(path).is_some() { self.merged } else { self.chosen };
        values.at(path)
    }

    /// What is imposed on a path, or on something around it.
    pub fn lock(&self, path: &Path) -> Option<&'a Imposed> {
        self.imposed.iter().rfind(|imposed| path.starts_with(&imposed.path)).copied()
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
