//! Reads YAML into a tree, with limits.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};

use super::YamlError;
use super::node::{self, Comment, Entry, Kind, Node, Style, Tree};
use super::scalar::{self, Plain};
use crate::limits::{MAX_DEPTH, MAX_VALUES};
use crate::value::{Map, Value};

/// What becomes of a key that is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicates {
    Refuse,
    /// The last one counts, as for Helm when it reads a chart.
    TakeLast,
}

/// Reads one document of at most `limit` bytes.
pub(crate) fn parse(text: &str, limit: usize, duplicates: Duplicates) -> Result<Tree, YamlError> {
    if text.len() > limit {
        return Err(YamlError::TooLarge { bytes: text.len(), limit });
    }
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: MAX_VALUES,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    Reader { text, parser, ahead: None, duplicates, sizes: HashMap::new(), tree: Tree::default(), n_values: 0 }.read()
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    ahead: Option<(Event<'a>, Span)>,
    duplicates: Duplicates,
    /// How many values anchors stand for.
    sizes: HashMap<usize, usize>,
    tree: Tree,
    n_values: usize,
}

type Next<'a> = Result<(Event<'a>, Span), YamlError>;

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<Tree, YamlError> {
        let mut is_begun = false;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(self.tree),
                Event::DocumentStart(..) if is_begun => {
                    return Err(YamlError::SeveralDocuments { line: span.start.line() });
                }
                Event::DocumentStart(..) => is_begun = true,
                Event::StreamStart | Event::DocumentEnd => {}
                other => {
                    let root = self.node(other, span, 1)?;
                    self.tree.root = Some(root);
                }
            }
        }
    }

    /// The next event that is no comment.
    fn next(&mut self) -> Next<'a> {
        if let Some(next) = self.ahead.take() {
            return Ok(next);
        }
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), span))) => self.comment(&span),
                Some(Ok(next)) => return Ok(next),
                Some(Err(error)) => return Err(self.syntax(&error)),
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn comment(&mut self, span: &Span) {
        let Some(range) = span.byte_range() else { return };
        let before = self.text.get(..range.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        self.tree.comments.push(Comment {
            line: span.start.line(),
            column: span.start.col(),
            is_alone: line.chars().all(|c| c.is_whitespace() || c == '\u{feff}'),
            span: range,
        });
    }

    fn syntax(&self, error: &ScanError) -> YamlError {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let is_tab = matches!(error.kind(), ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation);
        if is_tab || self.has_tab_indent(line) {
            return YamlError::Tab { line, column };
        }
        let mut message: String = error.info().chars().take(200).collect();
        while message.ends_with('.') {
            message.pop();
        }
        YamlError::Syntax { line, column, message }
    }

    fn has_tab_indent(&self, line: usize) -> bool {
        let text = self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        text.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
    }

    /// Reads the node that begins with an event.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, YamlError> {
        let line = span.start.line();
        if depth > MAX_DEPTH {
            return Err(YamlError::TooDeep { line, limit: MAX_DEPTH });
        }
        // Behind the last line, the parser counts on.
        let place = |marker: Marker| offset(marker).min(self.text.len());
        let start = place(span.tag_start().unwrap_or(span.start));
        let mut node = Node {
            start: start.min(place(span.start)),
            content: place(span.start)..place(span.end),
            line,
            column: span.start.col(),
            anchor: 0,
            kind: Kind::Alias { anchor: 0 },
            size: 1,
        };
        match event {
            Event::Alias(anchor) => {
                let size = self.sizes.get(&anchor).copied().ok_or(YamlError::RecursiveAlias { line })?;
                node.kind = Kind::Alias { anchor };
                node.size = size;
            }
            Event::UnresolvedAlias(name) => {
                return Err(YamlError::UnknownAlias { name: name.chars().take(100).collect(), line });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.anchor(&mut node, anchor)?;
                let value = scalar_value(&text, style, tag.as_deref(), line)?;
                node.kind = Kind::Scalar { value, style: own(style) };
                if own(style) == Style::Block {
                    self.include_header(&mut node);
                }
            }
            Event::SequenceStart(style, anchor, tag) => {
                check_tag(tag, "seq", line)?;
                self.anchor(&mut node, anchor)?;
                self.list(&mut node, style, depth)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                check_tag(tag, "map", line)?;
                self.anchor(&mut node, anchor)?;
                self.map(&mut node, style, depth)?;
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            | Event::SequenceEnd
            | Event::MappingEnd => {
                return Err(YamlError::Syntax { line, column: node.column + 1, message: "a value is expected".into() });
            }
            _ => return Err(YamlError::Syntax { line, column: node.column + 1, message: "cannot be read".into() }),
        }
        self.finish(node)
    }

    /// Block texts begin at their first line for the parser, and at `|` or `>` for us.
    fn include_header(&self, node: &mut Node) {
        let before = self.text.get(..node.content.start).unwrap_or_default().trim_end();
        let begin = before.rfind('\n').map_or(0, |place| place + 1);
        let is_header = |(_, rest): &(usize, &str)| {
            let rest = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
            rest.trim().is_empty() || (rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#'))
        };
        let line = &before[begin..];
        let mut places = line.match_indices(['|', '>']).map(|(place, _)| (place, &line[place..]));
        if let Some((place, _)) = places.find(is_header) {
            node.content.start = begin + place;
            node.start = node.start.min(begin + place);
            node.column = line[..place].chars().count();
            node.line = before.matches('\n').count() + 1;
        }
    }

    /// Counts a node that is complete, and keeps what its anchor stands for.
    fn finish(&mut self, node: Node) -> Result<Node, YamlError> {
        let added = if matches!(node.kind, Kind::Alias { .. }) { node.size } else { 1 };
        self.count(added, node.line)?;
        if node.anchor != 0 {
            // Each copy of an anchored value counts: anchors within anchors within anchors are small in the text only.
            self.count(node.size, node.line)?;
            self.sizes.insert(node.anchor, node.size);
            let value = node::value_of(&node, &self.tree.anchors);
            self.tree.anchors.insert(node.anchor, value);
        }
        Ok(node)
    }

    fn count(&mut self, added: usize, line: usize) -> Result<(), YamlError> {
        self.n_values = self.n_values.saturating_add(added);
        if self.n_values > MAX_VALUES {
            return Err(YamlError::TooMany { line, limit: MAX_VALUES });
        }
        Ok(())
    }

    /// Takes the event that tells where an anchor is; it follows that of its node.
    fn anchor(&mut self, node: &mut Node, anchor: usize) -> Result<(), YamlError> {
        node.anchor = anchor;
        if anchor == 0 {
            return Ok(());
        }
        match self.next()? {
            (Event::Anchor(..), span) => node.start = node.start.min(offset(span.start)),
            other => self.ahead = Some(other),
        }
        Ok(())
    }

    fn list(&mut self, node: &mut Node, style: StructureStyle, depth: usize) -> Result<(), YamlError> {
        let is_flow = style == StructureStyle::Flow;
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let end = items.last().map(|item: &Node| item.content.end);
                close(node, is_flow, &span, end);
                node.kind = Kind::List { is_flow, items };
                return Ok(());
            }
            let item = self.node(event, span, depth + 1)?;
            node.size = node.size.saturating_add(item.size);
            items.push(item);
        }
    }

    fn map(&mut self, node: &mut Node, style: StructureStyle, depth: usize) -> Result<(), YamlError> {
        let is_flow = style == StructureStyle::Flow;
        let mut entries: Vec<Entry> = Vec::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let end = entries.last().map(|entry| entry.value.content.end.max(self.after_key(&entry.key)));
                close(node, is_flow, &span, end);
                node.kind = Kind::Map { is_flow, entries };
                return Ok(());
            }
            let is_plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, _, None));
            let key = self.node(event, span, depth + 1)?;
            let name = self.key_name(&key, is_plain)?;
            if let Some(name) = &name
                && let Some(first_line) = lines.insert(name.clone(), key.line)
                && self.duplicates == Duplicates::Refuse
            {
                return Err(YamlError::DuplicateKey {
                    key: name.chars().take(100).collect(),
                    line: key.line,
                    first_line,
                });
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if name.is_none() {
                node::check_merge(&node::value_of(&value, &self.tree.anchors), key.line)?;
            }
            node.size = node.size.saturating_add(value.size);
            entries.push(Entry { key, name, value });
        }
    }

    /// Where a key ends with its colon; what nothing is written for is before it for the parser.
    fn after_key(&self, key: &Node) -> usize {
        let after = self.text.get(key.content.end..).unwrap_or_default();
        let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
        if after[spaces..].starts_with(':') { key.content.end + spaces + 1 } else { key.content.end }
    }

    /// The key as JSON has it: numbers and truth values become texts. `None` for `<<`.
    fn key_name(&self, key: &Node, is_plain: bool) -> Result<Option<String>, YamlError> {
        let source = self.text.get(key.content.clone()).unwrap_or_default();
        if is_plain && scalar::read(source) == Plain::Merge {
            return Ok(None);
        }
        let value = node::value_of(key, &self.tree.anchors);
        match value {
            Value::String(text) => Ok(Some(text)),
            Value::Bool(is) => Ok(Some(is.to_string())),
            Value::Number(number) => Ok(Some(number.to_string())),
            Value::Null | Value::List(_) | Value::Map(_) => Err(YamlError::ComplexKey { line: key.line }),
        }
    }
}

/// Gives a collection its place. Events of block collections have none.
fn close(node: &mut Node, is_flow: bool, span: &Span, end: Option<usize>) {
    let end = if is_flow { offset(span.end) } else { end.unwrap_or(node.content.end) };
    node.content.end = end.max(node.content.start);
}

fn offset(marker: Marker) -> usize {
    marker.byte_offset().unwrap_or_else(|| marker.index())
}

fn own(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn check_tag(tag: Option<Cow<Tag>>, own: &str, line: usize) -> Result<(), YamlError> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(own) && !is_non_specific(&tag) => Err(unsupported(&tag, line)),
        Some(_) | None => Ok(()),
    }
}

/// `!` alone, which says nothing.
fn is_non_specific(tag: &Tag) -> bool {
    tag.original() == "!"
}

fn unsupported(tag: &Tag, line: usize) -> YamlError {
    YamlError::UnsupportedTag { tag: tag.original().chars().take(100).collect(), line }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>, line: usize) -> Result<Value, YamlError> {
    let shorten = || text.chars().take(100).collect::<String>();
    let plain = || match scalar::read(text) {
        Plain::Value(value) => Ok(value),
        Plain::Merge => Ok(Value::String(text.to_owned())),
        Plain::NotFinite => Err(YamlError::NotFinite { text: shorten(), line }),
    };
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain() } else { Ok(Value::String(text.to_owned())) };
    };
    if is_non_specific(tag) {
        return Ok(Value::String(text.to_owned()));
    }
    let suffix = tag.core_suffix().ok_or_else(|| unsupported(tag, line))?;
    let wrong = || YamlError::WrongTag { tag: format!("!!{suffix}"), text: shorten(), line };
    match (suffix, suffix == "str") {
        (_, true) => Ok(Value::String(text.to_owned())),
        ("int" | "bool" | "null", false) => {
            plain().and_then(|value| fits(suffix, &value).then_some(value).ok_or_else(wrong))
        }
        ("float", false) => plain().and_then(|value| value.as_f64().map(|_| value.clone()).ok_or_else(wrong)),
        _ => Err(unsupported(tag, line)),
    }
}

fn fits(suffix: &str, value: &Value) -> bool {
    match value {
        Value::Number(number) => suffix == "int" && !number.is_f64(),
        Value::Bool(_) => suffix == "bool",
        Value::Null => suffix == "null",
        Value::String(_) | Value::List(_) | Value::Map(_) => false,
    }
}

/// The document's value if it may be a set of values: a map, or nothing at all.
pub(crate) fn map_of(tree: &Tree) -> Result<Map, YamlError> {
    let Some(root) = &tree.root else { return Ok(Map::new()) };
    let found = match tree.value() {
        Value::Map(map) => return Ok(map),
        Value::Null => return Ok(Map::new()),
        Value::List(_) => "a list",
        Value::Bool(_) | Value::Number(_) | Value::String(_) => "a single value",
    };
    Err(YamlError::NotMap { line: root.line, found })
}
