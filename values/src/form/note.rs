//! What is said beside a field or a group, and why something is a YAML box.

use serde::{Serialize, Serializer};

use crate::schema::{SchemaError, Unchecked};
use crate::value::Type;
use crate::yaml::YamlError;

/// A remark for people. It is serialized as its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    #[error("The form has {limit} fields; the rest is edited as YAML.")]
    TooMany { limit: usize },
    #[error("Nested deeper than {limit} levels, so it is edited as YAML.")]
    TooDeep { limit: usize },
    #[error("It contains itself ({reference}), so it is edited as YAML.")]
    Recursive { reference: String },
    #[error("{reference} leads out of the schema and is not fetched, so it is edited as YAML.")]
    Foreign { reference: String },
    #[error("The schema has too many parts here, so it is edited as YAML.")]
    TooComplex,
    #[error("The schema allows nothing here.")]
    Never,
    #[error("The chart does not say what type this has, so it is edited as YAML.")]
    Untyped,
    #[error("It may have any keys, so it is edited as YAML.")]
    OpenMap,
    #[error("Each item has a type of its own, so it is edited as YAML.")]
    Tuple,
    #[error("A list or map within a list or map is edited as YAML.")]
    ListInRow,
    #[error("It has {n_rows} rows, and a form has {limit} at most, so it is edited as YAML.")]
    ManyRows { n_rows: usize, limit: usize },
    #[error("There are {n} kinds of it that cannot be told apart here, so it is edited as YAML.")]
    Alternatives { n: usize },
    #[error("The value is of type {}, and the form expects {}, so it is edited as YAML.", found.name(), names(wanted))]
    DoesNotFit { found: Type, wanted: Vec<Type> },
    #[error("Other types are possible ({}): set those in the YAML.", names(types))]
    AlsoTypes { types: Vec<Type> },
    #[error("Further keys are possible: set those in the YAML.")]
    FurtherKeys,
    #[error("The type is guessed from the chart's default.")]
    Guessed,
    #[error("The chart has no schema: types are guessed from its values.yaml.")]
    NoSchema,
    #[error("{0}")]
    Unchecked(Unchecked),
    #[error("{0}")]
    Schema(SchemaError),
    #[error("The chart's values.yaml cannot be read, so the form has no defaults. {0}")]
    Values(YamlError),
    #[error("The form has no field for {path}, which the entry asks for.")]
    NoField { path: String },
}

fn names(types: &[Type]) -> String {
    types.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ")
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
