//! What is wrong with what was typed.

use serde::{Serialize, Serializer};

use crate::document::EditError;
use crate::path::Path;
use crate::value::Type;
use crate::yaml::YamlError;

/// Why what was typed is not taken. It is serialized as its text, which stands below the field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    #[error("Enter a number.")]
    NotNumber,
    #[error("Enter a whole number.")]
    NotWhole,
    #[error("Enter true or false.")]
    NotSwitch,
    #[error("Choose one of the options.")]
    NotOption,
    #[error("Enter a quantity, such as {example}.")]
    NotQuantity { example: &'static str },
    #[error("Must be at least {least}.")]
    Below { least: f64 },
    #[error("Must be at most {most}.")]
    Above { most: f64 },
    #[error("Must be more than {least}.")]
    NotAbove { least: f64 },
    #[error("Must be less than {most}.")]
    NotBelow { most: f64 },
    #[error("Must be at least {least}.")]
    Less { least: String },
    #[error("Must be at most {most}.")]
    More { most: String },
    #[error("Must be a multiple of {step}.")]
    NotMultiple { step: f64 },
    #[error("Must have at least {least} characters.")]
    TooShort { least: u64 },
    #[error("Must have at most {most} characters.")]
    TooLong { most: u64 },
    #[error("Must match the pattern {pattern}")]
    Unmatched { pattern: String },
    #[error("Must be of the format {format}.")]
    WrongFormat { format: String },
    #[error("Must have at least {least} rows.")]
    TooFew { least: u64 },
    #[error("Must have at most {most} rows.")]
    TooManyItems { most: u64 },
    #[error("Must be of type {}.", wanted.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or "))]
    WrongType { wanted: Vec<Type> },
    #[error("Enter a key for this row, or remove it.")]
    NoKey,
    #[error("The key {key:?} is there twice.")]
    SameKey { key: String },
    #[error("Is required.")]
    Missing,
    #[error("Is fixed to another value by the platform team.")]
    Imposed,
    #[error("{0}")]
    Yaml(YamlError),
    #[error("{0}")]
    Edit(EditError),
    #[error("More than {limit} fields were changed at once. Change some, save, and go on.")]
    TooManyChanges { limit: usize },
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A field that was not taken as it was typed. Its value is as it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldError {
    pub path: Path,
    /// The name of the input in HTML.
    pub name: String,
    pub fault: Fault,
}
