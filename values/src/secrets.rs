//! Which values are secret: what entry and chart say, and what names tell. They are told only to those who set them.

use crate::chart::Chart;
use crate::form::is_secret_name;
use crate::overlay::Overlay;
use crate::path::{Path, Segment};
use crate::schema::Schema;
use crate::value::Value;

/// The secret values of an entry.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// With all that stands in them.
    marked: Vec<Path>,
    patterns: Vec<Pattern>,
}

/// A path of which some steps are any key or row.
type Pattern = Vec<Option<String>>;

/// What stands for them.
const STAND_INS: [&str; 2] = ["(hidden)", "(hidden, another than before)"];
/// Steps of a schema that are followed, and how deep.
const MOST_STEPS: usize = 50_000;
const DEEPEST: usize = 40;

impl Secrets {
    /// As the entry marks them, and the versions of its chart.
    pub fn of(overlay: &Overlay, charts: &[Chart]) -> Self {
        let schemas = charts.iter().filter_map(|chart| chart.schema.as_ref());
        Self { marked: overlay.secrets.clone(), patterns: schemas.flat_map(patterns).collect() }
    }

    /// With those of the other, too.
    pub fn with(mut self, other: Self) -> Self {
        self.marked.extend(other.marked);
        self.patterns.extend(other.patterns);
        self
    }

    fn is_secret(&self, path: &Path) -> bool {
        self.marked.iter().any(|marked| marked.covers(path))
            || self.patterns.iter().any(|pattern| is_within(path, pattern))
            || is_secret_name(path)
    }

    /// Whether any of `value`, which stands at `path`, is.
    pub fn are_in(&self, path: &Path, value: &Value) -> bool {
        let mut hidden = value.clone();
        self.hide(path, &mut hidden, STAND_INS[0]);
        hidden != *value
    }

    /// Whether an entry gives any.
    pub fn are_given(&self, overlay: &Overlay) -> bool {
        overlay.values_given().any(|(path, value)| self.are_in(path, value))
    }

    fn hide(&self, path: &Path, value: &mut Value, stand_in: &str) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::String(text) if text.is_empty() => {}
            Value::Number(_) | Value::String(_) => {
                if self.is_secret(path) {
                    *value = stand_in.into();
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.hide(&path.index(index), item, stand_in);
                }
            }
            Value::Map(entries) => {
                // As environment variables are written.
                let name = entries.get("name").and_then(Value::as_str).map(|name| Path::root().key(name));
                let is_named_secret = name.is_some_and(|name| is_secret_name(&name));
                for (key, entry) in entries {
                    match entry {
                        Value::Number(_) | Value::String(_) if is_named_secret && key == "value" => {
                            *entry = stand_in.into();
                        }
                        entry => self.hide(&path.key(key), entry, stand_in),
                    }
                }
            }
        }
    }

    /// The entry's form without them. With `before`, what it was, it is said whether they are others.
    pub fn hidden(&self, overlay: &Overlay, before: Option<&Overlay>) -> Overlay {
        let hidden = self.hidden_by(overlay, STAND_INS[0]);
        match before {
            // The same but for what is hidden.
            Some(before) if overlay != before && hidden == self.hidden_by(before, STAND_INS[0]) => {
                self.hidden_by(overlay, STAND_INS[1])
            }
            Some(_) | None => hidden,
        }
    }

    fn hidden_by(&self, overlay: &Overlay, stand_in: &str) -> Overlay {
        let mut hidden = overlay.clone();
        let defaults = hidden.defaults.iter_mut().map(|default| (&default.path, &mut default.value));
        let imposed = hidden.imposed.iter_mut().map(|imposed| (&imposed.path, &mut imposed.value));
        defaults.chain(imposed).for_each(|(path, value)| self.hide(path, value, stand_in));
        for field in &mut hidden.fields {
            field.choices.iter_mut().for_each(|choice| self.hide(&field.path, &mut choice.value, stand_in));
            for condition in &mut field.shown_when {
                condition.one_of.iter_mut().for_each(|value| self.hide(&condition.path, value, stand_in));
            }
        }
        hidden
    }
}

impl Overlay {
    fn values_given(&self) -> impl Iterator<Item = (&Path, &Value)> {
        let defaults = self.defaults.iter().map(|default| (&default.path, &default.value));
        defaults.chain(self.imposed.iter().map(|imposed| (&imposed.path, &imposed.value)))
    }

    /// Whether it gives what [`Secrets`] puts in place of values: it was written back by who may not read them.
    pub fn gives_stand_ins(&self) -> bool {
        fn holds(value: &Value) -> bool {
            match value {
                Value::String(text) => STAND_INS.contains(&text.as_str()),
                Value::List(items) => items.iter().any(holds),
                Value::Map(entries) => entries.values().any(holds),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            }
        }
        self.values_given().any(|(_, value)| holds(value))
    }
}

fn is_within(path: &Path, pattern: &Pattern) -> bool {
    let is_step = |(step, segment): (&Option<String>, &Segment)| match (step, segment) {
        (None, _) => true,
        (Some(name), Segment::Key(key)) => name == key,
        (Some(_), Segment::Index(_)) => false,
    };
    pattern.len() <= path.len() && pattern.iter().zip(path.segments()).all(is_step)
}

/// Where a schema says `writeOnly`, or that a password stands there.
fn patterns(schema: &Schema) -> Vec<Pattern> {
    let mut walk = Walk { schema, found: Vec::new(), n_left: MOST_STEPS };
    walk.follow(schema.root(), &Vec::new(), 0);
    walk.found
}

struct Walk<'a> {
    schema: &'a Schema,
    found: Vec<Pattern>,
    n_left: usize,
}

impl<'a> Walk<'a> {
    fn follow(&mut self, node: &'a Value, at: &Pattern, depth: usize) {
        let Some(n_left) = self.n_left.checked_sub(1).filter(|_| depth < DEEPEST) else { return };
        self.n_left = n_left;
        let Value::Map(keywords) = node else { return };
        let is = |keyword: &str, wanted: Value| keywords.get(keyword) == Some(&wanted);
        if is("writeOnly", Value::Bool(true)) || is("format", "password".into()) {
            self.found.push(at.clone());
            return;
        }
        let below = |step: Option<&str>| -> Pattern { at.iter().cloned().chain([step.map(str::to_owned)]).collect() };
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("properties", Value::Map(properties)) => {
                    for (name, property) in properties {
                        self.follow(property, &below(Some(name)), depth + 1);
                    }
                }
                ("patternProperties", Value::Map(properties)) => {
                    properties.values().for_each(|property| self.follow(property, &below(None), depth + 1));
                }
                ("items" | "prefixItems", Value::List(items)) => {
                    items.iter().for_each(|item| self.follow(item, &below(None), depth + 1));
                }
                ("items" | "additionalItems" | "additionalProperties" | "unevaluatedProperties" | "contains", one) => {
                    self.follow(one, &below(None), depth + 1);
                }
                ("allOf" | "anyOf" | "oneOf", Value::List(several)) => {
                    several.iter().for_each(|one| self.follow(one, at, depth + 1));
                }
                ("if" | "then" | "else", one) => self.follow(one, at, depth + 1),
                ("$ref", Value::String(reference)) => {
                    if let Some(target) = self.schema.resolve(reference) {
                        self.follow(target, at, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::{DefaultValue, Imposed, OverlayChoice, OverlayField};
    use serde_json::json;

    fn path(text: &str) -> Path {
        text.parse().expect("a path")
    }

    fn value(json: serde_json::Value) -> Value {
        serde_json::from_value(json).expect("a value")
    }

    fn imposing(at: &str, json: serde_json::Value) -> Overlay {
        let imposed =
            Imposed { path: path(at), value: value(json), note: String::new(), classes: vec![], environments: vec![] };
        Overlay { imposed: vec![imposed], ..Overlay::default() }
    }

    fn shown(secrets: &Secrets, at: &str, json: serde_json::Value) -> serde_json::Value {
        secrets.hidden(&imposing(at, json), None).imposed[0].value.to_json()
    }

    #[test]
    fn what_the_entry_marks_is_hidden_with_all_that_is_in_it_and_in_every_row() {
        let overlay = Overlay {
            defaults: vec![DefaultValue {
                path: path("/users"),
                value: value(json!([{"pin": 1, "name": "a"}, {"pin": 2, "name": "b"}])),
                classes: vec![],
                environments: vec![],
            }],
            fields: vec![OverlayField {
                path: path("/seed"),
                choices: vec![OverlayChoice { value: "red".into(), label: None }],
                ..OverlayField::default()
            }],
            secrets: vec![path("/users/#0/pin"), path("/seed")],
            ..Overlay::default()
        };
        let secrets = Secrets::of(&overlay, &[]);
        let hidden = secrets.hidden(&overlay, None);
        let users = json!([{"pin": "(hidden)", "name": "a"}, {"pin": "(hidden)", "name": "b"}]);
        assert_eq!(hidden.defaults[0].value.to_json(), users);
        assert_eq!(hidden.fields[0].choices[0].value, "(hidden)".into());
        assert_eq!(shown(&secrets, "/seed", json!({"a": [1, "b"]})), json!({"a": ["(hidden)", "(hidden)"]}));
    }

    #[test]
    fn what_a_schema_marks_is_hidden_wherever_it_says_so() {
        let schema = json!({
            "$defs": {"pin": {"type": "integer", "writeOnly": true}},
            "properties": {
                "seed": {"type": ["string", "integer"], "format": "password"},
                "vault": {"writeOnly": true, "properties": {"size": {"type": "integer"}}},
                "rows": {"items": {"properties": {"pin": {"$ref": "#/$defs/pin"}}}},
                "more": {"additionalProperties": {"anyOf": [{"type": "object"}, {"writeOnly": true}]}},
                "loop": {"$ref": "#"},
            },
        });
        let chart = Chart::read("", Some(&schema.to_string()));
        let secrets = Secrets::of(&Overlay::default(), &[chart]);
        let given = json!({
            "seed": 5, "vault": {"size": 3}, "rows": [{"pin": 4711, "id": 1}], "more": {"any": "x"}, "size": 3,
            "loop": {"loop": {"seed": "deep"}},
        });
        for (key, expected) in [
            ("seed", json!("(hidden)")),
            ("vault", json!({"size": "(hidden)"})),
            ("rows", json!([{"pin": "(hidden)", "id": 1}])),
            ("more", json!({"any": "(hidden)"})),
            ("loop", json!({"loop": {"seed": "(hidden)"}})),
            ("size", json!(3)),
        ] {
            assert_eq!(shown(&secrets, &format!("/{key}"), given[key].clone()), expected);
        }
    }

    #[test]
    fn names_tell_also_of_lists_and_of_variables() {
        let secrets = Secrets::default();
        assert_eq!(shown(&secrets, "/tokens", json!(["a", "b"])), json!(["(hidden)", "(hidden)"]));
        assert_eq!(
            shown(&secrets, "/auth", json!({"password": 12, "user": "app"})),
            json!({"password": "(hidden)", "user": "app"})
        );
        let env = json!([{"name": "DB_PASSWORD", "value": "x"}, {"name": "LEVEL", "value": "info"}]);
        let hidden = json!([{"name": "DB_PASSWORD", "value": "(hidden)"}, {"name": "LEVEL", "value": "info"}]);
        assert_eq!(shown(&secrets, "/env", env), hidden);
    }

    #[test]
    fn whether_it_is_another_is_said_and_not_what() {
        let (before, after) = (imposing("/password", json!("a")), imposing("/password", json!("b")));
        let secrets = Secrets::default();
        assert_eq!(secrets.hidden(&after, Some(&before)).imposed[0].value, STAND_INS[1].into());
        assert!(secrets.hidden(&after, Some(&before)).gives_stand_ins() && !after.gives_stand_ins());
        assert!(secrets.are_given(&after) && !secrets.are_given(&imposing("/size", json!(3))));
    }
}
