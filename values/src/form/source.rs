//! What is known about one place in the values before it is drawn.

use crate::overlay::Condition;
use crate::path::{Path, Segment};
use crate::schema::View;
use crate::value::Value;

use super::Note;

/// A value to choose, with its label if it has one.
pub(super) type Labelled = (Value, Option<String>);

/// One place: what schemas say of it, what is there, and what is around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Source<'a> {
    pub path: Path,
    pub view: View<'a>,
    /// The default, or what a row looks like: types are guessed from it.
    pub hint: Option<&'a Value>,
    pub value: Option<&'a Value>,
    /// Targets of `$ref` that this is within.
    pub around: Vec<&'a Value>,
    pub depth: usize,
    pub is_required: bool,
    /// Whether it is in a row of a list or map.
    pub in_row: bool,
    pub shown_when: Vec<Condition>,
    /// The options, if they come from around it.
    pub options: Option<Vec<Labelled>>,
    /// Why it is a YAML box whatever it is.
    pub boxed: Option<Note>,
}

impl<'a> Source<'a> {
    /// A place within this one, about which nothing is known yet but its path.
    pub fn within(&self, segment: Segment, around: &[&'a Value]) -> Self {
        Source {
            path: self.path.child(segment),
            around: self.around.iter().chain(around).copied().collect(),
            depth: self.depth + 1,
            in_row: self.in_row,
            ..Source::default()
        }
    }
}
