//! What a namespace may reach beyond itself: nothing, but what its class allows. The API server keeps it for whoever makes
//! an object, a controller for somebody too. An object that was there before stays: it is not looked at until it changes.
//! A workload does not: a Deployment keeps what its template says, but each new pod of it is an object that is made, so it
//! loses its pods one by one, to rollouts, evictions and nodes that go.
//!
//! Each policy reads the annotation [`ALLOWS`] of the namespace, which nobody but Berth and administrators can change.

use super::annotations::{self, certificates, dns_names, may_serve, networks, no_address, no_sources, of_controllers};
use super::policy::{
    CREATE, IS_CONTROLLER, UPDATE, allows, in_ours, is_allowed, policy, refuse_unless, rule, variable,
};
use super::policy_names::{CLAIMS, INGRESSES, PODS, PRIORITIES, SERVICES};
use crate::cluster::allowed::{DEVICE, NODE_PORTS, PRIORITY_CLASS, SOURCE_RANGE, TOLERATION};
use domain::class::Loosening;
use domain::quota::{OnNodes, Resource};
use k8s_openapi::api::admissionregistration::v1::{
    ParamKind, ParamRef, ValidatingAdmissionPolicy, Validation, Variable,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// The longest time that a pod may stay on a node that is lost. Kubernetes says 300 for pods that say nothing, unless the
/// API server is told otherwise: then no pod could be made where this is less.
const LOST_NODE_S: u32 = 3600;

/// Volumes that are of the namespace, or of the node for as long as the pod: those that pod security `restricted` knows,
/// and images.
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

/// Whether somebody may write the status of the object that is looked at: controllers.
const WRITES_STATUS: &str = "authorizer.group(request.resource.group).resource(request.resource.resource)\
     .subresource('status').namespace(request.namespace).name(request.name).check('update').allowed()";

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

const IS_PRIVILEGED: &str =
    "namespaceObject.?metadata.?labels[?'pod-security.kubernetes.io/enforce'].orValue('') == 'privileged'";

/// Past the scheduler, past taints, between pods of others, and to file systems that are anybody's.
fn pods(ask: &str) -> ValidatingAdmissionPolicy {
    let of = |kind: &str, how: &str| {
        format!("object.?spec.?affinity.?{kind}.?{how}DuringSchedulingIgnoredDuringExecution.orValue([])")
    };
    let kinds = ["podAffinity", "podAntiAffinity"];
    let required = kinds.map(|kind| of(kind, "required")).join(" + ");
    let preferred = kinds.map(|kind| of(kind, "preferred")).join(" + ");
    let mut variables = served();
    variables.extend([
        variable("required", &required),
        variable("preferred", &format!("({preferred}).map(weighted, weighted.podAffinityTerm)")),
        variable("isDaemon", &is_daemon()),
        variable("isPrivileged", IS_PRIVILEGED),
        variable("containers", "object.spec.containers + object.?spec.?initContainers.orValue([])"),
    ]);
    let node = format!(
        "request.operation == 'UPDATE' || object.?spec.?nodeName.orValue('') == '' || {}",
        is_allowed(Loosening::NodeNames)
    );
    let affinity = format!(
        "{} || {} || (variables.required + variables.preferred).all(term, !has(term.namespaceSelector) \
         && term.?namespaces.orValue([]).all(name, name == request.namespace))",
        same("spec.?affinity"),
        is_allowed(Loosening::CrossNamespaceAffinity)
    );
    let kinds = VOLUMES.map(|kind| format!("has(volume.{kind})")).join(" || ");
    let volumes = format!(
        "request.operation == 'UPDATE' || variables.isPrivileged || object.?spec.?volumes.orValue([]).all(volume, {kinds})"
    );
    let validations = vec![
        refuse_unless(&node, format!("a pod does not say on which node it runs; use a nodeSelector, or {ask}")),
        refuse_unless(
            &tolerations(),
            format!(
                "a pod tolerates lost nodes for a while, memory pressure, GPUs and taints that its class names; for more, \
                 {ask}"
            ),
        ),
        refuse_unless(
            &affinity,
            format!("affinity and anti-affinity are to pods of the same namespace; for others, {ask}"),
        ),
        refuse_unless(&volumes, format!("a pod mounts no file system by its address; use a volume claim, or {ask}")),
        refuse_unless(
            &devices(),
            format!(
                "a pod asks for GPUs of the quota, and devices and huge pages that its class names; for others, {ask}"
            ),
        ),
        refuse_unless(&no_hosts(), "probes and lifecycle hooks ask the pod itself: they name no host".into()),
        networks(ask),
        dns_names(ask),
    ];
    policy(PODS, in_ours(vec![rule("", "pods", &[CREATE, UPDATE])]), variables, validations)
}

/// What no quota counts is asked for by nobody. Later changes of a pod's resources are of CPU and memory only.
/// <https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-for-extended-resources>
fn devices() -> String {
    // Every node has its own; devices that the quota counts, some.
    let devices = Resource::ALL.into_iter().filter_map(|resource| match resource.on_nodes() {
        OnNodes::Sometimes(name) => Some(name),
        OnNodes::Always(_) | OnNodes::Never => None,
    });
    let names = ["cpu", "memory", "ephemeral-storage"].into_iter().chain(devices);
    let names: Vec<_> = names.map(|name| format!("'{name}'")).collect();
    let is_counted = format!("name in [{}] || ('{DEVICE}:' + name) in variables.allows", names.join(", "));
    // Charts write 0 for what is not asked for.
    let all = |of: &str| {
        let amounts = |which: &str| {
            let is_none = format!("string({of}.resources.{which}[name]) == '0'");
            format!("{of}.?resources.?{which}.orValue({{}}).all(name, {is_counted} || {is_none})")
        };
        format!("{} && {}", amounts("limits"), amounts("requests"))
    };
    format!(
        "request.operation == 'UPDATE' || (variables.containers.all(container, {}) && {})",
        all("container"),
        all("object.spec")
    )
}

/// Else the kubelet would ask others for somebody, past network policies. Pod security knows this from v1.34 on, and
/// classes name older versions, too.
fn no_hosts() -> String {
    let is_own = |of: &str| {
        let host = |how: &str| format!("container.?{of}.?{how}.?host.orValue('') == ''");
        format!("{} && {}", host("httpGet"), host("tcpSocket"))
    };
    let asked = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.?postStart", "lifecycle.?preStop"];
    format!(
        "request.operation == 'UPDATE' || variables.isPrivileged || variables.containers.all(container, {})",
        asked.map(is_own).join(" && ")
    )
}

/// What Kubernetes adds by itself, GPUs, and what the class names. Who may stay on a node that is cordoned or in trouble
/// holds up whoever looks after it.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions>
fn tolerations() -> String {
    let effect = |effect: &str| format!("toleration.?effect.orValue('') == '{effect}'");
    let (no_execute, no_schedule) = (effect("NoExecute"), effect("NoSchedule"));
    let is_lost = "toleration.key in ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']";
    let in_trouble = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable", "network-unavailable"]
        .map(|condition| format!("'node.kubernetes.io/{condition}'"))
        .join(", ");
    format!(
        "{} || '{TOLERATION}:*' in variables.allows || object.?spec.?tolerations.orValue([]).all(toleration, \
         has(toleration.key) && (toleration.key == 'nvidia.com/gpu' \
         || ('{TOLERATION}:' + toleration.key) in variables.allows \
         || ({is_lost} && {no_execute} && (variables.isDaemon || (has(toleration.tolerationSeconds) \
         && toleration.tolerationSeconds <= {LOST_NODE_S}))) \
         || (toleration.key == 'node.kubernetes.io/memory-pressure' && {no_schedule}) \
         || (variables.isDaemon && toleration.key in [{in_trouble}] && {no_schedule})))",
        same("spec.?tolerations")
    )
}

/// Whether the controller of DaemonSets makes it: it adds tolerations of its own.
fn is_daemon() -> String {
    format!(
        "({IS_CONTROLLER}) && object.?metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == 'DaemonSet' \
         && owner.?controller.orValue(false))"
    )
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
    let mut validations = vec![
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
        addresses(ask),
        refuse_unless(
            &format!(
                "!({}) || !variables.allows.exists(word, word.startsWith('{SOURCE_RANGE}:')) \
                 || ({} && (({} && {}) || (object.?spec.?loadBalancerSourceRanges.orValue([]).size() > 0 \
                 && object.spec.loadBalancerSourceRanges.all(range, ('{SOURCE_RANGE}:' + range) in variables.allows))))",
                is("LoadBalancer"),
                no_sources(),
                same("spec.?type"),
                same("spec.?loadBalancerSourceRanges"),
            ),
            format!("a load balancer names its loadBalancerSourceRanges, of those that its class names; {ask}"),
        ),
    ];
    validations.extend(of_controllers(ask));
    policy(SERVICES, in_ours(vec![rule("", "services", &[CREATE, UPDATE])]), served(), validations)
}

/// What an ingress controller would do for the whole cluster.
fn ingresses(ask: &str) -> ValidatingAdmissionPolicy {
    let unbound = is_allowed(Loosening::UnboundIngresses);
    let hosts = format!(
        "{unbound} || {} || (!has(object.spec.defaultBackend) && object.?spec.?rules.orValue([]).all(rule, \
         rule.?host.orValue('') != '' && {}))",
        same("spec"),
        may_serve("rule.host")
    );
    // From the hosts of `tls`, cert-manager makes certificates, and external-dns names.
    let certified = format!(
        "{unbound} || (({} || object.?spec.?tls.orValue([]).all(tls, tls.?hosts.orValue([]).all(host, {}))) && {})",
        same("spec.?tls"),
        may_serve("host"),
        certificates()
    );
    // Traefik puts a path between backticks, into a rule.
    let paths = format!(
        "{unbound} || {} || object.?spec.?rules.orValue([]).all(rule, rule.?http.?paths.orValue([]).all(path, \
         !path.?path.orValue('').contains('`')))",
        same("spec.?rules")
    );
    let mut validations = vec![
        refuse_unless(
            &hosts,
            format!("an Ingress names its hosts, without wildcards and of those that its class names; {ask}"),
        ),
        refuse_unless(
            &certified,
            format!("certificates are for hosts without wildcards and of those that the class names; {ask}"),
        ),
        refuse_unless(&paths, format!("a path has no backtick; {ask}")),
        addresses(ask),
    ];
    validations.extend(of_controllers(ask));
    let constraints = in_ours(vec![rule("networking.k8s.io", "ingresses", &[CREATE, UPDATE])]);
    policy(INGRESSES, constraints, served(), validations)
}

/// Who gives out addresses writes into the object which one it gave: whoever may write its status.
fn addresses(ask: &str) -> Validation {
    let rule = format!(
        "{} || (({} || object.?spec.?loadBalancerIP.orValue('') == '') && {}) \
         || (request.operation == 'UPDATE' && {WRITES_STATUS})",
        is_allowed(Loosening::LoadBalancerAddresses),
        same("spec.?loadBalancerIP"),
        no_address()
    );
    refuse_unless(&rule, format!("a load balancer does not choose its address, or one that is there; {ask}"))
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
    // Volumes without a storage class are those that somebody made by hand. Where the cluster has a default class, a claim
    // that names none has it by now.
    // The older annotation counts before the field.
    let class = format!(
        "{} || request.operation == 'UPDATE' \
         || object.?metadata.?annotations[?'volume.beta.kubernetes.io/storage-class']\
         .orValue(object.?spec.?storageClassName.orValue('')) != ''",
        is_allowed(Loosening::VolumeNames)
    );
    let validations = vec![
        refuse_unless(&class, format!("a volume claim is of a storage class, never of none: name one, or {ask}")),
        refuse_unless(&volume, format!("a volume claim does not name its volume: it could be anybody's; {ask}")),
        refuse_unless(&source, format!("a volume claim is filled from its own namespace only; {ask}")),
    ];
    let constraints = in_ours(vec![rule("", "persistentvolumeclaims", &[CREATE, UPDATE])]);
    policy(CLAIMS, constraints, vec![allows()], validations)
}

fn served() -> Vec<Variable> {
    let mut variables = vec![allows()];
    variables.extend(annotations::variables());
    variables
}

/// Whether a field is what it was before.
fn same(field: &str) -> String {
    format!("(oldObject != null && object.?{field} == oldObject.?{field})")
}
