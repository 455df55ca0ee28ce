//! The form over values: a tree of groups and fields with all that a page needs to draw it and to read it back.

mod alternatives;
mod apply;
mod build;
mod builder;
mod collections;
mod field;
mod guess;
mod help;
mod kind;
mod layout;
mod note;
mod place;
mod posted;
mod read;
mod restore;
mod rows;
mod source;

use serde::Serialize;

pub use apply::{Applied, apply_form};
pub use kind::{Choice, ChoiceOption, Kind, Row, RowKey, Rows};
pub use note::Note;

pub(crate) use build::PathFinder;
pub(crate) use guess::is_secret as is_secret_name;

use crate::chart::Chart;
use crate::document::Document;
use crate::overlay::{Condition, Context, Overlay};
use crate::path::Path;
use crate::rules::Rules;
use crate::schema::Problem;
use crate::value::Value;

/// A form. It holds nothing that it may not show: secrets are neither in its fields nor in what it is serialized to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Form {
    pub nodes: Vec<Node>,
    /// What is to be said about the whole.
    pub notes: Vec<Note>,
    pub n_fields: usize,
    /// What is there if the team sets nothing.
    #[serde(skip)]
    pub(crate) defaults: Value,
    /// What the team has, without what is imposed.
    #[serde(skip)]
    pub(crate) chosen: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    Group(Group),
    Field(Box<Field>),
}

/// Fields that belong together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    pub path: Path,
    pub label: String,
    pub help: Option<String>,
    pub nodes: Vec<Node>,
    /// Whether something in it is set to other than its default.
    pub differs: bool,
    pub is_deprecated: bool,
    pub shown_when: Vec<Condition>,
    /// Whether the conditions are met by the values as they are.
    pub is_visible: bool,
    pub notes: Vec<Note>,
    /// Keys that are set and have no field; they stay as they are.
    pub other_keys: Vec<String>,
    /// What is wrong with the group as a whole.
    pub errors: Vec<String>,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Chart,
    /// A default that the entry has for this class or environment.
    Entry,
    Team,
    Imposed,
}

/// One value of a form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub path: Path,
    /// The name of the input in HTML.
    pub name: String,
    /// The name of the box to tick to take the default again.
    pub reset_name: String,
    pub label: String,
    pub help: Option<String>,
    pub kind: Kind,
    pub rules: Rules,
    /// What the input shows: the value as people type it. Never a secret.
    pub shown: String,
    /// What was typed and not taken.
    pub typed: Option<String>,
    pub errors: Vec<String>,
    /// The default as it would be shown; `None` for none, and for secrets.
    pub default: Option<String>,
    /// What the schema suggests. Helm does not set it.
    pub example: Option<String>,
    /// Whether there is a value, also if it is not shown.
    pub is_set: bool,
    pub origin: Origin,
    /// Whether the team set it to other than its default.
    pub differs: bool,
    pub is_required: bool,
    pub is_nullable: bool,
    pub is_deprecated: bool,
    /// Nobody may change it, for a reason of the chart's.
    pub is_read_only: bool,
    /// The note with an imposed value; empty if there is none. `None` if the value is not imposed.
    pub locked: Option<String>,
    /// Whether the kind is guessed.
    pub is_guessed: bool,
    pub shown_when: Vec<Condition>,
    pub is_visible: bool,
    pub notes: Vec<Note>,
    /// Whether a default that is a text keeps an empty input from meaning "nothing".
    #[serde(skip)]
    pub(crate) can_be_empty: bool,
}

impl Field {
    /// What the input has to show now: what was typed if that was not taken.
    pub fn current(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.shown)
    }

    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret)
    }

    /// Whether its input can be typed into.
    pub fn is_editable(&self) -> bool {
        self.locked.is_none() && !self.is_read_only
    }
}

impl Node {
    pub fn path(&self) -> &Path {
        match self {
            Self::Group(group) => &group.path,
            Self::Field(field) => &field.path,
        }
    }

    pub fn label(&self) -> &str {
        match self {
            Self::Group(group) => &group.label,
            Self::Field(field) => &field.label,
        }
    }

    pub fn differs(&self) -> bool {
        match self {
            Self::Group(group) => group.differs,
            Self::Field(field) => field.differs,
        }
    }
}

impl Form {
    /// Makes the form over what a team set. It never fails: what cannot be drawn is a YAML box, with the reason.
    pub fn of(chart: &Chart, overlay: &Overlay, set: &Document, context: &Context) -> Self {
        build::form(chart, overlay, set, context)
    }

    /// All fields, those in rows included, in the order of the form.
    pub fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        collect_fields(&self.nodes, &mut fields);
        fields
    }

    pub fn field(&self, path: &Path) -> Option<&Field> {
        self.fields().into_iter().find(|field| field.path == *path)
    }

    /// The paths of secrets, where item 0 stands for every row: to be hidden in YAML, differences and records.
    pub fn secrets(&self) -> Vec<Path> {
        let mut secrets: Vec<Path> =
            self.fields().into_iter().filter(|field| field.is_secret()).map(|field| field.path.clone()).collect();
        secrets.dedup();
        secrets
    }

    /// Puts problems beside the fields that they are about, or the nearest group. Gives those that have no place.
    pub fn attach(&mut self, problems: &[Problem]) -> Vec<Problem> {
        problems.iter().filter(|problem| !restore::attach(&mut self.nodes, problem)).cloned().collect()
    }

    /// Puts back what was typed and not taken, with the errors, into a form that was made of the document as it is now.
    pub fn restore(&mut self, applied: &Applied) {
        restore::restore(self, applied);
    }
}

fn collect_fields<'a>(nodes: &'a [Node], fields: &mut Vec<&'a Field>) {
    for node in nodes {
        match node {
            Node::Group(group) => collect_fields(&group.nodes, fields),
            Node::Field(field) => {
                fields.push(field);
                if let Kind::List(rows) | Kind::Map(rows) = &field.kind {
                    rows.rows.iter().chain([&*rows.blank]).for_each(|row| collect_fields(&row.nodes, fields));
                }
            }
        }
    }
}
