//! A page as a browser's parser reads it.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Would be elements, attributes or the end of any element, if it were not escaped where it stands.
pub const HOSTILE: &str = "\"'></textarea></title></noscript></script></style></option><b id=x onclick=y>&lt;<!--";
/// As long as that, and nothing but text.
pub const HARMLESS: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// One line for each element: how deep it stands, its name, and the names of its attributes. Read without script, and
/// with it: what is in `<noscript>` is elements for the one and text for the other.
pub fn shape(html: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for scripting_enabled in [false, true] {
        let mut options = ParseOpts::default();
        options.tree_builder.scripting_enabled = scripting_enabled;
        let page = parse_document(RcDom::default(), options).one(html);
        walk(&page.document, 0, &mut lines);
    }
    lines
}

fn walk(node: &Handle, depth: usize, lines: &mut Vec<String>) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let mut names: Vec<_> = attrs.borrow().iter().map(|attr| attr.name.local.to_string()).collect();
            names.sort_unstable();
            lines.push(format!("{depth} {} {}", name.local, names.join(" ")));
        }
        NodeData::Comment { .. } => lines.push(format!("{depth} comment")),
        NodeData::Document
        | NodeData::Doctype { .. }
        | NodeData::Text { .. }
        | NodeData::ProcessingInstruction { .. } => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, depth + 1, lines);
    }
}

/// The first line at which two shapes part.
pub fn difference(one: &[String], other: &[String]) -> Option<String> {
    let at = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at))?;
    Some(format!("element {at}: {:?} instead of {:?}", one.get(at), other.get(at)))
}
