//! The rules over facts put together here: what one rule takes and leaves, and what holds for any facts. What real objects
//! come to is tested where they are read, in the server's `cluster/watch/why.rs`.

use super::*;
use rstest::rstest;
use time::Duration;
use time::macros::datetime;

mod clocks;
mod crashes;
mod events;
mod in_vain;
mod properties;
mod scheduling;

const MADE: OffsetDateTime = datetime!(2026-11-29 10:00 UTC);
const NOW: OffsetDateTime = datetime!(2026-11-29 10:20 UTC);

fn container() -> Container {
    let state = ContainerState::Running { started_at: Some(MADE) };
    Container {
        name: "web".into(),
        image: "registry.test/web:1".into(),
        is_ready: true,
        is_started: true,
        state,
        memory_limit: Some("64Mi".into()),
        ..Container::default()
    }
}

fn waiting(reason: &str, message: &str) -> Container {
    let state = ContainerState::Waiting { reason: reason.into(), message: message.into() };
    Container { is_ready: false, state, ..container() }
}

fn end(reason: &str, exit_code: i32) -> Ended {
    let at = |seconds| Some(MADE + Duration::seconds(seconds));
    Ended { reason: reason.into(), exit_code, message: String::new(), started_at: at(1080), finished_at: at(1140) }
}

fn ended(reason: &str, exit_code: i32) -> Container {
    let state = ContainerState::Terminated(end(reason, exit_code));
    Container { is_ready: false, restarts: 4, state, ..container() }
}

/// It runs again since a minute.
fn runs_again(after: Ended) -> Container {
    let state = ContainerState::Running { started_at: Some(NOW - Duration::MINUTE) };
    Container { is_ready: false, restarts: 4, state, last: Some(after), ..container() }
}

fn pod(container: Container) -> Pod {
    Pod {
        name: "web-1".into(),
        phase: "Running".into(),
        node: Some("node-1".into()),
        workload: Some((WorkloadKind::Deployment, "web".into())),
        is_ready: container.is_ready,
        containers: vec![container],
        created_at: Some(MADE),
        ..Pod::default()
    }
}

fn in_phase(phase: &str, container: Container) -> Pod {
    Pod { phase: phase.into(), is_ready: false, ..pod(container) }
}

fn said(reason: &str, message: &str) -> Said {
    Said { reason: reason.into(), message: message.into(), at: Some(MADE), source: "condition".into() }
}

fn unscheduled(message: &str) -> Pod {
    Pod { node: None, unscheduled: Some(said("Unschedulable", message)), ..in_phase("Pending", waiting("", "")) }
}

fn ended_by(reason: &str, message: &str) -> Pod {
    Pod { reason: Some(said(reason, message)), ..in_phase("Failed", ended("Error", 137)) }
}

fn warning(reason: &str, message: &str, at: OffsetDateTime) -> Warning {
    Warning {
        reason: reason.into(),
        message: message.into(),
        object_kind: "Pod".into(),
        object_name: "web-1".into(),
        count: 2,
        source: "kubelet".into(),
        first_at: Some(at),
        last_at: Some(at),
        ..Warning::default()
    }
}

fn warned(pod: Pod, warning: Warning) -> Pod {
    Pod { warnings: vec![warning], ..pod }
}

fn workload(desired: i32, ready: i32) -> Workload {
    Workload {
        kind: WorkloadKind::Deployment,
        name: "web".into(),
        desired,
        ready,
        created_at: Some(MADE),
        ..Workload::default()
    }
}

fn with_problem(kind: WorkloadKind, reason: &str, message: &str) -> Workload {
    Workload { kind, problem: Some(said(reason, message)), ..workload(1, 0) }
}

fn verdict((health, found): (Health, Option<Diagnosis>)) -> (Health, Option<Cause>) {
    (health, found.map(|diagnosis| diagnosis.code))
}

#[rstest]
#[case::crash_loop(pod(waiting("CrashLoopBackOff", "back-off 10s")), Cause::CrashLoop)]
#[case::ended_and_restarted(pod(ended("Error", 1)), Cause::CrashLoop)]
#[case::between_two_crashes(pod(runs_again(end("Error", 1))), Cause::CrashLoop)]
#[case::between_two_kills(pod(Container { restarts: 1, ..runs_again(end("OOMKilled", 137)) }), Cause::OutOfMemory)]
#[case::image_without_words(pod(waiting("ErrImagePull", "")), Cause::ImagePullFailed)]
#[case::image_inspected(pod(waiting("ImageInspectError", "broken")), Cause::ImagePullFailed)]
#[case::image_never_pulled(pod(waiting("ErrImageNeverPull", "")), Cause::ImageNeverPulled)]
#[case::registry(
    pod(waiting("ErrImagePull", "dial tcp: lookup registry.test: no such host")),
    Cause::ImageRegistryUnreachable
)]
#[case::certificate(
    pod(waiting("ErrImagePull", "x509: certificate signed by unknown authority")),
    Cause::ImageRegistryUnreachable
)]
#[case::config(pod(waiting("CreateContainerConfigError", "invalid value")), Cause::ContainerConfigInvalid)]
#[case::secret(pod(waiting("CreateContainerConfigError", "secret \"db\" not found")), Cause::SecretMissing)]
#[case::create(pod(waiting("CreateContainerError", "")), Cause::ContainerCreateFailed)]
#[case::run(pod(waiting("RunContainerError", "")), Cause::StartFailed)]
#[case::not_executable(
    pod(waiting("RunContainerError", "exec: \"/run.sh\": permission denied: unknown")),
    Cause::CommandNotExecutable
)]
#[case::no_mount_point(
    pod(waiting("RunContainerError", "mounting \"/x\": no such file or directory")),
    Cause::StartFailed
)]
#[case::ended(in_phase("Failed", Container { restarts_after: RestartsAfter::None, ..ended("Error", 2) }), Cause::ContainerFailed)]
#[case::ended_for_memory(in_phase("Failed", ended("OOMKilled", 137)), Cause::OutOfMemory)]
#[case::ended_without_words(in_phase("Failed", container()), Cause::PodFailed)]
#[case::drained(Pod { disruption: Some(said("EvictionByEvictionAPI", "")), ..in_phase("Failed", ended("Error", 143)) }, Cause::Evicted)]
#[case::preempted(Pod { disruption: Some(said("PreemptionByScheduler", "")), ..in_phase("Failed", ended("Error", 143)) }, Cause::Preempted)]
#[case::evicted(ended_by("Evicted", "by hand"), Cause::Evicted)]
#[case::node_pressure(ended_by("Evicted", "The node was low on resource: memory."), Cause::NodePressure)]
#[case::empty_dir(
    ended_by("Evicted", "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Gi\"."),
    Cause::StorageLimitExceeded
)]
#[case::rejected(ended_by("OutOfcpu", "Node didn't have enough resource: cpu"), Cause::NodeRejected)]
#[case::shut_down(ended_by("NodeShutdown", "Pod was rejected as the node is shutting down."), Cause::NodeShutdown)]
#[case::unheard_of_end(ended_by("SolarFlare", "ended"), Cause::Unknown)]
#[case::unheard_of_wait(pod(waiting("SolarFlare", "waits")), Cause::Unknown)]
#[case::node(Pod { unready_node: Some(said("NodeStatusUnknown", "Kubelet stopped posting node status.")), is_ready: false, ..pod(container()) }, Cause::NodeLost)]
#[case::node_says_so(Pod { unready_node: Some(said("KubeletNotReady", "container runtime network not ready")), is_ready: false, ..pod(container()) }, Cause::NodeNotReady)]
#[case::volume(
    warned(
        in_phase("Pending", waiting("ContainerCreating", "")),
        warning("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\"", NOW - clock::MOUNTED_WITHIN)
    ),
    Cause::VolumeMountFailed
)]
#[case::killed_for_its_hook(
    warned(pod(ended("Error", 137)), warning("FailedPostStartHook", "PostStartHook failed", MADE + Duration::seconds(1090))),
    Cause::PostStartHookFailed
)]
#[case::killed_by_its_probe(
    warned(pod(ended("Completed", 0)), warning("Unhealthy", "Liveness probe failed: refused", MADE + Duration::seconds(1130))),
    Cause::LivenessProbeFailed
)]
#[case::crashed_beside_one_failure_of_its_probe(
    warned(pod(ended("Error", 2)), warning("Unhealthy", "Liveness probe failed: refused", MADE + Duration::seconds(1130))),
    Cause::CrashLoop
)]
#[case::crashed_long_after_it_had_started(
    warned(
        pod(Container {
            state: ContainerState::Terminated(Ended { started_at: Some(MADE), ..end("Error", 137) }),
            ..ended("Error", 137)
        }),
        warning("Unhealthy", "Startup probe failed: refused", MADE + Duration::seconds(5))
    ),
    Cause::CrashLoop
)]
#[case::sidecar_that_is_ended_with_its_job(
    Pod {
        containers: vec![
            Container { role: Role::Sidecar, name: "proxy".into(), ..ended("Error", 143) },
            Container { restarts_after: RestartsAfter::None, ..ended("Error", 1) },
        ],
        ..in_phase("Failed", container())
    },
    Cause::ContainerFailed
)]
#[case::init_between_two_crashes(
    in_phase("Pending", Container { role: Role::Init, ..runs_again(end("Error", 1)) }),
    Cause::InitContainerFailed
)]
#[case::own_storage(
    ended_by("Evicted", "Container app exceeded its local ephemeral storage limit \"1Gi\"."),
    Cause::StorageLimitExceeded
)]
#[case::image_whose_name_sounds_like_a_reason(
    pod(Container {
        image: "registry.test/x509-denied:1".into(),
        ..waiting("ErrImagePull", "registry.test/x509-denied:1: not found")
    }),
    Cause::ImageNotFound
)]
fn a_failing_pod_says_why(#[case] pod: Pod, #[case] expected: Cause) {
    assert_eq!(verdict(diagnose_pod(&pod, NOW)), (Health::Failing, Some(expected)));
}

#[rstest]
#[case::runs(pod(container()), Health::Healthy, None)]
#[case::is_done(in_phase("Succeeded", ended("Completed", 0)), Health::Healthy, None)]
#[case::recovered_from_memory(pod(Container { last: Some(end("OOMKilled", 137)), ..container() }), Health::Healthy, None)]
#[case::recovered_from_crashes(pod(Container { restarts: 9, last: Some(end("Error", 1)), ..container() }), Health::Healthy, None)]
#[case::restarted_once(pod(Container { restarts: 1, ..runs_again(end("Error", 1)) }), Health::Progressing, Some(Cause::NotReady))]
#[case::ended_just_now(
    pod(Container { restarts: 0, state: ContainerState::Terminated(Ended { finished_at: Some(NOW), ..end("Error", 1) }), ..ended("Error", 1) }),
    Health::Progressing, Some(Cause::CrashLoop)
)]
#[case::restarts_of_long_ago(
    pod(Container { restarts: 9, ..runs_again(Ended { started_at: Some(MADE - Duration::HOUR), ..end("Error", 1) }) }),
    Health::Progressing, Some(Cause::NotReady)
)]
#[case::volume_of_another_node_just_now(
    warned(starting(), warning("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\"", NOW)),
    Health::Progressing,
    Some(Cause::VolumeMountFailed)
)]
#[case::event_that_no_rule_knows_while_there_is_time(
    created_at(warned(starting(), warning("DNSConfigForming", "too many search domains", NOW)), NOW - Duration::MINUTE),
    Health::Progressing, Some(Cause::NotStarted)
)]
#[case::container_that_ends_in_a_pod_of_no_job(
    Pod {
        containers: vec![
            Container { restarts_after: RestartsAfter::None, restarts: 0, ..ended("Completed", 0) },
            Container { name: "other".into(), ..container() },
        ],
        ..pod(container())
    },
    Health::Healthy, None
)]
#[case::phase_unknown(Pod { phase: "Unknown".into(), ..pod(container()) }, Health::Unknown, Some(Cause::Unknown))]
fn a_pod_that_does_not_fail_is_on_its_way_or_well(
    #[case] pod: Pod,
    #[case] health: Health,
    #[case] expected: Option<Cause>,
) {
    assert_eq!(verdict(diagnose_pod(&pod, NOW)), (health, expected));
}

fn created_at(pod: Pod, created_at: OffsetDateTime) -> Pod {
    Pod { created_at: Some(created_at), ..pod }
}

fn starting() -> Pod {
    in_phase("Pending", waiting("ContainerCreating", ""))
}

fn not_ready_since(at: OffsetDateTime) -> Pod {
    let state = ContainerState::Running { started_at: Some(at) };
    in_phase("Running", Container { is_ready: false, state, ..container() })
}

fn gated() -> Pod {
    Pod { scheduling_gates: vec!["example.test/wait".into()], node: None, ..in_phase("Pending", waiting("", "")) }
}

fn unseen_by_schedulers() -> Pod {
    Pod { node: None, containers: Vec::new(), ..in_phase("Pending", container()) }
}

fn deleted() -> Pod {
    Pod { deletion: Some(Deletion { at: Some(MADE), finalizers: Vec::new() }), ..pod(container()) }
}

#[rstest]
#[case::start(starting(), clock::STARTED_WITHIN, Cause::NotStarted)]
#[case::readiness(not_ready_since(MADE), clock::READY_WITHIN, Cause::NotReady)]
#[case::gate(gated(), clock::UNGATED_WITHIN, Cause::SchedulingGated)]
#[case::scheduler(unseen_by_schedulers(), clock::SCHEDULED_WITHIN, Cause::NotScheduled)]
#[case::scheduler_of_its_own(
    Pod { scheduler: Some("batch".into()), ..unseen_by_schedulers() },
    clock::SCHEDULED_WITHIN,
    Cause::SchedulerMissing
)]
fn what_waits_fails_when_its_time_is_over_and_not_before(
    #[case] pod: Pod,
    #[case] limit: Duration,
    #[case] cause: Cause,
) {
    let at = MADE + limit;
    let (health, found) = diagnose_pod(&pod, at - Duration::SECOND);
    let found = found.expect("waits for something");
    assert_eq!((health, found.code, found.since, found.fails_at), (Health::Progressing, cause, Some(MADE), Some(at)));
    let (health, found) = diagnose_pod(&pod, at);
    let found = found.expect("fails");
    assert_eq!((health, found.code, found.since, found.fails_at), (Health::Failing, cause, Some(MADE), None));
}

#[test]
fn a_deletion_has_its_grace_period_and_a_minute() {
    let health = |after| verdict(diagnose_pod(&deleted(), MADE + after));
    assert_eq!(health(Duration::seconds(59)), (Health::Progressing, Some(Cause::Terminating)));
    assert_eq!(health(Duration::seconds(60)), (Health::Failing, Some(Cause::StuckTerminating)));
    let lost = Pod { unready_node: Some(said("NodeStatusUnknown", "")), ..deleted() };
    assert_eq!(verdict(diagnose_pod(&lost, NOW)), (Health::Failing, Some(Cause::NodeLost)));
}

#[test]
fn what_has_no_time_is_never_late() {
    let found = verdict(diagnose_pod(&Pod { created_at: None, ..starting() }, NOW));
    assert_eq!(found, (Health::Progressing, Some(Cause::NotStarted)));
}

#[rstest]
#[case(
    "exceeded quota: berth-compute, requested: cpu=1, used: cpu=1, limited: cpu=1",
    Cause::QuotaExceeded,
    Some("berth-compute")
)]
#[case(
    "exceeded quota: cost-cap, requested: cpu=1, used: cpu=1, limited: cpu=1",
    Cause::OtherQuotaExceeded,
    Some("cost-cap")
)]
#[case("failed quota: berth-compute: must specify limits.cpu for: app", Cause::RequestsMissing, Some("berth-compute"))]
#[case("violates PodSecurity \"restricted:v1.33\"", Cause::PodSecurityViolated, None)]
#[case(
    "error looking up service account dev/runner: serviceaccount \"runner\" not found",
    Cause::ServiceAccountMissing,
    Some("runner")
)]
#[case(
    "ValidatingAdmissionPolicy 'no-latest' with binding 'x' denied request: no",
    Cause::AdmissionDenied,
    Some("no-latest")
)]
#[case("words that nobody knows", Cause::PodsRefused, None)]
fn a_workload_whose_pods_are_refused_says_why(
    #[case] message: &str,
    #[case] expected: Cause,
    #[case] object: Option<&str>,
) {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::Job, WorkloadKind::ReplicaSet] {
        let (health, found) = diagnose_workload(&with_problem(kind, "FailedCreate", message), &[], NOW);
        let found = found.expect("a failing workload has a diagnosis");
        assert_eq!((health, found.code, found.object.as_deref()), (Health::Failing, expected, object), "{kind:?}");
        assert!(found.main_evidence().contains(message), "{found:?}");
    }
}

#[rstest]
#[case(WorkloadKind::Job, "BackoffLimitExceeded", Cause::JobFailed)]
#[case(WorkloadKind::Job, "DeadlineExceeded", Cause::DeadlineExceeded)]
#[case(WorkloadKind::CronJob, "BackoffLimitExceeded", Cause::CronJobRunFailed)]
#[case(WorkloadKind::Deployment, "ProgressDeadlineExceeded", Cause::RolloutTimedOut)]
#[case(WorkloadKind::Deployment, "SolarFlare", Cause::Unknown)]
fn a_workload_that_is_stuck_says_why(#[case] kind: WorkloadKind, #[case] reason: &str, #[case] expected: Cause) {
    let found = diagnose_workload(&with_problem(kind, reason, "ended"), &[], NOW);
    assert_eq!(verdict(found), (Health::Failing, Some(expected)));
}

#[test]
fn the_trouble_of_a_pod_explains_its_workload_better_than_the_workloads_own_words() {
    let crashing = pod(waiting("CrashLoopBackOff", ""));
    let stuck = with_problem(WorkloadKind::Deployment, "ProgressDeadlineExceeded", "timed out");
    let (health, found) = diagnose_workload(&stuck, &[&crashing], NOW);
    let found = found.expect("fails");
    assert_eq!((health, found.code), (Health::Failing, Cause::CrashLoop));
    let said = found.evidence.last().map(|seen| seen.text.as_str());
    assert_eq!(said, Some("ProgressDeadlineExceeded: timed out"), "they are evidence: {found:?}");
}

#[test]
fn one_crashing_pod_is_not_hidden_by_those_that_run() {
    let (well, crashing) = (pod(container()), pod(waiting("CrashLoopBackOff", "")));
    assert_eq!(diagnose_workload(&workload(1, 1), &[&well, &crashing], NOW).0, Health::Failing);
}

#[test]
fn the_newest_pod_says_why() {
    let older = pod(waiting("ErrImagePull", "not found"));
    let newer = created_at(pod(waiting("CrashLoopBackOff", "")), MADE + Duration::MINUTE);
    for pods in [[&older, &newer], [&newer, &older]] {
        assert_eq!(verdict(diagnose_workload(&workload(1, 0), &pods, NOW)).1, Some(Cause::CrashLoop));
    }
}

#[test]
fn a_pod_that_failed_for_good_no_longer_counts_once_others_serve_or_a_newer_one_tries() {
    let (well, evicted) = (pod(container()), ended_by("Evicted", ""));
    assert_eq!(diagnose_workload(&workload(1, 1), &[&evicted, &well], NOW), (Health::Healthy, None));
    let tries = created_at(not_ready_since(NOW), NOW);
    let found = diagnose_workload(&workload(1, 0), &[&evicted, &tries], NOW);
    assert_eq!(verdict(found), (Health::Progressing, Some(Cause::NotReady)));
    assert_eq!(diagnose_workload(&workload(1, 0), &[&evicted], NOW).0, Health::Failing);
}

#[test]
fn a_workload_without_pods_is_late_after_a_while() {
    let found = |after| verdict(diagnose_workload(&workload(1, 0), &[], MADE + after));
    assert_eq!(found(Duration::MINUTE), (Health::Progressing, Some(Cause::NoPods)));
    assert_eq!(found(clock::PODS_WITHIN), (Health::Failing, Some(Cause::NoPods)));
    let (one, other) = (pod(container()), pod(container()));
    let found = |pods: &[&Pod]| verdict(diagnose_workload(&workload(2, 1), pods, NOW));
    assert_eq!(found(&[&one]), (Health::Failing, Some(Cause::NoPods)), "the other is not there");
    assert_eq!(found(&[&one, &other]), (Health::Progressing, None), "its status is a moment behind");
    let job = Workload { kind: WorkloadKind::Job, ..workload(9, 3) };
    assert_eq!(diagnose_workload(&job, &[&one], NOW), (Health::Progressing, None), "it is at work");
}

#[test]
fn what_is_suspended_or_scaled_to_zero_is_paused_whatever_happened_before() {
    let paused = Workload { is_paused: true, ..with_problem(WorkloadKind::Job, "BackoffLimitExceeded", "earlier") };
    assert_eq!(diagnose_workload(&paused, &[], NOW), (Health::Paused, None));
}

#[test]
fn the_log_that_is_named_is_that_of_the_run_that_failed() {
    let step = |container| diagnose_pod(&pod(container), NOW).1.expect("fails").next_step;
    assert_eq!(step(ended("Error", 1)), "Read its log: kubectl logs web-1 -c web");
    let waits = Container { last: Some(end("Error", 1)), ..waiting("CrashLoopBackOff", "") };
    assert_eq!(step(waits), "Read its log: kubectl logs web-1 -c web");
    assert_eq!(step(runs_again(end("Error", 1))), "Read its log: kubectl logs web-1 -c web --previous");
}

#[test]
fn words_that_no_rule_knows_are_shown_as_they_are() {
    let (_, found) = diagnose_pod(&pod(waiting("SolarFlare", "the sun is too bright")), NOW);
    let found = found.expect("fails");
    assert_eq!(found.cause, "The cluster says: SolarFlare");
    assert_eq!(found.main_evidence(), "SolarFlare: the sun is too bright");
}

#[test]
fn the_worst_comes_first() {
    let mut seen = [Health::Paused, Health::Healthy, Health::Unknown, Health::Failing, Health::Progressing];
    seen.sort();
    assert_eq!(seen, [Health::Failing, Health::Unknown, Health::Progressing, Health::Healthy, Health::Paused]);
}

#[test]
fn codes_are_snake_case_and_told_apart_and_said_as_they_are_stored() {
    let mut codes = std::collections::BTreeSet::new();
    for cause in Cause::ALL {
        let code = cause.as_str();
        assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{code}");
        assert!(codes.insert(code), "{code}");
        assert_eq!(serde_json::to_value(cause).expect("is text"), code);
    }
}

/// The page for readers has one row for each cause, in this order.
#[test]
fn every_cause_is_documented_as_it_is() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/why-it-fails.md")).expect("is there");
    let row = |cause: &Cause| {
        format!("| `{}` | {} | {} | {} |", cause.as_str(), cause.title(), cause.meaning(), cause.general_step())
    };
    let expected: Vec<_> = Cause::ALL.iter().map(row).collect();
    let found: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(found, expected, "the page should have these rows:\n{}", expected.join("\n"));
}

#[cfg(feature = "openapi")]
#[test]
fn the_api_document_names_each_cause_as_it_is_written() {
    use utoipa::PartialSchema;
    let schema = serde_json::to_value(Cause::schema()).expect("is JSON");
    let written: Vec<_> = Cause::ALL.iter().map(|cause| serde_json::to_value(cause).expect("is a word")).collect();
    assert_eq!(schema["enum"], serde_json::Value::Array(written));
}
