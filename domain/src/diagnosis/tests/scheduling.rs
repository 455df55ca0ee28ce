//! The scheduler's words, each with a cause whose next step helps who reads it.

use super::*;

#[rstest]
#[case::cpu("3 Insufficient cpu", Cause::InsufficientResources, "cpu")]
#[case::several("1 Insufficient memory, 2 Insufficient cpu", Cause::InsufficientResources, "memory and cpu")]
#[case::gpus("3 Insufficient nvidia.com/gpu", Cause::InsufficientResources, "nvidia.com/gpu")]
#[case::storage("3 node(s) did not have enough free storage", Cause::VolumeClaimUnbound, "")]
#[case::apart_where_there_would_be_place(
    "1 Insufficient cpu, 2 node(s) didn't match pod anti-affinity rules",
    Cause::PodAntiAffinityUnmet,
    ""
)]
#[case::spread_where_there_would_be_place(
    "1 Insufficient cpu, 2 node(s) didn't match pod topology spread constraints",
    Cause::TopologySpreadUnmet,
    ""
)]
#[case::unheard_of_beside_control_plane(
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 cannot allocate all claims",
    Cause::Unschedulable,
    ""
)]
#[case::full_and_tainted(
    "1 node(s) had untolerated taint(s), 2 Insufficient memory",
    Cause::InsufficientResources,
    "memory"
)]
#[case::full_and_cordoned("1 node(s) were unschedulable, 2 Insufficient cpu", Cause::InsufficientResources, "cpu")]
#[case::pods("3 Too many pods", Cause::NodesFull, "")]
#[case::volumes("3 node(s) exceed max volume count", Cause::NodesFull, "")]
#[case::cordoned("3 node(s) were unschedulable", Cause::NodesCordoned, "")]
#[case::cordoned_beside_control_plane(
    "1 node(s) were unschedulable, 3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }",
    Cause::NodesCordoned,
    ""
)]
#[case::cordoned_by_its_taint(
    "1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }",
    Cause::NodesCordoned,
    ""
)]
#[case::tainted("2 node(s) had untolerated taint(s)", Cause::TaintNotTolerated, "")]
#[case::tainted_by_name(
    "2 node(s) had untolerated taint {team: data}, 1 node(s) were unschedulable",
    Cause::TaintNotTolerated,
    ""
)]
#[case::only_control_plane(
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }",
    Cause::TaintNotTolerated,
    ""
)]
#[case::in_trouble("3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }", Cause::NodesUnready, "")]
#[case::selector("3 node(s) didn't match Pod's node affinity/selector", Cause::NodeSelectorMismatch, "")]
#[case::selector_of_old("3 node(s) didn't match node selector", Cause::NodeSelectorMismatch, "")]
#[case::affinity("3 node(s) didn't match pod affinity rules", Cause::PodAffinityUnmet, "")]
#[case::anti_affinity("3 node(s) didn't match pod anti-affinity rules", Cause::PodAntiAffinityUnmet, "")]
#[case::anti_affinity_of_others(
    "3 node(s) didn't satisfy existing pods anti-affinity rules",
    Cause::PodAntiAffinityUnmet,
    ""
)]
#[case::spread("3 node(s) didn't match pod topology spread constraints", Cause::TopologySpreadUnmet, "")]
#[case::spread_of_what_is_selected(
    "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't match pod topology spread constraints (missing required label)",
    Cause::TopologySpreadUnmet,
    ""
)]
#[case::port("3 node(s) didn't have free ports for the requested pod ports", Cause::HostPortTaken, "")]
#[case::zone("3 node(s) had volume node affinity conflict", Cause::VolumeNodeConflict, "")]
#[case::its_volume_is_elsewhere(
    "3 node(s) didn't match PersistentVolume's node affinity",
    Cause::VolumeNodeConflict,
    ""
)]
#[case::no_volume_to_bind("3 node(s) didn't find available persistent volumes to bind", Cause::VolumeClaimUnbound, "")]
#[case::claim_is_not_bound(
    "pod has unbound immediate PersistentVolumeClaims. not found",
    Cause::VolumeClaimUnbound,
    ""
)]
#[case::claim_is_going("persistentvolumeclaim \"data\" is being deleted", Cause::VolumeClaimTerminating, "data")]
#[case::claim_is_missing("persistentvolumeclaim \"data\" not found", Cause::VolumeClaimMissing, "data")]
#[case::claim_is_lost(
    "persistentvolumeclaim \"data\" bound to non-existent persistentvolume \"pv-1\"",
    Cause::VolumeMissing,
    "data"
)]
#[case::volume_is_lost(
    "3 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
    Cause::VolumeMissing,
    ""
)]
#[case::volume_of_one_pod(
    "1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
    Cause::VolumeInUse,
    ""
)]
#[case::unheard_of("3 node(s) were struck by a solar flare", Cause::Unschedulable, "")]
fn what_the_scheduler_says_has_a_cause(#[case] refusals: &str, #[case] expected: Cause, #[case] object: &str) {
    let preemption =
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling, 1 Insufficient cpu.";
    for message in
        [format!("0/3 nodes are available: {refusals}."), format!("0/3 nodes are available: {refusals}. {preemption}")]
    {
        let (health, found) = diagnose_pod(&unscheduled(&message), NOW);
        let found = found.expect("fails");
        assert_eq!((health, found.code), (Health::Failing, expected), "{message}");
        assert_eq!(found.object.as_deref().unwrap_or_default(), object, "{message}");
        assert!(found.main_evidence().contains(refusals), "{found:?}");
    }
}

#[rstest]
#[case("no nodes available to schedule pods")]
#[case("0/0 nodes are available.")]
fn a_cluster_without_nodes_says_so(#[case] message: &str) {
    assert_eq!(verdict(diagnose_pod(&unscheduled(message), NOW)), (Health::Failing, Some(Cause::NoNodes)));
}

#[test]
fn a_volume_that_is_gone_is_named_by_its_claim() {
    let claim = |name: &str, phase: &str| Claim { name: name.into(), phase: Some(phase.into()), ..Claim::default() };
    let claims = vec![claim("cache", "Bound"), claim("data", "Lost")];
    let pod = Pod {
        claims,
        ..unscheduled(
            "0/3 nodes are available: 3 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).",
        )
    };
    let found = diagnose_pod(&pod, NOW).1.expect("fails");
    assert_eq!(found.object.as_deref(), Some("data"));
    assert!(found.next_step.contains("PersistentVolumeClaim data"), "{found:?}");
}
