//! Which values are secret: what entry and chart say, and what names tell. Their texts are shown nowhere.

use crate::chart::Chart;
use crate::form::is_secret_name;
use crate::overlay::Overlay;
use crate::path::Path;
use crate::value::Value;
use std::collections::BTreeSet;

/// The secret values of an entry.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// With all that stands in them.
    marked: Vec<Path>,
}

const STAND_IN: &str = "(hidden)";
const OTHER_STAND_IN: &str = "(hidden, another than before)";

impl Secrets {
    /// As the entry marks them, and its chart where it is known.
    pub fn of(overlay: &Overlay, chart: Option<&Chart>) -> Self {
        let own = chart.map(Chart::inventory).unwrap_or_default().into_iter().filter(|value| value.is_secret);
        Self { marked: overlay.secrets.iter().cloned().chain(own.map(|value| value.path)).collect() }
    }

    /// With those of the other, too.
    pub fn with(mut self, other: Self) -> Self {
        self.marked.extend(other.marked);
        self
    }

    fn is_marked(&self, path: &Path) -> bool {
        self.marked.iter().any(|marked| marked.covers(path))
    }

    fn is_secret(&self, path: &Path) -> bool {
        self.is_marked(path) || is_secret_name(path)
    }

    /// The texts of all that is secret in `values`, which stand at `path`; numbers as they are written.
    pub fn texts(&self, path: &Path, values: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.visit(path, values, &mut |text| {
            found.insert(text);
        });
        found
    }

    fn visit(&self, path: &Path, value: &Value, keep: &mut impl FnMut(String)) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) if self.is_marked(path) => keep(number.to_string()),
            Value::String(text) if self.is_secret(path) && !text.is_empty() => keep(text.clone()),
            Value::Number(_) | Value::String(_) => {}
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(&path.index(index), item, keep);
                }
            }
            Value::Map(entries) => {
                for (key, entry) in entries {
                    self.visit(&path.key(key), entry, keep);
                }
            }
        }
    }

    fn hide(&self, path: &Path, value: &mut Value, stand_in: &str) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(_) if self.is_marked(path) => *value = stand_in.into(),
            Value::String(text) if self.is_secret(path) && !text.is_empty() => *value = stand_in.into(),
            Value::Number(_) | Value::String(_) => {}
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.hide(&path.index(index), item, stand_in);
                }
            }
            Value::Map(entries) => {
                for (key, entry) in entries {
                    self.hide(&path.key(key), entry, stand_in);
                }
            }
        }
    }

    /// The entry's form without them. With `before`, what it was, it is said whether they are others.
    pub fn hidden(&self, overlay: &Overlay, before: Option<&Overlay>) -> Overlay {
        let all = |of: &Overlay| {
            let given = of.values_given();
            given.map(|(path, value)| (path.clone(), self.texts(path, value))).collect::<Vec<_>>()
        };
        let is_other = before.is_some_and(|before| all(before) != all(overlay));
        let stand_in = if is_other { OTHER_STAND_IN } else { STAND_IN };
        let mut hidden = overlay.clone();
        let defaults = hidden.defaults.iter_mut().map(|default| (&default.path, &mut default.value));
        let imposed = hidden.imposed.iter_mut().map(|imposed| (&imposed.path, &mut imposed.value));
        defaults.chain(imposed).for_each(|(path, value)| self.hide(path, value, stand_in));
        hidden
    }
}

impl Overlay {
    fn values_given(&self) -> impl Iterator<Item = (&Path, &Value)> {
        let defaults = self.defaults.iter().map(|default| (&default.path, &default.value));
        defaults.chain(self.imposed.iter().map(|imposed| (&imposed.path, &imposed.value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::{DefaultValue, Imposed};

    fn path(text: &str) -> Path {
        text.parse().expect("a path")
    }

    fn value(json: serde_json::Value) -> Value {
        serde_json::from_value(json).expect("a value")
    }

    fn overlay(pin: &str) -> Overlay {
        Overlay {
            imposed: vec![Imposed {
                path: path("/auth"),
                value: value(
                    serde_json::json!({"password": "hunter2", "user": "app", "pin": pin, "token": {"ttl": 5}}),
                ),
                note: String::new(),
                classes: vec![],
                environments: vec![],
            }],
            defaults: vec![DefaultValue {
                path: path("/users"),
                value: value(serde_json::json!([{"key": 1, "name": "a"}, {"key": 2, "name": "b"}])),
                classes: vec![],
                environments: vec![],
            }],
            secrets: vec![path("/auth/pin"), path("/users/#0/key")],
            ..Overlay::default()
        }
    }

    #[test]
    fn what_entry_chart_and_names_call_secret_is_hidden_and_nothing_else() {
        let chart = Chart::read(
            "vault: {seed: abcdef, size: 3}\n",
            Some(r#"{"properties": {"vault": {"properties": {"seed": {"type": "string", "writeOnly": true}}}}}"#),
        );
        let overlay = overlay("1234");
        let secrets = Secrets::of(&overlay, Some(&chart));
        let hidden = secrets.hidden(&overlay, None);
        let shown = serde_json::to_value((&hidden.imposed[0].value, &hidden.defaults[0].value)).expect("as JSON");
        let auth = serde_json::json!({"password": "(hidden)", "user": "app", "pin": "(hidden)", "token": {"ttl": 5}});
        let users = serde_json::json!([{"key": "(hidden)", "name": "a"}, {"key": "(hidden)", "name": "b"}]);
        assert_eq!(shown, serde_json::json!([auth, users]));
        let texts = secrets.texts(&Path::root(), &value(serde_json::json!({"vault": {"seed": "abcdef", "size": 3}})));
        assert_eq!(texts, ["abcdef".to_owned()].into());
    }

    #[test]
    fn whether_it_is_another_is_said_and_not_what() {
        let (before, after) = (overlay("1234"), overlay("4321"));
        let secrets = Secrets::of(&after, None);
        let hidden = secrets.hidden(&after, Some(&before));
        assert_eq!(hidden.imposed[0].value.member("pin").and_then(Value::as_str), Some(OTHER_STAND_IN));
        assert_ne!(secrets.hidden(&before, None), hidden);
    }
}
