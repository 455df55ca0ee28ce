//! From when on things wait: what came before has taken its own time.

use super::*;

const LATER: OffsetDateTime = datetime!(2026-11-29 11:00 UTC);

/// It waited an hour for what came before.
fn advanced(pod: Pod) -> Pod {
    Pod { advanced_at: Some(LATER), ..pod }
}

fn gate_not_met() -> Pod {
    let unready =
        Said { reason: "ReadinessGatesNotReady".into(), ..said("", "condition \"example.test/lb\" is not true") };
    Pod { unready: Some(unready), is_ready: false, ..pod(container()) }
}

fn init_container() -> Pod {
    let state = ContainerState::Running { started_at: None };
    in_phase("Pending", Container { role: Role::Init, is_ready: false, state, ..container() })
}

#[rstest]
#[case::start(starting(), clock::STARTED_WITHIN)]
#[case::no_container_yet(Pod { containers: Vec::new(), ..starting() }, clock::STARTED_WITHIN)]
#[case::gate(gate_not_met(), clock::READY_WITHIN)]
#[case::init(init_container(), clock::INITIALIZED_WITHIN)]
#[case::unready(Pod { is_ready: false, ..pod(container()) }, clock::READY_WITHIN)]
fn the_clock_of_a_pod_begins_when_it_got_on_not_when_it_was_made(#[case] pod: Pod, #[case] limit: Duration) {
    let pod = advanced(pod);
    assert_eq!(diagnose_pod(&pod, LATER).0, Health::Progressing);
    let (health, found) = diagnose_pod(&pod, LATER + limit - Duration::SECOND);
    let found = found.expect("waits");
    assert_eq!((health, found.since, found.fails_at), (Health::Progressing, Some(LATER), Some(LATER + limit)));
    assert_eq!(diagnose_pod(&pod, LATER + limit).0, Health::Failing);
}

#[test]
fn a_pod_that_lost_its_network_long_after_it_had_run_waits_from_then_on() {
    let pod = Pod { unready: Some(Said { at: Some(LATER), ..said("ContainersNotReady", "") }), ..starting() };
    assert_eq!(verdict(diagnose_pod(&pod, LATER)), (Health::Progressing, Some(Cause::NotStarted)));
    assert_eq!(diagnose_pod(&pod, LATER + clock::STARTED_WITHIN).0, Health::Failing);
}

#[test]
fn a_pod_whose_gates_are_gone_is_not_late_by_the_time_they_took() {
    let ungated = Pod { unscheduled: Some(said("SchedulingGated", "")), ..unseen_by_schedulers() };
    assert_eq!(verdict(diagnose_pod(&ungated, LATER)), (Health::Progressing, Some(Cause::NotScheduled)));
}

fn slow_to_start(failures: i32) -> Container {
    let probe = Probe { delay: Duration::seconds(30), period: Duration::seconds(10), failures };
    let state = ContainerState::Running { started_at: Some(LATER) };
    Container { startup: Some(probe), is_ready: false, is_started: false, state, ..container() }
}

fn limit_of(container: Container) -> Duration {
    let pod = pod(container);
    let (health, found) = diagnose_pod(&pod, LATER);
    assert_eq!(health, Health::Progressing);
    let fails_at = found.and_then(|found| found.fails_at).expect("waits");
    assert_eq!(diagnose_pod(&pod, fails_at - Duration::SECOND).0, Health::Progressing);
    assert_eq!(diagnose_pod(&pod, fails_at).0, Health::Failing);
    fails_at - LATER
}

#[test]
fn a_startup_probe_gives_the_time_that_it_says() {
    assert_eq!(limit_of(slow_to_start(177)), Duration::minutes(30));
    assert_eq!(limit_of(slow_to_start(3)), clock::READY_WITHIN, "a short one takes nothing away");
    let started = Container { is_started: true, ..slow_to_start(177) };
    assert_eq!(limit_of(started), Duration::minutes(30) + clock::READY_WITHIN, "it may have passed at its last try");
    let delay = Probe { delay: Duration::minutes(15), ..Probe::default() };
    let asked_late = Container { startup: None, is_started: true, readiness: Some(delay), ..slow_to_start(0) };
    assert_eq!(limit_of(asked_late), Duration::minutes(15) + clock::READY_WITHIN);
}

#[test]
fn a_readiness_probe_that_fails_shows_that_the_startup_probe_has_passed() {
    let failed_at = LATER + Duration::MINUTE;
    let started = Container { is_started: true, ..slow_to_start(177) };
    let pod = warned(pod(started), warning("Unhealthy", "Readiness probe failed: refused", failed_at));
    let found = diagnose_pod(&pod, failed_at).1.expect("waits");
    assert_eq!((found.code, found.fails_at), (Cause::ReadinessProbeFailed, Some(failed_at + clock::READY_WITHIN)));
}

/// With so much time for each run no clock would ever end.
#[test]
fn one_that_used_up_its_startup_probe_once_fails_until_it_starts() {
    let begun = LATER - Duration::minutes(30);
    let last = Ended { started_at: Some(begun), finished_at: Some(LATER), ..end("Error", 137) };
    let again = Container { restarts: 1, last: Some(last), ..slow_to_start(177) };
    let unready = |at| Some(Said { at: Some(at), ..said("ContainersNotReady", "") });
    let killed = Pod { unready: unready(begun), ..pod(again.clone()) };
    assert_eq!(verdict(diagnose_pod(&killed, LATER)), (Health::Failing, Some(Cause::CrashLoop)));
    let probed = warned(killed.clone(), warning("Unhealthy", "Startup probe failed: refused", LATER));
    assert_eq!(verdict(diagnose_pod(&probed, LATER)), (Health::Failing, Some(Cause::StartupProbeFailed)));
    let served_before = Pod { unready: unready(LATER), ..killed };
    assert_eq!(diagnose_pod(&served_before, LATER).0, Health::Progressing);
}

#[test]
fn a_workload_lacks_pods_since_it_was_changed() {
    let changed = Workload { changed_at: Some(LATER), ..workload(1, 0) };
    let found = |after| verdict(diagnose_workload(&changed, &[], LATER + after));
    assert_eq!(found(Duration::SECOND), (Health::Progressing, Some(Cause::NoPods)));
    assert_eq!(found(clock::PODS_WITHIN), (Health::Failing, Some(Cause::NoPods)));
    let older = pod(container());
    let scaled = Workload { changed_at: Some(LATER), ..workload(2, 1) };
    assert_eq!(diagnose_workload(&scaled, &[&older], LATER).0, Health::Progressing);
}

#[rstest]
#[case("exceeded quota: berth-compute, requested: pods=1, used: pods=1, limited: pods=1")]
#[case("exceeded quota: theirs, requested: pods=1, used: pods=1, limited: pods=1")]
fn what_quota_refused_for_long_is_given_time_once_there_is_room(#[case] refusal: &str) {
    let refused = with_problem(WorkloadKind::Deployment, "FailedCreate", refusal);
    assert_eq!(diagnose_workload(&refused, &[], LATER).0, Health::Failing);
    let freed = Workload { has_room_again: true, tried_at: Some(LATER), ..refused };
    let found = |after| verdict(diagnose_workload(&freed, &[], LATER + after));
    assert_eq!(found(Duration::ZERO), (Health::Progressing, Some(Cause::QuotaFreed)));
    assert_eq!(found(clock::TRIED_AGAIN_WITHIN), (Health::Failing, Some(Cause::QuotaFreed)));
}

#[test]
fn the_finalizer_of_the_job_controller_is_no_foreign_one() {
    let with = |finalizers: &[&str], container| {
        let finalizers = finalizers.iter().map(|&name| name.to_owned()).collect();
        Pod { deletion: Some(Deletion { at: Some(MADE), finalizers }), ..pod(container) }
    };
    let tracking = "batch.kubernetes.io/job-tracking";
    let found = |pod: &Pod, after| verdict(diagnose_pod(pod, MADE + after));
    let done = with(&[tracking], ended("Completed", 0));
    assert_eq!(found(&done, Duration::minutes(4)), (Health::Progressing, Some(Cause::Terminating)));
    assert_eq!(found(&done, clock::COUNTED_WITHIN), (Health::Failing, Some(Cause::JobTrackingRemaining)));
    let runs_on = with(&[tracking], container());
    assert_eq!(found(&runs_on, clock::DELETED_WITHIN), (Health::Failing, Some(Cause::StuckTerminating)));
    let held = diagnose_pod(&with(&[tracking, "example.test/hold"], ended("Completed", 0)), NOW).1.expect("is stuck");
    assert_eq!((held.code, held.object.as_deref()), (Cause::FinalizerRemaining, Some("example.test/hold")));
}
