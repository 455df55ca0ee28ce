//! Which edits bring a value about, and the check that each brought about just that.

use super::edit::{self, Texts};
use super::find::{Found, Holder, find};
use super::{Document, EditError};
use crate::path::{Path, Segment};
use crate::value::{Map, Value};
use crate::yaml::{Kind, Node};

/// Changes what differs between what is at a path and a value.
pub(super) fn set(document: &mut Document, path: &Path, value: &Value) -> Result<(), EditError> {
    match (document.get(path).cloned(), value) {
        (Some(present), _) if present == *value => Ok(()),
        (Some(Value::Map(present)), Value::Map(new)) if path.is_root() || !(present.is_empty() || new.is_empty()) => {
            set_map(document, path, &present, new)
        }
        (Some(Value::List(present)), Value::List(new)) if !present.is_empty() && !new.is_empty() => {
            set_list(document, path, &present, new)
        }
        (Some(_), _) => replace(document, path, value),
        (None, _) => insert(document, path, value),
    }
}

fn set_map(document: &mut Document, path: &Path, present: &Map, new: &Map) -> Result<(), EditError> {
    for (key, value) in new {
        set(document, &path.key(key), value)?;
    }
    for key in present.keys().filter(|key| !new.contains_key(*key)) {
        remove(document, &path.key(key))?;
    }
    Ok(())
}

/// Leaves items at both ends that are the same, and changes those between them one by one.
fn set_list(document: &mut Document, path: &Path, present: &[Value], new: &[Value]) -> Result<(), EditError> {
    let shorter = present.len().min(new.len());
    let n_before = present.iter().zip(new).take_while(|(one, other)| one == other).count();
    let n_after =
        present.iter().rev().zip(new.iter().rev()).take(shorter - n_before).take_while(|(a, b)| a == b).count();
    let (end, new_end) = (present.len() - n_after, new.len() - n_after);
    for (index, value) in new.iter().enumerate().take(end.min(new_end)).skip(n_before) {
        set(document, &path.index(index), value)?;
    }
    for index in (new_end.max(n_before)..end).rev() {
        remove(document, &path.index(index))?;
    }
    for (index, value) in new.iter().enumerate().take(new_end).skip(end) {
        insert_item(document, path, index, value)?;
    }
    Ok(())
}

/// Writes a value in place of what is at a path.
fn replace(document: &mut Document, path: &Path, value: &Value) -> Result<(), EditError> {
    let expected = expected(document, path, value)?;
    match find(&document.tree, path) {
        Found::Node(_) => attempt(document, path, &expected, |document| match find(&document.tree, path) {
            Found::Node(place) => edit::replace(document, &place, value),
            Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
        }),
        Found::Alias { at } => replace_alias(document, &at, &expected),
        Found::Merged { map } => {
            let parent = path.parent().unwrap_or_default();
            let line = map.line;
            match path.last_key().map(str::to_owned) {
                Some(key) => insert_key(document, &parent, &key, value, &expected),
                None => Err(EditError::Merged { path: path.clone(), line }),
            }
        }
        Found::Missing { .. } => insert(document, path, value),
    }
}

/// What an alias stands for is written in its place, with the change.
fn replace_alias(document: &mut Document, at: &Path, expected: &Value) -> Result<(), EditError> {
    let value = expected.at(at).cloned().unwrap_or_default();
    attempt(document, at, expected, |document| match find(&document.tree, at) {
        Found::Node(place) => edit::replace(document, &place, &value),
        Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
    })
}

/// Writes a value where nothing is yet.
fn insert(document: &mut Document, path: &Path, value: &Value) -> Result<(), EditError> {
    let expected = expected(document, path, value)?;
    let (at, node) = match find(&document.tree, path) {
        Found::Missing { at, node } => (at, node.map(|node| shape(document, node))),
        Found::Alias { at } => return replace_alias(document, &at, &expected),
        Found::Merged { .. } | Found::Node(_) => return replace(document, path, value),
    };
    let Some((first, rest)) = path.segments().get(at.len()..).and_then(<[Segment]>::split_first) else {
        return Err(EditError::NotMap);
    };
    let nested = wrap(rest, value);
    match (node, first) {
        (None | Some(Shape::Map), Segment::Key(key)) => insert_key(document, &at, key, &nested, &expected),
        (Some(Shape::List), Segment::Index(index)) => insert_item(document, &at, *index, &nested),
        (Some(Shape::Other | Shape::List), Segment::Key(key)) => {
            let map = Value::Map(Map::from([(key.clone(), nested)]));
            attempt(document, path, &expected, |document| match find(&document.tree, &at) {
                Found::Node(place) => edit::replace(document, &place, &map),
                Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
            })
        }
        (None | Some(Shape::Map | Shape::Other), Segment::Index(index)) => {
            Err(EditError::NoSuchItem { path: path.clone(), index: *index, n_items: 0 })
        }
    }
}

/// What a node is, for what can be put into it. An empty map in flow style is replaced as a whole.
enum Shape {
    Map,
    List,
    Other,
}

fn shape(document: &Document, node: &Node) -> Shape {
    match &node.kind {
        Kind::Map { is_flow, entries } if *is_flow && entries.is_empty() && !edit::is_in_flow(document, node) => {
            Shape::Other
        }
        Kind::Map { .. } => Shape::Map,
        Kind::List { .. } => Shape::List,
        Kind::Scalar { .. } | Kind::Alias { .. } => Shape::Other,
    }
}

fn wrap(segments: &[Segment], value: &Value) -> Value {
    segments.iter().rev().fold(value.clone(), |value, segment| match segment {
        Segment::Key(key) => Value::Map(Map::from([(key.clone(), value)])),
        Segment::Index(_) => Value::List(vec![value]),
    })
}

fn insert_key(document: &mut Document, at: &Path, key: &str, value: &Value, expected: &Value) -> Result<(), EditError> {
    attempt(document, &at.key(key), expected, |document| match find(&document.tree, at) {
        Found::Node(place) => edit::insert_key(document, place.node, key, value),
        Found::Missing { node: None, .. } => edit::append_root(document, key, value),
        Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
    })
}

fn insert_item(document: &mut Document, at: &Path, index: usize, value: &Value) -> Result<(), EditError> {
    let mut items = document.get(at).and_then(Value::as_list).unwrap_or_default().to_vec();
    if index > items.len() {
        return Err(EditError::NoSuchItem { path: at.clone(), index, n_items: items.len() });
    }
    items.insert(index, value.clone());
    let expected = expected(document, at, &Value::List(items.clone()))?;
    match find(&document.tree, at) {
        Found::Node(place) if place.node.items().is_empty() => replace(document, at, &Value::List(items)),
        Found::Node(_) => attempt(document, &at.index(index), &expected, |document| match find(&document.tree, at) {
            Found::Node(place) => edit::insert_item(document, place.node, index, value),
            Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
        }),
        Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => {
            replace(document, at, &Value::List(items))
        }
    }
}

/// Takes away what is at a path, and maps above it that hold nothing else, not even a comment.
pub(super) fn unset(document: &mut Document, path: &Path) -> Result<(), EditError> {
    let mut target = path.clone();
    while let Some(parent) = target.parent().filter(|parent| !parent.is_root()) {
        let is_alone = document.get(&parent).and_then(Value::as_map).is_some_and(|map| map.len() == 1);
        if !is_alone || !edit::is_all_of(document, &target, &parent) {
            break;
        }
        target = parent;
    }
    remove(document, &target)
}

fn remove(document: &mut Document, path: &Path) -> Result<(), EditError> {
    let mut expected = document.value.clone();
    if expected.take(path).is_none() {
        return Ok(());
    }
    let parent = path.parent().unwrap_or_default();
    match find(&document.tree, path) {
        Found::Node(place) => {
            let is_only = match place.holder {
                Some(Holder::Map { map, .. }) => map.entries().len() == 1,
                Some(Holder::List { list, .. }) => list.items().len() == 1,
                None => true,
            };
            if is_only && !parent.is_root() {
                let empty = expected.at(&parent).cloned().unwrap_or_default();
                return replace(document, &parent, &empty);
            }
            attempt(document, path, &expected, |document| match find(&document.tree, path) {
                Found::Node(place) => edit::remove(document, &place),
                Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => Vec::new(),
            })
        }
        Found::Alias { at } => replace_alias(document, &at, &expected),
        Found::Merged { map } => Err(EditError::Merged { path: path.clone(), line: map.line }),
        Found::Missing { .. } => Ok(()),
    }
}

fn expected(document: &Document, path: &Path, value: &Value) -> Result<Value, EditError> {
    let mut expected = document.value.clone();
    if expected.put(path, value.clone()) {
        return Ok(expected);
    }
    let place = path.segments().iter().position(|segment| matches!(segment, Segment::Index(_))).unwrap_or(0);
    let (list, rest) = path.segments().split_at(place);
    let list: Path = list.iter().cloned().collect();
    let n_items = document.get(&list).and_then(Value::as_list).map_or(0, <[Value]>::len);
    let index = rest.first().map_or(0, |segment| match segment {
        Segment::Index(index) => *index,
        Segment::Key(_) => 0,
    });
    Err(EditError::NoSuchItem { path: path.clone(), index, n_items })
}

/// Takes the first text that means what is expected. If there is none, tries with aliases written out: what is changed may
/// have an anchor that others use.
fn attempt(
    document: &mut Document,
    path: &Path,
    expected: &Value,
    texts: impl Fn(&Document) -> Texts,
) -> Result<(), EditError> {
    let candidates = texts(document);
    if let Some(bytes) = candidates.iter().map(String::len).min().filter(|bytes| *bytes > document.limit) {
        return Err(EditError::TooLarge { path: path.clone(), bytes, limit: document.limit });
    }
    let changed = candidates.into_iter().find_map(|text| document.retold(text, expected)).or_else(|| {
        let expanded = edit::without_aliases(document)?;
        texts(&expanded).into_iter().find_map(|text| expanded.retold(text, expected))
    });
    match changed {
        Some(changed) => {
            *document = changed;
            Ok(())
        }
        None => {
            let line = document.line_of(path).unwrap_or(1);
            Err(EditError::CannotKeep { path: path.clone(), line })
        }
    }
}
