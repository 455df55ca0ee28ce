//! Reads the rows of lists and maps.

use super::kind::{Kind, Row, Rows};
use super::posted::Posted;
use super::read::{self, Wanted};
use super::{Field, Node};
use crate::fault::{Fault, FieldError};
use crate::limits::MAX_ROWS;
use crate::path::{Part, Path, Segment};
use crate::value::{Map, Value};

/// What became of rows.
pub(super) enum Typed {
    /// They are as they were shown, or were not on the page.
    Same,
    Value(Value),
    Wrong(Vec<FieldError>),
}

/// Whether two paths are of the same column: the number of a row does not count.
pub(super) fn is_same_column(one: &Path, other: &Path) -> bool {
    let is_row = |segment: &Segment| matches!(segment, Segment::Index(_));
    let mut both = one.segments().iter().zip(other.segments());
    one.len() == other.len() && both.all(|(one, other)| one == other || is_row(one) || is_row(other))
}

/// A row as it is drawn, for another number.
pub(super) fn renumber(row: &Row, path: &Path) -> Row {
    let mut own = row.clone();
    let move_path =
        |moved: &Path| -> Path { path.segments().iter().chain(&moved.segments()[row.path.len()..]).cloned().collect() };
    own.path = path.clone();
    own.remove_name = Part::Remove.name(path);
    if let Some(key) = &mut own.key {
        key.name = Part::Key.name(path);
    }
    for node in &mut own.nodes {
        move_node(node, &move_path);
    }
    own
}

fn move_node(node: &mut Node, move_path: &dyn Fn(&Path) -> Path) {
    match node {
        Node::Group(group) => {
            group.path = move_path(&group.path);
            group.nodes.iter_mut().for_each(|node| move_node(node, move_path));
        }
        Node::Field(field) => {
            field.path = move_path(&field.path);
            field.name = Part::Value.name(&field.path);
            field.reset_name = Part::Reset.name(&field.path);
        }
    }
}

/// Rows as drawn, and those that were added on the page.
fn all_rows(posted: &Posted, rows: &Rows, path: &Path) -> Vec<(Row, bool)> {
    let added = posted.new_rows(path, rows.rows.len()).into_iter().take(MAX_ROWS);
    let added = added.map(|index| (renumber(&rows.blank, &path.index(index)), true));
    rows.rows.iter().cloned().map(|row| (row, false)).chain(added).collect()
}

/// What became of one row.
struct RowRead {
    value: Option<Value>,
    is_changed: bool,
}

fn read_row(posted: &Posted, row: &Row, old: Option<&Value>, errors: &mut Vec<FieldError>) -> RowRead {
    let mut read = RowRead { value: old.cloned(), is_changed: false };
    read_nodes(posted, &row.nodes, &row.path, &mut read, errors);
    read
}

fn read_nodes(posted: &Posted, nodes: &[Node], row: &Path, read: &mut RowRead, errors: &mut Vec<FieldError>) {
    for node in nodes {
        match node {
            Node::Group(group) => read_nodes(posted, &group.nodes, row, read, errors),
            Node::Field(field) if field.is_editable() => read_cell(posted, field, row, read, errors),
            Node::Field(_) => {}
        }
    }
}

fn read_cell(posted: &Posted, field: &Field, row: &Path, read: &mut RowRead, errors: &mut Vec<FieldError>) {
    let Some(typed) = posted.get(Part::Value, &field.path) else { return };
    if read::is_as_shown(&field.kind, &field.shown, typed) {
        return;
    }
    read.is_changed = true;
    let below: Path = field.path.segments().get(row.len()..).unwrap_or_default().iter().cloned().collect();
    match read::read(field, typed) {
        Err(fault) => errors.push(FieldError { path: field.path.clone(), name: field.name.clone(), fault }),
        Ok(Wanted::Value(value)) => {
            let mut whole = read.value.take().unwrap_or_default();
            whole.put(&below, value);
            read.value = Some(whole);
        }
        Ok(Wanted::Nothing) if below.is_root() => read.value = None,
        Ok(Wanted::Nothing) => {
            if let Some(whole) = &mut read.value {
                whole.take(&below);
            }
        }
    }
}

/// Reads a list. A row whose only input is emptied is removed.
pub(super) fn read_list(posted: &Posted, rows: &Rows, field: &Field, old: Option<&Value>) -> Typed {
    if posted.get(Part::Rows, &field.path).is_none() {
        return Typed::Same;
    }
    let (mut items, mut errors, mut is_changed) = (Vec::new(), Vec::new(), false);
    for (row, is_new) in all_rows(posted, rows, &field.path) {
        if posted.is_ticked(Part::Remove, &row.path) {
            is_changed |= !is_new;
            continue;
        }
        let old = if is_new { None } else { row.path.last().and_then(|last| old?.step(last)) };
        let read = read_row(posted, &row, old, &mut errors);
        is_changed |= read.is_changed;
        items.extend(read.value.filter(|_| !is_new || read.is_changed));
    }
    finish(Value::List(items), errors, is_changed)
}

/// Reads a map.
pub(super) fn read_map(posted: &Posted, rows: &Rows, field: &Field, old: Option<&Value>) -> Typed {
    if posted.get(Part::Rows, &field.path).is_none() {
        return Typed::Same;
    }
    let (mut map, mut errors, mut is_changed) = (Map::new(), Vec::new(), false);
    for (row, is_new) in all_rows(posted, rows, &field.path) {
        if posted.is_ticked(Part::Remove, &row.path) {
            is_changed |= !is_new;
            continue;
        }
        let old = if is_new { None } else { row.path.last().and_then(|last| old?.step(last)) };
        let read = read_row(posted, &row, old, &mut errors);
        let shown = row.key.as_ref().map(|key| key.shown.as_str()).unwrap_or_default();
        let key = posted.get(Part::Key, &row.path).unwrap_or(shown);
        if is_new && key.is_empty() && !read.is_changed {
            continue;
        }
        is_changed |= read.is_changed || key != shown || is_new;
        let fault = match (key.is_empty() && (is_new || !shown.is_empty()), map.contains_key(key)) {
            (true, _) => Some(Fault::NoKey),
            (false, true) => Some(Fault::SameKey { key: key.chars().take(100).collect() }),
            (false, false) => None,
        };
        if let Some(fault) = fault {
            errors.push(FieldError { path: row.path.clone(), name: Part::Key.name(&row.path), fault });
            continue;
        }
        map.insert(key.to_owned(), read.value.unwrap_or_else(|| empty(&row)));
    }
    finish(Value::Map(map), errors, is_changed)
}

/// What a row is whose value was left empty.
fn empty(row: &Row) -> Value {
    match row.nodes.first() {
        Some(Node::Field(field)) if field.path == row.path => match field.kind {
            Kind::Text { .. } | Kind::Secret | Kind::Scalar { .. } => Value::from(""),
            Kind::Switch => false.into(),
            Kind::Number | Kind::Integer | Kind::Choice(_) | Kind::Quantity { .. } => Value::Null,
            Kind::List(_) | Kind::Map(_) | Kind::Yaml { .. } => Value::Null,
        },
        Some(Node::Field(_) | Node::Group(_)) | None => Value::Map(Map::new()),
    }
}

fn finish(value: Value, errors: Vec<FieldError>, is_changed: bool) -> Typed {
    match (errors.is_empty(), is_changed) {
        (false, _) => Typed::Wrong(errors),
        (true, true) => Typed::Value(value),
        (true, false) => Typed::Same,
    }
}
