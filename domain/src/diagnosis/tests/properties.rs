//! What holds for any facts.

use super::*;
use proptest::prelude::*;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z \"':{}]{0,40}",
        Just("exceeded quota: ".to_owned()),
        Just("persistentvolumeclaim \"".to_owned()),
        Just("couldn't find key".to_owned()),
        Just("configmap \"".to_owned()),
        Just("Liveness probe failed".to_owned()),
        Just("ä".repeat(3000)),
    ]
}

fn any_reason() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("CrashLoopBackOff".to_owned()),
        Just("ImagePullBackOff".to_owned()),
        Just("RunContainerError".to_owned()),
        Just("CreateContainerConfigError".to_owned()),
        Just("ContainerCreating".to_owned()),
        Just("OOMKilled".to_owned()),
        Just("StartError".to_owned()),
        Just("Unhealthy".to_owned()),
        Just("FailedMount".to_owned()),
        Just("NodeNotReady".to_owned()),
        Just("Failed".to_owned()),
        Just("BackOff".to_owned()),
        Just("Evicted".to_owned()),
        any_text(),
    ]
}

fn any_time() -> impl Strategy<Value = Option<OffsetDateTime>> {
    proptest::option::of((-4000_i64..4000).prop_map(|seconds| NOW + Duration::seconds(seconds)))
}

fn any_said() -> impl Strategy<Value = Said> {
    (any_reason(), any_text(), any_time()).prop_map(|(reason, message, at)| Said {
        reason,
        message,
        at,
        source: "status".into(),
    })
}

prop_compose! {
    fn any_ended()(reason in any_reason(), exit_code in -1..256, message in any_text(), started_at in any_time(), finished_at in any_time()) -> Ended {
        Ended { reason, exit_code, message, started_at, finished_at }
    }
}

fn any_state() -> impl Strategy<Value = ContainerState> {
    prop_oneof![
        (any_reason(), any_text()).prop_map(|(reason, message)| ContainerState::Waiting { reason, message }),
        any_time().prop_map(|started_at| ContainerState::Running { started_at }),
        any_ended().prop_map(ContainerState::Terminated),
        Just(ContainerState::Unknown),
    ]
}

prop_compose! {
    fn any_container()(
        state in any_state(), last in proptest::option::of(any_ended()), restarts in -1..9, is_ready: bool,
        role in prop_oneof![Just(Role::Init), Just(Role::Sidecar), Just(Role::Main)],
        restarts_after in prop_oneof![Just(RestartsAfter::Any), Just(RestartsAfter::Failure), Just(RestartsAfter::None)],
    ) -> Container {
        Container { state, last, restarts, is_ready, role, restarts_after, ..container() }
    }
}

prop_compose! {
    fn any_warning()(reason in any_reason(), message in any_text(), first_at in any_time(), last_at in any_time()) -> Warning {
        Warning { first_at, last_at, ..warning(&reason, &message, NOW) }
    }
}

prop_compose! {
    fn any_pod()(
        phase in prop_oneof![Just("Pending"), Just("Running"), Just("Failed"), Just("Succeeded"), Just("Unknown"), Just("Odd")],
        has_node: bool, containers in proptest::collection::vec(any_container(), 0..4),
        unscheduled in proptest::option::of(any_said()), unready in proptest::option::of(any_said()),
        reason in proptest::option::of(any_said()), unready_node in proptest::option::weighted(0.1, any_said()),
        deletion in proptest::option::weighted(0.1, any_time()), created_at in any_time(),
        warnings in proptest::collection::vec(any_warning(), 0..4), has_sandbox in proptest::option::of(any::<bool>()),
    ) -> Pod {
        let deletion = deletion.map(|at| Deletion { at, finalizers: Vec::new() });
        let is_ready = !containers.is_empty() && containers.iter().all(|container| container.is_ready);
        let node = has_node.then(|| "node-1".to_owned());
        Pod {
            phase: phase.into(), node, containers, is_ready, unscheduled, unready, reason, unready_node, deletion, created_at, warnings,
            has_sandbox, ..pod(container())
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_seen_has_a_verdict_of_bounded_length(pod in any_pod(), ready in 0..3, problem in proptest::option::of(any_said())) {
        let workload = Workload { problem, ..workload(2, ready) };
        for (health, found) in [diagnose_pod(&pod, NOW), diagnose_workload(&workload, &[&pod], NOW)] {
            prop_assert_eq!(found.is_none(), matches!(health, Health::Healthy | Health::Paused), "{:?}", found);
            let Some(found) = found else { continue };
            prop_assert!(found.evidence.len() <= EVIDENCE_KEPT);
            let lengths = found.evidence.iter().map(|seen| seen.text.chars().count() + seen.source.chars().count());
            prop_assert!(lengths.max().unwrap_or(0) <= LONGEST_EVIDENCE + crate::text::LONGEST_NAME + 2);
            prop_assert!(found.cause.chars().count() <= 300 && found.next_step.chars().count() <= 1000);
            prop_assert!(found.changes_at().is_none_or(|at| at > NOW), "{:?}", found);
        }
    }

    #[test]
    fn an_event_from_before_the_pod_changes_nothing(pod in any_pod(), older in any_warning(), created in 0_i64..4000, before in 1_i64..4000) {
        let created_at = NOW - Duration::seconds(created);
        let at = Some(created_at - Duration::seconds(before));
        let pod = Pod { created_at: Some(created_at), ..pod };
        let older = Warning { first_at: at, last_at: at, ..older };
        let with = Pod { warnings: [pod.warnings.clone(), vec![older]].concat(), ..pod.clone() };
        prop_assert_eq!(diagnose_pod(&with, NOW), diagnose_pod(&pod, NOW));
    }

    #[test]
    fn once_it_fails_by_the_clock_it_does_not_wait_again(pod in any_pod()) {
        let (health, found) = diagnose_pod(&pod, NOW);
        let Some(fails_at) = found.and_then(|found| found.fails_at) else { return Ok(()) };
        prop_assert_eq!(health, Health::Progressing);
        prop_assert_eq!(diagnose_pod(&pod, fails_at).0, Health::Failing);
    }
}
