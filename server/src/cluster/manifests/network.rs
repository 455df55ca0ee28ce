//! NetworkPolicies: nothing passes but what one of them lets through.

use super::{Object, metadata};
use crate::cluster::INGRESS_CONTROLLER;
use crate::cluster::object::absent;
use domain::class::NetworkProfile;
use domain::namespace::Namespace;
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

const DEFAULT_DENY: &str = "berth-default-deny";
const SAME_NAMESPACE: &str = "berth-same-namespace";
const DNS: &str = "berth-dns";
const FROM_INGRESS: &str = "berth-ingress-controller";
const EGRESS: &str = "berth-egress";
pub const NAMES: [&str; 5] = [DEFAULT_DENY, SAME_NAMESPACE, DNS, FROM_INGRESS, EGRESS];

/// Where a node's own DNS cache listens (<https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/>).
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";
/// Link-local addresses: clouds serve the node's credentials there, which no pod of a team may read.
const LINK_LOCAL: [&str; 2] = ["169.254.0.0/16", "fe80::/10"];
/// The same service of one cloud, by IPv6.
const METADATA_V6: &str = "fd00:ec2::254/128";

pub fn objects(namespace: &Namespace) -> Vec<Object> {
    let mut policies = vec![
        (DEFAULT_DENY, spec(Some(Vec::new()), Some(Vec::new()))),
        (SAME_NAMESPACE, spec(Some(vec![from(own_pods())]), Some(vec![to(vec![own_pods()], None)]))),
        (
            DNS,
            spec(
                None,
                Some(vec![to(
                    vec![namespaces("kubernetes.io/metadata.name", "kube-system"), block(NODE_LOCAL_DNS, &[])],
                    Some(dns_ports()),
                )]),
            ),
        ),
        (FROM_INGRESS, spec(Some(vec![from(namespaces(INGRESS_CONTROLLER, "true"))]), None)),
    ];
    if let Some(peers) = egress_peers(namespace.class.spec.network) {
        policies.push((EGRESS, spec(None, Some(vec![to(peers, None)]))));
    }
    policies
        .into_iter()
        .map(|(name, spec)| Object::new(&NetworkPolicy { metadata: metadata(namespace, name), spec: Some(spec) }))
        .collect()
}

pub fn leftovers(namespace: &Namespace) -> Vec<Object> {
    match egress_peers(namespace.class.spec.network) {
        Some(_) => Vec::new(),
        None => vec![absent::<NetworkPolicy>(namespace.name.as_str(), EGRESS)],
    }
}

/// Where else pods may connect to. None: nowhere.
fn egress_peers(profile: NetworkProfile) -> Option<Vec<NetworkPolicyPeer>> {
    let every_namespace =
        || NetworkPolicyPeer { namespace_selector: Some(LabelSelector::default()), ..NetworkPolicyPeer::default() };
    match profile {
        NetworkProfile::Isolated => None,
        NetworkProfile::Cluster => Some(vec![every_namespace()]),
        NetworkProfile::Internet => Some(vec![
            every_namespace(),
            block("0.0.0.0/0", &[LINK_LOCAL[0]]),
            block("::/0", &[LINK_LOCAL[1], METADATA_V6]),
        ]),
    }
}

/// A policy for all pods of the namespace. A direction that is none is left to the other policies.
fn spec(
    ingress: Option<Vec<NetworkPolicyIngressRule>>,
    egress: Option<Vec<NetworkPolicyEgressRule>>,
) -> NetworkPolicySpec {
    let directions = [ingress.as_ref().map(|_| "Ingress"), egress.as_ref().map(|_| "Egress")];
    NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: Some(directions.into_iter().flatten().map(String::from).collect()),
        // An empty list and none mean the same to Kubernetes; none is what it sends back.
        ingress: ingress.filter(|rules| !rules.is_empty()),
        egress: egress.filter(|rules| !rules.is_empty()),
    }
}

fn from(peer: NetworkPolicyPeer) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule { from: Some(vec![peer]), ports: None }
}

fn to(peers: Vec<NetworkPolicyPeer>, ports: Option<Vec<NetworkPolicyPort>>) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule { to: Some(peers), ports }
}

fn own_pods() -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(LabelSelector::default()), ..NetworkPolicyPeer::default() }
}

fn namespaces(label: &str, value: &str) -> NetworkPolicyPeer {
    let match_labels = Some(BTreeMap::from([(label.to_owned(), value.to_owned())]));
    let selector = LabelSelector { match_labels, ..LabelSelector::default() };
    NetworkPolicyPeer { namespace_selector: Some(selector), ..NetworkPolicyPeer::default() }
}

fn block(cidr: &str, except: &[&str]) -> NetworkPolicyPeer {
    let except = (!except.is_empty()).then(|| except.iter().map(|cidr| (*cidr).to_owned()).collect());
    NetworkPolicyPeer { ip_block: Some(IPBlock { cidr: cidr.into(), except }), ..NetworkPolicyPeer::default() }
}

fn dns_ports() -> Vec<NetworkPolicyPort> {
    let port = |protocol: &str| NetworkPolicyPort {
        port: Some(IntOrString::Int(53)),
        protocol: Some(protocol.into()),
        end_port: None,
    };
    vec![port("UDP"), port("TCP")]
}
