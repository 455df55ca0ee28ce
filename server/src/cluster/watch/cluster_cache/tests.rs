use super::*;
use crate::cluster::watch::projection::{Owner, SeenClaim, SeenJob, SeenNode, SeenReplicaSet};
use rstest::rstest;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NAMESPACE: &str = "payments-dev";
const MORNING: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

fn key(name: &str) -> (String, String) {
    (NAMESPACE.into(), name.into())
}

fn workload(kind: WorkloadKind, name: &str) -> Workload {
    Workload { kind, name: name.into(), desired: 1, ready: 1, ..Workload::default() }
}

fn pod_of(name: &str, owner: Option<(&str, &str)>) -> SeenPod {
    let job = owner.filter(|(kind, _)| *kind == "Job").map(|(_, name)| name.to_owned());
    let pod = Pod { name: name.into(), phase: "Running".into(), is_ready: true, job, ..Pod::default() };
    SeenPod { pod, owner: owner.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() }) }
}

fn said(message: &str) -> Said {
    Said { reason: "Failed".into(), message: message.into(), source: "condition Failed".into(), at: None }
}

fn replica_set(name: &str, deployment: Option<&str>, problem: Option<&str>) -> SeenReplicaSet {
    let workload = Workload { problem: problem.map(said), ..workload(WorkloadKind::ReplicaSet, name) };
    SeenReplicaSet { deployment: deployment.map(String::from), workload, is_in_use: true }
}

fn run_of(cron_job: Option<&str>, name: &str, created_at: OffsetDateTime, problem: Option<&str>) -> SeenJob {
    let workload =
        Workload { created_at: Some(created_at), problem: problem.map(said), ..workload(WorkloadKind::Job, name) };
    SeenJob { workload, cron_job: cron_job.map(String::from), is_finished: true }
}

fn warning(reason: &str, object: (&str, &str), message: &str, last_at: OffsetDateTime) -> Warning {
    Warning {
        reason: reason.into(),
        message: message.into(),
        object_kind: object.0.into(),
        object_name: object.1.into(),
        count: 2,
        last_at: Some(last_at),
        ..Warning::default()
    }
}

fn named(seen: &Observed) -> Vec<(WorkloadKind, &str)> {
    seen.workloads.iter().map(|workload| (workload.kind, workload.name.as_str())).collect()
}

#[test]
fn a_pod_belongs_to_the_workload_people_know() {
    let mut cache = ClusterCache::default();
    cache.replica_sets.put(key("web-7d9f"), replica_set("web-7d9f", Some("web"), None));
    cache.replica_sets.put(key("bare"), replica_set("bare", None, None));
    cache.replication_controllers.put(key("old"), workload(WorkloadKind::ReplicationController, "old"));
    cache.jobs.put(key("report-1"), run_of(Some("report"), "report-1", MORNING, None));
    cache.jobs.put(key("import"), run_of(None, "import", MORNING, None));
    let cases = [
        ("a", Some(("ReplicaSet", "web-7d9f")), Some((WorkloadKind::Deployment, "web"))),
        ("b", Some(("Job", "report-1")), Some((WorkloadKind::CronJob, "report"))),
        ("c", Some(("Job", "import")), Some((WorkloadKind::Job, "import"))),
        ("d", Some(("StatefulSet", "db")), Some((WorkloadKind::StatefulSet, "db"))),
        ("e", Some(("Workflow", "nightly")), Some((WorkloadKind::Pod, "e"))),
        ("f", None, Some((WorkloadKind::Pod, "f"))),
        ("g", Some(("ReplicaSet", "not-seen-yet")), None),
        ("h", Some(("ReplicaSet", "bare")), Some((WorkloadKind::ReplicaSet, "bare"))),
        ("i", Some(("ReplicationController", "old")), Some((WorkloadKind::ReplicationController, "old"))),
        ("j", Some(("ReplicationController", "not-readable")), Some((WorkloadKind::Pod, "j"))),
    ];
    for (name, owner, _) in cases {
        cache.pods.put(key(name), pod_of(name, owner));
    }
    let found = cache.observe(NAMESPACE).pods;
    let found: Vec<_> = found.iter().map(|p| p.workload.as_ref().map(|(kind, name)| (*kind, name.as_str()))).collect();
    assert_eq!(found, cases.map(|(_, _, workload)| workload));
}

#[test]
fn runs_of_a_cron_job_are_not_listed_beside_it_and_pods_without_owner_are() {
    let mut cache = ClusterCache::default();
    cache.cron_jobs.put(key("report"), workload(WorkloadKind::CronJob, "report"));
    cache.jobs.put(key("report-1"), run_of(Some("report"), "report-1", MORNING, None));
    cache.pods.put(key("shell"), pod_of("shell", None));
    let seen = cache.observe(NAMESPACE);
    assert_eq!(named(&seen), [(WorkloadKind::CronJob, "report"), (WorkloadKind::Pod, "shell")]);
    assert_eq!(cache.observe("elsewhere"), Observed::default());
}

/// What holds the only workload up, in words.
fn problem(cache: &ClusterCache) -> Option<String> {
    cache.observe(NAMESPACE).workloads[0].problem.as_ref().map(|said| said.message.clone())
}

#[test]
fn a_cron_job_is_as_well_as_its_newest_run_that_ended() {
    let mut cache = ClusterCache::default();
    cache.cron_jobs.put(key("report"), workload(WorkloadKind::CronJob, "report"));
    cache.jobs.put(key("report-1"), run_of(Some("report"), "report-1", MORNING, Some("BackoffLimitExceeded")));
    assert_eq!(problem(&cache).as_deref(), Some("BackoffLimitExceeded"));
    let under_way = run_of(Some("report"), "report-2", MORNING + Duration::HOUR, None);
    cache.jobs.put(key("report-2"), SeenJob { is_finished: false, ..under_way.clone() });
    assert_eq!(problem(&cache).as_deref(), Some("BackoffLimitExceeded"), "the next is under way");
    assert_eq!(cache.observe(NAMESPACE).workloads[0].run.as_deref(), Some("report-1"));
    cache.jobs.put(key("report-2"), under_way);
    assert_eq!(problem(&cache), None);
}

#[test]
fn a_deployment_takes_over_what_its_replica_set_cannot_do() {
    let mut cache = ClusterCache::default();
    cache.deployments.put(key("web"), workload(WorkloadKind::Deployment, "web"));
    cache.replica_sets.put(key("web-7d9f"), replica_set("web-7d9f", Some("web"), Some("exceeded quota")));
    assert_eq!(problem(&cache).as_deref(), Some("exceeded quota"));
}

#[test]
fn a_stateful_set_short_of_pods_takes_its_problem_from_the_event() {
    let mut cache = ClusterCache::default();
    let refused = warning("FailedCreate", ("StatefulSet", "db"), "exceeded quota: berth-compute", MORNING);
    cache.warnings.put(key("event-1"), refused);
    let set = |ready| Workload { ready, ..workload(WorkloadKind::StatefulSet, "db") };
    cache.stateful_sets.put(key("db"), set(0));
    assert_eq!(problem(&cache).as_deref(), Some("exceeded quota: berth-compute"));
    cache.stateful_sets.put(key("db"), set(1));
    assert_eq!(problem(&cache), None, "an old event does not spoil what is well again");
    cache.stateful_sets.put(key("db"), set(0));
    let mut made_since = pod_of("db-0", Some(("StatefulSet", "db")));
    made_since.pod.created_at = Some(MORNING + Duration::SECOND);
    cache.pods.put(key("db-0"), made_since);
    assert_eq!(problem(&cache), None, "nor what began since");
}

/// The uids that the object has and that the event names, and whether the event counts.
#[rstest]
#[case(Some("1"), Some("1"), true)]
#[case(Some("1"), Some("2"), false)]
#[case(None, Some("2"), true)]
#[case(Some("1"), None, true)]
fn an_event_is_about_the_object_of_its_uid_whatever_kind_it_is_of(
    #[case] uid: Option<&str>,
    #[case] about: Option<&str>,
    #[case] counts: bool,
) {
    let mut cache = ClusterCache::default();
    let event = |reason: &str, kind: &str, message: &str| Warning {
        object_uid: about.map(str::to_owned),
        ..warning(reason, (kind, "db"), message, MORNING)
    };
    let set = Workload { uid: uid.map(str::to_owned), ready: 0, ..workload(WorkloadKind::StatefulSet, "db") };
    let report = Workload { uid: uid.map(str::to_owned), ..workload(WorkloadKind::CronJob, "db") };
    let mut seen = pod_of("db", Some(("StatefulSet", "db")));
    seen.pod.uid = uid.map(str::to_owned);
    seen.pod.claims = vec![Claim { name: "db".into(), ..Claim::default() }];
    let claim = SeenClaim {
        uid: uid.map(str::to_owned),
        phase: "Pending".into(),
        bytes: None,
        storage_class: None,
        created_at: None,
    };
    cache.stateful_sets.put(key("db"), set);
    cache.cron_jobs.put(key("db"), report);
    cache.pods.put(key("db"), seen);
    cache.claims.put(key("db"), claim);
    cache.warnings.put(key("event-1"), event("FailedCreate", "StatefulSet", "refused"));
    cache.warnings.put(key("event-2"), event("UnknownTimeZone", "CronJob", "invalid timeZone"));
    cache.warnings.put(key("event-3"), event("BackOff", "Pod", "back-off"));
    cache.warnings.put(key("event-4"), event("ProvisioningFailed", "PersistentVolumeClaim", "no class"));
    let seen = cache.observe(NAMESPACE);
    let problems: Vec<_> = seen.workloads.iter().map(|workload| workload.problem.is_some()).collect();
    assert_eq!(problems, [counts, counts]);
    assert_eq!(seen.pods[0].warnings.len(), usize::from(counts));
    assert_eq!(seen.pods[0].claims[0].warning.is_some(), counts);
}

#[test]
fn what_was_refused_before_a_workload_was_changed_is_past() {
    let mut cache = ClusterCache::default();
    cache.warnings.put(key("event-1"), warning("FailedCreate", ("StatefulSet", "db"), "refused", MORNING));
    let changed = |changed_at| Workload { changed_at, ready: 0, ..workload(WorkloadKind::StatefulSet, "db") };
    cache.stateful_sets.put(key("db"), changed(Some(MORNING)));
    assert_eq!(problem(&cache).as_deref(), Some("refused"));
    cache.stateful_sets.put(key("db"), changed(Some(MORNING + Duration::SECOND)));
    assert_eq!(problem(&cache), None);
}

#[test]
fn a_pod_has_what_says_that_its_node_ran_out_of_memory() {
    let mut cache = ClusterCache::default();
    let mut seen = pod_of("web-1", None);
    seen.pod.node = Some("node-1".into());
    cache.pods.put(key("web-1"), seen);
    let oom = |node: &str, message: &str, at| warning("SystemOOM", ("Node", node), message, at);
    let of_nodes = |name: &str| ("default".to_owned(), name.to_owned());
    cache.warnings.put(of_nodes("event-1"), oom("node-1", "older", MORNING));
    cache.warnings.put(of_nodes("event-2"), oom("node-1", "newer", MORNING + Duration::HOUR));
    cache.warnings.put(of_nodes("event-3"), oom("node-2", "another's", MORNING + Duration::DAY));
    cache
        .warnings
        .put(of_nodes("event-4"), warning("Rebooted", ("Node", "node-1"), "rebooted", MORNING + Duration::DAY));
    let memory_pressure = Some(said("kubelet has insufficient memory available"));
    let node = SeenNode { unready: None, ready_at: None, allocatable: None, memory_pressure, takes_pods: true };
    cache.nodes.put((String::new(), "node-1".into()), node);
    let pod = cache.observe(NAMESPACE).pods.remove(0);
    let said: Vec<_> = pod.node_memory.iter().map(|said| said.message.as_str()).collect();
    assert_eq!(said, ["newer", "kubelet has insufficient memory available"]);
}

#[test]
fn a_pod_has_what_is_said_of_it_newest_first_and_of_its_node_and_claims() {
    let mut cache = ClusterCache::default();
    let mut seen = pod_of("web-1", None);
    seen.pod.node = Some("node-1".into());
    seen.pod.claims = vec![Claim { name: "data".into(), ..Claim::default() }];
    cache.pods.put(key("web-1"), seen);
    let pod = ("Pod", "web-1");
    cache.warnings.put(key("event-1"), warning("BackOff", pod, "older", MORNING));
    cache.warnings.put(key("event-2"), warning("BackOff", pod, "newer", MORNING + Duration::HOUR));
    cache.warnings.put(key("event-3"), warning("BackOff", ("Pod", "web-2"), "another's", MORNING));
    let of_claim = ("PersistentVolumeClaim", "data");
    cache.warnings.put(key("event-4"), warning("ProvisioningFailed", of_claim, "no class", MORNING));
    let unready = Some(said("Kubelet stopped posting node status."));
    let node = SeenNode {
        unready: unready.clone(),
        ready_at: None,
        allocatable: None,
        memory_pressure: None,
        takes_pods: false,
    };
    cache.nodes.put((String::new(), "node-1".into()), node);
    let pod = cache.observe(NAMESPACE).pods.remove(0);
    assert_eq!(pod.warnings.iter().map(|said| said.message.as_str()).collect::<Vec<_>>(), ["newer", "older"]);
    assert_eq!(pod.unready_node, unready);
    assert_eq!(pod.claims[0].warning.as_ref().map(|said| said.message.as_str()), Some("no class"));
    assert_eq!(pod.claims[0].phase, None, "it is not seen");
}

#[test]
fn warnings_of_one_reason_and_object_are_one_with_the_newest_message() {
    let mut cache = ClusterCache::default();
    let pod = ("Pod", "web-1");
    cache.warnings.put(key("event-1"), warning("BackOff", pod, "new", MORNING + Duration::HOUR));
    cache.warnings.put(key("event-2"), warning("BackOff", pod, "old", MORNING));
    cache.warnings.put(key("event-3"), warning("Failed", pod, "newest", MORNING + Duration::DAY));
    cache.warnings.put(key("event-4"), warning("Failed", pod, "another cause", MORNING));
    let warnings = cache.observe(NAMESPACE).warnings;
    let said: Vec<_> = warnings.iter().map(|w| (w.reason.as_str(), w.message.as_str(), w.count)).collect();
    assert_eq!(said, [("Failed", "newest", 2), ("BackOff", "new", 4), ("Failed", "another cause", 2)]);
}

#[test]
fn only_the_quotas_berth_set_are_counted() {
    let mut cache = ClusterCache::default();
    assert_eq!(cache.observe(NAMESPACE).quota, None);
    let quota = |cpu_m, pods| Some(Quota { cpu_m, pods, ..Quota::ZERO });
    cache
        .quotas
        .put(key("berth-compute"), QuotaSeen { changed_at: None, used: quota(100, 1), enforced: quota(1000, 10) });
    cache.quotas.put(key("berth-storage"), QuotaSeen { changed_at: None, used: quota(0, 0), enforced: quota(0, 0) });
    cache.quotas.put(key("theirs"), QuotaSeen { changed_at: None, used: quota(7, 7), enforced: quota(7, 7) });
    let seen = QuotaSeen { changed_at: None, used: quota(100, 1), enforced: quota(1000, 10) };
    assert_eq!(cache.observe(NAMESPACE).quota, Some(seen));
    cache.quotas.put(key("berth-objects"), QuotaSeen { changed_at: None, used: None, enforced: quota(0, 0) });
    assert_eq!(
        cache.observe(NAMESPACE).quota,
        Some(QuotaSeen { changed_at: None, used: None, ..seen }),
        "a part is not known"
    );
}

#[test]
fn capacity_is_what_nodes_that_take_pods_have() {
    let mut cache = ClusterCache::default();
    assert_eq!(cache.allocatable(), CapacitySeen::NotRead);
    let allocatable = Some(Quota { cpu_m: 4000, pods: 110, ..Quota::ZERO });
    for (name, takes_pods) in [("node-1", true), ("node-2", true), ("node-3", false)] {
        cache.nodes.put(
            (String::new(), name.into()),
            SeenNode { unready: None, ready_at: None, allocatable, memory_pressure: None, takes_pods },
        );
    }
    let sum = Allocatable { quota: Quota { cpu_m: 8000, pods: 220, ..Quota::ZERO }, n_nodes: 2 };
    assert_eq!(cache.allocatable(), CapacitySeen::Known(sum.clone()));
    let unreadable =
        |takes_pods| SeenNode { unready: None, ready_at: None, allocatable: None, memory_pressure: None, takes_pods };
    cache.nodes.put((String::new(), "node-3".into()), unreadable(false));
    assert_eq!(cache.allocatable(), CapacitySeen::Known(sum));
    cache.nodes.put((String::new(), "node-2".into()), unreadable(true));
    assert_eq!(cache.allocatable(), CapacitySeen::Unreadable { node: "node-2".into() });
}
