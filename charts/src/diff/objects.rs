//! Rendered objects, one by one. What every version changes and nobody reads, the chart's own labels, is kept apart.

use super::lines::{self, Lines};
use super::{Cuts, Limits};
use crate::rendered::{Object, ObjectRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectDifference {
    /// As it is now, or was.
    pub object: ObjectRef,
    pub change: ObjectChange,
    /// Of its YAML with sorted keys, without labels of the chart, with values of Secrets hidden.
    pub lines: Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectChange {
    Added,
    Removed,
    Changed,
    /// Nothing but labels and annotations that say which version of the chart made it.
    OnlyLabels,
}

/// Labels that charts give every object to say which version made it.
const CHART_LABELS: [&str; 6] = [
    "helm.sh/chart",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "chart",
    "heritage",
    "release-version",
];
/// What stands for the content of another object, which differs itself.
const DIGEST_ANNOTATIONS: [&str; 2] = ["checksum/", "checksum-"];
const METADATA: [&[&str]; 3] =
    [&["metadata"], &["spec", "template", "metadata"], &["spec", "jobTemplate", "spec", "template", "metadata"]];
const SECRET_FIELDS: [&str; 2] = ["data", "stringData"];

/// Kind, group, namespace, name, and which one of several with the same.
type Key<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, usize);

pub fn between(before: &[Object], after: &[Object], limits: &Limits, cuts: &mut Cuts) -> Vec<ObjectDifference> {
    let (before, after) = (by_key(before), by_key(after));
    let keys: BTreeSet<&Key<'_>> = before.keys().chain(after.keys()).collect();
    let mut differing: Vec<_> = keys
        .into_iter()
        .map(|key| (before.get(key).copied(), after.get(key).copied()))
        .filter_map(|(old, new)| change(old, new).map(|change| (change, old, new)))
        .collect();
    // What matters less is cut first.
    differing.sort_by_key(|(change, ..)| *change == ObjectChange::OnlyLabels);
    let mut n_left = limits.lines;
    let differences = cuts.shorten("objects", differing, limits.items).into_iter().filter_map(|(change, old, new)| {
        let (old_text, new_text) = texts(old, new);
        let lines = lines::between(&old_text, &new_text, limits.lines_of_one.min(n_left));
        n_left = n_left.saturating_sub(lines.n_lines());
        Some(ObjectDifference { object: new.or(old)?.id.clone(), change, lines })
    });
    differences.collect()
}

fn by_key(objects: &[Object]) -> BTreeMap<Key<'_>, &Object> {
    let mut by_key = BTreeMap::new();
    for object in objects {
        let id = &object.id;
        let key = |n| (id.kind.as_str(), id.group(), id.namespace.as_deref(), id.name.as_str(), n);
        let n = (0..).find(|n| !by_key.contains_key(&key(*n))).unwrap_or_default();
        by_key.insert(key(n), object);
    }
    by_key
}

/// None if they are the same.
fn change(old: Option<&Object>, new: Option<&Object>) -> Option<ObjectChange> {
    match (old, new) {
        (None, None) => None,
        (None, Some(_)) => Some(ObjectChange::Added),
        (Some(_), None) => Some(ObjectChange::Removed),
        (Some(old), Some(new)) if old.value == new.value => None,
        (Some(old), Some(new)) if without_labels(old) == without_labels(new) => Some(ObjectChange::OnlyLabels),
        (Some(_), Some(_)) => Some(ObjectChange::Changed),
    }
}

fn texts(old: Option<&Object>, new: Option<&Object>) -> (String, String) {
    let (mut old, mut new) = (old.map(without_labels), new.map(without_labels));
    hide_secrets(old.as_mut(), new.as_mut());
    (yaml(old), yaml(new))
}

fn yaml(value: Option<Value>) -> String {
    let Some(mut value) = value else { return String::new() };
    value.sort_all_objects();
    // What was read as YAML can be written as such; if not, it is shown in one line.
    serde_saphyr::to_string(&value).unwrap_or_else(|_| value.to_string())
}

fn without_labels(object: &Object) -> Value {
    let mut value = object.value.clone();
    for path in METADATA {
        let metadata = path.iter().try_fold(&mut value, |value, name| value.get_mut(*name));
        let Some(Value::Object(metadata)) = metadata else { continue };
        retain(metadata, "labels", |key| !CHART_LABELS.contains(&key));
        retain(metadata, "annotations", |key| !DIGEST_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix)));
    }
    value
}

fn retain(metadata: &mut Map<String, Value>, field: &str, is_kept: impl Fn(&str) -> bool) {
    let Some(Value::Object(entries)) = metadata.get_mut(field) else { return };
    entries.retain(|key, _| is_kept(key));
    if entries.is_empty() {
        metadata.remove(field);
    }
}

/// Only whether they differ is shown.
fn hide_secrets(old: Option<&mut Value>, new: Option<&mut Value>) {
    let is_secret = |value: &Value| value.get("kind") == Some(&"Secret".into());
    match (old, new) {
        (Some(old), Some(new)) if is_secret(old) || is_secret(new) => {
            for field in SECRET_FIELDS {
                let same: BTreeSet<String> = same_keys(old, new, field);
                hide(old, field, &same, "hidden, before");
                hide(new, field, &same, "hidden, after");
            }
        }
        (one, other) => {
            for value in [one, other].into_iter().flatten().filter(|value| is_secret(value)) {
                for field in SECRET_FIELDS {
                    hide(value, field, &BTreeSet::new(), "hidden");
                }
            }
        }
    }
}

fn same_keys(old: &Value, new: &Value, field: &str) -> BTreeSet<String> {
    let (Some(Value::Object(old)), Some(Value::Object(new))) = (old.get(field), new.get(field)) else {
        return BTreeSet::new();
    };
    old.iter().filter(|(key, value)| new.get(*key) == Some(value)).map(|(key, _)| key.clone()).collect()
}

fn hide(value: &mut Value, field: &str, same: &BTreeSet<String>, different: &str) {
    match value.get_mut(field) {
        None | Some(Value::Null) => {}
        Some(Value::Object(entries)) => {
            for (key, entry) in entries {
                *entry = if same.contains(key) { "hidden".into() } else { different.into() };
            }
        }
        Some(other) => *other = different.into(),
    }
}
