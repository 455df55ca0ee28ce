//! Containers that run for the moment, after crashes.

use super::*;

fn crashed(restarts: i32, after: Ended) -> Container {
    Container { is_ready: true, restarts, ..runs_again(after) }
}

fn probed(container: Container) -> Container {
    Container { readiness: Some(Probe::default()), ..container }
}

fn long_run() -> Ended {
    Ended { started_at: Some(MADE - Duration::HOUR), ..end("Error", 1) }
}

/// `runs_again` runs for a minute; the run before took a minute, too.
#[rstest]
#[case::crashes(crashed(4, end("Error", 1)), Health::Failing, Some(Cause::CrashLoop))]
#[case::crashed_once(crashed(1, end("Error", 1)), Health::Progressing, Some(Cause::CrashLoop))]
#[case::ends_again_and_again(crashed(4, end("Completed", 0)), Health::Failing, Some(Cause::CompletedLoop))]
#[case::out_of_memory(crashed(1, end("OOMKilled", 137)), Health::Failing, Some(Cause::OutOfMemory))]
#[case::after_a_long_run(crashed(4, long_run()), Health::Healthy, None)]
#[case::its_probe_says_it_serves(probed(crashed(4, end("Error", 1))), Health::Healthy, None)]
#[case::its_probe_says_so_for_less_time_than_it_ran_before(
    probed(crashed(4, Ended { started_at: Some(MADE + Duration::minutes(14)), ..end("Error", 1) })),
    Health::Failing,
    Some(Cause::CrashLoop)
)]
fn ready_without_a_probe_is_no_recovery(
    #[case] container: Container,
    #[case] health: Health,
    #[case] cause: Option<Cause>,
) {
    let pod = pod(container);
    assert_eq!(verdict(diagnose_pod(&pod, NOW)), (health, cause));
    assert_eq!(verdict(diagnose_workload(&workload(1, 1), &[&pod], NOW)), (health, cause), "though it counts as ready");
}

#[test]
fn crashes_count_no_more_once_it_has_run_for_long_and_it_says_when_that_is() {
    for restarts in [1, 4] {
        let pod = pod(crashed(restarts, end("Error", 1)));
        let found = diagnose_pod(&pod, NOW).1.expect("has crashed");
        let recovers_at = found.recovers_at.expect("is said");
        assert_eq!((recovers_at, found.changes_at()), (NOW + Duration::minutes(9), Some(recovers_at)));
        assert_ne!(diagnose_pod(&pod, recovers_at - Duration::SECOND).0, Health::Healthy);
        assert_eq!(diagnose_pod(&pod, recovers_at), (Health::Healthy, None));
    }
}

fn on_a_node_that_says(pod: Pod, source: &str, at: OffsetDateTime) -> Pod {
    Pod { node_memory: vec![Said { source: source.into(), at: Some(at), ..said("SystemOOM", "out of memory") }], ..pod }
}

fn unlimited(container: Container) -> Container {
    Container { memory_limit: None, ..container }
}

const ENDED: OffsetDateTime = datetime!(2026-11-29 10:19 UTC);

#[rstest]
#[case::limit(pod(ended("OOMKilled", 137)), Cause::OutOfMemory)]
#[case::no_limit(pod(unlimited(ended("OOMKilled", 137))), Cause::NodeOutOfMemory)]
#[case::no_limit_for_good(in_phase("Failed", unlimited(ended("OOMKilled", 137))), Cause::NodeOutOfMemory)]
#[case::killed_by_nobody_known(pod(unlimited(ended("Error", 137))), Cause::CrashLoop)]
#[case::the_kernel_says_so(
    on_a_node_that_says(pod(ended("Error", 137)), "event SystemOOM", ENDED),
    Cause::NodeOutOfMemory
)]
#[case::the_kernel_says_so_below_the_limit(
    on_a_node_that_says(pod(ended("OOMKilled", 137)), "event SystemOOM", ENDED + Duration::seconds(9)),
    Cause::NodeOutOfMemory
)]
#[case::the_kernel_said_so_before(
    on_a_node_that_says(pod(ended("Error", 137)), "event SystemOOM", ENDED - Duration::minutes(5)),
    Cause::CrashLoop
)]
#[case::pressure(
    on_a_node_that_says(pod(ended("Error", 137)), "condition MemoryPressure of the node", ENDED - Duration::minutes(5)),
    Cause::NodeOutOfMemory
)]
#[case::pressure_and_its_own_limit(
    on_a_node_that_says(pod(ended("OOMKilled", 137)), "condition MemoryPressure of the node", ENDED - Duration::minutes(5)),
    Cause::OutOfMemory
)]
#[case::pressure_since_then(
    on_a_node_that_says(pod(ended("Error", 137)), "condition MemoryPressure of the node", ENDED + Duration::SECOND),
    Cause::CrashLoop
)]
#[case::another_end(on_a_node_that_says(pod(ended("Error", 1)), "event SystemOOM", ENDED), Cause::CrashLoop)]
fn memory_is_the_nodes_or_the_containers(#[case] pod: Pod, #[case] expected: Cause) {
    let (health, found) = diagnose_pod(&pod, NOW);
    let found = found.expect("fails");
    assert_eq!((health, found.code), (Health::Failing, expected));
    assert_eq!(found.next_step.contains("Raise the memory limit"), expected == Cause::OutOfMemory, "{found:?}");
}
