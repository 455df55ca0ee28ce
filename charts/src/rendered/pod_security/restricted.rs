//! Controls that `restricted` asks for besides: what a container does not need is taken from it.

use super::baseline::{added_but, forbidden_seccomp, unmasked_proc};
use super::{Context, Finder, containers};
use crate::rendered::pod::PodTemplate;
use crate::rendered::value::{at, fields_at, items_at};
use serde_json::Value;

/// Kinds of volumes that hold nothing of the node or of somebody's network. One that says nothing is an `emptyDir`.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

pub fn volume_types(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for (path, volume) in pod.volumes() {
        let context = Context { path, container: None, value: volume };
        for (kind, source) in fields_at(volume, &[]) {
            if kind != "name" && !source.is_null() && !VOLUMES.contains(&kind.as_str()) {
                found.add(&context, kind, Some(source));
            }
        }
    }
}

pub fn privilege_escalation(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    if pod.is_windows() {
        return;
    }
    for context in containers(pod) {
        let value = context.security(&["allowPrivilegeEscalation"]);
        if value != Some(&Value::Bool(false)) {
            found.add(&context, "securityContext.allowPrivilegeEscalation", value);
        }
    }
}

pub fn run_as_non_root(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    const FIELD: &str = "securityContext.runAsNonRoot";
    if pod.has_user_namespace() {
        return;
    }
    let is_true = |value: Option<&Value>| value == Some(&Value::Bool(true));
    let whole = Context::pod(pod);
    let of_pod = whole.security(&["runAsNonRoot"]);
    if of_pod.is_some() && !is_true(of_pod) {
        found.add(&whole, FIELD, of_pod);
    }
    for context in containers(pod) {
        let value = context.security(&["runAsNonRoot"]);
        if !is_true(value.or(of_pod)) && (value.is_some() || of_pod.is_none()) {
            found.add(&context, FIELD, value);
        }
    }
}

pub fn run_as_user(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    if pod.has_user_namespace() {
        return;
    }
    let is_somebody = |value: &Value| value.as_i64().is_some_and(|user| user != 0);
    for context in super::contexts(pod) {
        let value = context.security(&["runAsUser"]);
        if value.is_some_and(|value| !is_somebody(value)) {
            found.add(&context, "securityContext.runAsUser", value);
        }
    }
}

pub fn seccomp(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    if pod.is_windows() {
        return;
    }
    let whole = Context::pod(pod);
    let has_one_for_all = forbidden_seccomp(&whole, found);
    for context in containers(pod) {
        let has_own = forbidden_seccomp(&context, found);
        if !has_own && !has_one_for_all {
            found.add(&context, "securityContext.seccompProfile", None);
        }
    }
}

pub fn capabilities(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    if pod.is_windows() {
        return;
    }
    for context in containers(pod) {
        let dropped = items_at(context.value, &["securityContext", "capabilities", "drop"]);
        if !dropped.iter().any(|capability| capability == "ALL") {
            let value = at(context.value, &["securityContext", "capabilities", "drop"]);
            found.add(&context, "securityContext.capabilities.drop", value);
        }
        added_but(&["NET_BIND_SERVICE"], &context, found);
    }
}

pub fn proc_mount(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    unmasked_proc(pod, found);
}
