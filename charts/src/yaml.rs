//! YAML and JSON of charts, read within bounds that a chart and its subcharts share.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Error, Options};

/// Some mark what they never refer to.
const MOST_ANCHORS: usize = 100;
/// Schemas in CRDs are the deepest that people write, at about 40.
pub const DEEPEST: usize = 64;
/// Values of a map and of a chart's parts are in one file; Helm merges documents, but few know.
const MOST_DOCUMENTS: usize = 64;

/// Why a text is not taken as YAML or JSON. `line` counts from 1 and is none where it is about the whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("has {bytes} bytes, and at most {most} are read")]
    TooLarge { bytes: usize, most: usize },
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("{}is too large, too deep, or has too many aliases", at(.line))]
    OverBudget { line: Option<u64> },
    #[error("{}has the key {key:?} a second time", at(.line))]
    DuplicateKey { line: Option<u64>, key: String },
    #[error("{}cannot be read: {fault}", at(.line))]
    Syntax { line: Option<u64>, fault: String },
}

fn at(line: &Option<u64>) -> String {
    line.map(|line| format!("line {line} ")).unwrap_or_default()
}

/// What all texts of a chart together may have.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Maps, lists and scalars, those that aliases stand for included.
    pub nodes: usize,
    /// Of scalars.
    pub bytes: usize,
    /// In one text. Nobody writes many, and each may stand for much.
    pub aliases: usize,
}

/// A text without its byte order mark.
pub fn text(bytes: &[u8], most: usize) -> Result<&str, TextError> {
    if bytes.len() > most {
        return Err(TextError::TooLarge { bytes: bytes.len(), most });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TextError::NotUtf8)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The one document of a text. Null if it has none.
pub fn read(text: &str, budget: &mut Budget) -> Result<Value, TextError> {
    let mut documents = read_all(text, budget)?.into_iter();
    match (documents.next(), documents.next()) {
        (document, None) => Ok(document.unwrap_or_default()),
        (_, Some(_)) => Err(TextError::Syntax { line: None, fault: "it has several documents".into() }),
    }
}

/// Each document of a text but the empty ones.
pub fn read_all(text: &str, budget: &mut Budget) -> Result<Vec<Value>, TextError> {
    let documents: Vec<Value> = read_as(text, *budget, DuplicateKeyPolicy::Error)?;
    for document in &documents {
        spend(document, budget);
    }
    Ok(documents)
}

/// Each document of a text as a type that keeps little of it: the budget is not spent.
pub fn read_as<T: DeserializeOwned>(
    text: &str,
    budget: Budget,
    duplicate_keys: DuplicateKeyPolicy,
) -> Result<Vec<T>, TextError> {
    serde_saphyr::from_multiple_with_options(text, options(budget, duplicate_keys)).map_err(|error| unread(&error))
}

pub fn options(budget: Budget, duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: budget.nodes,
            max_events: budget.nodes.saturating_mul(3),
            max_aliases: budget.aliases,
            max_anchors: budget.aliases.max(MOST_ANCHORS),
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_documents: MOST_DOCUMENTS,
            max_total_scalar_bytes: budget.bytes,
            max_recorded_anchor_events: budget.nodes.saturating_mul(3),
            max_recorded_anchor_bytes: budget.bytes,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: budget.nodes,
            max_replay_stack_depth: DEEPEST,
        },
        duplicate_keys: duplicate_keys,
        // As Helm reads it: YAML 1.1, where 0644 is a file mode.
        legacy_octal_numbers: true,
        emit_comments: false,
        with_snippet: false,
    }
}

/// Takes a value's nodes and bytes from what is left.
fn spend(value: &Value, budget: &mut Budget) {
    budget.nodes = budget.nodes.saturating_sub(1);
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => budget.bytes = budget.bytes.saturating_sub(text.len()),
        Value::Array(items) => items.iter().for_each(|item| spend(item, budget)),
        Value::Object(fields) => {
            for (key, field) in fields {
                budget.nodes = budget.nodes.saturating_sub(1);
                budget.bytes = budget.bytes.saturating_sub(key.len());
                spend(field, budget);
            }
        }
    }
}

pub fn unread(error: &Error) -> TextError {
    let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
    match error {
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => TextError::OverBudget { line },
        Error::DuplicateMappingKey { key, .. } => {
            TextError::DuplicateKey { line, key: cut(key.as_deref().unwrap_or_default()) }
        }
        other => TextError::Syntax { line, fault: cut(&other.without_snippet().to_string()) },
    }
}

/// Nobody else's text is longer than this in a message.
pub fn cut(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(200).collect()
}
