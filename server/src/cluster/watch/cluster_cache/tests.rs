use super::*;
use crate::cluster::watch::projection::{Owner, SeenJob, SeenNode, SeenReplicaSet};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NAMESPACE: &str = "payments-dev";
const MORNING: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

fn key(name: &str) -> (String, String) {
    (NAMESPACE.into(), name.into())
}

fn workload(kind: WorkloadKind, name: &str) -> Workload {
    Workload {
        kind,
        name: name.into(),
        desired: 1,
        ready: 1,
        images: Vec::new(),
        created_at: None,
        problem: None,
        is_paused: false,
    }
}

fn pod_of(name: &str, owner: Option<(&str, &str)>) -> SeenPod {
    let pod = Pod {
        name: name.into(),
        phase: "Running".into(),
        node: None,
        workload: None,
        containers: Vec::new(),
        is_ready: true,
        is_terminating: false,
        unschedulable: None,
        reason: None,
        created_at: None,
    };
    SeenPod { pod, owner: owner.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() }) }
}

fn run_of(cron_job: Option<&str>, name: &str, created_at: OffsetDateTime, problem: Option<&str>) -> SeenJob {
    let problem = problem.map(String::from);
    let workload = Workload { created_at: Some(created_at), problem, ..workload(WorkloadKind::Job, name) };
    SeenJob { workload, cron_job: cron_job.map(String::from) }
}

fn warning(reason: &str, object: (&str, &str), message: &str, last_at: OffsetDateTime) -> Warning {
    Warning {
        reason: reason.into(),
        message: message.into(),
        object_kind: object.0.into(),
        object_name: object.1.into(),
        count: 2,
        last_at: Some(last_at),
    }
}

fn named(seen: &Observed) -> Vec<(WorkloadKind, &str)> {
    seen.workloads.iter().map(|workload| (workload.kind, workload.name.as_str())).collect()
}

#[test]
fn a_pod_belongs_to_the_workload_people_know() {
    let mut cache = ClusterCache::default();
    let deployment = SeenReplicaSet { deployment: Some("web".into()), problem: None };
    cache.replica_sets.put(key("web-7d9f"), deployment);
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

#[test]
fn a_cron_job_is_as_well_as_its_newest_run() {
    let mut cache = ClusterCache::default();
    cache.cron_jobs.put(key("report"), workload(WorkloadKind::CronJob, "report"));
    cache.jobs.put(key("report-1"), run_of(Some("report"), "report-1", MORNING, Some("BackoffLimitExceeded")));
    let problem = |cache: &ClusterCache| cache.observe(NAMESPACE).workloads[0].problem.clone();
    assert_eq!(problem(&cache).as_deref(), Some("Job report-1: BackoffLimitExceeded"));
    cache.jobs.put(key("report-2"), run_of(Some("report"), "report-2", MORNING + Duration::HOUR, None));
    assert_eq!(problem(&cache), None);
}

#[test]
fn a_deployment_takes_over_what_its_replica_set_cannot_do() {
    let mut cache = ClusterCache::default();
    cache.deployments.put(key("web"), workload(WorkloadKind::Deployment, "web"));
    let failing = SeenReplicaSet { deployment: Some("web".into()), problem: Some("exceeded quota".into()) };
    cache.replica_sets.put(key("web-7d9f"), failing);
    assert_eq!(cache.observe(NAMESPACE).workloads[0].problem.as_deref(), Some("exceeded quota"));
}

#[test]
fn a_stateful_set_short_of_pods_takes_its_problem_from_the_event() {
    let mut cache = ClusterCache::default();
    let refused = warning("FailedCreate", ("StatefulSet", "db"), "exceeded quota: berth-compute", MORNING);
    cache.warnings.put(key("event-1"), refused);
    let mut problem_with = |ready| {
        cache.stateful_sets.put(key("db"), Workload { ready, ..workload(WorkloadKind::StatefulSet, "db") });
        cache.observe(NAMESPACE).workloads[0].problem.clone()
    };
    assert_eq!(problem_with(0).as_deref(), Some("exceeded quota: berth-compute"));
    assert_eq!(problem_with(1), None, "an old event does not spoil what is well again");
}

#[test]
fn warnings_of_one_reason_and_object_are_one_with_the_newest_message() {
    let mut cache = ClusterCache::default();
    let pod = ("Pod", "web-1");
    cache.warnings.put(key("event-1"), warning("BackOff", pod, "new", MORNING + Duration::HOUR));
    cache.warnings.put(key("event-2"), warning("BackOff", pod, "old", MORNING));
    cache.warnings.put(key("event-3"), warning("Failed", pod, "newest", MORNING + Duration::DAY));
    let warnings = cache.observe(NAMESPACE).warnings;
    let said: Vec<_> = warnings.iter().map(|w| (w.reason.as_str(), w.message.as_str(), w.count)).collect();
    assert_eq!(said, [("Failed", "newest", 2), ("BackOff", "new", 4)]);
}

#[test]
fn only_the_quotas_berth_set_are_counted() {
    let mut cache = ClusterCache::default();
    assert_eq!(cache.observe(NAMESPACE).quota, None);
    let quota = |cpu_m, pods| Some(Quota { cpu_m, pods, ..Quota::ZERO });
    cache.quotas.put(key("berth-compute"), QuotaSeen { used: quota(100, 1), enforced: quota(1000, 10) });
    cache.quotas.put(key("berth-storage"), QuotaSeen { used: quota(0, 0), enforced: quota(0, 0) });
    cache.quotas.put(key("theirs"), QuotaSeen { used: quota(7, 7), enforced: quota(7, 7) });
    let seen = QuotaSeen { used: quota(100, 1), enforced: quota(1000, 10) };
    assert_eq!(cache.observe(NAMESPACE).quota, Some(seen));
    cache.quotas.put(key("berth-objects"), QuotaSeen { used: None, enforced: quota(0, 0) });
    assert_eq!(cache.observe(NAMESPACE).quota, Some(QuotaSeen { used: None, ..seen }), "a part is not known");
}

#[test]
fn capacity_is_what_nodes_that_take_pods_have() {
    let mut cache = ClusterCache::default();
    assert_eq!(cache.allocatable(), CapacitySeen::NotRead);
    let allocatable = Some(Quota { cpu_m: 4000, pods: 110, ..Quota::ZERO });
    for (name, takes_pods) in [("node-1", true), ("node-2", true), ("node-3", false)] {
        cache.nodes.put((String::new(), name.into()), SeenNode { allocatable, takes_pods });
    }
    let sum = Allocatable { quota: Quota { cpu_m: 8000, pods: 220, ..Quota::ZERO }, n_nodes: 2 };
    assert_eq!(cache.allocatable(), CapacitySeen::Known(sum.clone()));
    let unreadable = |takes_pods| SeenNode { allocatable: None, takes_pods };
    cache.nodes.put((String::new(), "node-3".into()), unreadable(false));
    assert_eq!(cache.allocatable(), CapacitySeen::Known(sum));
    cache.nodes.put((String::new(), "node-2".into()), unreadable(true));
    assert_eq!(cache.allocatable(), CapacitySeen::Unreadable { node: "node-2".into() });
}
