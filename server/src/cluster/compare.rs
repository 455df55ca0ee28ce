//! Field by field: what an object should say and does not, and who has set what it says instead.
//!
//! Only what Berth wishes is compared. What others have added beside it is theirs.

use domain::drift::Drift;
use domain::quantity::is_same;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::Value;
use std::fmt::Write;
use time::OffsetDateTime;

use super::BERTH;

/// Where a value is in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Item(usize),
}

/// One value that is not as wished.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: Vec<Step>,
    pub wished: Value,
    /// None: nothing is there.
    pub found: Option<Value>,
}

pub fn differences(wished: &Value, found: &Value) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(&mut Vec::new(), wished, Some(found), &mut all);
    all
}

/// The value at a path, if there is one.
pub fn at<'a>(object: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(index) => value.get(index),
    })
}

/// The path as people write it: `spec.hard["requests.cpu"]`, `subjects[0].name`.
pub fn say(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if key.contains(['.', '/']) => write!(text, "[{key:?}]"),
            Step::Key(key) if text.is_empty() => write!(text, "{key}"),
            Step::Key(key) => write!(text, ".{key}"),
            Step::Item(index) => write!(text, "[{index}]"),
        }
        .expect("texts can be written to");
    }
    text
}

/// Who set the value at a path last, other than Berth.
pub fn setter<'a>(managed: &'a [ManagedFieldsEntry], path: &[Step]) -> Option<&'a ManagedFieldsEntry> {
    let others = managed.iter().filter(|entry| entry.manager.as_deref() != Some(BERTH));
    others
        .filter(|entry| entry.fields_v1.as_ref().is_some_and(|fields| owns(&fields.0, path)))
        .max_by_key(|e| set_at(e))
}

pub fn set_at(entry: &ManagedFieldsEntry) -> Option<OffsetDateTime> {
    let time = entry.time.as_ref()?;
    OffsetDateTime::from_unix_timestamp_nanos(time.0.as_nanosecond()).ok()
}

impl Difference {
    pub fn drift(&self, kind: &str, name: &str, managed: &[ManagedFieldsEntry]) -> Drift {
        let setter = setter(managed, &self.path);
        Drift {
            kind: kind.into(),
            name: name.into(),
            field: say(&self.path),
            wished: Some(Drift::value(&text(&self.wished))),
            found: self.found.as_ref().map(|found| Drift::value(&text(found))),
            manager: setter.and_then(manager),
            changed_at: setter.and_then(set_at),
        }
    }
}

/// As programs call themselves, at most 128 characters of any kind.
pub fn manager(entry: &ManagedFieldsEntry) -> Option<String> {
    entry.manager.as_deref().map(|manager| domain::text::shown(manager, domain::text::LONGEST_NAME))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn compare(path: &mut Vec<Step>, wished: &Value, found: Option<&Value>, all: &mut Vec<Difference>) {
    match (wished, found) {
        (Value::Object(wished), Some(Value::Object(found))) => {
            for (key, value) in wished {
                if !is_name(path, key) {
                    path.push(Step::Key(key.clone()));
                    compare(path, value, found.get(key), all);
                    path.pop();
                }
            }
        }
        (Value::Array(wished), Some(Value::Array(found))) if wished.len() == found.len() => {
            for (index, (wished, found)) in wished.iter().zip(found).enumerate() {
                path.push(Step::Item(index));
                compare(path, wished, Some(found), all);
                path.pop();
            }
        }
        // The API server leaves out what is empty.
        (Value::Array(wished), None) if wished.is_empty() => {}
        (Value::Object(wished), None) if wished.is_empty() => {}
        (Value::String(wished), Some(Value::String(found))) if is_amount(path) && is_same(wished, found) => {}
        (wished, found) if Some(wished) != found => {
            all.push(Difference { path: path.clone(), wished: wished.clone(), found: found.cloned() });
        }
        _ => {}
    }
}

/// Kubernetes writes amounts its own way: `1000` as `1k`.
fn is_amount(path: &[Step]) -> bool {
    let amounts = ["hard", "default", "defaultRequest", "min", "max"];
    matches!(path, [.., Step::Key(of), Step::Key(_)] if amounts.contains(&of.as_str()))
}

/// Says which object it is, not what it should be.
fn is_name(path: &[Step], key: &str) -> bool {
    match path {
        [] => matches!(key, "apiVersion" | "kind"),
        [Step::Key(metadata)] if metadata == "metadata" => matches!(key, "name" | "namespace"),
        _ => false,
    }
}

/// Fields are written as `f:KEY` within each other; lists are one field for us
/// (<https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>).
fn owns(fields: &Value, path: &[Step]) -> bool {
    match path {
        [] | [Step::Item(_), ..] => true,
        [Step::Key(key), rest @ ..] => match fields.get(format!("f:{key}")) {
            Some(inner) if inner.as_object().is_some_and(serde_json::Map::is_empty) => true,
            Some(inner) => owns(inner, rest),
            None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(wished: Value, found: Value) -> Vec<String> {
        differences(&wished, &found).iter().map(|difference| say(&difference.path)).collect()
    }

    #[test]
    fn what_others_added_is_no_difference() {
        let found = json!({"metadata": {"name": "x", "labels": {"a": "1", "theirs": "2"}}, "status": {"n": 1}});
        assert!(said(json!({"metadata": {"name": "x", "labels": {"a": "1"}}}), found).is_empty());
    }

    #[test]
    fn each_field_that_differs_is_named() {
        let wished = json!({"metadata": {"labels": {"app/x": "1"}}, "spec": {"hard": {"pods": "5"}, "ports": [{"port": 53}]},
            "roleRef": {"kind": "ClusterRole", "name": "berth-view"}});
        let found = json!({"metadata": {}, "spec": {"hard": {"pods": "9"}, "ports": [{"port": 54, "protocol": "TCP"}]},
            "roleRef": {"kind": "ClusterRole", "name": "admin"}});
        let mut fields = said(wished, found);
        fields.sort();
        assert_eq!(fields, ["metadata.labels", "roleRef.name", "spec.hard.pods", "spec.ports[0].port"]);
    }

    #[test]
    fn amounts_differ_by_what_they_are_and_not_by_how_they_are_written() {
        let quota = |pods: &str| json!({"spec": {"hard": {"pods": pods}}});
        assert!(said(quota("1000"), quota("1k")).is_empty());
        assert_eq!(said(quota("1000"), quota("1001")), ["spec.hard.pods"]);
        let limits = |cpu: &str| json!({"spec": {"limits": [{"default": {"cpu": cpu}}]}});
        assert!(said(limits("0.5"), limits("500m")).is_empty());
        assert_eq!(
            said(json!({"metadata": {"labels": {"a": "1000"}}}), json!({"metadata": {"labels": {"a": "1k"}}})).len(),
            1
        );
    }

    #[test]
    fn lists_of_another_length_differ_as_a_whole() {
        assert_eq!(
            said(json!({"subjects": [{"name": "a"}]}), json!({"subjects": [{"name": "a"}, {"name": "b"}]})),
            ["subjects"]
        );
        assert!(said(json!({"spec": {"ingress": []}}), json!({"spec": {}})).is_empty());
    }

    #[test]
    fn who_set_a_field_last_is_found_and_berth_is_not_who_is_looked_for() {
        let managed: Vec<ManagedFieldsEntry> = serde_json::from_value(json!([
            {"manager": "berth", "operation": "Apply", "time": "2026-11-21T08:00:00Z", "fieldsV1": {"f:spec": {"f:hard": {"f:pods": {}}}}},
            {"manager": "early", "operation": "Update", "time": "2026-11-21T08:00:00Z", "fieldsV1": {"f:spec": {"f:hard": {"f:pods": {}}}}},
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-21T09:00:00Z", "fieldsV1": {"f:spec": {"f:hard": {"f:pods": {}}}}},
            {"manager": "labels", "operation": "Update", "time": "2026-11-21T09:30:00Z", "fieldsV1": {"f:metadata": {"f:labels": {"f:a/b": {}}}}},
            {"manager": "lists", "operation": "Update", "time": "2026-11-21T09:30:00Z", "fieldsV1": {"f:subjects": {}}},
        ]))
        .expect("are entries");
        let key = |key: &str| Step::Key(key.into());
        let who = |path: &[Step]| setter(&managed, path).and_then(|entry| entry.manager.clone());
        assert_eq!(who(&[key("spec"), key("hard"), key("pods")]).as_deref(), Some("kubectl-edit"));
        assert_eq!(who(&[key("metadata"), key("labels"), key("a/b")]).as_deref(), Some("labels"));
        assert_eq!(who(&[key("subjects"), Step::Item(0), key("name")]).as_deref(), Some("lists"));
        assert_eq!(who(&[key("spec"), key("hard"), key("limits.cpu")]), None);
    }
}
