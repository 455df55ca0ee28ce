//! What a namespace may reach beyond itself: nothing, but what its class allows. The API server keeps it for whoever makes
//! an object, a controller for somebody too. What was there before stays: it is not looked at until it changes.
//!
//! Each policy reads the annotation [`ALLOWS`] of the namespace, which nobody but Berth and administrators can change.

use super::policies::{CREATE, IS_CONTROLLER, UPDATE, in_ours, policy, refuse_unless, rule, variable};
use crate::cluster::ALLOWS;
use crate::cluster::allowed::{HOST, NODE_PORTS, PRIORITY_CLASS, SOURCE_RANGE, TOLERATION, word};
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{
    ParamKind, ParamRef, ValidatingAdmissionPolicy, Validation, Variable,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

pub const PODS: &str = "berth-pods";
pub const PRIORITIES: &str = "berth-priorities";
pub const SERVICES: &str = "berth-services";
pub const INGRESSES: &str = "berth-ingresses";
pub const CLAIMS: &str = "berth-claims";

/// How external-dns is told which names to make.
const DNS_NAMES: &str = "external-dns.alpha.kubernetes.io/hostname";

pub fn policies(ask: &str) -> [ValidatingAdmissionPolicy; 5] {
    [pods(ask), priorities(ask), services(ask), ingresses(ask), claims(ask)]
}

/// Every priority class of the cluster is looked at, one after the other: only it says whether it is the default, which
/// pods have without naming it.
pub fn every_priority_class() -> ParamRef {
    ParamRef {
        selector: Some(LabelSelector::default()),
        parameter_not_found_action: Some("Allow".into()),
        ..ParamRef::default()
    }
}

/// Past the scheduler, past taints, and between pods of others.
fn pods(ask: &str) -> ValidatingAdmissionPolicy {
    let of = |kind: &str, how: &str| {
        format!("object.?spec.?affinity.?{kind}.?{how}DuringSchedulingIgnoredDuringExecution.orValue([])")
    };
    let kinds = ["podAffinity", "podAntiAffinity"];
    let required = kinds.map(|kind| of(kind, "required")).join(" + ");
    let preferred = kinds.map(|kind| of(kind, "preferred")).join(" + ");
    let variables = vec![
        allows(),
        variable("required", &required),
        variable("preferred", &format!("({preferred}).map(weighted, weighted.podAffinityTerm)")),
    ];
    let node = format!(
        "request.operation == 'UPDATE' || object.?spec.?nodeName.orValue('') == '' || {}",
        is_allowed(Loosening::NodeNames)
    );
    let tolerations = format!(
        "{} || '{TOLERATION}:*' in variables.allows || object.?spec.?tolerations.orValue([]).all(toleration, \
         has(toleration.key) && (toleration.key.startsWith('node.kubernetes.io/') || toleration.key == 'nvidia.com/gpu' \
         || ('{TOLERATION}:' + toleration.key) in variables.allows))",
        same("spec.?tolerations")
    );
    let affinity = format!(
        "{} || {} || (variables.required + variables.preferred).all(term, !has(term.namespaceSelector) \
         && term.?namespaces.orValue([]).all(name, name == request.namespace))",
        same("spec.?affinity"),
        is_allowed(Loosening::CrossNamespaceAffinity)
    );
    let validations = vec![
        refuse_unless(&node, format!("a pod does not say on which node it runs; use a nodeSelector, or {ask}")),
        refuse_unless(
            &tolerations,
            format!("a pod tolerates only conditions of nodes, GPUs and taints that its class names; for more, {ask}"),
        ),
        refuse_unless(
            &affinity,
            format!("affinity and anti-affinity are to pods of the same namespace; for others, {ask}"),
        ),
    ];
    policy(PODS, in_ours(vec![rule("", "pods", &[CREATE, UPDATE])]), variables, validations)
}

/// Pods of a higher priority evict those of others.
fn priorities(ask: &str) -> ValidatingAdmissionPolicy {
    let class = format!(
        "object.?spec.?priorityClassName.orValue('') != params.metadata.name || params.?globalDefault.orValue(false) \
         || ('{PRIORITY_CLASS}:' + params.metadata.name) in variables.allows"
    );
    let validations = vec![refuse_unless(
        &class,
        format!("a pod has the priority classes that its namespace's class names, and no others; for another, {ask}"),
    )];
    let mut policy = policy(PRIORITIES, in_ours(vec![rule("", "pods", &[CREATE])]), vec![allows()], validations);
    if let Some(spec) = &mut policy.spec {
        let (api_version, kind) = (Some("scheduling.k8s.io/v1".into()), Some("PriorityClass".into()));
        spec.param_kind = Some(ParamKind { api_version, kind });
    }
    policy
}

/// Addresses, names and ports that are not the namespace's.
fn services(ask: &str) -> ValidatingAdmissionPolicy {
    let is = |kind: &str| format!("object.?spec.?type.orValue('') == '{kind}'");
    let validations = vec![
        refuse_unless(
            &format!(
                "{} || object.?spec.?externalIPs.orValue([]).size() == 0 || {}",
                same("spec.?externalIPs"),
                is_allowed(Loosening::ExternalIps)
            ),
            format!("a Service takes no external IPs: they could be anybody's; {ask}"),
        ),
        refuse_unless(
            &format!(
                "!({}) || ({} && {}) || {}",
                is("ExternalName"),
                same("spec.?type"),
                same("spec.?externalName"),
                is_allowed(Loosening::ExternalNames)
            ),
            format!("a Service is not of type ExternalName: it could stand for a host inside the cluster; {ask}"),
        ),
        refuse_unless(
            &format!("!({}) || {} || '{NODE_PORTS}' in variables.allows", is("NodePort"), same("spec.?type")),
            format!("a Service is not of type NodePort here; {ask}"),
        ),
        refuse_unless(
            &format!(
                "{} || (({} || object.?spec.?loadBalancerIP.orValue('') == '') \
                 && variables.annotations.all(key, !key.lowerAscii().matches('loadbalancer-?ips?$|lb-?ipam.*ips$') \
                 || (key in variables.oldAnnotations && variables.oldAnnotations[key] == variables.annotations[key])))",
                is_allowed(Loosening::LoadBalancerAddresses),
                same("spec.?loadBalancerIP"),
            ),
            format!("a load balancer does not choose its address; {ask}"),
        ),
        refuse_unless(
            &format!(
                "!({}) || !variables.allows.exists(word, word.startsWith('{SOURCE_RANGE}:')) \
                 || ({} && {}) || (object.?spec.?loadBalancerSourceRanges.orValue([]).size() > 0 \
                 && object.spec.loadBalancerSourceRanges.all(range, ('{SOURCE_RANGE}:' + range) in variables.allows))",
                is("LoadBalancer"),
                same("spec.?type"),
                same("spec.?loadBalancerSourceRanges"),
            ),
            format!("a load balancer names its loadBalancerSourceRanges, of those that its class names; {ask}"),
        ),
        dns_names(ask),
    ];
    policy(SERVICES, in_ours(vec![rule("", "services", &[CREATE, UPDATE])]), served(), validations)
}

/// What an ingress controller would do for the whole cluster.
fn ingresses(ask: &str) -> ValidatingAdmissionPolicy {
    let unbound = is_allowed(Loosening::UnboundIngresses);
    let hosts = format!(
        "{unbound} || {} || (!has(object.spec.defaultBackend) && object.?spec.?rules.orValue([]).all(rule, \
         rule.?host.orValue('') != '' && (variables.hosts.size() == 0 ? !rule.host.startsWith('*') : {})))",
        same("spec"),
        serves("rule.host")
    );
    let unchanged = "(key in variables.oldAnnotations && variables.oldAnnotations[key] == variables.annotations[key])";
    let snippets = format!(
        "{unbound} || variables.annotations.all(key, !(key.endsWith('-snippet') || key.endsWith('-snippets')) || {unchanged})"
    );
    let secrets = format!(
        "variables.annotations.all(key, !key.endsWith('-secret') || !variables.annotations[key].contains('/') \
         || variables.annotations[key].startsWith(request.namespace + '/') || {unchanged})"
    );
    let validations = vec![
        refuse_unless(
            &hosts,
            format!("an Ingress names its hosts, without wildcards and of those that its class names; {ask}"),
        ),
        refuse_unless(
            &snippets,
            format!("an Ingress puts no text of its own into the controller's configuration; {ask}"),
        ),
        refuse_unless(&secrets, format!("an Ingress names Secrets of its own namespace only; {ask}")),
        dns_names(ask),
    ];
    let constraints = in_ours(vec![rule("networking.k8s.io", "ingresses", &[CREATE, UPDATE])]);
    policy(INGRESSES, constraints, served(), validations)
}

/// A claim gets a new volume, never one that is there already. The controller writes into it which one it got.
fn claims(ask: &str) -> ValidatingAdmissionPolicy {
    let volume = format!(
        "{} || {} || object.?spec.?volumeName.orValue('') == '' \
         || (request.operation == 'UPDATE' && ({IS_CONTROLLER}))",
        is_allowed(Loosening::VolumeNames),
        same("spec.?volumeName")
    );
    let source = format!(
        "{} || {} || object.?spec.?dataSourceRef.?namespace.orValue('') in ['', request.namespace]",
        is_allowed(Loosening::VolumeNames),
        same("spec.?dataSourceRef")
    );
    let validations = vec![
        refuse_unless(&volume, format!("a volume claim does not name its volume: it could be anybody's; {ask}")),
        refuse_unless(&source, format!("a volume claim is filled from its own namespace only; {ask}")),
    ];
    let constraints = in_ours(vec![rule("", "persistentvolumeclaims", &[CREATE, UPDATE])]);
    policy(CLAIMS, constraints, vec![allows()], validations)
}

/// Names that external-dns makes are hosts, too: only those that the class names.
fn dns_names(ask: &str) -> Validation {
    let rule = format!(
        "{} || !('{DNS_NAMES}' in variables.annotations) || ('{DNS_NAMES}' in variables.oldAnnotations \
         && variables.oldAnnotations['{DNS_NAMES}'] == variables.annotations['{DNS_NAMES}']) \
         || variables.annotations['{DNS_NAMES}'].split(',').all(name, {})",
        is_allowed(Loosening::UnboundIngresses),
        serves("name.trim()")
    );
    refuse_unless(&rule, format!("names in DNS are of the hosts that the class names; {ask}"))
}

fn served() -> Vec<Variable> {
    let map = |object: &str| format!("{object} == null ? {{}} : {object}.?metadata.?annotations.orValue({{}})");
    let hosts = format!(
        "variables.allows.filter(word, word.startsWith('{HOST}:')).map(word, word.substring({}))",
        HOST.len() + 1
    );
    vec![
        allows(),
        variable("hosts", &hosts),
        variable("annotations", &map("object")),
        variable("oldAnnotations", &map("oldObject")),
    ]
}

/// Whether a host is one of those that the class names.
fn serves(host: &str) -> String {
    format!("variables.hosts.exists(own, own.startsWith('*.') ? {host}.endsWith(own.substring(1)) : {host} == own)")
}

fn allows() -> Variable {
    let said = format!("namespaceObject.?metadata.?annotations[?'{ALLOWS}'].orValue('').split(' ')");
    variable("allows", &said)
}

fn is_allowed(what: Loosening) -> String {
    format!("'{}' in variables.allows", word(what))
}

/// Whether a field is what it was before.
fn same(field: &str) -> String {
    format!("(oldObject != null && object.?{field} == oldObject.?{field})")
}
