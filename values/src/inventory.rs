//! All values of a chart, to pick from.

use crate::chart::Chart;
use crate::document::Document;
use crate::form::{Field, Form, Group, Kind, Node};
use crate::overlay::{Context, Overlay};
use crate::path::Path;

/// A value that a chart has.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartValue {
    pub path: Path,
    /// `text`, `number`, `group`: what it is, for people.
    pub kind: &'static str,
    /// As it is shown; none where there is none, and of secrets.
    pub default: Option<String>,
    pub help: Option<String>,
    pub is_guessed: bool,
    /// Whether texts stand there, which need no quotes when they are typed.
    pub is_text: bool,
    pub is_secret: bool,
}

impl Chart {
    /// Every value that schema or defaults have, groups before what is in them. What is in rows of lists is not among them.
    pub fn inventory(&self) -> Vec<ChartValue> {
        let form = Form::of(self, &Overlay::default(), &Document::empty(), &Context::default());
        let mut found = Vec::new();
        collect(&form.nodes, &mut found);
        found
    }
}

fn collect(nodes: &[Node], found: &mut Vec<ChartValue>) {
    for node in nodes {
        match node {
            Node::Group(group) => {
                found.push(of_group(group));
                collect(&group.nodes, found);
            }
            Node::Field(field) => found.push(of_field(field)),
        }
    }
}

fn of_group(group: &Group) -> ChartValue {
    ChartValue {
        path: group.path.clone(),
        kind: "group",
        default: None,
        help: group.help.clone(),
        is_guessed: false,
        is_text: false,
        is_secret: false,
    }
}

fn of_field(field: &Field) -> ChartValue {
    ChartValue {
        path: field.path.clone(),
        kind: field.kind.name(),
        default: field.default.clone(),
        help: field.help.clone(),
        is_guessed: field.is_guessed,
        is_text: field.kind.is_text(),
        is_secret: field.is_secret(),
    }
}

impl Kind {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number => "number",
            Self::Integer => "whole number",
            Self::Switch => "switch",
            Self::Choice(_) => "choice",
            Self::Quantity { .. } => "quantity",
            Self::Secret => "secret",
            Self::Scalar { .. } => "simple value",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Yaml { .. } => "YAML",
        }
    }

    /// Whether only texts stand there.
    fn is_text(&self) -> bool {
        match self {
            Self::Text { .. } | Self::Quantity { .. } | Self::Secret => true,
            Self::Choice(choice) => choice.options.iter().all(|option| option.value.as_str().is_some()),
            Self::Number | Self::Integer | Self::Switch | Self::Scalar { .. } => false,
            Self::List(_) | Self::Map(_) | Self::Yaml { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_chart_is_there_with_its_default() {
        let values = "image: {tag: \"17\"}\nreplicas: 2\nauth: {password: hunter2}\nenv:\n  - {name: A, value: b}\n";
        let chart = Chart::read(values, None);
        let found = chart.inventory();
        let told: Vec<_> =
            found.iter().map(|value| (value.path.dotted(), value.kind, value.default.as_deref())).collect();
        let expected = [
            ("image", "group", None),
            ("image.tag", "text", Some("17")),
            ("replicas", "whole number", Some("2")),
            ("auth", "group", None),
            ("auth.password", "secret", None),
        ];
        assert_eq!(told[..5], expected.map(|(path, kind, default)| (path.to_owned(), kind, default)));
        assert_eq!(told.len(), 6);
    }
}
