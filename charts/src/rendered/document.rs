//! Documents of YAML, one after the other, and the objects in them.

use super::Limits;
use super::object::Object;
use super::place::Place;
use super::pod;
use super::value::{at, short, text_at};
use serde_json::Value;
use serde_saphyr::Error;
use serde_saphyr::options::DuplicateKeyPolicy;

/// Why there are no facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderedError {
    #[error("The chart renders to {bytes} bytes; {limit} are read. Turn off parts of it by its values.")]
    TooLarge { bytes: usize, limit: usize },
    #[error("The chart renders to more than {limit} objects. Turn off parts of it by its values.")]
    TooManyObjects { limit: usize },
    #[error("{place}: nested too deep, has too many values, or repeats itself by aliases. Correct the template.")]
    TooComplex { place: Place },
    #[error("{place}: a pod with more than {limit} containers. Correct the template.")]
    TooManyContainers { place: Place, limit: usize },
    #[error("{place}: the key {key:?} stands there twice, and readers differ in which of the two counts. Remove one.")]
    DuplicateKey { place: Place, key: String },
    #[error("{place}: not YAML: {says}. Correct the template, or the values that it is rendered with.")]
    NotYaml { place: Place, says: String },
    #[error("{place}: no Kubernetes object, because it has no {missing}. Correct the template.")]
    NotAnObject { place: Place, missing: &'static str },
}

/// Lists in lists are somebody's joke.
const DEEPEST_LIST: usize = 3;
/// Nobody writes so many, and each may stand for much.
const MOST_ALIASES: usize = 200;
/// Nodes that all aliases of a document stand for together.
const MOST_REPEATED: usize = 50_000;
/// No node starts a pod with so many.
const MOST_CONTAINERS: usize = 500;

/// All objects, those of lists among them.
pub fn objects(text: &str, limits: &Limits) -> Result<Vec<Object>, RenderedError> {
    if text.len() > limits.bytes {
        return Err(RenderedError::TooLarge { bytes: text.len(), limit: limits.bytes });
    }
    let mut objects = Vec::new();
    let mut source = None;
    let mut left = Allowance::of(limits);
    for document in documents(text) {
        // One file renders to several documents, and only the first one of them names it.
        source = document.source.or(source);
        let place = Place { source: source.map(short), line: document.first_line };
        let value = parse(document.text, &place, left)?;
        left = left.without(&value);
        unfold(value, &place, 0, limits, &mut objects)?;
    }
    Ok(objects)
}

/// What is left of the limits, for one document or for all after it.
#[derive(Clone, Copy)]
struct Allowance {
    nodes: usize,
    /// Of texts, aliases written out.
    bytes: usize,
    depth: usize,
}

impl Allowance {
    fn of(limits: &Limits) -> Self {
        Self { nodes: limits.nodes, bytes: limits.bytes, depth: limits.depth }
    }

    fn without(self, value: &Value) -> Self {
        let below = match value {
            Value::Array(items) => items.iter().fold(self, Self::without),
            Value::Object(fields) => fields.iter().fold(self, |left, (key, value)| left.less(key.len()).without(value)),
            Value::String(text) => self.less(text.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) => self,
        };
        Self { nodes: below.nodes.saturating_sub(1), ..below }
    }

    fn less(self, bytes: usize) -> Self {
        Self { bytes: self.bytes.saturating_sub(bytes), ..self }
    }
}

struct Document<'a> {
    text: &'a str,
    first_line: usize,
    source: Option<&'a str>,
}

/// At each line that begins with `---`: helm cuts there, too, whatever YAML thinks.
fn documents(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if is_boundary(line) && offset > start {
            documents.push(document(&text[start..offset], first_line));
            (start, first_line) = (offset, index + 1);
        }
        offset += line.len();
    }
    documents.push(document(&text[start..], first_line));
    documents
}

fn is_boundary(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn document(text: &str, first_line: usize) -> Document<'_> {
    let comments = text.lines().skip_while(|line| is_boundary(line)).take_while(|line| line.starts_with('#'));
    let source = comments.filter_map(|line| line.strip_prefix("# Source: ")).next();
    Document { text, first_line, source: source.map(str::trim) }
}

fn parse(text: &str, place: &Place, left: Allowance) -> Result<Value, RenderedError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: left.nodes,
            max_events: left.nodes.saturating_mul(3),
            max_total_scalar_bytes: left.bytes,
            max_aliases: MOST_ALIASES,
            max_anchors: MOST_ALIASES,
            max_depth: left.depth,
            max_documents: 2,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED.min(left.nodes),
            max_replay_stack_depth: left.depth,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        // As in YAML 1.1, which Kubernetes reads: `runAsUser: 00` is root.
        legacy_octal_numbers: true,
        with_snippet: false,
    };
    if text.lines().all(is_comment) {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str_with_options(text, options).map_err(|error| refusal(&error, place))
}

/// Values of a chart, read as helm reads them, and what is wrong with them if not.
pub(crate) fn parse_values(text: &str, limits: &Limits) -> Result<Value, String> {
    if text.len() > limits.bytes {
        return Err(format!("{} bytes, where {} are read", text.len(), limits.bytes));
    }
    let start = Place { source: None, line: 1 };
    parse(text, &start, Allowance::of(limits)).map_err(|error| match error {
        RenderedError::DuplicateKey { place, key } => {
            format!("line {}: the key {key:?} stands there twice", place.line)
        }
        RenderedError::TooComplex { place } => {
            format!("line {}: too deep, too many values, or too many aliases", place.line)
        }
        RenderedError::NotYaml { place, says } => format!("line {}: {says}", place.line),
        RenderedError::TooLarge { .. }
        | RenderedError::TooManyObjects { .. }
        | RenderedError::TooManyContainers { .. }
        | RenderedError::NotAnObject { .. } => error.to_string(),
    })
}

fn is_comment(line: &str) -> bool {
    let line = if is_boundary(line) { &line["---".len()..] } else { line }.trim();
    line.is_empty() || line.starts_with('#')
}

fn refusal(error: &Error, place: &Place) -> RenderedError {
    let line = error.location().and_then(|location| usize::try_from(location.line()).ok()).unwrap_or(1);
    let place = Place { line: place.line + line.saturating_sub(1), ..place.clone() };
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            RenderedError::DuplicateKey { place, key: short(key.as_deref().unwrap_or_default()) }
        }
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasError { .. } => RenderedError::TooComplex { place },
        error => RenderedError::NotYaml { place, says: short(error.to_string().lines().next().unwrap_or_default()) },
    }
}

/// An object, or those of a list, or none.
fn unfold(
    value: Value,
    place: &Place,
    depth: usize,
    limits: &Limits,
    objects: &mut Vec<Object>,
) -> Result<(), RenderedError> {
    if value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(());
    }
    if depth > DEEPEST_LIST {
        return Err(RenderedError::TooComplex { place: place.clone() });
    }
    let missing = |missing| RenderedError::NotAnObject { place: place.clone(), missing };
    let kind = text_at(&value, &["kind"]).ok_or_else(|| missing("kind"))?.to_owned();
    let api_version = text_at(&value, &["apiVersion"]).ok_or_else(|| missing("apiVersion"))?.to_owned();
    let is_list = kind.ends_with("List") && at(&value, &["items"]).is_some_and(Value::is_array);
    if !is_list {
        let object = Object::new(api_version, kind, value, place).ok_or_else(|| missing("name"))?;
        if pod::template(&object).is_some_and(|pod| pod.n_containers() > MOST_CONTAINERS) {
            return Err(RenderedError::TooManyContainers { place: place.clone(), limit: MOST_CONTAINERS });
        }
        objects.push(object);
        let is_too_many = objects.len() > limits.objects;
        return if is_too_many { Err(RenderedError::TooManyObjects { limit: limits.objects }) } else { Ok(()) };
    }
    for item in items_of(value, &api_version, kind.trim_end_matches("List")) {
        unfold(item, place, depth + 1, limits, objects)?;
    }
    Ok(())
}

/// Items of a `ConfigMapList` need not say what they are.
fn items_of(mut list: Value, api_version: &str, kind: &str) -> Vec<Value> {
    let Some(Value::Array(mut items)) = list.get_mut("items").map(Value::take) else { return Vec::new() };
    for fields in items.iter_mut().filter_map(Value::as_object_mut) {
        if !kind.is_empty() {
            fields.entry("kind").or_insert_with(|| kind.into());
            fields.entry("apiVersion").or_insert_with(|| api_version.into());
        }
    }
    items
}
