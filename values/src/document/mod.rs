//! What a team set, as the text it is: the one state under form and YAML.
//!
//! A change touches the bytes of what it changes and no others: comments, order, anchors and quotes stay. Each change is read
//! back and compared with what it was to be before it counts, so a text that is written in an unforeseen way is refused, and
//! never damaged.

mod change;
mod edit;
mod find;

use crate::limits::{MAX_CHART_BYTES, MAX_DEPTH, MAX_KEY_BYTES, MAX_SET_BYTES, MAX_VALUES};
use crate::path::{Path, Segment};
use crate::value::{Map, Value};
use crate::yaml::{self, Comment, Duplicates, Tree, YamlError};

/// A set of values as YAML. Its root is a map, or nothing.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    tree: Tree,
    value: Value,
    limit: usize,
    duplicates: Duplicates,
}

/// Why a change was not made. The document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("{}: the list has {n_items} items; item {index} can be neither changed nor appended.", path.dotted())]
    NoSuchItem { path: Path, index: usize, n_items: usize },
    #[error("{} comes from a merge (<<) in line {line}. Change it in the YAML.", path.dotted())]
    Merged { path: Path, line: usize },
    #[error("{} is written in a way that the form cannot change without loss. Change it in the YAML, line {line}.", path.dotted())]
    CannotKeep { path: Path, line: usize },
    #[error("{}: a key may have {limit} bytes at most.", path.dotted())]
    KeyTooLong { path: Path, limit: usize },
    #[error("{}: nested deeper than {limit} levels.", path.dotted())]
    TooDeep { path: Path, limit: usize },
    #[error("{}: with this, the values have more than {limit} entries.", path.dotted())]
    TooMany { path: Path, limit: usize },
    #[error("{}: with this, the YAML has {bytes} bytes; at most {limit} are taken.", path.dotted())]
    TooLarge { path: Path, bytes: usize, limit: usize },
    #[error("Values are a map of keys: the whole cannot be replaced by something else.")]
    NotMap,
}

impl Default for Document {
    fn default() -> Self {
        Self::empty()
    }
}

/// Documents are equal when their texts are.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Document {
    pub fn empty() -> Self {
        Self {
            text: String::new(),
            tree: Tree::default(),
            value: Value::Map(Map::new()),
            limit: MAX_SET_BYTES,
            duplicates: Duplicates::Refuse,
        }
    }

    /// Reads what a team set: at most 512 KiB, one document, a map at its root, no key twice.
    pub fn parse(text: impl Into<String>) -> Result<Self, YamlError> {
        Self::read(text.into(), MAX_SET_BYTES, Duplicates::Refuse)
    }

    /// Reads a chart's values.yaml: at most 4 MiB. Of a key that is there twice the last one counts, as for Helm.
    pub fn parse_chart(text: impl Into<String>) -> Result<Self, YamlError> {
        Self::read(text.into(), MAX_CHART_BYTES, Duplicates::TakeLast)
    }

    fn read(text: String, limit: usize, duplicates: Duplicates) -> Result<Self, YamlError> {
        let tree = yaml::parse(&text, limit, duplicates)?;
        let value = Value::Map(yaml::map_of(&tree)?);
        Ok(Self { text, tree, value, limit, duplicates })
    }

    /// The YAML, byte for byte as it was read and changed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All values, always a map.
    pub fn value(&self) -> &Value {
        &self.value
    }

    pub fn get(&self, path: &Path) -> Option<&Value> {
        self.value.at(path)
    }

    /// The line, from 1, of what is at a path, or of the nearest thing above it that is there; `None` if nothing is.
    pub fn line_of(&self, path: &Path) -> Option<usize> {
        find::line_of(&self.tree, path)
    }

    pub(crate) fn comments(&self) -> &[Comment] {
        &self.tree.comments
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Sets a value, in place of what is there or as something new, with the maps that lead to it. Of a map or list that is
    /// there already, only what differs is changed.
    pub fn set(&mut self, path: &Path, value: &Value) -> Result<(), EditError> {
        self.check_new(path, value)?;
        let mut changed = self.clone();
        change::set(&mut changed, path, value)?;
        *self = changed;
        Ok(())
    }

    /// Takes away what is at a path, with maps above it that hold nothing else. `false` if nothing is there.
    pub fn unset(&mut self, path: &Path) -> Result<bool, EditError> {
        if path.is_root() || self.get(path).is_none() {
            return Ok(false);
        }
        let mut changed = self.clone();
        change::unset(&mut changed, path)?;
        *self = changed;
        Ok(true)
    }

    fn check_new(&self, path: &Path, value: &Value) -> Result<(), EditError> {
        if path.is_root() && value.as_map().is_none() {
            return Err(EditError::NotMap);
        }
        if path.len() + depth(value) > MAX_DEPTH {
            return Err(EditError::TooDeep { path: path.clone(), limit: MAX_DEPTH });
        }
        if self.value.count() + value.count() > MAX_VALUES {
            return Err(EditError::TooMany { path: path.clone(), limit: MAX_VALUES });
        }
        let is_long = |key: &str| yaml::inline(&Value::from(key), None).len() > MAX_KEY_BYTES;
        if path.keys().any(is_long) || has_key(value, &is_long) {
            return Err(EditError::KeyTooLong { path: path.clone(), limit: MAX_KEY_BYTES });
        }
        Ok(())
    }

    /// What the text would be with other lines, if it then means what is expected.
    fn retold(&self, text: String, expected: &Value) -> Option<Self> {
        Self::read(text, self.limit, self.duplicates).ok().filter(|other| other.value == *expected)
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// The text with the values at these paths replaced, for people who may not see them.
    pub fn without(&self, secrets: &[Path], replacement: &str) -> Result<String, EditError> {
        let mut shown = self.clone();
        for path in secrets {
            for path in shown.matching(path) {
                shown.set(&path, &Value::from(replacement))?;
            }
        }
        Ok(shown.text)
    }

    /// The paths that are there and that a path means, where item 0 stands for every item.
    fn matching(&self, path: &Path) -> Vec<Path> {
        let mut found = vec![Path::root()];
        for segment in path.segments() {
            found = found.into_iter().flat_map(|parent| self.matching_children(&parent, segment)).collect();
        }
        found
    }

    fn matching_children(&self, parent: &Path, segment: &Segment) -> Vec<Path> {
        let value = self.get(parent);
        match (segment, value) {
            (Segment::Index(_), Some(Value::List(items))) => {
                (0..items.len()).map(|index| parent.index(index)).collect()
            }
            (Segment::Index(_), Some(Value::Map(map))) => map.keys().map(|key| parent.key(key)).collect(),
            (Segment::Key(key), Some(Value::Map(map))) if map.contains_key(key) => vec![parent.key(key)],
            (Segment::Key(_) | Segment::Index(_), _) => Vec::new(),
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(map) => 1 + map.values().map(depth).max().unwrap_or(0),
    }
}

fn has_key(value: &Value, is_it: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::List(items) => items.iter().any(|item| has_key(item, is_it)),
        Value::Map(map) => map.iter().any(|(key, value)| is_it(key) || has_key(value, is_it)),
    }
}
