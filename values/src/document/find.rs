//! Finds what is at a path in the tree.

use crate::path::{Path, Segment};
use crate::yaml::{Entry, Kind, Node, Tree};

/// What leads to a path.
pub(super) enum Found<'a> {
    /// It is there, written where it is.
    Node(Place<'a>),
    /// The way leads through an alias, at this path; the rest of it is in what the alias stands for.
    Alias { at: Path },
    /// A key that a `<<` of this map brings.
    Merged { map: &'a Node },
    /// It is not there. The way ends at this node, at this path.
    Missing { at: Path, node: Option<&'a Node> },
}

/// A node with what it is in.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub node: &'a Node,
    pub holder: Option<Holder<'a>>,
}

#[derive(Clone, Copy)]
pub(super) enum Holder<'a> {
    Map { map: &'a Node, entry: &'a Entry },
    List { list: &'a Node, index: usize },
}

pub(super) fn find<'a>(tree: &'a Tree, path: &Path) -> Found<'a> {
    let Some(root) = &tree.root else { return Found::Missing { at: Path::root(), node: None } };
    let mut place = Place { node: root, holder: None };
    let mut at = Path::root();
    for segment in path.segments() {
        if matches!(place.node.kind, Kind::Alias { .. }) {
            return Found::Alias { at };
        }
        let Some(next) = step(place.node, segment) else {
            let has_merge = place.node.entries().iter().any(|entry| entry.name.is_none());
            let is_merged = has_merge && tree.value_of(place.node).step(segment).is_some();
            return match is_merged {
                true => Found::Merged { map: place.node },
                false => Found::Missing { at, node: Some(place.node) },
            };
        };
        place = next;
        at = at.child(segment.clone());
    }
    Found::Node(place)
}

fn step<'a>(node: &'a Node, segment: &Segment) -> Option<Place<'a>> {
    match segment {
        Segment::Key(key) => {
            let entry = node.entry(key)?;
            Some(Place { node: &entry.value, holder: Some(Holder::Map { map: node, entry }) })
        }
        Segment::Index(index) => {
            let item = node.items().get(*index)?;
            Some(Place { node: item, holder: Some(Holder::List { list: node, index: *index }) })
        }
    }
}

/// The line of what is at a path, or of the nearest above it.
pub(super) fn line_of(tree: &Tree, path: &Path) -> Option<usize> {
    let mut node = tree.root.as_ref()?;
    let mut line = None;
    for segment in path.segments() {
        let Some(place) = step(node, segment) else { break };
        line = match place.holder {
            Some(Holder::Map { entry, .. }) => Some(entry.key.line),
            Some(Holder::List { .. }) | None => Some(place.node.line),
        };
        node = place.node;
    }
    line
}
