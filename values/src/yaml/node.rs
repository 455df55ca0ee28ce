//! A YAML document as a tree that knows where in the text everything is.

use std::collections::HashMap;
use std::ops::Range;

use super::YamlError;
use crate::value::{Map, Value};

/// One node. Offsets are bytes of the text; lines count from 1, columns from 0.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where it begins, with its anchor and tag.
    pub start: usize,
    /// What it is written with, without anchor and tag. Of collections in block style, from the first entry to the last.
    pub content: Range<usize>,
    pub line: usize,
    /// In characters.
    pub column: usize,
    /// Number of its anchor, or 0.
    pub anchor: usize,
    pub kind: Kind,
    /// How many values it is, aliases counted as what they stand for.
    pub size: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Scalar { value: Value, style: Style },
    Map { is_flow: bool, entries: Vec<Entry> },
    List { is_flow: bool, items: Vec<Node> },
    Alias { anchor: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Block,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: Node,
    /// `None` for `<<`, which merges.
    pub name: Option<String>,
    pub value: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// With the `#`.
    pub span: Range<usize>,
    pub line: usize,
    pub column: usize,
    /// Whether nothing else is in its line.
    pub is_alone: bool,
}

/// A document that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub root: Option<Node>,
    /// What anchors stand for, by number.
    pub anchors: HashMap<usize, Value>,
    pub comments: Vec<Comment>,
}

impl Tree {
    pub fn value_of(&self, node: &Node) -> Value {
        value_of(node, &self.anchors)
    }

    pub fn value(&self) -> Value {
        self.root.as_ref().map(|root| self.value_of(root)).unwrap_or_default()
    }

    /// All nodes that are aliases, in the order of the text.
    pub fn aliases(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            collect_aliases(root, &mut found);
        }
        found
    }
}

fn collect_aliases<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::Alias { .. } => found.push(node),
        Kind::Scalar { .. } => {}
        Kind::Map { entries, .. } => entries.iter().for_each(|entry| collect_aliases(&entry.value, found)),
        Kind::List { items, .. } => items.iter().for_each(|item| collect_aliases(item, found)),
    }
}

/// What a node stands for. Aliases are known and merges are of maps, since the tree was read.
pub(super) fn value_of(node: &Node, anchors: &HashMap<usize, Value>) -> Value {
    match &node.kind {
        Kind::Scalar { value, .. } => value.clone(),
        Kind::Alias { anchor } => anchors.get(anchor).cloned().unwrap_or_default(),
        Kind::List { items, .. } => Value::List(items.iter().map(|item| value_of(item, anchors)).collect()),
        Kind::Map { entries, .. } => {
            let mut map = Map::new();
            for entry in entries {
                let value = value_of(&entry.value, anchors);
                match &entry.name {
                    Some(name) => {
                        map.insert(name.clone(), value);
                    }
                    None => merge(&mut map, value),
                }
            }
            Value::Map(map)
        }
    }
}

/// `<<`, as Helm's reader does it: where it stands, over what stands before it; of a list, earlier maps win.
fn merge(map: &mut Map, value: Value) {
    match value {
        Value::Map(merged) => map.extend(merged),
        Value::List(items) => items.into_iter().rev().for_each(|item| merge(map, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Errs if what is merged is no map.
pub(super) fn check_merge(value: &Value, line: usize) -> Result<(), YamlError> {
    match value {
        Value::Map(_) => Ok(()),
        Value::List(items) if items.iter().all(|item| item.as_map().is_some()) => Ok(()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => {
            Err(YamlError::MergeOfNoMap { line })
        }
    }
}

impl Node {
    pub fn is_flow(&self) -> bool {
        match &self.kind {
            Kind::Map { is_flow, .. } | Kind::List { is_flow, .. } => *is_flow,
            Kind::Scalar { .. } | Kind::Alias { .. } => false,
        }
    }

    /// Whether it is written over lines of its own, by indentation.
    pub fn is_block(&self) -> bool {
        match &self.kind {
            Kind::Map { is_flow, .. } | Kind::List { is_flow, .. } => !is_flow,
            Kind::Scalar { style, .. } => *style == Style::Block,
            Kind::Alias { .. } => false,
        }
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map { entries, .. } => entries,
            Kind::Scalar { .. } | Kind::List { .. } | Kind::Alias { .. } => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List { items, .. } => items,
            Kind::Scalar { .. } | Kind::Map { .. } | Kind::Alias { .. } => &[],
        }
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rfind(|entry| entry.name.as_deref() == Some(key))
    }
}
