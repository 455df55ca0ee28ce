//! On which line of a YAML file something stands, for mistakes that are found after it was read.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::fmt;

/// A file, each part with its line.
pub struct Lines(Spanned<Node>);

enum Node {
    Map(BTreeMap<String, Spanned<Node>>),
    List(Vec<Spanned<Node>>),
    Value(String),
}

/// By what an item of a list is named in a path.
const NAMES: [&str; 3] = ["slug", "name", "group"];

impl Lines {
    /// None where the file is no YAML.
    pub fn read(text: &str) -> Option<Self> {
        serde_saphyr::from_str(text).ok().map(Self)
    }

    /// The line of what a path leads to, or of the last part of it that there is: `teams[0].groups[1].role`,
    /// `teams.payments.limits.cpu_m`.
    pub fn of(&self, path: &str) -> u64 {
        let mut here = &self.0;
        for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
            match here.value.part(part) {
                Some(below) => here = below,
                None => break,
            }
        }
        here.referenced.line()
    }
}

impl Node {
    fn part(&self, name: &str) -> Option<&Spanned<Node>> {
        match self {
            Self::Map(parts) => parts.get(name),
            Self::List(items) => {
                let by_place = name.parse().ok().and_then(|place: usize| items.get(place));
                by_place.or_else(|| items.iter().find(|item| item.value.is_named(name)))
            }
            Self::Value(_) => None,
        }
    }

    fn is_named(&self, name: &str) -> bool {
        NAMES.iter().any(|key| matches!(self.part(key), Some(Spanned { value: Node::Value(text), .. }) if text == name))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            parts.insert(key, value);
        }
        Ok(Node::Map(parts))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Value(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Value(String::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_line_by_place_and_by_name() {
        let text = "# teams\nteams:\n- slug: payments\n  title: Payments\n  limits:\n    cpu_m: 1\n- slug: orders\n  groups:\n  - group: a\n    role: owner\n";
        let lines = Lines::read(text).expect("is YAML");
        for (path, line) in [
            ("teams[0].title", 4),
            ("teams.payments.limits.cpu_m", 6),
            ("teams.payments.limits.pods", 6),
            ("teams[1].groups[0].role", 10),
            ("teams.orders.groups", 9),
            ("teams.search", 3),
        ] {
            assert_eq!(lines.of(path), line, "{path}");
        }
    }
}
