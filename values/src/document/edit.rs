//! Edits of the text. Each gives texts that may be the right one, the best first; none is trusted before it was read back.

use super::Document;
use super::find::{Found, Holder, Place, find};
use crate::path::Path;
use crate::value::Value;
use crate::yaml::{Entry, Kind, Node, Style, Writer, inline};

pub(super) type Texts = Vec<String>;

fn writer(document: &Document) -> Writer {
    Writer { line_end: document.line_end() }
}

/// The text with a part of it replaced.
fn splice(document: &Document, from: usize, to: usize, new: &str) -> Option<String> {
    let text = &document.text;
    Some(format!("{}{new}{}", text.get(..from)?, text.get(to.max(from)..)?))
}

fn texts(candidates: impl IntoIterator<Item = Option<String>>) -> Texts {
    candidates.into_iter().flatten().collect()
}

/// Where the line begins that an offset is in.
fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |place| place + 1)
}

/// Where the line ends that an offset is in, before its line end.
fn line_stop(text: &str, offset: usize) -> usize {
    let stop = text.get(offset..).and_then(|after| after.find('\n')).map_or(text.len(), |place| offset + place);
    if stop > offset && text.as_bytes().get(stop - 1) == Some(&b'\r') { stop - 1 } else { stop }
}

/// Where the next line begins.
fn next_line(text: &str, offset: usize) -> usize {
    text.get(offset..).and_then(|after| after.find('\n')).map_or(text.len(), |place| offset + place + 1)
}

/// Where the next line begins that is not blank.
fn after_blank_lines(text: &str, offset: usize) -> usize {
    let mut next = next_line(text, offset);
    while next < text.len() && text.get(next..next_line(text, next)).is_some_and(|line| line.trim().is_empty()) {
        next = next_line(text, next);
    }
    next
}

/// Where what is written of a node ends, without line ends that follow.
fn end_of(text: &str, node: &Node) -> usize {
    let from = node.content.start.min(node.content.end);
    text.get(from..node.content.end).map_or(node.content.end, |own| from + own.trim_end().len())
}

/// Whether nothing is written for it: `key:`.
fn is_unwritten(node: &Node) -> bool {
    matches!(&node.kind, Kind::Scalar { style: Style::Plain, .. }) && node.content.is_empty()
}

/// Where the value of an entry may begin: behind its colon.
fn after_colon(text: &str, entry: &Entry) -> Option<usize> {
    let from = entry.key.content.end;
    let between = text.get(from..)?;
    let spaces = between.len() - between.trim_start_matches([' ', '\t']).len();
    between[spaces..].starts_with(':').then_some(from + spaces + 1)
}

/// Where an entry ends, with its value.
fn entry_end(text: &str, entry: &Entry) -> usize {
    let own = if is_unwritten(&entry.value) { None } else { Some(end_of(text, &entry.value)) };
    own.unwrap_or_else(|| after_colon(text, entry).unwrap_or(entry.key.content.end))
}

/// Where the dash of an item is, with nothing but comments behind it.
fn dash_of(document: &Document, item: &Node) -> Option<usize> {
    let mut before = document.text.get(..item.start)?.trim_end();
    while let Some(comment) = document.comments().iter().rfind(|comment| comment.span.end == before.len()) {
        before = document.text.get(..comment.span.start)?.trim_end();
    }
    before.ends_with('-').then(|| before.len() - 1)
}

/// Whether a node is within a collection in flow style.
pub(super) fn is_in_flow(document: &Document, node: &Node) -> bool {
    fn is_around(holder: &Node, node: &Node) -> bool {
        let children = holder.entries().iter().map(|entry| &entry.value).chain(holder.items());
        let mut inner = children.filter(|child| child.start <= node.start && node.content.end <= child.content.end);
        if std::ptr::eq(holder, node) {
            return false;
        }
        holder.is_flow() || inner.any(|child| is_around(child, node))
    }
    document.tree.root.as_ref().is_some_and(|root| is_around(root, node))
}

/// The value of a place is replaced.
pub(super) fn replace(document: &Document, place: &Place, value: &Value) -> Texts {
    let node = place.node;
    let end = end_of(&document.text, node);
    let style = match &node.kind {
        Kind::Scalar { style, .. } => Some(*style),
        Kind::Map { .. } | Kind::List { .. } | Kind::Alias { .. } => None,
    };
    let in_line = inline(value, style);
    let mut candidates = Vec::new();
    let is_inline = !node.is_block() && !is_unwritten(node);
    let is_flow = is_in_flow(document, node);
    if is_flow || (is_inline && !is_long(value)) {
        candidates.push(splice(document, node.content.start, end, &in_line));
        candidates.push(splice(document, node.start, end, &in_line));
        candidates.push(splice(document, node.start, end, &format!(" {in_line}")));
    }
    if !is_flow {
        match place.holder {
            Some(Holder::Map { entry, .. }) => candidates.extend(replace_value(document, entry, value)),
            Some(Holder::List { .. }) => candidates.extend(replace_item(document, node, value)),
            None => candidates.push(replace_root(document, node, value)),
        }
        candidates.push(splice(document, node.start, end, &in_line));
    }
    texts(candidates)
}

/// Whether it is better written over lines.
fn is_long(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains('\n'),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

fn replace_root(document: &Document, node: &Node, value: &Value) -> Option<String> {
    let block = writer(document).block(value, 0);
    splice(document, node.start, end_of(&document.text, node), block.trim_end())
}

/// The value of a key in block style is written anew; comments around it stay.
fn replace_value(document: &Document, entry: &Entry, value: &Value) -> Vec<Option<String>> {
    let text = &document.text;
    let Some(colon) = after_colon(text, entry) else { return Vec::new() };
    let node = &entry.value;
    let end = entry_end(text, entry);
    let header = if is_unwritten(node) { "" } else { text.get(colon..node.start).unwrap_or_default() };
    let mut candidates = Vec::new();
    if node.is_block() && header.contains('\n') && is_long(value) && !matches!(value, Value::String(_)) {
        let block = writer(document).block(value, node.column);
        candidates.push(splice(document, node.content.start, end, block.trim()));
    }
    let line_end = document.line_end();
    let written = writer(document).after_head(value, entry.key.column);
    let (first, rest) = written.split_once(line_end).unwrap_or((&written, ""));
    let rest = rest.strip_suffix(line_end).unwrap_or(rest);
    let comment = if header.contains('#') { header.trim_end() } else { "" };
    let stop = line_stop(text, end);
    let tail = text.get(end..stop).unwrap_or_default();
    let properties = text.get(node.start..node.content.start).unwrap_or_default().trim();
    let lines = if rest.is_empty() { String::new() } else { format!("{line_end}{rest}") };
    let has_tail = tail.trim_start().starts_with('#');
    for properties in [properties, ""] {
        let properties = if properties.is_empty() { String::new() } else { format!(" {properties}") };
        if lines.is_empty() || !has_tail {
            candidates.push(splice(document, colon, end, &format!("{properties}{first}{comment}{lines}")));
        }
        if has_tail {
            candidates.push(splice(document, colon, stop, &format!("{properties}{first}{comment}{tail}{lines}")));
        }
    }
    // Behind a text over lines, a comment that is indented would be taken for its next line.
    let in_line = format!(" {}{comment}", inline(value, None));
    candidates.push(splice(document, colon, end, &in_line));
    if tail.trim().is_empty() {
        candidates.push(splice(document, colon, after_blank_lines(text, end), &format!("{in_line}{line_end}")));
    }
    candidates
}

fn replace_item(document: &Document, item: &Node, value: &Value) -> Vec<Option<String>> {
    let text = &document.text;
    let Some(dash) = dash_of(document, item) else { return Vec::new() };
    let end = if is_unwritten(item) { dash + 1 } else { end_of(text, item) };
    let written = writer(document).item(value, dash - line_start(text, dash));
    let in_line = format!("- {}", inline(value, None));
    vec![splice(document, dash, end, written.trim()), splice(document, dash, end, &in_line)]
}

/// A new key is written behind the others of its map, or else before them.
pub(super) fn insert_key(document: &Document, map: &Node, key: &str, value: &Value) -> Texts {
    let text = &document.text;
    let Kind::Map { is_flow, entries } = &map.kind else { return Vec::new() };
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        let entry = format!("{{{}: {}}}", inline(&Value::from(key), None), inline(value, None));
        return texts([splice(document, map.content.start, map.content.end, &entry)]);
    };
    let end = entry_end(text, last);
    if *is_flow {
        let entry = format!("{}: {}", inline(&Value::from(key), None), inline(value, None));
        let before = splice(document, first.key.start, first.key.start, &format!("{entry}, "));
        return texts([splice(document, end, end, &format!(", {entry}")), before]);
    }
    let indent = first.key.column;
    let entry = writer(document).entry(key, value, indent);
    let before = format!("{}{}", entry.trim_start(), " ".repeat(indent));
    texts([
        insert_line(document, end, &entry),
        insert_line(document, last.value.content.end, &entry),
        splice(document, first.key.start, first.key.start, &before),
    ])
}

/// Lines are put below the line that an offset is in.
fn insert_line(document: &Document, offset: usize, lines: &str) -> Option<String> {
    let at_start = offset > 0 && line_start(&document.text, offset) == offset;
    let at = if at_start { offset } else { next_line(&document.text, offset) };
    let is_ended = at == 0 || document.text.get(..at)?.ends_with('\n');
    let begin = if is_ended { "" } else { document.line_end() };
    splice(document, at, at, &format!("{begin}{lines}"))
}

/// The first key of a document that has none.
pub(super) fn append_root(document: &Document, key: &str, value: &Value) -> Texts {
    let entry = writer(document).entry(key, value, 0);
    texts([insert_line(document, document.text.len(), &entry), splice(document, 0, 0, &entry)])
}

pub(super) fn insert_item(document: &Document, list: &Node, index: usize, value: &Value) -> Texts {
    let text = &document.text;
    let Kind::List { is_flow, items } = &list.kind else { return Vec::new() };
    let Some(last) = items.last() else { return Vec::new() };
    if *is_flow {
        let item = inline(value, None);
        let end = end_of(text, last);
        return match items.get(index) {
            Some(next) => texts([splice(document, next.start, next.start, &format!("{item}, "))]),
            None => texts([splice(document, end, end, &format!(", {item}"))]),
        };
    }
    let Some(dash) = dash_of(document, items.get(index).unwrap_or(last)) else { return Vec::new() };
    let indent = dash - line_start(text, dash);
    let item = writer(document).item(value, indent);
    if index < items.len() {
        return texts([splice(document, dash, dash, &format!("{}{}", item.trim_start(), " ".repeat(indent)))]);
    }
    let end = if is_unwritten(last) { dash + 1 } else { end_of(text, last) };
    texts([insert_line(document, end, &item), insert_line(document, last.content.end, &item)])
}

/// Takes away an entry or item that is not the only one, or the only key of the document.
pub(super) fn remove(document: &Document, place: &Place) -> Texts {
    let text = &document.text;
    match place.holder {
        None => Vec::new(),
        Some(Holder::Map { map, entry }) => {
            let entries = map.entries();
            let index = entries.iter().position(|other| std::ptr::eq(other, entry)).unwrap_or(0);
            let previous =
                index.checked_sub(1).and_then(|index| entries.get(index)).map(|entry| entry_end(text, entry));
            let next = entries.get(index + 1).map(|entry| entry.key.start);
            let own = Span { start: entry.key.start, end: entry_end(text, entry), last: entry.value.content.end };
            remove_span(document, map.is_flow(), &own, previous, next)
        }
        Some(Holder::List { list, index }) => {
            let items = list.items();
            let is_flow = list.is_flow();
            let begin = |item: &Node| if is_flow { Some(item.start) } else { dash_of(document, item) };
            let Some(start) = begin(place.node) else { return Vec::new() };
            let end = if is_unwritten(place.node) { start + 1 } else { end_of(text, place.node) };
            let previous = index.checked_sub(1).and_then(|index| items.get(index)).map(|item| end_of(text, item));
            let next = items.get(index + 1).and_then(begin);
            remove_span(document, is_flow, &Span { start, end, last: place.node.content.end }, previous, next)
        }
    }
}

/// What is removed; `last` is where it ends with the line ends that belong to it.
struct Span {
    start: usize,
    end: usize,
    last: usize,
}

fn remove_span(document: &Document, is_flow: bool, own: &Span, previous: Option<usize>, next: Option<usize>) -> Texts {
    let text = &document.text;
    if is_flow {
        let with_next = next.map(|next| splice(document, own.start, next, ""));
        let with_previous = previous.map(|previous| splice(document, previous, own.end, ""));
        let alone = splice(document, own.start, own.end, "");
        return texts([with_next.flatten(), with_previous.flatten(), alone]);
    }
    let begin = line_start(text, own.start);
    if text.get(begin..own.start).is_some_and(|before| before.trim_start_matches('\u{feff}').trim().is_empty()) {
        let begin = if text.get(begin..own.start).is_some_and(|before| before.starts_with('\u{feff}')) {
            own.start
        } else {
            begin
        };
        let last = if own.last > own.end { own.last } else { own.end };
        let at_start = line_start(text, last) == last;
        return texts([
            splice(document, begin, next_line(text, own.end), ""),
            splice(document, begin, if at_start { last } else { next_line(text, last) }, ""),
            splice(document, begin, after_blank_lines(text, own.end), ""),
        ]);
    }
    // The first of several in the line of a dash: the next one moves up, if no comment is between them.
    let next = next.filter(|next| text.get(own.end..*next).is_some_and(|between| !between.contains('#')));
    texts([next.and_then(|next| splice(document, own.start, next, ""))])
}

/// Whether all that is written of a map, comments included, is of the one child.
pub(super) fn is_all_of(document: &Document, child: &Path, parent: &Path) -> bool {
    let range = |path: &Path| match find(&document.tree, path) {
        Found::Node(Place { node, holder: Some(Holder::Map { entry, .. }) }) if node.anchor == 0 => {
            let end = entry_end(&document.text, entry);
            Some(entry.key.start..line_stop(&document.text, end))
        }
        Found::Node(_) | Found::Alias { .. } | Found::Merged { .. } | Found::Missing { .. } => None,
    };
    let (Some(child), Some(parent)) = (range(child), range(parent)) else { return false };
    let count = |range: &std::ops::Range<usize>| {
        document.comments().iter().filter(|comment| range.contains(&comment.span.start)).count()
    };
    count(&child) == count(&parent)
}

/// The document with each alias written out, if it has any and that changes nothing.
pub(super) fn without_aliases(document: &Document) -> Option<Document> {
    let aliases = document.tree.aliases();
    if aliases.is_empty() {
        return None;
    }
    let mut text = document.text.clone();
    for node in aliases.into_iter().rev() {
        let value = inline(&document.tree.value_of(node), None);
        if node.content.end > text.len()
            || !text.is_char_boundary(node.content.start)
            || !text.is_char_boundary(node.content.end)
        {
            return None;
        }
        text.replace_range(node.content.clone(), &value);
        if text.len() > document.limit {
            return None;
        }
    }
    document.retold(text, &document.value)
}
