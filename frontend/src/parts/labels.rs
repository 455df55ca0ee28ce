//! What forms call their fields, and what is wrong with one as a phrase. A summary says what stands beside the field on its
//! page; the titles here are for the form of a class, which says them, and where there is no such field on the page.

use domain::Resource;
use domain::class::{Counted, Loosening, PRICED};
use leptos::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Labels of the fields of the page that is being rendered, by name, as its context.
#[derive(Clone, Default)]
pub(crate) struct Labels(Arc<Mutex<BTreeMap<String, String>>>);

/// Each field says what it is called.
pub(crate) fn note(field: &str, label: &str) {
    if let Some(Labels(labels)) = use_context() {
        labels.lock().unwrap_or_else(PoisonError::into_inner).insert(field.to_owned(), label.to_owned());
    }
}

/// What the page calls a field. Known once its form is made: whoever asks is rendered last.
pub(crate) fn of(field: &str) -> String {
    let labels = use_context::<Labels>();
    let noted =
        labels.and_then(|Labels(labels)| labels.lock().unwrap_or_else(PoisonError::into_inner).get(field).cloned());
    noted.unwrap_or_else(|| title(field).into_owned())
}

/// A field's name and its trouble as one phrase: `Name: is missing` reads as `Name is missing`.
pub(crate) fn phrase(label: &str, message: &str) -> String {
    if label.is_empty() {
        return message.to_owned();
    }
    let is_word = !label.contains(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let name = if is_word { label.to_owned() } else { format!("\u{201c}{label}\u{201d}") };
    if goes_on(message) { format!("{name} {message}") } else { format!("{name}: {message}") }
}

/// Whether the message goes on from the field's name: `is missing`.
pub(crate) fn goes_on(message: &str) -> bool {
    matches!(message.split_whitespace().next(), Some("is" | "must" | "has" | "was" | "cannot"))
}

/// What forms call a field of theirs. A field in a row or group has the name of that in front: `sizes.0.cpu_m`.
pub(crate) fn title(field: &str) -> Cow<'_, str> {
    match field.split_once('.') {
        Some(("sizes", rest)) => {
            let (place, name) = rest.split_once('.').unwrap_or((rest, ""));
            let nth = place.parse::<usize>().map_or(0, |place| place + 1);
            format!("Size {nth}: {}", in_row(name)).into()
        }
        Some(("ceiling", name)) => format!("Custom: {}", in_row(name)).into(),
        Some(("roles", "viewer")) => "Viewers".into(),
        Some(("roles", "developer")) => "Developers".into(),
        Some(("roles", "owner")) => "Owners".into(),
        Some(("guardrails", name)) => of_guardrails(name).into(),
        Some((_, name)) => plain_title(name).into(),
        None => plain_title(field).into(),
    }
}

fn in_row(name: &str) -> &str {
    if name == "name" { name } else { plain_title(name) }
}

fn of_guardrails(name: &str) -> &str {
    let (group, last) = name.split_once('.').unwrap_or(("", name));
    let objects = Counted::ALL.into_iter().find(|kind| kind.as_str() == last).map(Counted::title);
    let allowed = Loosening::ALL.into_iter().find(|what| what.as_str() == last).map(Loosening::title);
    match group {
        "objects" => objects.unwrap_or(last),
        "allows" => allowed.unwrap_or(last),
        _ => plain_title(last),
    }
}

fn plain_title(field: &str) -> &str {
    if let Some(resource) = Resource::of_field(field) {
        return resource.title();
    }
    if let Some(priced) = PRICED.iter().find(|priced| priced.field == field) {
        return priced.title;
    }
    match field {
        "team" => "Team",
        "cluster" => "Cluster",
        "class" => "Class",
        "name" => "Name",
        "size" => "Size",
        "purpose" => "Purpose",
        "comment" | "reason" | "text" => "Comment",
        "why" => "Reason",
        "quota" => "Quota",
        "acknowledge_below_use" => "Confirmation",
        "grant" => "Grant",
        "scope" => "Scope",
        "days" => "Days",
        "title" => "Title",
        "summary" => "Summary",
        "sizes" => "Sizes",
        "clusters" => "Only on these clusters",
        "environment" => "Environment",
        "pod_security" => "Pod security",
        "pod_security_version" => "Pod security version",
        "network" => "Pods may connect to",
        "roles" => "Roles",
        "request_cpu_m" => "Default CPU request",
        "limit_cpu_m" => "Default CPU limit",
        "request_memory_bytes" => "Default memory request",
        "limit_memory_bytes" => "Default memory limit",
        "min_cpu_m" => "Minimum CPU per container",
        "max_cpu_m" => "Maximum CPU per container",
        "min_memory_bytes" => "Minimum memory per container",
        "max_memory_bytes" => "Maximum memory per container",
        "lifetime_days" => "Lifetime in days",
        "overcommit_percent" => "Overcommit in percent",
        "per_person" => "Automatic for each person",
        "per_team" => "Automatic for each team",
        "cluster_percent" => "Automatic part of a cluster for each team, in percent",
        "groups_prefix" => "Group prefix",
        "users_prefix" => "User prefix",
        "oidc.issuer" => "Identity provider for kubectl",
        "oidc.client_id" => "OIDC client ID of kubectl",
        "kubeconfig" => "Kubeconfig",
        "currency" => "Currency",
        "category" => "Category",
        "owner" => "Owner",
        "documentation" => "Documentation",
        "teams" => "Teams",
        "classes" => "Classes",
        "environments" => "Environments",
        "risk" => "Risk",
        "approval" => "Who approves an install",
        "automatic" => "New versions",
        "channel" => "Channel",
        "archive" => "Archive of the chart",
        "overlay" => "As YAML",
        "q" => "Search the chart's values",
        "new_group" => "New group",
        "form" => "Form",
        "group_label" => "Label of the group",
        "group_help" => "Help of the group",
        "icon" => "Icon",
        "sunset_on" => "Sunset",
        "source" => "Versions come from",
        "chart" => "Chart",
        "version" => "Version",
        "kind" => "Kind",
        "address" => "Address",
        "charts" => "Charts",
        "ca" => "Certificate authorities",
        "auth" => "Signs in",
        "user" => "User name",
        "secret" => "Password or token",
        "credential_hosts" => "Other hosts that may have the credentials",
        "proof" => "Signatures",
        "keys" => "Public keys",
        "issuer" => "Issuer",
        "subject" => "Identity",
        "root" => "Trusted root",
        "block_reason" | "reopen_reason" => "Reason",
        "note" => "Release note",
        "copy_of" => "Start from",
        "namespaces" => "Namespaces",
        "context" => "Context",
        "confirm" => "Name of the namespace",
        "slug" => "Short name",
        "cost_centre" => "Cost centre",
        "description" => "Description",
        "owners" => "Groups of owners",
        "developers" => "Groups of developers",
        "viewers" => "Groups of viewers",
        "allows" => "Allowed exceptions",
        "tolerations" => "Taints that pods may tolerate",
        "priority_classes" => "Priority classes",
        "load_balancer_sources" => "Load balancers take traffic from",
        "ingress_hosts" => "Ingresses serve",
        "node_ports" => "Node ports besides those of load balancers",
        "devices" => "Devices and huge pages",
        "request_bytes" => "Default ephemeral storage request",
        "limit_bytes" => "Default ephemeral storage limit",
        "per_pod_bytes" => "Ephemeral storage per pod of the quota",
        "kubeconfig_file" => "File",
        "oidc_issuer" => "Identity provider for kubectl",
        "oidc_client_id" => "OIDC client ID of kubectl",
        "until" => "Expires on",
        "from" => "From",
        "to" => "To",
        "group" => "Group",
        "person" => "E-mail address",
        "role" => "Role",
        "what" => "Session or token",
        "uid" => "UID",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_and_its_trouble_read_as_one_phrase() {
        let said = |field: &str, message: &str| phrase(&title(field), message);
        assert_eq!(said("name", "is missing"), "Name is missing");
        assert_eq!(said("cpu_m", "use a whole number"), "CPU: use a whole number");
        assert_eq!(
            said("sizes.1.memory_bytes", "must be more than nothing"),
            "“Size 2: Memory” must be more than nothing"
        );
        assert_eq!(
            said("guardrails.node_ports", "must be less"),
            "“Node ports besides those of load balancers” must be less"
        );
        assert_eq!(phrase("Why?", "is missing"), "“Why?” is missing");
    }
}
