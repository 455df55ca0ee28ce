//! `anyOf` and `oneOf`: which of their alternatives can be told apart, and so be drawn.

use super::Note;
use super::source::{Labelled, Source};
use crate::schema::{Flat, Schema, Unchecked, View, flatten};
use crate::value::{Type, Value};

/// What is left once alternatives are looked at.
pub(super) struct Shape<'a> {
    pub flat: Flat<'a>,
    pub notes: Vec<Note>,
    pub is_nullable: bool,
    pub choice: Alternatives<'a>,
}

pub(super) enum Alternatives<'a> {
    /// None, or one that was taken.
    None,
    Options(Vec<Labelled>),
    Scalars(Vec<Type>),
    /// Objects that a key tells apart.
    Variants {
        key: &'a str,
        variants: Vec<Variant<'a>>,
    },
    /// Cannot be drawn.
    Boxed(Note),
}

/// One of several objects.
pub(super) struct Variant<'a> {
    /// The values of the key that mean this one.
    pub values: Vec<Labelled>,
    pub flat: Flat<'a>,
}

/// Merges what holds for a place and looks at its alternatives, down to those within alternatives that were taken.
pub(super) fn shape<'a>(schema: Option<&'a Schema>, source: &Source<'a>) -> Shape<'a> {
    let mut view: View = source.view.clone();
    let mut done: Vec<*const Value> = Vec::new();
    let mut notes = Vec::new();
    let mut is_nullable = false;
    loop {
        let flat = flatten(schema, &view, &source.around);
        let around: Vec<&Value> = source.around.iter().chain(&flat.targets).copied().collect();
        let is_list = |value: &&&'a Value| !done.contains(&std::ptr::from_ref(**value));
        let lists: Vec<&Value> = flat.all("anyOf").iter().chain(flat.all("oneOf")).filter(is_list).copied().collect();
        let finish = |flat, choice| Shape { flat, notes: notes.clone(), is_nullable, choice };
        let Some(list) = lists.first().copied() else { return finish(flat, Alternatives::None) };
        if done.len() >= 8 {
            let n = list.as_list().map_or(0, <[Value]>::len);
            return finish(flat, Alternatives::Boxed(Note::Alternatives { n }));
        }
        done.push(std::ptr::from_ref(list));
        let read = |value: &'a Value| (value, flatten(schema, &[value], &around));
        let all: Vec<(&Value, Flat)> = list.as_list().unwrap_or_default().iter().take(64).map(read).collect();
        let n_all = all.len();
        let is_null = |flat: &Flat| flat.types().is_some_and(|types| types == [Type::Null]);
        is_nullable |= all.iter().any(|(_, flat)| is_null(flat));
        let alternatives: Vec<(&Value, Flat)> =
            all.into_iter().filter(|(_, flat)| !is_null(flat) && has_shape(flat)).collect();
        if alternatives.is_empty() {
            if n_all > 1 && !notes.contains(&Note::Unchecked(Unchecked::Conditional)) {
                notes.push(Note::Unchecked(Unchecked::Conditional));
            }
            continue;
        }
        match choose(source, &alternatives) {
            Chosen::One(index, note) => {
                notes.extend(note);
                view.push(alternatives[index].0);
            }
            Chosen::Options(options) => {
                return Shape { flat, notes, is_nullable, choice: Alternatives::Options(options) };
            }
            Chosen::Scalars(types, note) => {
                notes.extend(note);
                return Shape { flat, notes, is_nullable, choice: Alternatives::Scalars(types) };
            }
            Chosen::Key(key) => {
                let variants = variants(schema, key, alternatives, &around);
                return Shape { flat, notes, is_nullable, choice: Alternatives::Variants { key, variants } };
            }
            Chosen::Nothing => {
                let n = alternatives.len();
                return Shape { flat, notes, is_nullable, choice: Alternatives::Boxed(Note::Alternatives { n }) };
            }
        }
    }
}

/// Whether it says what a value looks like, and not only what else must hold.
fn has_shape(flat: &Flat) -> bool {
    const KEYWORDS: [&str; 9] =
        ["type", "properties", "enum", "const", "items", "prefixItems", "additionalProperties", "anyOf", "oneOf"];
    KEYWORDS.iter().any(|keyword| flat.has(keyword)) || flat.recursive.is_some() || flat.foreign.is_some()
}

enum Chosen<'a> {
    One(usize, Option<Note>),
    Options(Vec<Labelled>),
    Scalars(Vec<Type>, Option<Note>),
    Key(&'a str),
    Nothing,
}

fn choose<'a>(source: &Source<'a>, alternatives: &[(&'a Value, Flat<'a>)]) -> Chosen<'a> {
    if alternatives.len() == 1 {
        return Chosen::One(0, None);
    }
    if let Some(options) = alternatives.iter().map(|(_, flat)| options(flat)).collect::<Option<Vec<_>>>() {
        return Chosen::Options(options.into_iter().flatten().collect());
    }
    let types: Option<Vec<Vec<Type>>> = alternatives.iter().map(|(_, flat)| types(flat)).collect();
    let Some(types) = types else { return Chosen::Nothing };
    let is_scalar = |types: &[Type]| types.iter().all(|kind| kind.is_scalar());
    if types.iter().all(|types| is_scalar(types)) {
        return Chosen::Scalars(union(&types), Some(Note::Unchecked(Unchecked::Conditional)));
    }
    if types.iter().all(|types| *types == [Type::Object]) {
        return discriminator(alternatives).map_or(Chosen::Nothing, Chosen::Key);
    }
    by_type(source, &types)
}

/// The alternative that the value is of, or the default, or else the simplest.
fn by_type<'a>(source: &Source<'a>, types: &[Vec<Type>]) -> Chosen<'a> {
    let is_apart = types
        .iter()
        .enumerate()
        .all(|(index, own)| types[index + 1..].iter().all(|other| own.iter().all(|kind| !other.contains(kind))));
    if !is_apart {
        return Chosen::Nothing;
    }
    let of = |value: Option<&Value>| {
        let kind = value.filter(|value| !value.is_null())?.kind();
        types.iter().position(|types| types.contains(&kind) || (kind == Type::Integer && types.contains(&Type::Number)))
    };
    let is_scalar = |types: &Vec<Type>| types.iter().all(|kind| kind.is_scalar());
    let index = of(source.value).or_else(|| of(source.hint)).or_else(|| types.iter().position(is_scalar)).unwrap_or(0);
    let others = |is_other: &dyn Fn(usize) -> bool| {
        let others: Vec<Vec<Type>> =
            types.iter().enumerate().filter(|(other, _)| is_other(*other)).map(|(_, types)| types.clone()).collect();
        Some(Note::AlsoTypes { types: union(&others) })
    };
    if is_scalar(&types[index]) && types.iter().filter(|types| is_scalar(types)).count() > 1 {
        let scalars: Vec<Vec<Type>> = types.iter().filter(|types| is_scalar(types)).cloned().collect();
        return Chosen::Scalars(union(&scalars), others(&|other| !is_scalar(&types[other])));
    }
    Chosen::One(index, others(&|other| other != index))
}

fn union(types: &[Vec<Type>]) -> Vec<Type> {
    let mut all: Vec<Type> = types.iter().flatten().copied().collect();
    all.sort();
    all.dedup();
    all
}

fn types(flat: &Flat) -> Option<Vec<Type>> {
    flat.types().or_else(|| infer(flat))
}

/// The types that keywords lead to where none is named.
pub(super) fn infer(flat: &Flat) -> Option<Vec<Type>> {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| flat.has(keyword));
    if let Some(options) = flat.options().filter(|options| !options.is_empty()) {
        return Some(union(&[options.iter().map(|value| value.kind()).collect()]));
    }
    if has(&["properties", "additionalProperties", "patternProperties", "required", "minProperties"]) {
        return Some(vec![Type::Object]);
    }
    if has(&["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]) {
        return Some(vec![Type::Array]);
    }
    if has(&["pattern", "minLength", "maxLength", "format", "contentEncoding"]) {
        return Some(vec![Type::String]);
    }
    has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]).then(|| vec![Type::Number])
}

fn options(flat: &Flat) -> Option<Vec<Labelled>> {
    let title = flat.text("title").map(str::to_owned);
    let options = flat.options()?;
    let is_one = options.len() == 1;
    Some(options.into_iter().map(|value| (value.clone(), title.clone().filter(|_| is_one))).collect())
}

/// The key whose values tell objects apart.
fn discriminator<'a>(alternatives: &[(&'a Value, Flat<'a>)]) -> Option<&'a str> {
    let (_, first) = alternatives.first()?;
    first.properties().into_iter().map(|(key, _)| key).find(|key| {
        let values: Option<Vec<Vec<Value>>> = alternatives.iter().map(|(_, flat)| key_values(flat, key)).collect();
        values.is_some_and(|values| {
            let all: Vec<&Value> = values.iter().flatten().collect();
            let is_simple = all.iter().all(|value| value.kind().is_scalar() && !value.is_null());
            is_simple && all.iter().enumerate().all(|(index, value)| !all[index + 1..].contains(value))
        })
    })
}

fn key_values(flat: &Flat, key: &str) -> Option<Vec<Value>> {
    let (_, view) = flat.properties().into_iter().find(|(name, _)| *name == key)?;
    let options = flatten(None, &view, &[]).options()?;
    (!options.is_empty() && options.len() <= 64).then(|| options.into_iter().cloned().collect())
}

fn variants<'a>(
    schema: Option<&'a Schema>,
    key: &str,
    alternatives: Vec<(&'a Value, Flat<'a>)>,
    around: &[&'a Value],
) -> Vec<Variant<'a>> {
    alternatives
        .into_iter()
        .map(|(value, flat)| {
            let title = flat.text("title").map(str::to_owned);
            let values = key_values(&flat, key).unwrap_or_default();
            let is_one = values.len() == 1;
            let values = values.into_iter().map(|value| (value, title.clone().filter(|_| is_one))).collect();
            Variant { values, flat: flatten(schema, &[value], around) }
        })
        .collect()
}
