//! Puts errors, and what was typed and not taken, back into a form.

use super::kind::{Kind, Row};
use super::rows::renumber;
use super::{Applied, Field, Form, Node};
use crate::limits::MAX_ROWS;
use crate::path::{Part, Path, Segment};
use crate::schema::Problem;

pub(super) fn restore(form: &mut Form, applied: &Applied) {
    restore_nodes(&mut form.nodes, applied);
}

fn restore_nodes(nodes: &mut [Node], applied: &Applied) {
    for node in nodes {
        match node {
            Node::Group(group) => restore_nodes(&mut group.nodes, applied),
            Node::Field(field) => restore_field(field, applied),
        }
    }
}

fn restore_field(field: &mut Field, applied: &Applied) {
    field.typed = applied.typed.get(&field.name).cloned();
    let own = applied.errors.iter().filter(|error| error.name == field.name);
    field.errors.extend(own.map(|error| error.fault.to_string()));
    let path = field.path.clone();
    let (Kind::List(rows) | Kind::Map(rows)) = &mut field.kind else { return };
    let own = rows.rows.len();
    rows.rows.extend(added(applied, &path, own).into_iter().map(|index| renumber(&rows.blank, &path.index(index))));
    if let Some(last) = rows.rows.last().filter(|_| rows.rows.len() > own) {
        let next = match last.path.last() {
            Some(Segment::Index(index)) => index + 1,
            Some(Segment::Key(_)) | None => rows.rows.len(),
        };
        *rows.blank = renumber(&rows.blank, &path.index(next));
    }
    let mut faults = Vec::new();
    for row in &mut rows.rows {
        restore_row(row, applied, &mut faults);
    }
    field.errors.extend(faults);
}

fn restore_row(row: &mut Row, applied: &Applied, faults: &mut Vec<String>) {
    row.is_removed = applied.typed.get(&row.remove_name).is_some_and(|value| !value.is_empty() && value != "false");
    if let Some(key) = &mut row.key {
        key.typed = applied.typed.get(&key.name).cloned();
        let own = applied.errors.iter().filter(|error| error.name == key.name);
        faults.extend(own.map(|error| error.fault.to_string()));
    }
    restore_nodes(&mut row.nodes, applied);
}

/// The numbers of rows that were added and not taken, with something in them.
fn added(applied: &Applied, path: &Path, first: usize) -> Vec<usize> {
    let number = |(name, value): (&String, &String)| {
        let (part, own) = Part::read(name)?;
        let is_own = own.starts_with(path) && matches!(part, Part::Value | Part::Key) && !value.is_empty();
        match own.segments().get(path.len()) {
            Some(Segment::Index(index)) if is_own && *index >= first => Some(*index),
            Some(Segment::Index(_) | Segment::Key(_)) | None => None,
        }
    };
    let mut numbers: Vec<usize> = applied.typed.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(MAX_ROWS);
    numbers
}

/// Puts a problem beside the field it is about, or the nearest thing around it.
pub(super) fn attach(nodes: &mut [Node], problem: &Problem) -> bool {
    for node in nodes {
        match node {
            Node::Group(group) if problem.path.starts_with(&group.path) && !group.path.is_root() => {
                if !attach(&mut group.nodes, problem) {
                    group.errors.push(problem.message.clone());
                }
                return true;
            }
            // A group of the entry stands for no path; what is in it may be anywhere.
            Node::Group(group) => {
                if group.path.is_root() && attach(&mut group.nodes, problem) {
                    return true;
                }
            }
            Node::Field(field) if problem.path.starts_with(&field.path) => {
                attach_field(field, problem);
                return true;
            }
            Node::Field(_) => {}
        }
    }
    false
}

fn attach_field(field: &mut Field, problem: &Problem) {
    if let Kind::List(rows) | Kind::Map(rows) = &mut field.kind {
        let row = rows.rows.iter_mut().find(|row| problem.path.starts_with(&row.path));
        if row.is_some_and(|row| attach(&mut row.nodes, problem)) {
            return;
        }
    }
    field.errors.push(problem.message.clone());
}
