//! Controls that `baseline` asks for: what is known to break out of a container is forbidden.

use super::{Context, Finder, containers, contexts};
use crate::rendered::pod::PodTemplate;
use crate::rendered::value::{at, fields_at, is_set, items_at, text_at};
use serde_json::Value;

/// Capabilities that container runtimes give anyway, and that may be asked for.
const USUAL_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

const SAFE_SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

const SE_LINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
const PROBES: [[&str; 2]; 5] = [
    ["livenessProbe", ""],
    ["readinessProbe", ""],
    ["startupProbe", ""],
    ["lifecycle", "postStart"],
    ["lifecycle", "preStop"],
];

pub fn host_process(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in contexts(pod) {
        let value = context.security(&["windowsOptions", "hostProcess"]);
        if is_set(value) {
            found.add(&context, "securityContext.windowsOptions.hostProcess", value);
        }
    }
}

pub fn host_namespaces(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        let value = at(pod.spec, &[field]);
        if is_set(value) {
            found.add(&Context::pod(pod), field, value);
        }
    }
}

pub fn privileged(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in containers(pod) {
        let value = context.security(&["privileged"]);
        if is_set(value) {
            found.add(&context, "securityContext.privileged", value);
        }
    }
}

pub fn capabilities(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in containers(pod) {
        added_but(&USUAL_CAPABILITIES, &context, found);
    }
}

/// Notes each capability that is added and not one of `allowed`.
pub fn added_but(allowed: &[&str], context: &Context<'_>, found: &mut Finder<'_>) {
    let added = items_at(context.value, &["securityContext", "capabilities", "add"]).iter().enumerate();
    for (index, value) in added.filter(|(_, value)| !is_one_of(value, allowed)) {
        found.add(context, &format!("securityContext.capabilities.add[{index}]"), Some(value));
    }
}

fn is_one_of(value: &Value, allowed: &[&str]) -> bool {
    value.as_str().is_some_and(|text| allowed.contains(&text))
}

pub fn host_path_volumes(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for (path, volume) in pod.volumes() {
        if let Some(source) = at(volume, &["hostPath"]) {
            let context = Context { path, container: None, value: volume };
            found.add(&context, "hostPath", at(source, &["path"]).or(Some(source)));
        }
    }
}

pub fn host_ports(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in containers(pod) {
        for (index, port) in items_at(context.value, &["ports"]).iter().enumerate() {
            let value = at(port, &["hostPort"]);
            if value.is_some_and(|value| value.as_f64() != Some(0.0)) {
                found.add(&context, &format!("ports[{index}].hostPort"), value);
            }
        }
    }
}

pub fn host_probes(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in containers(pod) {
        for probe in PROBES {
            for action in ["httpGet", "tcpSocket"] {
                let path: Vec<&str> =
                    probe.into_iter().chain([action, "host"]).filter(|name| !name.is_empty()).collect();
                let value = at(context.value, &path);
                if value.is_some_and(|value| value.as_str() != Some("")) {
                    found.add(&context, &path.join("."), value);
                }
            }
        }
    }
}

pub fn app_armor(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in contexts(pod) {
        let profile = at(context.value, &["securityContext", "appArmorProfile"]);
        if profile.is_some_and(|profile| !is_profile(text_at(profile, &["type"]))) {
            let value = context.security(&["appArmorProfile", "type"]);
            found.add(&context, "securityContext.appArmorProfile.type", value);
        }
    }
    let context = Context { path: pod.metadata_path.clone(), container: None, value: pod.metadata };
    for (key, value) in fields_at(pod.metadata, &["annotations"]) {
        let is_allowed = |text: &str| matches!(text, "" | "runtime/default") || text.starts_with("localhost/");
        if key.starts_with(APP_ARMOR_ANNOTATION) && !value.as_str().is_some_and(is_allowed) {
            found.add(&context, &format!("annotations[{key}]"), Some(value));
        }
    }
}

/// Of AppArmor and of seccomp.
pub fn is_profile(kind: Option<&str>) -> bool {
    matches!(kind, Some("RuntimeDefault" | "Localhost"))
}

pub fn se_linux(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in contexts(pod) {
        for field in ["type", "user", "role"] {
            let allowed: &[&str] = if field == "type" { &SE_LINUX_TYPES } else { &[""] };
            let value = context.security(&["seLinuxOptions", field]);
            if value.is_some_and(|value| !is_one_of(value, allowed)) {
                found.add(&context, &format!("securityContext.seLinuxOptions.{field}"), value);
            }
        }
    }
}

pub fn proc_mount(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    if !pod.has_user_namespace() {
        unmasked_proc(pod, found);
    }
}

pub fn unmasked_proc(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in containers(pod) {
        let value = context.security(&["procMount"]);
        if value.is_some_and(|value| value.as_str() != Some("Default")) {
            found.add(&context, "securityContext.procMount", value);
        }
    }
}

pub fn seccomp(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for context in contexts(pod) {
        forbidden_seccomp(&context, found);
    }
}

/// Notes a profile that is none, and says whether there is one at all.
pub fn forbidden_seccomp(context: &Context<'_>, found: &mut Finder<'_>) -> bool {
    let Some(profile) = context.security(&["seccompProfile"]) else { return false };
    if !is_profile(text_at(profile, &["type"])) {
        found.add(context, "securityContext.seccompProfile.type", at(profile, &["type"]));
    }
    true
}

pub fn sysctls(pod: &PodTemplate<'_>, found: &mut Finder<'_>) {
    for (index, sysctl) in items_at(pod.spec, &["securityContext", "sysctls"]).iter().enumerate() {
        let name = at(sysctl, &["name"]);
        if !name.is_some_and(|name| is_one_of(name, &SAFE_SYSCTLS)) {
            found.add(&Context::pod(pod), &format!("securityContext.sysctls[{index}].name"), name);
        }
    }
}
