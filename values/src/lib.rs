//! The form over a chart's values: from JSON Schema or values.yaml to fields, with form and YAML as one state.
//!
//! [`Chart`] is what a chart says, [`Overlay`] what the platform team says, [`Document`] what a team set: its YAML as it is
//! written. [`Form::of`] makes a form of the three, a page draws it, and [`apply_form`] brings what was posted back into the
//! document, where only what was changed changes. [`Layers`] merges values as Helm does; [`validate`] checks them.

pub mod chart;
pub mod document;
pub mod fault;
pub mod form;
pub mod inventory;
pub mod limits;
pub mod merge;
pub mod mistakes;
pub mod overlay;
pub mod path;
pub mod rules;
pub mod schema;
pub mod secrets;
pub mod value;
mod yaml;

pub use chart::Chart;
pub use document::{Document, EditError};
pub use fault::{Fault, FieldError};
pub use form::{Applied, Field, Form, Group, Kind, Node, Note, apply_form};
pub use inventory::ChartValue;
pub use merge::Layers;
pub use mistakes::{Mistake, MistakeKind};
pub use overlay::{Condition, Context, Draft, Overlay};
pub use path::{Part, Path, PathError, Segment};
pub use rules::{Amount, Rules};
pub use schema::{Checked, Problem, Schema, SchemaError, Unchecked, validate};
pub use secrets::Secrets;
pub use value::{Map, Number, Type, Value};
pub use yaml::YamlError;
