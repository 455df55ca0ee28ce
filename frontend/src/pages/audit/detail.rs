//! The details of an event as rows to read: what changed from what to what, and what else is written down. Words come
//! from the domain where it has them: for amounts, and for what a class says.

use crate::parts::stages::capitalized;
use domain::class::{ClassSpec, SpecChange, SpecLine};
use domain::{Quota, Resource};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

/// In the order they are read in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Detail {
    /// Only what differs.
    pub changes: Vec<SpecChange>,
    pub facts: Vec<SpecLine>,
    /// A whole class, line by line.
    pub class: Vec<SpecLine>,
}

impl Detail {
    pub fn read(detail: &Value) -> Self {
        let Value::Object(fields) = detail else { return Self { facts: lines("value", detail), ..Self::default() } };
        let mut fields = fields.clone();
        Self {
            changes: [differences(&mut fields), take(&mut fields, "changes").unwrap_or_default()].concat(),
            class: take::<ClassSpec>(&mut fields, "spec").map(|spec| spec.lines()).unwrap_or_default(),
            facts: facts(&fields),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.facts.is_empty() && self.class.is_empty()
    }
}

/// What is of this shape; anything else stays where it is, to be read as it comes.
fn take<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Option<T> {
    let read = serde_json::from_value(fields.get(name)?.clone()).ok()?;
    fields.remove(name);
    Some(read)
}

/// `before` beside `after`; a revised request says `ask` for what it is from now on.
fn differences(fields: &mut Map<String, Value>) -> Vec<SpecChange> {
    let later = if fields.contains_key("after") { "after" } else { "ask" };
    if fields.get("before").is_none_or(|before| before.is_null()) || !fields.contains_key(later) {
        return Vec::new();
    }
    let side = |value: Option<Value>| {
        let mut lines = Vec::new();
        value.iter().for_each(|value| walk("", value, Amounts::Apart, &mut lines));
        lines
    };
    let (was, is) = (side(fields.remove("before")), side(fields.remove(later)));
    let said = |lines: &[SpecLine], what: &str| lines.iter().find(|line| line.what == what).map(|l| l.says.clone());
    let gone = was.iter().filter(|line| said(&is, &line.what).is_none());
    let changes = is.iter().chain(gone).map(|SpecLine { what, .. }| SpecChange {
        what: what.clone(),
        before: said(&was, what),
        after: said(&is, what),
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// What begins to be there is said without a word about before and after.
fn facts(fields: &Map<String, Value>) -> Vec<SpecLine> {
    let is_new = !fields.contains_key("before");
    let name = |name: &str| if is_new && name == "after" { String::new() } else { name.to_owned() };
    fields.iter().filter(|(_, value)| !value.is_null()).flat_map(|(key, value)| lines(&name(key), value)).collect()
}

fn lines(name: &str, value: &Value) -> Vec<SpecLine> {
    let mut lines = Vec::new();
    walk(name, value, Amounts::Together, &mut lines);
    lines
}

/// Whether a quota is one line or one for each resource.
#[derive(Clone, Copy)]
enum Amounts {
    Together,
    Apart,
}

fn walk(path: &str, value: &Value, amounts: Amounts, lines: &mut Vec<SpecLine>) {
    // A list of numbers would be read as one, too.
    if value.is_object()
        && let Ok(quota) = serde_json::from_value::<Quota>(value.clone())
    {
        return match amounts {
            Amounts::Together => lines.push(line(path, quota.describe())),
            Amounts::Apart => {
                lines.extend(Resource::ALL.map(|r| line(&under(path, r.title()), r.format(quota.get(r)))))
            }
        };
    }
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            inner.iter().for_each(|(key, value)| walk(&under(path, key), value, amounts, lines));
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            let named = items.iter().enumerate().map(|(place, item)| (name_of(item, place), item));
            named.for_each(|(name, item)| walk(&under(path, &name), item, amounts, lines));
        }
        value => lines.push(line(path, format_value(path, value))),
    }
}

/// Steps are kept apart like this until they are words.
const STEP: char = '\u{1f}';

fn under(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}{STEP}{key}") }
}

/// An item of a list goes by its name, if it has one, so that one more does not move the others.
fn name_of(item: &Value, place: usize) -> String {
    let name = item.get("name").and_then(Value::as_str).map(str::to_owned);
    name.unwrap_or_else(|| (place + 1).to_string())
}

fn line(path: &str, says: String) -> SpecLine {
    let words: Vec<_> = path.split(STEP).map(words).collect();
    SpecLine { what: capitalized(&words.join(" · ")), says }
}

/// What people call a field: amounts without their unit, everything else without underscores.
fn words(key: &str) -> String {
    if let Some(resource) = Resource::ALL.into_iter().find(|resource| resource.field() == key) {
        return resource.title().to_owned();
    }
    key.trim_end_matches("_bytes").replace("cpu_m", "CPU").replace('_', " ")
}

fn format_value(path: &str, value: &Value) -> String {
    let amount_of = |resource: Resource, n: &Number| n.as_u64().map_or_else(|| n.to_string(), |n| resource.format(n));
    match value {
        Value::Number(n) if path.ends_with("cpu_m") => amount_of(Resource::Cpu, n),
        Value::Number(n) if path.ends_with("_bytes") => amount_of(Resource::Memory, n),
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| format_value("", item)).collect::<Vec<_>>().join(", ")
        }
        Value::Array(_) | Value::Object(_) => "none".to_owned(),
        Value::Number(n) => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(lines: &[SpecLine]) -> Vec<(&str, &str)> {
        lines.iter().map(|line| (line.what.as_str(), line.says.as_str())).collect()
    }

    fn quota(cpu_m: u64) -> Value {
        json!({"cpu_m": cpu_m, "memory_bytes": 4_u64 << 30, "storage_bytes": 0, "pods": 20})
    }

    fn change(what: &str, before: Option<&str>, after: Option<&str>) -> SpecChange {
        SpecChange { what: what.into(), before: before.map(Into::into), after: after.map(Into::into) }
    }

    #[test]
    fn what_is_inside_is_named_by_the_way_to_it() {
        let detail = Detail::read(&json!({
            "grant": quota(2000),
            "of": {"groups": ["a", "b"], "is_known": true, "kept_for": null, "most_memory_bytes": 1_u64 << 30},
            "steps": [{"name": "apply", "tries": 2}, {"tries": 1}],
        }));
        let lines = [
            ("Grant", "2 CPU, 4 GiB memory, 20 pods"),
            ("Of · groups", "a, b"),
            ("Of · is known", "yes"),
            ("Of · kept for", "none"),
            ("Of · most memory", "1 GiB"),
            ("Steps · apply · name", "apply"),
            ("Steps · apply · tries", "2"),
            ("Steps · 2 · tries", "1"),
        ];
        assert_eq!(said(&detail.facts), lines);
    }

    #[test]
    fn only_what_differs_stands_beside_what_it_was() {
        let detail = Detail::read(&json!({
            "before": {"title": "Payments", "limits": {"quota": quota(4000)}, "cost_centre": "12"},
            "after": {"title": "Payments", "limits": {"quota": quota(6000)}},
        }));
        assert_eq!(
            detail.changes,
            [change("Limits · quota · CPU", Some("4"), Some("6")), change("Cost centre", Some("12"), None)]
        );
        assert_eq!(detail.facts, []);
    }

    #[test]
    fn what_begins_has_no_before() {
        let detail = Detail::read(&json!({"after": {"title": "Payments"}}));
        assert_eq!((detail.changes.len(), said(&detail.facts)), (0, vec![("Title", "Payments")]));
    }

    #[test]
    fn a_class_is_said_in_its_own_words() {
        let spec = ClassSpec { title: "Standard".into(), ..ClassSpec::blank() };
        let changes = spec.changes_since(&ClassSpec::blank());
        let detail = Detail::read(&json!({"version": 2, "note": null, "spec": spec, "changes": changes}));
        assert_eq!(
            (said(&detail.facts), &detail.class, &detail.changes),
            (vec![("Version", "2")], &spec.lines(), &changes)
        );
    }
}
