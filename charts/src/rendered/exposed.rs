//! What a chart opens, holds and takes besides what it runs: services, hosts, secrets, tokens, the node, webhooks.

use super::object::{Object, ObjectRef};
use super::pod::{self, PodTemplate};
use super::value::{at, is_set, items_at, number_at, short, shown, text_at, word_at, words_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// A Service that is more than a name in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceFacts {
    pub object: ObjectRef,
    pub kind: ServiceKind,
    pub ports: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    LoadBalancer,
    NodePort,
    /// A name in the cluster for a host outside of it.
    ExternalName,
    /// Takes what arrives at nodes for these addresses.
    ExternalIps,
}

/// An Ingress, or a route of the Gateway API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngressFacts {
    pub object: ObjectRef,
    /// `*` where a rule names none.
    pub hosts: Vec<String>,
    pub class: Option<String>,
    pub has_tls: bool,
}

/// A Secret of the chart, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFacts {
    pub object: ObjectRef,
    /// `Opaque` where nothing is said.
    pub kind: String,
}

/// As whom pods speak to Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub object: ObjectRef,
    /// `default` where none is named.
    pub account: String,
    pub token: TokenUse,
}

/// Whether the pods hold the token of their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenUse {
    Mounted,
    /// By a volume that asks for one, whatever the account says.
    Projected,
    None,
}

/// Something of the node that pods take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostUse {
    pub object: ObjectRef,
    /// `hostNetwork`, `hostPath`, `hostPort`, …
    pub field: String,
    pub value: String,
}

/// A webhook that the API server asks before it lets something in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFacts {
    pub object: ObjectRef,
    pub name: String,
    pub kind: WebhookKind,
    /// Whether nothing gets in while nobody answers.
    pub is_fail_closed: bool,
    /// `CREATE, UPDATE pods`
    pub asked_for: Vec<String>,
    /// Whether it is asked for every namespace.
    pub is_everywhere: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    Validating,
    Mutating,
}

const GATEWAY: &str = "gateway.networking.k8s.io";
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

pub fn services(objects: &[Object]) -> Vec<ServiceFacts> {
    objects.iter().filter(|object| object.is("", "Service")).filter_map(service).collect()
}

fn service(object: &Object) -> Option<ServiceFacts> {
    let kind = match text_at(&object.value, &["spec", "type"]) {
        Some("LoadBalancer") => ServiceKind::LoadBalancer,
        Some("NodePort") => ServiceKind::NodePort,
        Some("ExternalName") => ServiceKind::ExternalName,
        _ if !items_at(&object.value, &["spec", "externalIPs"]).is_empty() => ServiceKind::ExternalIps,
        _ => return None,
    };
    let ports = items_at(&object.value, &["spec", "ports"]).iter().filter_map(|port| number_at(port, &["port"]));
    Some(ServiceFacts { object: object.id.clone(), kind, ports: ports.collect() })
}

pub fn ingresses(objects: &[Object]) -> Vec<IngressFacts> {
    let is_route = |object: &&Object| {
        object.is("networking.k8s.io", "Ingress") || object.id.group() == GATEWAY && object.id.kind.ends_with("Route")
    };
    objects.iter().filter(is_route).map(ingress).collect()
}

fn ingress(object: &Object) -> IngressFacts {
    let spec = &object.value;
    let rules = items_at(spec, &["spec", "rules"]).iter();
    let of_rules = rules.map(|rule| word_at(rule, &["host"]).unwrap_or_else(|| "*".into()));
    let tls = items_at(spec, &["spec", "tls"]);
    let hosts: BTreeSet<String> = if object.id.group() == GATEWAY {
        words_at(spec, &["spec", "hostnames"]).into_iter().collect()
    } else {
        of_rules.chain(tls.iter().flat_map(|tls| words_at(tls, &["hosts"]))).collect()
    };
    let class = word_at(spec, &["spec", "ingressClassName"]);
    IngressFacts {
        object: object.id.clone(),
        hosts: if hosts.is_empty() { vec!["*".into()] } else { hosts.into_iter().collect() },
        class: class.or_else(|| object.annotation(INGRESS_CLASS).map(short)),
        has_tls: !tls.is_empty(),
    }
}

pub fn secrets(objects: &[Object]) -> Vec<SecretFacts> {
    let kind = |object: &Object| word_at(&object.value, &["type"]).unwrap_or_else(|| "Opaque".into());
    let secrets = objects.iter().filter(|object| object.is("", "Secret"));
    secrets.map(|object| SecretFacts { object: object.id.clone(), kind: kind(object) }).collect()
}

pub fn accounts(objects: &[Object]) -> Vec<Account> {
    pod::templates(objects).map(|pod| account(&pod, objects)).collect()
}

fn account(pod: &PodTemplate<'_>, objects: &[Object]) -> Account {
    let name = text_at(pod.spec, &["serviceAccountName"]).or_else(|| text_at(pod.spec, &["serviceAccount"]));
    let name = name.filter(|name| !name.is_empty()).unwrap_or("default");
    let is_it = |object: &&Object| object.is("", "ServiceAccount") && object.id.name == name;
    let of_account = objects.iter().find(is_it).and_then(|object| at(&object.value, &["automountServiceAccountToken"]));
    let is_mounted = at(pod.spec, &["automountServiceAccountToken"]).or(of_account) != Some(&Value::Bool(false));
    let token = match (is_mounted, has_projected_token(pod)) {
        (true, _) => TokenUse::Mounted,
        (false, true) => TokenUse::Projected,
        (false, false) => TokenUse::None,
    };
    Account { object: pod.object.id.clone(), account: short(name), token }
}

fn has_projected_token(pod: &PodTemplate<'_>) -> bool {
    let sources = pod.volumes().flat_map(|(_, volume)| items_at(volume, &["projected", "sources"]));
    sources.into_iter().any(|source| at(source, &["serviceAccountToken"]).is_some())
}

pub fn host_uses(objects: &[Object]) -> Vec<HostUse> {
    pod::templates(objects).flat_map(|pod| of_host(&pod)).collect()
}

fn of_host(pod: &PodTemplate<'_>) -> Vec<HostUse> {
    let mut uses: Vec<(&str, String)> = Vec::new();
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        let value = at(pod.spec, &[field]);
        if is_set(value) {
            uses.push((field, shown(value)));
        }
    }
    let paths = pod.volumes().filter_map(|(_, volume)| at(volume, &["hostPath"]));
    uses.extend(paths.map(|path| ("hostPath", shown(at(path, &["path"])))));
    for container in pod.containers() {
        let ports = items_at(container.value, &["ports"]).iter().filter_map(|port| at(port, &["hostPort"]));
        uses.extend(ports.filter(|port| port.as_f64() != Some(0.0)).map(|port| ("hostPort", shown(Some(port)))));
    }
    let object = &pod.object.id;
    uses.into_iter().map(|(field, value)| HostUse { object: object.clone(), field: field.into(), value }).collect()
}

pub fn webhooks(objects: &[Object]) -> Vec<WebhookFacts> {
    objects.iter().flat_map(of_configuration).collect()
}

fn of_configuration(object: &Object) -> Vec<WebhookFacts> {
    let kind = match (object.id.group(), object.id.kind.as_str()) {
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration") => WebhookKind::Validating,
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration") => WebhookKind::Mutating,
        _ => return Vec::new(),
    };
    let webhooks = items_at(&object.value, &["webhooks"]).iter();
    webhooks.map(|webhook| self::webhook(object, kind, webhook)).collect()
}

fn webhook(object: &Object, kind: WebhookKind, webhook: &Value) -> WebhookFacts {
    let asked_for = items_at(webhook, &["rules"]).iter().map(|rule| {
        format!("{} {}", words_at(rule, &["operations"]).join(", "), words_at(rule, &["resources"]).join(", "))
    });
    let is_empty = |selector: &Value| selector.as_object().is_some_and(serde_json::Map::is_empty);
    WebhookFacts {
        object: object.id.clone(),
        name: word_at(webhook, &["name"]).unwrap_or_default(),
        kind,
        is_fail_closed: text_at(webhook, &["failurePolicy"]) != Some("Ignore"),
        asked_for: asked_for.map(|text| short(&text)).collect(),
        is_everywhere: at(webhook, &["namespaceSelector"]).is_none_or(is_empty),
    }
}
