//! What of a draft is looked at closely, and what is typed into it.

use super::typed::FieldTyped;
use crate::path::Path;
use serde::Deserialize;

/// What is looked at closely: one value of the chart, or one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Panel {
    Value(Path),
    Group(String),
}

impl Panel {
    /// `value /image/tag`, `group size`; none for anything else.
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once(' ')? {
            ("value", path) => path.parse().ok().map(Self::Value),
            ("group", name) => Some(Self::Group(name.to_owned())),
            _ => None,
        }
    }

    /// As it is read.
    pub fn written(&self) -> String {
        match self {
            Self::Value(path) => format!("value {path}"),
            Self::Group(name) => format!("group {name}"),
        }
    }
}

/// What is typed into a panel, whichever it is, and into the input for a new group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PanelTyped {
    #[serde(flatten)]
    pub field: FieldTyped,
    pub new_group: String,
    pub group_label: String,
    pub group_help: String,
    pub default_value: String,
    pub default_classes: String,
    pub default_environments: String,
    pub imposed_value: String,
    pub imposed_note: String,
    pub imposed_classes: String,
    pub imposed_environments: String,
}
