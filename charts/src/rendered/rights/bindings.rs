//! Who has a role, and how far it reaches.

use super::Reach;
use crate::rendered::object::{Object, ObjectRef};
use crate::rendered::value::{at, fields_at, items_at, text_at, word_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const GROUP: &str = "rbac.authorization.k8s.io";
const AGGREGATED_TO: [&str; 3] = [
    "rbac.authorization.k8s.io/aggregate-to-admin",
    "rbac.authorization.k8s.io/aggregate-to-edit",
    "rbac.authorization.k8s.io/aggregate-to-view",
];
/// Of one role; nobody writes so many.
const MOST_SELECTORS: usize = 20;
/// Roles that are made of roles that are made of roles: no deeper than that.
const DEEPEST: usize = 5;

/// A role that somebody gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub object: ObjectRef,
    /// `ClusterRole`, `Role`
    pub role_kind: String,
    pub role: String,
    /// Whether the role is not the chart's: what it allows is not known here.
    pub is_role_elsewhere: bool,
    pub subjects: Vec<Subject>,
}

/// Who gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// `ServiceAccount`, `User`, `Group`
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
}

fn roles(objects: &[Object]) -> impl Iterator<Item = &Object> {
    objects.iter().filter(|object| object.is(GROUP, "ClusterRole") || object.is(GROUP, "Role"))
}

fn binding_objects(objects: &[Object]) -> impl Iterator<Item = &Object> {
    objects.iter().filter(|object| object.is(GROUP, "ClusterRoleBinding") || object.is(GROUP, "RoleBinding"))
}

pub fn bindings(objects: &[Object]) -> Vec<Binding> {
    binding_objects(objects).map(|object| binding(object, objects)).collect()
}

fn binding(object: &Object, objects: &[Object]) -> Binding {
    let subject = |value: &Value| Subject {
        kind: word_at(value, &["kind"]).unwrap_or_default(),
        namespace: word_at(value, &["namespace"]),
        name: word_at(value, &["name"]).unwrap_or_default(),
    };
    Binding {
        object: object.id.clone(),
        role_kind: word_at(&object.value, &["roleRef", "kind"]).unwrap_or_default(),
        role: word_at(&object.value, &["roleRef", "name"]).unwrap_or_default(),
        is_role_elsewhere: !roles(objects).any(|role| is_bound(role, object)),
        subjects: items_at(&object.value, &["subjects"]).iter().map(subject).collect(),
    }
}

fn is_bound(role: &Object, binding: &Object) -> bool {
    let of_role = |field| text_at(&binding.value, &["roleRef", field]);
    let is_same = of_role("kind") == Some(&role.id.kind) && of_role("name") == Some(&role.id.name);
    is_same && (role.id.kind == "ClusterRole" || role.id.namespace == binding.id.namespace)
}

/// Each role of the chart with how far it reaches at most.
pub fn reaches(objects: &[Object]) -> Vec<(&Object, Reach)> {
    let own = |role: &Object| {
        let bindings = binding_objects(objects).filter(|binding| is_bound(role, binding));
        let bound = bindings.map(|binding| match binding.id.kind.as_str() {
            "ClusterRoleBinding" => Reach::Cluster,
            _ => Reach::Namespace,
        });
        let for_everybody = is_for_everybody(role).then_some(Reach::Aggregated);
        bound.chain(for_everybody).min().unwrap_or(Reach::Unbound)
    };
    let mut reaches: Vec<(&Object, Reach)> = roles(objects).map(|role| (role, own(role))).collect();
    let whole: Vec<(&Object, Vec<&Value>)> = roles(objects).map(|role| (role, selectors(role))).collect();
    for _ in 0..DEEPEST {
        let before = reaches.clone();
        for (part, reach) in &mut reaches {
            // The rights of a part are those of the whole, too.
            let takers =
                whole.iter().zip(&before).filter(|((_, selectors), _)| selectors.iter().any(|s| selects(s, part)));
            *reach = takers.map(|(_, (_, reach))| *reach).fold(*reach, Reach::min);
        }
        if before.iter().map(|(_, reach)| reach).eq(reaches.iter().map(|(_, reach)| reach)) {
            break;
        }
    }
    reaches
}

fn is_for_everybody(role: &Object) -> bool {
    let mut labels = fields_at(&role.value, &["metadata", "labels"]);
    labels.any(|(key, value)| AGGREGATED_TO.contains(&key.as_str()) && value == "true")
}

fn selectors(role: &Object) -> Vec<&Value> {
    items_at(&role.value, &["aggregationRule", "clusterRoleSelectors"]).iter().take(MOST_SELECTORS).collect()
}

/// Expressions are taken to select everything.
fn selects(selector: &Value, role: &Object) -> bool {
    let label = |key: &String| at(&role.value, &["metadata", "labels", key]);
    role.id.kind == "ClusterRole" && fields_at(selector, &["matchLabels"]).all(|(key, value)| label(key) == Some(value))
}
