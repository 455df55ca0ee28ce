//! How a field is drawn and read.

use serde::Serialize;

use super::{Node, Note};
use crate::limits::MAX_OPTIONS;
use crate::path::Path;
use crate::rules::Amount;
use crate::value::{Type, Value};

/// What kind of input a field is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Kind {
    /// A text; over several lines where it has some.
    Text {
        is_long: bool,
    },
    Number,
    Integer,
    /// A box to tick. In HTML a hidden input of the same name with `false` stands before it, so that none is sent as well.
    Switch,
    Choice(Choice),
    Quantity {
        amount: Amount,
    },
    /// A text that is never shown. What is not typed stays.
    Secret,
    /// One of several simple types, typed as in YAML: `8080` is a number, `"8080"` a text.
    Scalar {
        types: Vec<Type>,
    },
    /// Rows without keys.
    List(Rows),
    /// Rows with keys.
    Map(Rows),
    /// A box of YAML in place of what cannot be drawn.
    Yaml {
        reason: Note,
    },
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChoiceOption {
    /// What the input sends.
    pub token: String,
    pub label: String,
    #[serde(skip)]
    pub value: Value,
}

/// Values to choose from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// All of them; see [`Choice::offered`].
    #[serde(skip)]
    pub options: Vec<ChoiceOption>,
    /// The value that is set although it is not among them.
    pub stray: Option<ChoiceOption>,
}

impl Choice {
    /// The options that are listed. If there are more, the field is typed, with these as suggestions.
    pub fn offered(&self) -> &[ChoiceOption] {
        &self.options[..self.options.len().min(MAX_OPTIONS)]
    }

    /// How many more there are: "and 4,000 more: type it".
    pub fn n_more(&self) -> usize {
        self.options.len().saturating_sub(MAX_OPTIONS)
    }

    pub(super) fn find(&self, typed: &str) -> Option<&ChoiceOption> {
        let all = || self.options.iter().chain(&self.stray);
        all().find(|option| option.token == typed).or_else(|| all().find(|option| option.label == typed))
    }
}

/// Rows of a list or map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rows {
    pub rows: Vec<Row>,
    /// An empty row to add one by; it counts once something is typed. Further ones have the next numbers in their names.
    pub blank: Box<Row>,
    /// Labels of the columns, if the rows are to be drawn as a table.
    pub columns: Vec<String>,
    /// The name of the hidden input that says that the rows are on the page.
    pub name: String,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub path: Path,
    /// The key, in rows of a map.
    pub key: Option<RowKey>,
    /// The name of the box to tick to remove the row.
    pub remove_name: String,
    pub is_removed: bool,
    /// One field for a simple value, or the fields of an object.
    pub nodes: Vec<Node>,
}

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowKey {
    pub name: String,
    pub shown: String,
    /// What was typed, if it was not taken.
    pub typed: Option<String>,
}
