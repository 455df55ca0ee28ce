//! Why things fail, over everything between the cluster's objects and what people read: objects as a kubelet of 1.36 and
//! Kubernetes' controllers wrote them (`fixtures/kubelet`), and those put together after what users met
//! (`fixtures/cases`), through the projection and the cache to the rules. Each fixture is a row, or more.

use super::Observed;
use super::kinds::ClusterCache;
use super::projection;
use domain::diagnosis::{Cause, Diagnosis, Health, Workload, WorkloadKind};
use k8s_openapi::Resource;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Node, PersistentVolumeClaim, Pod, ReplicationController, ResourceQuota};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use time::OffsetDateTime;

const NAMESPACE: &str = "here";

/// What is expected of the only workload of a fixture, or of the one that is named.
struct Row {
    fixture: &'static str,
    health: Health,
    code: &'static str,
    container: &'static str,
    /// A part of it.
    next_step: &'static str,
}

const fn failing(fixture: &'static str, code: &'static str, container: &'static str, next_step: &'static str) -> Row {
    Row { fixture, health: Health::Failing, code, container, next_step }
}

const fn waiting(fixture: &'static str, code: &'static str, container: &'static str, next_step: &'static str) -> Row {
    Row { fixture, health: Health::Progressing, code, container, next_step }
}

const fn unknown(fixture: &'static str, code: &'static str, container: &'static str, next_step: &'static str) -> Row {
    Row { fixture, health: Health::Unknown, code, container, next_step }
}

const fn paused(fixture: &'static str) -> Row {
    Row { fixture, health: Health::Paused, code: "", container: "", next_step: "" }
}

const fn healthy(fixture: &'static str) -> Row {
    Row { fixture, health: Health::Healthy, code: "", container: "", next_step: "" }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    failing("kubelet/configmap-missing-env", "config_map_missing", "app", "Create ConfigMap app-settings"),
    failing("kubelet/configmap-missing-volume", "config_map_missing", "", "Create ConfigMap app-settings"),
    failing("kubelet/crash-loop", "crash_loop", "app", "kubectl logs crash-loop -c app"),
    failing("kubelet/crash-loop.back-off", "crash_loop", "app", "kubectl logs crash-loop -c app"),
    failing("kubelet/crash-loop-termination-message", "crash_loop", "app", "kubectl logs crash-loop-termination-message -c app"),
    failing("kubelet/deadline-exceeded", "deadline_exceeded", "", "Raise activeDeadlineSeconds"),
    failing("kubelet/exec-probe-timeout", "readiness_probe_failed", "app", "readiness probe of container app"),
    failing("kubelet/exit-zero-loop", "completed_loop", "app", "make it a Job"),
    failing("kubelet/image-missing", "image_not_found", "app", "Correct the image's name or tag"),
    failing("kubelet/image-missing.back-off", "image_not_found", "app", "Correct the image's name or tag"),
    failing("kubelet/image-name-invalid", "image_name_invalid", "app", "lower case"),
    failing("kubelet/image-private", "image_pull_denied", "app", "imagePullSecrets"),
    failing("kubelet/init-failing", "init_container_failed", "migrate", "kubectl logs init-failing -c migrate"),
    failing("kubelet/init-failing.back-off", "init_container_failed", "migrate", "kubectl logs init-failing -c migrate"),
    failing("kubelet/liveness-failing", "liveness_probe_failed", "app", "liveness probe of container app"),
    failing("kubelet/node-lost", "node_lost", "", "node node-1"),
    healthy("kubelet/node-ready"),
    failing("kubelet/oom-killed", "out_of_memory", "app", "Raise the memory limit of container app"),
    failing("kubelet/oom-killed.back-off", "out_of_memory", "app", "Raise the memory limit of container app"),
    failing("kubelet/pvc-missing", "volume_claim_missing", "", "Create PersistentVolumeClaim nowhere"),
    failing("kubelet/read-only-filesystem", "crash_loop", "app", "kubectl logs read-only-filesystem -c app"),
    failing("kubelet/readiness-failing", "readiness_probe_failed", "app", "port, path and timeout"),
    waiting("kubelet/readiness-hangs", "readiness_probe_failed", "app", "port, path and timeout"),
    failing("kubelet/readiness-refused", "readiness_probe_failed", "app", "port, path and timeout"),
    healthy("kubelet/restricted-ok"),
    failing("kubelet/runs-as-root", "runs_as_root", "app", "runAsUser of container app"),
    failing("kubelet/secret-missing-volume", "secret_missing", "", "Create Secret app-tls"),
    failing("kubelet/sidecar-crashing", "crash_loop", "proxy", "kubectl logs sidecar-crashing -c proxy"),
    failing("kubelet/unschedulable-cpu", "insufficient_resources", "", "Lower what its containers request of cpu"),
    failing("kubelet/unschedulable-selector", "node_selector_mismatch", "", "nodeSelector"),
    failing("kubelet/wrong-command", "command_not_found", "app", "Correct command and args of container app"),

    failing("cases/anti-affinity", "pod_anti_affinity_unmet", "", "Run no more replicas"),
    failing("cases/bare-replicaset:bare-rc", "pod_security_violated", "", "securityContext"),
    failing("cases/bare-replicaset:bare-rs", "pod_security_violated", "", "securityContext"),
    healthy("cases/bare-rs-runs"),
    failing("cases/config-key", "key_missing", "app", "Add the key to app-settings"),
    failing("cases/config-key-volume", "key_missing", "", "Add the key to app-settings"),
    failing("cases/cordoned", "nodes_cordoned", "", "uncordoned"),
    failing("cases/cron-always-fails", "cron_job_run_failed", "", "kubectl logs job/cron-always-fails-2"),
    healthy("cases/cron-missed-run-gone"),
    failing("cases/cron-missed", "run_missed", "", "kubectl create job NEW-NAME --from=cronjob/cron-missed"),
    healthy("cases/cron-missed-once"),
    healthy("cases/cron-recovered"),
    failing("cases/cron-refused", "other_quota_exceeded", "", "who made ResourceQuota cost-cap"),
    paused("cases/cron-suspended"),
    failing("cases/cron-time-zone", "schedule_invalid", "", "timeZone"),
    failing("cases/default-limit", "default_limit_exceeded", "", "Set the limit of the container"),
    waiting("cases/event-of-another", "not_started", "", "kubectl describe pod event-of-another-0"),
    failing("cases/evicted-node-pressure", "node_pressure", "", "Set requests close to"),
    failing("cases/evicted-pod", "storage_limit_exceeded", "", "has to be created again"),
    failing("cases/exit-zero", "completed_loop", "app", "make it a Job"),
    failing("cases/failed-mount", "secret_missing", "", "Create Secret app-tls"),
    failing("cases/foreign-quota", "other_quota_exceeded", "", "who made ResourceQuota cost-cap"),
    waiting("cases/foreign-quota-freed", "quota_freed", "", "kubectl annotate --overwrite deployment/foreign-quota-freed"),
    waiting("cases/gated", "scheduling_gated", "", "gate example.com/wait"),
    failing("cases/gated-for-long", "scheduling_gated", "", "gate example.com/wait"),
    failing("cases/gpu", "insufficient_resources", "", "request of nvidia.com/gpu"),
    failing("cases/host-port", "host_port_taken", "", "Remove hostPort"),
    waiting("cases/init-hangs", "init_container_running", "wait-for-db", "kubectl logs init-hangs-5d4f-abcde -c wait-for-db"),
    failing("cases/init-hangs-for-long", "init_container_running", "wait-for-db", "kubectl logs init-hangs-5d4f-abcde -c wait-for-db"),
    waiting("cases/initialized-late", "not_started", "", "kubectl describe pod initialized-late-5d4f-abcde"),
    waiting("cases/job-once-refused", "not_ready", "app", "kubectl describe pod job-once-refused-y"),
    waiting("cases/job-sidecar", "job_kept_open", "proxy", "move it to initContainers"),
    failing("cases/job-sidecar-for-long", "job_kept_open", "proxy", "move it to initContainers"),
    waiting("cases/job-tracked", "terminating", "", "goes by itself"),
    failing("cases/job-tracked-for-long", "job_tracking_remaining", "", "Leave the finalizer"),
    failing("cases/limit-range", "limit_range_violated", "", "within what the evidence names"),
    failing("cases/liveness", "liveness_probe_failed", "app", "liveness probe of container app"),
    failing("cases/liveness-long-ago", "crash_loop", "app", "kubectl logs liveness-5d4f-abcde -c app"),
    waiting("cases/mounted-by-now", "not_started", "", "kubectl describe pod mounted-by-now-5d4f-abcde"),
    failing("cases/native-sidecar", "sidecar_failed", "proxy", "kubectl logs native-sidecar-5d4f-abcde -c proxy"),
    failing("cases/no-pods", "no_pods", "", "kubectl describe statefulset/no-pods"),
    failing("cases/no-service-account", "service_account_missing", "", "Create ServiceAccount app-runner"),
    failing("cases/node-lost", "node_lost", "", "node node-1"),
    failing("cases/oom-no-limit", "node_out_of_memory", "app", "Set memory request and limit of container app"),
    failing("cases/oom-node", "node_out_of_memory", "app", "Set memory request and limit of container app"),
    failing("cases/oom-pod-limit", "out_of_memory", "app", "Raise the memory limit"),
    healthy("cases/oom-recovered"),
    unknown("cases/phase-unknown", "unknown", "", "kubectl describe pod/phase-unknown-5d4f-abcde"),
    failing("cases/pod-security-cron", "pod_security_violated", "", "securityContext"),
    failing("cases/pod-security-deployment", "pod_security_violated", "", "securityContext"),
    failing("cases/post-start", "post_start_hook_failed", "app", "Run the hook's command"),
    failing("cases/post-start-event", "post_start_hook_failed", "app", "Run the hook's command"),
    failing("cases/pull-rate-limit", "image_pull_rate_limited", "app", "Wait for the limit"),
    failing("cases/pvc-missing", "volume_claim_missing", "", "Create PersistentVolumeClaim not-there"),
    failing("cases/pvc-no-class", "storage_class_missing", "", "kubectl get storageclass"),
    failing("cases/quota-cron", "quota_exceeded", "", "Ask for more quota"),
    waiting("cases/quota-freed", "quota_freed", "", "kubectl annotate --overwrite deployment/quota-freed"),
    failing("cases/quota-freed-for-long", "quota_freed", "", "kubectl annotate --overwrite deployment/quota-freed-for-long"),
    waiting("cases/quota-freed-unheard", "quota_freed", "", "kubectl annotate --overwrite deployment/quota-freed-unheard"),
    failing("cases/quota-job", "quota_exceeded", "", "Ask for more quota"),
    failing("cases/quota-statefulset", "quota_exceeded", "", "Ask for more quota"),
    waiting("cases/quota-statefulset-has-room", "quota_freed", "", "kubectl annotate --overwrite statefulset/quota-statefulset"),
    waiting("cases/quota-statefulset-runs-by-now", "not_ready", "app", "kubectl describe pod quota-statefulset-0"),
    failing("cases/readiness-gate", "readiness_gate_not_met", "", "condition target-health.example.com/web"),
    waiting("cases/readiness-recreated", "not_ready", "app", "kubectl describe pod db-0"),
    healthy("cases/ready-after-crashes"),
    failing("cases/ready-between-crashes", "crash_loop", "app", "kubectl logs ready-between-crashes-5d4f-abcde -c app --previous"),
    failing("cases/requests-missing", "requests_missing", "", "Set the requests and limits"),
    failing("cases/rollout-timed-out", "rollout_timed_out", "", "kubectl describe deployment/rollout-timed-out"),
    failing("cases/root-image", "runs_as_root", "app", "runAsUser of container app"),
    waiting("cases/sandbox", "sandbox_failed", "", "cluster's administrators"),
    waiting("cases/scaled-deployment", "no_pods", "", "kubectl describe deployment/scaled-deployment"),
    waiting("cases/scaled-up", "no_pods", "", "kubectl describe statefulset/scaled-up"),
    failing("cases/scaled-up-for-long", "no_pods", "", "kubectl describe statefulset/scaled-up-for-long"),
    waiting("cases/scheduled-late", "not_started", "", "kubectl describe pod scheduled-late-5d4f-abcde"),
    failing("cases/secret-key-projected", "key_missing", "", "Add the key to app-token"),
    waiting("cases/slow-start", "startup_probe_failed", "app", "startup probe of container app"),
    failing("cases/slow-start-for-long", "startup_probe_failed", "app", "startup probe of container app"),
    failing("cases/spread", "topology_spread_unmet", "", "maxSkew"),
    failing("cases/start-error", "command_not_found", "app", "Correct command and args of container app"),
    failing("cases/sts-never-ready", "not_ready", "app", "kubectl describe pod sts-never-ready-0"),
    failing("cases/tainted", "taint_not_tolerated", "", "Add a toleration"),
    waiting("cases/terminating", "terminating", "", "goes by itself"),
    failing("cases/terminating-finalizer", "finalizer_remaining", "", "finalizer example.com/backup"),
    failing("cases/terminating-stuck", "stuck_terminating", "", "--force"),
    failing("cases/unheard-of", "unknown", "app", "kubectl describe pod/unheard-of-5d4f-abcde"),
    failing("cases/unheard-of-event", "unknown", "", "kubectl describe pod/unheard-of-event-5d4f-abcde"),
    failing("cases/unknown-scheduler", "scheduler_missing", "", "schedulerName batch-scheduler"),
    failing("cases/webhook", "admission_denied", "", "who runs validate.kyverno.svc-fail"),
    failing("cases/webhook-down", "admission_unavailable", "", "webhook inject.mesh.example.com"),
];

#[derive(Deserialize)]
struct Fixture {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    items: Vec<Value>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/cluster/watch/fixtures")
}

fn load(name: &str) -> Fixture {
    let path = folder().join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read<K: DeserializeOwned>(item: &Value) -> K {
    serde_json::from_value(item.clone()).unwrap_or_else(|error| panic!("{error}: {item}"))
}

/// As the watch would put it there.
fn put(cache: &mut ClusterCache, item: &Value) {
    let text = |field: &str| item["metadata"][field].as_str().unwrap_or_default().to_owned();
    let key = (text("namespace"), text("name"));
    match item["kind"].as_str().expect("has a kind") {
        Pod::KIND => cache.pods.put(key, projection::pod(&read(item))),
        Event::KIND => cache.warnings.put(key, projection::warning(&read(item))),
        Node::KIND => cache.nodes.put(key, projection::node(&read(item))),
        Deployment::KIND => cache.deployments.put(key, projection::deployment(&read(item))),
        ReplicaSet::KIND => cache.replica_sets.put(key, projection::replica_set(&read(item))),
        StatefulSet::KIND => cache.stateful_sets.put(key, projection::stateful_set(&read(item))),
        ReplicationController::KIND => {
            cache.replication_controllers.put(key, projection::replication_controller(&read(item)))
        }
        Job::KIND => cache.jobs.put(key, projection::job(&read(item))),
        CronJob::KIND => cache.cron_jobs.put(key, projection::cron_job(&read(item))),
        PersistentVolumeClaim::KIND => cache.claims.put(key, projection::claim(&read(item))),
        ResourceQuota::KIND => cache.quotas.put(key, projection::resource_quota(&read(item))),
        kind => panic!("nobody watches {kind}"),
    };
}

fn observe(fixture: &Fixture) -> Observed {
    let mut cache = ClusterCache::default();
    for item in &fixture.items {
        put(&mut cache, item);
    }
    cache.observe(NAMESPACE)
}

fn diagnosed(row: &str) -> (Workload, Health, Option<Diagnosis>) {
    let (name, workload) = row.split_once(':').map_or((row, None), |(name, workload)| (name, Some(workload)));
    let fixture = load(name);
    let observed = observe(&fixture);
    let found = observed.diagnosed(fixture.now).workloads.into_iter();
    let mut found: Vec<_> = found.filter(|(seen, _)| workload.is_none_or(|name| seen.name == name)).collect();
    assert_eq!(found.len(), 1, "{row}: {:?}", observed.workloads);
    let (workload, (health, why)) = found.remove(0);
    (workload.clone(), health, why)
}

#[test]
fn each_fixture_has_its_cause_its_container_and_a_next_step_that_helps() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let (_, health, why) = diagnosed(row.fixture);
        let code = why.as_ref().map_or("", |why| why.code.as_str());
        let container = why.as_ref().and_then(|why| why.container.as_deref()).unwrap_or_default();
        let next_step = why.as_ref().map_or("", |why| why.next_step.as_str());
        let is_right = (health, code, container) == (row.health, row.code, row.container);
        if !is_right || !next_step.contains(row.next_step) {
            wrong.push(format!("{}: {health:?} {why:#?}", row.fixture));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fixture_is_a_row() {
    let rows: BTreeSet<_> = ROWS.iter().filter_map(|row| row.fixture.split(':').next()).map(str::to_owned).collect();
    let mut files = BTreeSet::new();
    for part in ["kubelet", "cases"] {
        for file in std::fs::read_dir(folder().join(part)).expect("is a folder") {
            let name = file.expect("is listed").file_name().into_string().expect("is text");
            files.insert(format!("{part}/{}", name.strip_suffix(".yaml").expect("is YAML")));
        }
    }
    assert_eq!(files, rows);
}

#[test]
fn whatever_is_not_well_shows_what_was_seen_and_where_and_whatever_waits_has_a_clock() {
    for row in ROWS.iter().filter(|row| !row.code.is_empty()) {
        let (_, health, why) = diagnosed(row.fixture);
        let why = why.unwrap_or_else(|| panic!("{} has a diagnosis", row.fixture));
        assert!(why.since.is_some() || why.code == Cause::Unknown, "{}: since when? {why:?}", row.fixture);
        assert_eq!(why.fails_at.is_some(), health == Health::Progressing, "{}: {why:?}", row.fixture);
        let is_whole = |seen: &domain::diagnosis::Evidence| !seen.source.is_empty() && !seen.text.is_empty();
        let is_evident = !why.evidence.is_empty() && why.evidence.iter().all(is_whole);
        assert!(is_evident || why.code == Cause::Terminating, "{}: {why:?}", row.fixture);
        assert!(
            !why.next_step.contains('{') && !why.next_step.replace("NEW-NAME", "").contains("NAME"),
            "{}: {why:?}",
            row.fixture
        );
    }
}

#[test]
fn what_a_program_says_at_its_end_is_shown() {
    let (_, _, why) = diagnosed("kubelet/crash-loop-termination-message");
    let why = why.expect("fails");
    let said: Vec<_> = why.evidence.iter().map(|seen| (seen.source.as_str(), seen.text.as_str())).collect();
    assert_eq!(
        said,
        [
            ("container app", "ended with exit code 2 (Error), restarted 6 times"),
            ("message of container app", "panic: DATABASE_URL is not set"),
        ]
    );
}

#[test]
fn pods_of_a_bare_replica_set_belong_to_it() {
    let (workload, ..) = diagnosed("cases/bare-rs-runs");
    assert_eq!((workload.kind, workload.ready), (WorkloadKind::ReplicaSet, 1));
}

/// Everything said by events is put so far into the past that it cannot be about what runs now.
#[test]
fn events_from_before_a_pod_was_made_never_change_how_it_is() {
    for row in ROWS.iter().filter(|row| !row.fixture.contains(':')) {
        let mut fixture = load(row.fixture);
        let is_event = |item: &Value| item["kind"] == Event::KIND;
        let mut without = load(row.fixture);
        without.items.retain(|item| !is_event(item));
        for item in fixture.items.iter_mut().filter(|item| is_event(item)) {
            for field in ["firstTimestamp", "lastTimestamp"] {
                item[field] = "2026-11-01T00:00:00Z".into();
            }
            item["metadata"]["creationTimestamp"] = "2026-11-01T00:00:00Z".into();
            for field in ["eventTime", "series"] {
                item.as_object_mut().expect("is an object").remove(field);
            }
        }
        let verdicts = |fixture: &Fixture| {
            let observed = observe(fixture);
            let all = observed.diagnosed(fixture.now).workloads.into_iter();
            all.map(|(workload, verdict)| (workload.name.clone(), verdict)).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&fixture), verdicts(&without), "{}", row.fixture);
    }
}
