//! Field by field: what an object should say and does not, and who has set what it says instead.
//!
//! In an object of Berth's own also what stands there beside the desired state differs: a rule more in a policy is as wrong as one less.
//! What Kubernetes and others rightly add is theirs: status, labels and annotations of their own, and what [`is_theirs`] names.

use domain::drift::Drift;
use domain::quantity::is_same;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::Value;
use std::fmt::Write;
use time::OffsetDateTime;

use super::{BERTH, INGRESS_CONTROLLER};

/// Labels and annotations that only Berth sets on its own objects.
const OWN_PREFIX: &str = "berth.dev/";

/// Where a value is in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Item(usize),
}

/// One value that is not as desired.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: Vec<Step>,
    /// None: nothing should be there.
    pub desired: Option<Value>,
    /// None: nothing is there.
    pub found: Option<Value>,
}

/// `is_whole` says that the object is Berth's own, so that what is too much differs, too.
pub fn differences(desired: &Value, found: &Value, is_whole: bool) -> Vec<Difference> {
    let mut looking = Looking { kind: desired["kind"].as_str().unwrap_or_default(), is_whole, all: Vec::new() };
    looking.compare(&mut Vec::new(), desired, Some(found));
    looking.all
}

/// Of what is too much, that which applying the desired state leaves there, as a merge patch which takes it away. Lists are replaced
/// as a whole when they are applied.
pub fn removal<'a>(differences: impl Iterator<Item = &'a Difference>) -> Option<Value> {
    let mut patch = Value::Null;
    for difference in differences.filter(|difference| difference.is_left_by_apply()) {
        let mut place = &mut patch;
        for step in &difference.path {
            let Step::Key(key) = step else { break };
            if !place.is_object() {
                *place = Value::Object(serde_json::Map::new());
            }
            place = &mut place[key.as_str()];
        }
        *place = Value::Null;
    }
    (!patch.is_null()).then_some(patch)
}

/// The value at a path, if there is one.
pub fn at<'a>(object: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(index) => value.get(index),
    })
}

/// The path as people write it: `spec.hard["requests.cpu"]`, `subjects[0].name`.
pub fn format_path(path: &[Step]) -> String {
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
    /// Somebody else's field beside Berth's: applying says nothing of it.
    pub fn is_left_by_apply(&self) -> bool {
        self.desired.is_none() && self.path.iter().all(|step| matches!(step, Step::Key(_)))
    }

    pub fn drift(&self, kind: &str, name: &str, managed: &[ManagedFieldsEntry]) -> Drift {
        let setter = setter(managed, &self.path);
        Drift {
            kind: kind.into(),
            name: name.into(),
            field: format_path(&self.path),
            desired: self.desired.as_ref().map(|desired| Drift::value(&text(desired))),
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

struct Looking<'a> {
    kind: &'a str,
    is_whole: bool,
    all: Vec<Difference>,
}

impl Looking<'_> {
    fn compare(&mut self, path: &mut Vec<Step>, desired: &Value, found: Option<&Value>) {
        match (desired, found) {
            (Value::Object(desired), Some(Value::Object(found))) => {
                for (key, value) in desired {
                    if !is_name(path, key) {
                        path.push(Step::Key(key.clone()));
                        self.compare(path, value, found.get(key));
                        path.pop();
                    }
                }
                self.find_extra(path, desired, found);
            }
            (Value::Array(desired), Some(Value::Array(found))) if desired.len() == found.len() => {
                for (index, (desired, found)) in desired.iter().zip(found).enumerate() {
                    path.push(Step::Item(index));
                    self.compare(path, desired, Some(found));
                    path.pop();
                }
            }
            // The API server leaves out what is empty.
            (Value::Array(desired), None) if desired.is_empty() => {}
            (Value::Object(desired), None) if desired.is_empty() => {}
            (Value::String(desired), Some(Value::String(found))) if is_amount(path) && is_same(desired, found) => {}
            (desired, found) if Some(desired) != found => {
                let (path, desired) = (path.clone(), Some(desired.clone()));
                self.all.push(Difference { path, desired, found: found.cloned() });
            }
            _ => {}
        }
    }

    fn find_extra(&mut self, path: &mut Vec<Step>, desired: &Map, found: &Map) {
        if !self.is_whole {
            return;
        }
        for (key, value) in found.iter().filter(|(key, value)| !desired.contains_key(*key) && !is_nothing(value)) {
            path.push(Step::Key(key.clone()));
            if !is_theirs(self.kind, path) {
                self.all.push(Difference { path: path.clone(), desired: None, found: Some(value.clone()) });
            } else if path.as_slice() == [Step::Key("metadata".into()), Step::Key("annotations".into())] {
                // None of Berth's are desired there.
                self.find_extra_in(path, value);
            }
            path.pop();
        }
    }

    fn find_extra_in(&mut self, path: &mut Vec<Step>, value: &Value) {
        if let Value::Object(found) = value {
            self.find_extra(path, &Map::new(), found);
        }
    }
}

type Map = serde_json::Map<String, Value>;

/// An empty value says the same as none, but in a selector, where it says "all".
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value == ""
}

/// What Kubernetes, a cluster's administrators and other controllers rightly add to an object of Berth's.
fn is_theirs(kind: &str, path: &[Step]) -> bool {
    let keys: Vec<_> = path.iter().map(|step| if let Step::Key(key) = step { key.as_str() } else { "" }).collect();
    match (kind, keys.as_slice()) {
        (_, ["metadata", "labels" | "annotations", key]) => !key.starts_with(OWN_PREFIX) || *key == INGRESS_CONTROLLER,
        (_, ["apiVersion" | "kind" | "status"] | ["metadata"] | ["metadata", _]) => true,
        // Its finalizers.
        ("Namespace", ["spec", ..]) => true,
        // Controllers put tokens and registries' secrets there, and so do teams.
        ("ServiceAccount", ["secrets" | "imagePullSecrets"]) => true,
        _ => false,
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

    fn said(desired: Value, found: Value) -> Vec<String> {
        differences(&desired, &found, true).iter().map(|difference| format_path(&difference.path)).collect()
    }

    #[test]
    fn what_others_added_is_no_difference() {
        let found = json!({"metadata": {"name": "x", "labels": {"a": "1", "theirs": "2"}}, "status": {"n": 1}});
        assert!(said(json!({"metadata": {"name": "x", "labels": {"a": "1"}}}), found).is_empty());
    }

    #[test]
    fn what_is_too_much_in_an_object_of_berths_differs_and_is_taken_away_where_applying_would_leave_it() {
        let desired = json!({"kind": "NetworkPolicy", "metadata": {"name": "x", "labels": {"a": "1"}},
            "spec": {"podSelector": {}, "egress": [{"ports": [{"port": 53}]}]}});
        let found = json!({"kind": "NetworkPolicy", "metadata": {"name": "x", "uid": "u", "labels": {"a": "1", "berth.dev/more": "1"},
            "annotations": {"berth.dev/x": "1", "theirs": "2"}}, "status": {},
            "spec": {"podSelector": {"matchLabels": {"only": "some"}}, "ingress": [{}], "egress": [{"ports": [{"port": 53, "endPort": 99}]}]}});
        let found = differences(&desired, &found, true);
        let mut fields: Vec<_> = found.iter().map(|difference| format_path(&difference.path)).collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "metadata.annotations[\"berth.dev/x\"]",
                "metadata.labels[\"berth.dev/more\"]",
                "spec.egress[0].ports[0].endPort",
                "spec.ingress",
                "spec.podSelector.matchLabels",
            ]
        );
        assert!(found.iter().all(|difference| difference.desired.is_none()));
        assert_eq!(
            removal(found.iter()),
            Some(json!({
                "metadata": {"labels": {"berth.dev/more": null}, "annotations": {"berth.dev/x": null}},
                "spec": {"ingress": null, "podSelector": {"matchLabels": null}},
            }))
        );
    }

    #[test]
    fn of_what_is_not_berths_only_what_berth_sets_counts() {
        let desired = json!({"kind": "ServiceAccount", "automountServiceAccountToken": false});
        let found = json!({"kind": "ServiceAccount", "automountServiceAccountToken": false, "more": 1});
        assert!(differences(&desired, &found, false).is_empty());
    }

    #[test]
    fn each_field_that_differs_is_named() {
        let desired = json!({"metadata": {"labels": {"app/x": "1"}}, "spec": {"hard": {"pods": "5"}, "ports": [{"port": 53}]},
            "roleRef": {"kind": "ClusterRole", "name": "berth-view"}});
        let found = json!({"metadata": {}, "spec": {"hard": {"pods": "9"}, "ports": [{"port": 54, "protocol": "TCP"}]},
            "roleRef": {"kind": "ClusterRole", "name": "admin"}});
        let mut fields = said(desired, found);
        fields.sort();
        assert_eq!(
            fields,
            ["metadata.labels", "roleRef.name", "spec.hard.pods", "spec.ports[0].port", "spec.ports[0].protocol"]
        );
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
