//! Draws objects and lists: groups, maps with rows, lists with rows.

use super::alternatives::{Alternatives, Shape};
use super::builder::Builder;
use super::kind::{Kind, Row, RowKey, Rows};
use super::source::Source;
use super::{Node, Note, guess};
use crate::limits::{MAX_COLUMNS, MAX_FIELDS, MAX_ROWS};
use crate::overlay::Condition;
use crate::path::{Part, Path, Segment};
use crate::schema::{Unchecked, View, flatten};
use crate::value::{Map, Value};

impl<'a> Builder<'a> {
    pub fn object(&mut self, source: &Source<'a>, shape: &Shape<'a>, is_guessed: bool) -> Node {
        let is_declared = shape.flat.has("properties") || matches!(shape.choice, Alternatives::Variants { .. });
        let has_keys = source.hint.and_then(Value::as_map).is_some_and(|map| !map.is_empty());
        if !is_declared {
            if let Some(view) = rows_view(shape) {
                return self.map(source, shape, view, None, is_guessed);
            }
            if guess::is_text_map(&source.path)
                && source.hint.is_none_or(has_texts)
                && source.value.is_none_or(has_texts)
            {
                return self.map(source, shape, View::new(), Some(&self.templates.text), true);
            }
            if !has_keys && guess::is_resources(&source.path) {
                let known = Source { hint: Some(&self.templates.resources), ..source.clone() };
                return self.members(&known, shape, true);
            }
            if !has_keys && !source.path.is_root() {
                return self.boxed(source, &shape.flat, Note::OpenMap);
            }
        }
        self.members(source, shape, is_guessed)
    }

    /// A group with a node for each member.
    fn members(&mut self, source: &Source<'a>, shape: &Shape<'a>, is_guessed: bool) -> Node {
        let children = self.children(source, shape);
        if self.n_fields + children.len() > MAX_FIELDS {
            return self.boxed(source, &shape.flat, Note::TooMany { limit: MAX_FIELDS });
        }
        let mut nodes = Vec::with_capacity(children.len());
        for child in &children {
            if self.skipped.contains(&child.path) {
                continue;
            }
            let node = self.node(child);
            let is_empty = matches!(&node, Node::Group(group) if group.nodes.is_empty());
            if !is_empty || !self.skipped.iter().any(|skipped| skipped.starts_with(&child.path)) {
                nodes.push(node);
            }
        }
        let mut group = self.group(source, &shape.flat, nodes);
        group.notes.extend(shape.notes.iter().cloned());
        if shape.flat.is_conditional() && !group.notes.contains(&Note::Unchecked(Unchecked::Conditional)) {
            group.notes.push(Note::Unchecked(Unchecked::Conditional));
        }
        if shape.flat.has("properties") && rows_view(shape).is_some() {
            group.notes.push(Note::FurtherKeys);
        }
        if is_guessed && self.schema.is_some() && !source.in_row {
            group.notes.push(Note::Guessed);
        }
        Node::Group(group)
    }

    /// The members of an object: those with defaults first, in the order of values.yaml, then those of the schema.
    pub fn children(&self, source: &Source<'a>, shape: &Shape<'a>) -> Vec<Source<'a>> {
        let mut members: indexmap::IndexMap<&'a str, Source<'a>> = indexmap::IndexMap::new();
        let flat = &shape.flat;
        let new =
            |key: &str| Source { shown_when: Vec::new(), ..source.within(Segment::Key(key.to_owned()), &flat.targets) };
        if let Alternatives::Variants { key, variants } = &shape.choice {
            let options = variants.iter().flat_map(|variant| variant.values.clone()).collect();
            members.insert(key, Source { options: Some(options), ..new(key) });
        }
        for (key, view) in flat.properties() {
            members.entry(key).or_insert_with(|| new(key)).view.extend(view);
        }
        if let Alternatives::Variants { key, variants } = &shape.choice {
            let own = source.path.key(key);
            for variant in variants {
                let values: Vec<Value> = variant.values.iter().map(|(value, _)| value.clone()).collect();
                for (name, view) in variant.flat.properties().into_iter().filter(|(name, _)| name != key) {
                    let mut added = new(name);
                    added.around.extend(&variant.flat.targets);
                    add_variant(members.entry(name).or_insert(added), view, &own, &values, variants.len());
                }
            }
        }
        for branch in ["then", "else"].iter().flat_map(|branch| flat.all(branch)) {
            for (key, view) in flatten(self.schema, &[*branch], &source.around).properties() {
                members.entry(key).or_insert_with(|| Source { view, ..new(key) });
            }
        }
        self.add_defaults(source, shape, &mut members, &new);
        let hint = source.hint.and_then(Value::as_map);
        let order = |key: &str| hint.and_then(|hint| hint.get_index_of(key)).unwrap_or(usize::MAX);
        let mut children: Vec<(&str, Source<'a>)> = members.into_iter().collect();
        children.sort_by_key(|(key, child)| (child.options.is_none(), order(key)));
        let finish = |(key, child): (&str, Source<'a>)| Source {
            hint: hint.and_then(|hint| hint.get(key)),
            value: if source.in_row {
                source.value.and_then(|value| value.member(key))
            } else {
                self.value_at(&child.path)
            },
            is_required: flat.is_required(key),
            ..child
        };
        children.into_iter().map(finish).collect()
    }

    /// Members that only the defaults have, where the schema lets there be others.
    fn add_defaults(
        &self,
        source: &Source<'a>,
        shape: &Shape<'a>,
        members: &mut indexmap::IndexMap<&'a str, Source<'a>>,
        new: &dyn Fn(&str) -> Source<'a>,
    ) {
        let is_closed = shape.flat.all("additionalProperties").iter().any(|value| value.as_bool() == Some(false));
        if is_closed {
            return;
        }
        let view: View =
            shape.flat.all("additionalProperties").iter().filter(|value| value.as_map().is_some()).copied().collect();
        for key in source.hint.and_then(Value::as_map).into_iter().flat_map(Map::keys) {
            members.entry(key).or_insert_with(|| Source { view: view.clone(), ..new(key) });
        }
    }

    /// A map with rows of keys and values.
    fn map(
        &mut self,
        source: &Source<'a>,
        shape: &Shape<'a>,
        view: View<'a>,
        template: Option<&'a Value>,
        is_guessed: bool,
    ) -> Node {
        let entries: Vec<(&String, &Value)> = source.value.and_then(Value::as_map).into_iter().flatten().collect();
        if let Some(reason) = self.rows_refusal(source, entries.len()) {
            return self.boxed(source, &shape.flat, reason);
        }
        let base =
            Source { in_row: true, view, hint: template, ..source.within(Segment::Index(0), &shape.flat.targets) };
        let n_rows = entries.len();
        let mut rows = Vec::with_capacity(n_rows);
        for (key, value) in entries {
            let path = source.path.key(key);
            rows.push(self.row(Source { path, value: Some(value), ..base.clone() }, Some(key)));
        }
        let blank = self.row(Source { path: source.path.index(n_rows), value: None, ..base }, Some(""));
        let kind = Kind::Map(table(&source.path, rows, blank));
        self.rows_field(source, shape, kind, is_guessed)
    }

    pub fn list(&mut self, source: &Source<'a>, shape: &Shape<'a>, is_guessed: bool) -> Node {
        let flat = &shape.flat;
        let is_tuple = flat.has("prefixItems") || flat.all("items").iter().any(|items| items.as_list().is_some());
        if is_tuple {
            return self.boxed(source, flat, Note::Tuple);
        }
        let items = source.value.and_then(Value::as_list).unwrap_or_default();
        if let Some(reason) = self.rows_refusal(source, items.len()) {
            return self.boxed(source, flat, reason);
        }
        let view: View = flat.all("items").iter().filter(|items| items.as_map().is_some()).copied().collect();
        let template = guess_template(source.hint);
        if view.is_empty() && template.is_none() {
            return self.boxed(source, flat, Note::Untyped);
        }
        let base = Source { in_row: true, view, hint: template, ..source.within(Segment::Index(0), &flat.targets) };
        let n_rows = items.len();
        let mut rows = Vec::with_capacity(n_rows);
        for (index, value) in items.iter().enumerate() {
            let path = source.path.index(index);
            rows.push(self.row(Source { path, value: Some(value), ..base.clone() }, None));
        }
        let blank = self.row(Source { path: source.path.index(n_rows), value: None, ..base }, None);
        let kind = Kind::List(table(&source.path, rows, blank));
        self.rows_field(source, shape, kind, is_guessed)
    }

    fn rows_refusal(&self, source: &Source<'a>, n_rows: usize) -> Option<Note> {
        if source.in_row {
            return Some(Note::ListInRow);
        }
        let is_many = n_rows > MAX_ROWS || self.n_fields + n_rows >= MAX_FIELDS;
        is_many.then_some(Note::ManyRows { n_rows, limit: MAX_ROWS })
    }

    fn rows_field(&mut self, source: &Source<'a>, shape: &Shape<'a>, kind: Kind, is_guessed: bool) -> Node {
        let mut field = self.field(source, &shape.flat, kind);
        field.is_guessed = is_guessed;
        field.is_nullable = shape.is_nullable;
        field.notes.extend(shape.notes.iter().cloned());
        if !field.is_editable()
            && let Kind::List(rows) | Kind::Map(rows) = &mut field.kind
        {
            rows.rows.iter_mut().chain([&mut *rows.blank]).for_each(|row| row.nodes.iter_mut().for_each(close));
        }
        Node::Field(Box::new(field))
    }

    fn row(&mut self, source: Source<'a>, key: Option<&str>) -> Row {
        let nodes = match self.node(&source) {
            Node::Group(group) => group.nodes,
            field @ Node::Field(_) => vec![field],
        };
        Row {
            key: key.map(|key| RowKey { name: Part::Key.name(&source.path), shown: key.to_owned(), typed: None }),
            remove_name: Part::Remove.name(&source.path),
            is_removed: false,
            path: source.path,
            nodes,
        }
    }
}

/// What is in rows that nobody may change can be changed by nobody.
fn close(node: &mut Node) {
    match node {
        Node::Group(group) => group.nodes.iter_mut().for_each(close),
        Node::Field(field) => field.is_read_only = true,
    }
}

fn add_variant<'a>(member: &mut Source<'a>, view: View<'a>, key: &Path, values: &[Value], n: usize) {
    match member.shown_when.iter_mut().find(|condition| condition.path == *key) {
        Some(condition) => {
            if member.view != view {
                member.boxed = Some(Note::Alternatives { n });
            }
            condition.one_of.extend(values.iter().cloned());
        }
        None => {
            member.view.extend(view);
            member.shown_when.push(Condition { path: key.clone(), one_of: values.to_vec() });
        }
    }
}

/// What the values of a map are, if it is said.
fn rows_view<'a>(shape: &Shape<'a>) -> Option<View<'a>> {
    let additional: View = shape
        .flat
        .all("additionalProperties")
        .iter()
        .filter(|value| value.as_map().is_some_and(|map| !map.is_empty()))
        .copied()
        .collect();
    if !additional.is_empty() {
        return Some(additional);
    }
    let patterns = shape.flat.first("patternProperties")?.as_map()?;
    (patterns.len() == 1).then(|| patterns.values().collect())
}

fn has_texts(value: &Value) -> bool {
    value.is_null() || value.as_map().is_some_and(|map| map.values().all(|value| value.as_str().is_some()))
}

/// A row as the defaults have them.
fn guess_template(hint: Option<&Value>) -> Option<&Value> {
    let items = hint?.as_list()?;
    items.iter().max_by_key(|item| item.count()).filter(|_| guess::is_alike(items))
}

fn table(path: &Path, rows: Vec<Row>, blank: Row) -> Rows {
    let is_cell = |node: &Node| match node {
        Node::Field(field) => !matches!(field.kind, Kind::List(_) | Kind::Map(_)),
        Node::Group(_) => false,
    };
    let is_table = blank.nodes.len() <= MAX_COLUMNS && blank.nodes.iter().all(is_cell);
    let is_alike = |row: &Row| row.nodes.len() == blank.nodes.len() && row.nodes.iter().all(is_cell);
    let columns = if is_table && rows.iter().all(is_alike) {
        blank.nodes.iter().map(|node| node.label().to_owned()).collect()
    } else {
        Vec::new()
    };
    Rows { rows, blank: Box::new(blank), columns, name: Part::Rows.name(path) }
}
