//! YAML as Helm reads it: a tree with places, what scalars mean, and how values are written.

mod error;
mod node;
mod parse;
mod scalar;
mod write;

pub use error::YamlError;
pub(crate) use node::{Comment, Entry, Kind, Node, Style, Tree};
pub(crate) use parse::{Duplicates, map_of, parse};
pub(crate) use write::{Writer, inline};

use crate::value::Value;

/// Reads a fragment of YAML, of any type: what is typed into a YAML box.
pub(crate) fn read_fragment(text: &str) -> Result<Value, YamlError> {
    Ok(parse(text, crate::limits::MAX_SET_BYTES, Duplicates::Refuse)?.value())
}

/// What a text typed into a field means, where texts and other scalars may stand: as in YAML, so quotes make it a text.
/// `None` if it is no scalar.
pub(crate) fn read_scalar(typed: &str) -> Option<Value> {
    let is_quoted = typed.len() >= 2
        && [('"', '"'), ('\'', '\'')].iter().any(|(a, b)| typed.starts_with(*a) && typed.ends_with(*b));
    if is_quoted {
        return read_fragment(typed).ok().filter(|value| value.kind().is_scalar());
    }
    match scalar::read(typed) {
        scalar::Plain::Value(value) => Some(value),
        scalar::Plain::Merge | scalar::Plain::NotFinite => Some(Value::String(typed.to_owned())),
    }
}
