use super::*;
use rstest::rstest;

fn container() -> Container {
    Container {
        name: "web".into(),
        image: "registry.test/web:1".into(),
        is_ready: true,
        restarts: 0,
        waiting: None,
        terminated: None,
    }
}

fn waiting(reason: &str, message: &str) -> Container {
    Container { is_ready: false, waiting: Some((reason.into(), message.into())), ..container() }
}

fn ended(reason: &str, code: i32) -> Container {
    Container { is_ready: false, terminated: Some((reason.into(), code)), ..container() }
}

fn pod(container: Container) -> Pod {
    Pod {
        name: "web-1".into(),
        phase: "Running".into(),
        node: Some("node-1".into()),
        workload: Some((WorkloadKind::Deployment, "web".into())),
        is_ready: container.is_ready,
        containers: vec![container],
        is_terminating: false,
        unschedulable: None,
        reason: None,
        created_at: None,
    }
}

fn in_phase(phase: &str, container: Container) -> Pod {
    Pod { phase: phase.into(), is_ready: false, ..pod(container) }
}

fn unscheduled(message: &str) -> Pod {
    Pod { unschedulable: Some(message.into()), ..in_phase("Pending", container()) }
}

fn workload(desired: i32, ready: i32) -> Workload {
    Workload {
        kind: WorkloadKind::Deployment,
        name: "web".into(),
        desired,
        ready,
        images: vec!["registry.test/web:1".into()],
        created_at: None,
        problem: None,
        is_paused: false,
    }
}

fn with_problem(problem: &str) -> Workload {
    Workload { problem: Some(problem.into()), ..workload(1, 0) }
}

fn cause((health, found): (Health, Option<Diagnosis>)) -> (Health, Option<String>) {
    (health, found.map(|diagnosis| diagnosis.cause))
}

#[rstest]
#[case::crash_loop(pod(waiting("CrashLoopBackOff", "back-off 10s")), "Crashes after start")]
#[case::between_two_crashes(pod(Container { restarts: 3, ..ended("Error", 1) }), "Crashes after start")]
#[case::pull_failed(pod(waiting("ErrImagePull", "not found")), "Image cannot be pulled")]
#[case::pull_backs_off(pod(waiting("ImagePullBackOff", "not found")), "Image cannot be pulled")]
#[case::image_name(pod(waiting("InvalidImageName", "")), "Image cannot be pulled")]
#[case::image_never_pulled(pod(waiting("ErrImageNeverPull", "")), "Image cannot be pulled")]
#[case::config(pod(waiting("CreateContainerConfigError", "secret \"db\" not found")), "Container cannot be created")]
#[case::create(pod(waiting("CreateContainerError", "")), "Container cannot be created")]
#[case::run(pod(waiting("RunContainerError", "")), "Container cannot be created")]
#[case::memory(pod(ended("OOMKilled", 137)), "Out of memory")]
#[case::memory_before_back_off(
    pod(Container { terminated: Some(("OOMKilled".into(), 137)), ..waiting("CrashLoopBackOff", "") }),
    "Out of memory"
)]
#[case::no_node(unscheduled("0/3 nodes are available: 3 Insufficient cpu."), "Unschedulable: no node fits")]
#[case::claim_is_not_bound(
    unscheduled("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"),
    "Volume claim is not bound"
)]
#[case::claim_is_missing(
    unscheduled("0/1 nodes are available: persistentvolumeclaim \"not-there\" not found."),
    "Volume claim is missing"
)]
#[case::claim_is_going(
    unscheduled("0/1 nodes are available: persistentvolumeclaim \"data\" is being deleted."),
    "Volume claim is being deleted"
)]
#[case::ended(in_phase("Failed", ended("Error", 2)), "Ended with an error")]
#[case::ended_for_memory(in_phase("Failed", ended("OOMKilled", 137)), "Out of memory")]
#[case::evicted(
    Pod { reason: Some("Evicted: The node was low on resource: memory.".into()), ..in_phase("Failed", container()) },
    "Evicted from its node"
)]
#[case::deadline(
    Pod { reason: Some("DeadlineExceeded: Pod was active too long".into()), ..in_phase("Failed", container()) },
    "Ended by the cluster"
)]
fn a_failing_pod_says_why(#[case] pod: Pod, #[case] expected: &str) {
    assert_eq!(cause(diagnose_pod(&pod)), (Health::Failing, Some(expected.into())));
}

#[rstest]
#[case::runs(pod(container()), Health::Healthy, None)]
#[case::is_done(in_phase("Succeeded", ended("Completed", 0)), Health::Healthy, None)]
#[case::recovered_from_memory(
    pod(Container { is_ready: true, restarts: 1, ..ended("OOMKilled", 137) }), Health::Healthy, None
)]
#[case::recovered_from_crashes(pod(Container { is_ready: true, restarts: 9, ..ended("Error", 1) }), Health::Healthy, None)]
#[case::starts(in_phase("Pending", waiting("ContainerCreating", "")), Health::Progressing, None)]
#[case::runs_init_containers(in_phase("Pending", waiting("PodInitializing", "")), Health::Progressing, None)]
#[case::is_not_ready(in_phase("Running", Container { is_ready: false, ..container() }), Health::Progressing, Some("Not ready yet"))]
#[case::restarted_once(pod(Container { restarts: 1, ..ended("Error", 1) }), Health::Progressing, Some("Not ready yet"))]
#[case::is_ending(
    Pod { is_terminating: true, ..pod(waiting("CrashLoopBackOff", "")) }, Health::Progressing, None
)]
fn a_pod_that_does_not_fail_is_on_its_way_or_well(
    #[case] pod: Pod,
    #[case] health: Health,
    #[case] expected: Option<&str>,
) {
    assert_eq!(cause(diagnose_pod(&pod)), (health, expected.map(String::from)));
}

#[rstest]
#[case("ReplicaSetCreateError: pods \"web-1\" is forbidden: exceeded quota: berth-compute", "Quota exceeded")]
#[case(
    "pods \"web-1\" is forbidden: failed quota: berth-compute: must specify limits.cpu",
    "Requests or limits are missing"
)]
#[case("pods \"web-1\" is forbidden: violates PodSecurity \"restricted:v1.33\"", "Violates pod security")]
#[case("ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing.", "Rollout timed out")]
#[case("FailedCreate: admission webhook denied the request", "Not progressing")]
fn a_workload_that_is_stuck_says_why(#[case] problem: &str, #[case] expected: &str) {
    let (health, found) = diagnose_workload(&with_problem(problem), &[]);
    let found = found.expect("a failing workload has a diagnosis");
    assert_eq!((health, found.cause.as_str(), found.evidence.as_str()), (Health::Failing, expected, problem));
}

#[rstest]
#[case(WorkloadKind::Job, "Job failed")]
#[case(WorkloadKind::CronJob, "Last run failed")]
fn a_run_that_failed_is_said_as_such(#[case] kind: WorkloadKind, #[case] expected: &str) {
    let failed = Workload { kind, ..with_problem("BackoffLimitExceeded: Job has reached the specified backoff limit") };
    assert_eq!(cause(diagnose_workload(&failed, &[])), (Health::Failing, Some(expected.into())));
}

#[test]
fn the_trouble_of_a_pod_explains_its_workload_better_than_the_workloads_own_words() {
    let crashing = pod(waiting("CrashLoopBackOff", ""));
    let stuck = with_problem("ProgressDeadlineExceeded: timed out");
    let found = diagnose_workload(&stuck, &[&crashing]);
    assert_eq!(cause(found), (Health::Failing, Some("Crashes after start".into())));
}

#[test]
fn one_crashing_pod_is_not_hidden_by_those_that_run() {
    let (well, crashing) = (pod(container()), pod(waiting("CrashLoopBackOff", "")));
    assert_eq!(diagnose_workload(&workload(1, 1), &[&well, &crashing]).0, Health::Failing);
}

#[test]
fn a_pod_that_failed_for_good_no_longer_counts_once_others_serve() {
    let (well, evicted) = (pod(container()), in_phase("Failed", container()));
    assert_eq!(diagnose_workload(&workload(1, 1), &[&evicted, &well]), (Health::Healthy, None));
    assert_eq!(diagnose_workload(&workload(2, 1), &[&evicted, &well]).0, Health::Failing);
}

#[test]
fn a_workload_without_enough_ready_pods_says_what_it_waits_for() {
    let starting = in_phase("Running", Container { is_ready: false, ..container() });
    let found = diagnose_workload(&workload(1, 0), &[&starting]);
    assert_eq!(cause(found), (Health::Progressing, Some("Not ready yet".into())));
    assert_eq!(diagnose_workload(&workload(1, 0), &[]), (Health::Progressing, None));
}

#[test]
fn what_is_suspended_or_scaled_to_zero_is_paused_whatever_happened_before() {
    let paused = Workload { is_paused: true, ..with_problem("BackoffLimitExceeded: earlier") };
    assert_eq!(diagnose_workload(&paused, &[]), (Health::Paused, None));
}

#[test]
fn a_crash_names_the_exit_and_the_command_to_read_the_log_with() {
    let crashing = Container { restarts: 4, terminated: Some(("Error".into(), 1)), ..waiting("CrashLoopBackOff", "") };
    let (_, found) = diagnose_pod(&pod(crashing));
    let found = found.expect("fails");
    assert_eq!(found.evidence, "container web: last exit 1 (Error), restarted 4 times");
    assert_eq!(found.next_step, "Read the log of the last run: kubectl logs web-1 -c web --previous");
}

#[test]
fn the_worst_comes_first() {
    let mut seen = [Health::Paused, Health::Healthy, Health::Failing, Health::Progressing];
    seen.sort();
    assert_eq!(seen, [Health::Failing, Health::Progressing, Health::Healthy, Health::Paused]);
}
