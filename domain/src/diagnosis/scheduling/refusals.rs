//! Why the scheduler finds no node, by its words: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`

use super::Cause;

/// What the scheduler says of some nodes, and what that means. What it asks last comes first: the nodes of which it says that
/// were fit in all it asks before. Of volumes it says that no node would do.
const REFUSALS: &[(&str, Cause)] = &[
    ("unbound immediate PersistentVolumeClaims", Cause::VolumeClaimUnbound),
    ("bound to non-existent pv(s)", Cause::VolumeMissing),
    ("volume node affinity conflict", Cause::VolumeNodeConflict),
    ("didn't match PersistentVolume's node affinity", Cause::VolumeNodeConflict),
    ("had no available volume zone", Cause::VolumeNodeConflict),
    ("available persistent volumes to bind", Cause::VolumeClaimUnbound),
    ("ReadWriteOncePod access mode already in-use", Cause::VolumeInUse),
    ("had no available disk", Cause::VolumeInUse),
    ("anti-affinity rules", Cause::PodAntiAffinityUnmet),
    ("pod affinity rules", Cause::PodAffinityUnmet),
    ("topology spread constraints", Cause::TopologySpreadUnmet),
    ("exceed max volume count", Cause::NodesFull),
    ("did not have enough free storage", Cause::VolumeClaimUnbound),
    ("Insufficient ", Cause::InsufficientResources),
    ("Too many pods", Cause::NodesFull),
    ("didn't have free ports", Cause::HostPortTaken),
    ("node affinity/selector", Cause::NodeSelectorMismatch),
    ("didn't match node selector", Cause::NodeSelectorMismatch),
];

/// Taints that a cluster sets by itself where a node is in trouble.
const TROUBLE: &[&str] = &["{node.kubernetes.io/", "{node.cloudprovider.kubernetes.io/"];
/// Those that keep nodes to the cluster itself.
const CONTROL_PLANE: &[&str] = &["{node-role.kubernetes.io/control-plane", "{node-role.kubernetes.io/master"];

/// The cause, and the name of what is missing or too small. What preemption would do is left out.
pub fn classify(message: &str) -> (Cause, Option<String>) {
    let message = message.split(" preemption:").next().unwrap_or_default();
    if let Some(found) = claim(message) {
        return found;
    }
    if message.contains("no nodes available") || message.starts_with("0/0 ") {
        return (Cause::NoNodes, None);
    }
    match REFUSALS.iter().find(|(words, _)| message.contains(words)) {
        Some((_, Cause::InsufficientResources)) => (Cause::InsufficientResources, Some(lacking(message))),
        Some((_, cause)) => (*cause, None),
        None => (by_nodes(message), None),
    }
}

/// The scheduler waits for claims before it looks at any node.
fn claim(message: &str) -> Option<(Cause, Option<String>)> {
    let (_, rest) = message.split_once("persistentvolumeclaim \"")?;
    let (name, rest) = rest.split_once('"')?;
    let cause = if rest.contains("is being deleted") {
        Cause::VolumeClaimTerminating
    } else if rest.contains("bound to non-existent persistentvolume") {
        Cause::VolumeMissing
    } else if rest.contains("not found") {
        Cause::VolumeClaimMissing
    } else {
        Cause::VolumeClaimUnbound
    };
    Some((cause, Some(name.to_owned())))
}

/// `cpu and memory`
fn lacking(message: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for found in message.split("Insufficient ").skip(1).map(resource) {
        if !found.is_empty() && !names.contains(&found) {
            names.push(found);
        }
    }
    names.join(" and ")
}

/// The name that the text begins with: `nvidia.com/gpu, 2 node(s) were unschedulable.`
fn resource(text: &str) -> String {
    let name = text.split([',', ' ']).next().unwrap_or_default();
    name.trim_end_matches('.').to_owned()
}

/// No pod may go to these nodes, or only some: what most of them say, without those that are the cluster's own.
fn by_nodes(message: &str) -> Cause {
    let (mut cordoned, mut troubled, mut tainted, mut own, mut other) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for refusal in message.split_once(": ").map_or(message, |(_, refusals)| refusals).split(", ") {
        let n: u32 = refusal.trim().split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1);
        let more = |count: &mut u32| *count = count.saturating_add(n);
        let has = |words: &[&str]| words.iter().any(|words| refusal.contains(words));
        if has(&["were unschedulable", "{node.kubernetes.io/unschedulable"]) {
            more(&mut cordoned);
        } else if has(TROUBLE) || has(&["had unknown conditions"]) {
            more(&mut troubled);
        } else if has(CONTROL_PLANE) {
            more(&mut own);
        } else if has(&["taint"]) {
            more(&mut tainted);
        } else {
            more(&mut other);
        }
    }
    match (cordoned, troubled, tainted) {
        (cordoned, troubled, tainted) if other > cordoned.max(troubled).max(tainted) => Cause::Unschedulable,
        (0, 0, 0) if own > 0 => Cause::TaintNotTolerated,
        (0, 0, 0) => Cause::Unschedulable,
        (cordoned, troubled, tainted) if tainted > cordoned.max(troubled) => Cause::TaintNotTolerated,
        (cordoned, troubled, _) if troubled > cordoned => Cause::NodesUnready,
        (..) => Cause::NodesCordoned,
    }
}
