//! Lays the entry's choice over the form: which values are shown, in which order and groups.

use super::alternatives;
use super::builder::Builder;
use super::source::Source;
use super::{Group, Node, Note};
use crate::overlay::{OverlayField, OverlayGroup, Rest};
use crate::path::{Path, Segment};
use crate::schema::Flat;

pub(super) fn nodes<'a>(builder: &mut Builder<'a>, root: &Source<'a>, notes: &mut Vec<Note>) -> Vec<Node> {
    let overlay = builder.overlay;
    if overlay.fields.is_empty() {
        return match overlay.rest {
            Rest::Shown => whole(builder, root, notes),
            Rest::Hidden => Vec::new(),
        };
    }
    let is_known = |field: &OverlayField| {
        field.group.as_ref().is_some_and(|name| overlay.groups.iter().any(|group| group.name == *name))
    };
    let loose: Vec<&OverlayField> = overlay.fields.iter().filter(|field| !is_known(field)).collect();
    let mut nodes = drawn(builder, root, &loose, notes);
    for group in &overlay.groups {
        let own: Vec<&OverlayField> =
            overlay.fields.iter().filter(|field| field.group.as_ref() == Some(&group.name)).collect();
        let own = drawn(builder, root, &own, notes);
        if !own.is_empty() {
            nodes.push(Node::Group(heading(&group.label, group, own)));
        }
    }
    if overlay.rest == Rest::Shown {
        builder.skipped = overlay.fields.iter().map(|field| field.path.clone()).collect();
        let rest = whole(builder, root, notes);
        if !rest.is_empty() {
            let group = OverlayGroup { name: String::new(), label: "Other values".to_owned(), help: None };
            nodes.push(Node::Group(heading(&group.label, &group, rest)));
        }
    }
    nodes
}

/// The whole form, without what stands elsewhere.
fn whole<'a>(builder: &mut Builder<'a>, root: &Source<'a>, notes: &mut Vec<Note>) -> Vec<Node> {
    match builder.node(root) {
        Node::Group(group) => {
            notes.extend(group.notes);
            group.nodes
        }
        field @ Node::Field(_) => vec![field],
    }
}

fn drawn<'a>(
    builder: &mut Builder<'a>,
    root: &Source<'a>,
    fields: &[&OverlayField],
    notes: &mut Vec<Note>,
) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(fields.len());
    for field in fields {
        match find(builder, root, &field.path) {
            Some(source) => nodes.push(builder.node(&source)),
            None => notes.push(Note::NoField { path: field.path.dotted() }),
        }
    }
    nodes
}

fn heading(label: &str, group: &OverlayGroup, nodes: Vec<Node>) -> Group {
    Group {
        path: Path::root(),
        label: label.to_owned(),
        help: group.help.clone(),
        differs: nodes.iter().any(Node::differs),
        is_deprecated: false,
        shown_when: Vec::new(),
        is_visible: true,
        notes: Vec::new(),
        other_keys: Vec::new(),
        errors: Vec::new(),
        nodes,
    }
}

/// What is known about a path; `None` if neither schema nor defaults know it.
pub(super) fn find<'a>(builder: &Builder<'a>, root: &Source<'a>, path: &Path) -> Option<Source<'a>> {
    let mut source = root.clone();
    for segment in path.segments() {
        let Segment::Key(key) = segment else { return None };
        let shape = alternatives::shape(builder.schema, &source);
        let known = builder.children(&source, &shape).into_iter().find(|child| child.path.last_key() == Some(key));
        source = known.or_else(|| unnamed(builder, &source, &shape.flat, segment))?;
    }
    // However deep it is in the values, it stands at the top of the form.
    source.depth = 0;
    Some(source)
}

/// A key that is not named, where any may be: of a map with values of one kind, or of what well-known maps have.
fn unnamed<'a>(builder: &Builder<'a>, source: &Source<'a>, flat: &Flat<'a>, segment: &Segment) -> Option<Source<'a>> {
    let view: Vec<_> =
        flat.all("additionalProperties").iter().filter(|value| value.as_map().is_some()).copied().collect();
    let resources = &builder.templates.resources;
    let hint = if super::guess::is_resources(&source.path) {
        resources.step(segment)
    } else if source.path.parent().is_some_and(|parent| super::guess::is_resources(&parent)) {
        source.path.last().and_then(|last| resources.step(last)?.step(segment))
    } else {
        None
    };
    let is_closed = flat.all("additionalProperties").iter().any(|value| value.as_bool() == Some(false));
    let is_open = source.hint.is_none_or(|hint| hint.is_null() || hint.as_map().is_some_and(|map| map.is_empty()));
    let is_known = !view.is_empty() || hint.is_some() || (is_open && !source.path.is_root());
    let path = source.path.child(segment.clone());
    (is_known && !is_closed).then(|| Source {
        view,
        hint,
        value: builder.value_at(&path),
        ..source.within(segment.clone(), &flat.targets)
    })
}
