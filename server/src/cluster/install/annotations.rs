//! What controllers of the cluster read from annotations. Whoever annotates a Service, an Ingress or a pod has a host
//! served, an address taken or a connection made that no field of the object shows.
//!
//! Annotations are known by what they are called after the slash: most controllers let the prefix be configured, and many
//! read names of others. What was there before is not looked at.

use super::policy::{is_allowed, refuse_unless, variable};
use crate::cluster::allowed::HOST;
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{Validation, Variable};

/// Text that a controller takes into its configuration as it is.
const TEXT: &[&str] = &[
    "-snippets?",
    // HAProxy.
    "/config-(backend|defaults|frontend|global|proxy|sections|tcp|tcp-service)",
    "/route-acl",
    // Traefik, which puts it before the path, in a rule.
    "/router[.]pathmatcher",
    // Emissary and Skipper.
    "getambassador[.]io/config",
    "/skipper-(filter|predicate|routes)",
];

/// Hosts and certificates beside those that the object names.
const MORE_HOSTS: &[&str] = &[
    // NGINX, HAProxy, Kong.
    "/(server|host)-alias(es)?(-regex)?",
    "/from-to-www-redirect",
    "/redirect-from(-regex)?",
    // Azure's application gateway.
    "/hostname-extension",
    // Traefik.
    "/router[.]tls[.]domains[.].*",
    // AWS: conditions of a rule may name hosts.
    "/conditions[.].*",
    "cert-?manager[^/]*/(ip|uri|email)-sans",
    // A port of the controller, whatever the host.
    "/tcp-service-port",
];

/// Where the controller connects to, or lets itself be sent to, beside the Services that the object names.
const ELSEWHERE: &[&str] = &[
    "/auth-(url|uri|signin|tls-error-page)",
    "/mirror-(host|target[a-z-]*)",
    "/(upstream-(vhost|host)|set-host|backend-hostname)",
    // AWS, Higress, APISIX, HAProxy.
    "/actions[.].*",
    "/destination",
    "/svc-namespace",
    "/(agent|health)-check-addr",
];

/// Secrets and ConfigMaps, as `namespace/name`.
const OBJECTS: &[&str] =
    &["-secret", "-configmap", "/custom-headers", "/auth-proxy-set-headers", "/server-(ca|crt)", "/cr-backend"];

/// The address of a load balancer, where it is taken from, with whom it is shared, or a load balancer that is there.
const ADDRESSES: &[&str] = &[
    // MetalLB, kube-vip, Calico.
    "load-?balancer-?ips?",
    "/(address-pool|allow-shared-ip)",
    // Cilium.
    "lb-?ipam[^/]*[/-](ips|sharing-key|sharing-cross-namespace)",
    // GKE, AKS, EKS.
    "load-?balancer-(ip-addresses|ipv[46]|eip-allocations|private-ipv4-addresses|ipv6-addresses|source-nat-ipv6-prefixes)",
    "static-?ip(-name)?",
    "azure-(pip-(name|prefix-id)(-ipv6)?|dns-label-name|additional-public-ips|load-balancer-resource-group)",
    // The network that the address is of: EKS, AKS, GKE, OCI.
    "load-?balancer-((internal-)?subnets?|subnet[0-9])",
    "alb[.]ingress[.]kubernetes[.]io/(subnets|ipam-ipv4-pool-id|customer-owned-ipv4-pool)",
    // OpenStack, Hetzner, F5.
    "loadbalancer[.]openstack[.]org/(port-id|(floating-)?(network|subnet)(-id|-tags)?)",
    "load-balancer[.]hetzner[.]cloud/(id|name|private-ipv4)",
    "[.]f5[.]com/ip",
    "loadbalancer[.]openstack[.]org/load-balancer-address",
    // Antrea, PureLB, Kube-OVN, OpenLB, Huawei, Tencent, Oracle, cloudscale.
    "service[.]antrea[.]io/external-ip-pool",
    "purelb[.]io/(addresses|service-group)",
    "ovn[.]kubernetes[.]io/(eip|vip|bgp-vip)",
    "openelb[.]kubesphere[.]io/.*",
    "kubernetes[.]io/elb[.](id|ip|eip-id|subnet-id)",
    "tke-existed-lbid",
    "oraclecloud[.]com/reserved-ips?",
    "loadbalancer-uuid",
    // AWS: a load balancer that is there, or that others have as well.
    "alb[.]ingress[.]kubernetes[.]io/(group[.]name|load-balancer-name|target-group-attachments)",
    "frontend-nlb-(eip-allocations|subnets)",
    // OpenStack, Alibaba, DigitalOcean, Scaleway, Linode.
    "(load-?|node)balancer-(id|ip-ids?|private-ip-ids?)",
];

/// Who may come through a load balancer, beside or instead of `loadBalancerSourceRanges`: Azure, AWS, Cilium.
const SOURCES: &[&str] = &[
    "azure-allowed-(ip-ranges|service-tags)",
    "aws-load-balancer-(extra-)?security-groups",
    "aws-load-balancer-security-group-prefix-lists",
    "service[.]cilium[.]io/src-ranges-policy",
];

/// Networks of a pod beside the cluster's, its address or from where it is taken, and what its network plug-in is told
/// besides: Multus, DANM, Calico, Cilium, Antrea, Kube-OVN, OVN-Kubernetes, Spiderpool, and those of clouds. Past network policies, or in another's
/// place. What plug-ins note there themselves counts, too: some read back what they noted.
const POD_NETWORKS: &[&str] = &[
    "[.]cni[.]cncf[.]io/.*",
    "multus-cni[.]io/.*",
    "danm[.]k8s[.]io/.*",
    "(cni|egress)[.]projectcalico[.]org/.*",
    "cilium[.]io/.*",
    "io[.]cilium[.].*",
    "ipam[.]antrea[.]io/.*",
    "^ovn[.]kubernetes[.]io/.*",
    "[.]kubernetes[.]io/(ip_address|ip_pool|mac_address|logical_switch|logical_router|vpc|eip|snat|vip|aaps|routes|attachment_network.*)",
    "k8s[.]ovn[.]org/.*",
    "ipam[.]spidernet[.]io/.*",
    "networking[.]gke[.]io/(interfaces|default-interface)",
    "vpc[.]amazonaws[.]com/.*",
    "k8s[.]aliyun[.]com/pod-.*",
    "tke[.]cloud[.]tencent[.]com/(networks|.*eip.*)",
    "yangtse[.]io/.*",
];

/// Names in DNS. external-dns has had two prefixes.
const DNS_NAMES: &[&str] = &[
    "^external-dns[.].*/((internal-)?hostname|cloudflare-custom-hostname)",
    "^coredns[.]io/hostname",
    "^dns[.]alpha[.]kubernetes[.]io/(external|internal)",
    "^dns[.]gardener[.]cloud/dnsnames",
];

/// What a name in DNS stands for, instead of what is made.
const DNS_TARGET: &[&str] = &["^external-dns[.].*/target"];

/// Names in the certificate that cert-manager makes for an Ingress.
const CERTIFICATE_NAMES: &[&str] = &["cert-?manager[^/]*/(common-name|alt-names)"];

/// The hosts that a class names, and what is set or changed.
pub(super) fn variables() -> Vec<Variable> {
    let map = |object: &str| format!("{object} == null ? {{}} : {object}.?metadata.?annotations.orValue({{}})");
    let hosts = format!(
        "variables.allows.filter(word, word.startsWith('{HOST}:')).map(word, word.substring({}))",
        HOST.len() + 1
    );
    let changed = "variables.annotations.filter(key, !(key in variables.oldAnnotations \
         && variables.oldAnnotations[key] == variables.annotations[key]))";
    vec![
        variable("hosts", &hosts),
        variable("annotations", &map("object")),
        variable("oldAnnotations", &map("oldObject")),
        variable("changed", changed),
    ]
}

/// Of Services and Ingresses: several controllers read the same from both.
pub(super) fn of_controllers(ask: &str) -> [Validation; 4] {
    let unbound = is_allowed(Loosening::UnboundIngresses);
    let text = format!("{unbound} || {}", none(TEXT));
    // A service of the host itself may say who comes in, and the host is bound.
    let signing_in = "key.matches('/auth-(url|signin)$') && isURL(variables.annotations[key]) \
         && variables.annotations[key].matches('^https?://[A-Za-z0-9.$_-]+(/[A-Za-z0-9/._~!$&()*+,=:@%?-]*)?$') \
         && url(variables.annotations[key]).getPort() == '' && url(variables.annotations[key]).getHostname() in \
         (['$host'] + object.?spec.?rules.orValue([]).map(rule, rule.?host.orValue('')))";
    let beyond = format!(
        "{unbound} || ({} && variables.changed.all(key, !{} || ({signing_in})))",
        none(MORE_HOSTS),
        is(ELSEWHERE)
    );
    let objects = format!(
        "variables.changed.all(key, !{} || !variables.annotations[key].contains('/') \
         || (variables.annotations[key].startsWith(request.namespace + '/') \
         && variables.annotations[key].lastIndexOf('/') == request.namespace.size()))",
        is(OBJECTS)
    );
    [
        refuse_unless(&text, format!("annotations put no text into the configuration of a controller; {ask}")),
        refuse_unless(
            &beyond,
            format!(
                "annotations have no other host served, and nothing sent elsewhere than to the Services named; {ask}"
            ),
        ),
        refuse_unless(&objects, format!("annotations name Secrets and ConfigMaps of their own namespace only; {ask}")),
        dns_names(ask),
    ]
}

/// Names that external-dns makes are hosts, too: only those that the class names.
pub(super) fn dns_names(ask: &str) -> Validation {
    let rule = format!(
        "{} || ({} && variables.changed.all(key, !{} || variables.annotations[key].split(',').all(name, {})))",
        is_allowed(Loosening::UnboundIngresses),
        none(DNS_TARGET),
        is(DNS_NAMES),
        serves("name.trim()")
    );
    refuse_unless(&rule, format!("names in DNS are of the hosts that the class names, and of what is made here; {ask}"))
}

/// Of pods. Who gives out addresses notes what it gave: whoever may change the pods of all namespaces, which is nobody's
/// whom a class lets in.
pub(super) fn networks(ask: &str) -> Validation {
    let changes_every_pod = "authorizer.group('').resource('pods').check('patch').allowed()";
    let rule = format!(
        "{} || {} || (request.operation == 'UPDATE' && {changes_every_pod})",
        is_allowed(Loosening::PodNetworks),
        none(POD_NETWORKS)
    );
    refuse_unless(&rule, format!("a pod does not choose its address or its networks; {ask}"))
}

/// Whether certificates are for hosts that may be served.
pub(super) fn certificates() -> String {
    format!(
        "variables.changed.all(key, !{} || variables.annotations[key].split(',').all(name, {}))",
        is(CERTIFICATE_NAMES),
        may_serve("name.trim()")
    )
}

/// Whether no annotation says which address to take.
pub(super) fn no_address() -> String {
    none(ADDRESSES)
}

/// Whether no annotation says who may come through a load balancer.
pub(super) fn no_sources() -> String {
    none(SOURCES)
}

/// Whether a host may be named in an Ingress: where the class names none, any but wildcards and what is inside the cluster
/// or its cloud.
pub(super) fn may_serve(host: &str) -> String {
    format!(
        "(variables.hosts.size() == 0 ? {} && !{host}.lowerAscii().matches({INSIDE}) : {})",
        is_host(host),
        serves(host)
    )
}

/// Whether a host is one of those that the class names, and no wildcard: that would be other teams' hosts as well.
fn serves(host: &str) -> String {
    format!(
        "({} && variables.hosts.exists(own, own.startsWith('*.') \
         ? {host}.lowerAscii().endsWith(own.lowerAscii().substring(1)) : {host}.lowerAscii() == own.lowerAscii()))",
        is_host(host)
    )
}

fn is_host(text: &str) -> String {
    format!("{text}.matches('^[A-Za-z0-9._-]+$')")
}

/// Names that no DNS outside knows: one reaches by them what is in the cluster.
const INSIDE: &str = "'(^|[.])(svc|cluster[.]local|google[.]internal|localhost)$'";

fn none(names: &[&str]) -> String {
    format!("!variables.changed.exists(key, {})", is(names))
}

fn is(names: &[&str]) -> String {
    format!("key.matches('(?i)({})$')", names.join("|"))
}
