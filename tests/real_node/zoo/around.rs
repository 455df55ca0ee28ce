//! What fails around containers: no node for a pod, pods that are refused, jobs, and ends that others bring about.

use super::row::{Row, container, job_pod, pod, sh};
use domain::diagnosis::Cause;
use domain::diagnosis::WorkloadKind::{CronJob, Deployment, Job, Pod, StatefulSet};
use serde_json::{Value, json};
use tests::with;

const UNSCHEDULED: &str = "condition PodScheduled";
const REFUSED: &str = "condition ReplicaFailure";
const SET_REFUSED: &str = "event FailedCreate from statefulset-controller";
/// The size of simulated nodes is the same on every machine, and this is more.
const TOO_MUCH_CPU: &str = "17";
/// Some megabytes of it, in lines of a usual length.
const LOGS: &str = "head -c 6000000 /dev/zero | tr '\\0' x | fold -w 500; exec sleep 100000";

pub fn rows() -> Vec<Row> {
    [unscheduled(), claims(), refused(), jobs(), ended()].into_iter().flatten().collect()
}

fn unscheduled() -> Vec<Row> {
    let large = json!({"resources": {"requests": {"cpu": TOO_MUCH_CPU}, "limits": {"cpu": TOO_MUCH_CPU}}});
    let large = with(pod(large), json!({"nodeSelector": {"demo.berth.dev/node": "simulated"}}));
    let on = |fields: Value| with(pod(json!({})), fields);
    let gated = on(json!({"schedulingGates": [{"name": "example.com/wait"}]}));
    vec![
        Row::new(Deployment, "too-large", large, Cause::InsufficientResources, &[UNSCHEDULED]),
        Row::new(
            Deployment,
            "no-such-node",
            on(json!({"nodeSelector": {"disk": "nvme"}})),
            Cause::NodeSelectorMismatch,
            &[UNSCHEDULED],
        ),
        Row::new(Deployment, "gated", gated, Cause::SchedulingGated, &["spec.schedulingGates"]),
        Row::new(
            StatefulSet,
            "unknown-scheduler",
            on(json!({"schedulerName": "batch"})),
            Cause::SchedulerMissing,
            &["pod status"],
        ),
    ]
}

fn claims() -> Vec<Row> {
    let mounts = json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]});
    let on = |claim: &str| {
        let volume = json!({"name": "data", "persistentVolumeClaim": {"claimName": claim}});
        with(pod(mounts.clone()), json!({"volumes": [volume]}))
    };
    let wants = |class: &str| {
        json!({
            "accessModes": ["ReadWriteOnce"], "storageClassName": class,
            "resources": {"requests": {"storage": "1Mi"}},
        })
    };
    let unbound = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "unbound"}, "spec": wants(super::NEVER),
    });
    let template = json!({"metadata": {"name": "data"}, "spec": wants("fast")});
    vec![
        Row::new(Deployment, "claim-missing", on("not-there"), Cause::VolumeClaimMissing, &[UNSCHEDULED]),
        Row::new(
            Deployment,
            "claim-unbound",
            on("unbound"),
            Cause::VolumeClaimUnbound,
            &["claim unbound", UNSCHEDULED],
        )
        .beside(unbound),
        Row::new(
            StatefulSet,
            "no-such-storage-class",
            pod(mounts),
            Cause::StorageClassMissing,
            &["event ProvisioningFailed from persistentvolume-controller", UNSCHEDULED],
        )
        .spec(json!({"volumeClaimTemplates": [template]})),
    ]
}

fn refused() -> Vec<Row> {
    let privileged = || with(pod(json!({})), json!({"securityContext": {}}));
    let asks = |resources: Value| pod(json!({"resources": resources}));
    let much = json!({"requests": {"cpu": "30"}, "limits": {"cpu": "30"}});
    let security = Cause::PodSecurityViolated;
    vec![
        Row::new(Deployment, "insecure", privileged(), security, &[REFUSED]),
        Row::new(StatefulSet, "insecure-set", privileged(), security, &[SET_REFUSED]),
        Row::new(
            Job,
            "insecure-job",
            with(privileged(), json!({"restartPolicy": "Never"})),
            security,
            &["event FailedCreate from job-controller"],
        ),
        Row::new(Deployment, "over-quota", asks(much), Cause::QuotaExceeded, &[REFUSED]),
        Row::new(
            Deployment,
            "over-default-limit",
            asks(json!({"requests": {"memory": "1Gi"}})),
            Cause::DefaultLimitExceeded,
            &[REFUSED],
        ),
        Row::new(
            StatefulSet,
            "no-such-account",
            with(pod(json!({})), json!({"serviceAccountName": "not-there"})),
            Cause::ServiceAccountMissing,
            &[SET_REFUSED],
        ),
    ]
}

fn jobs() -> Vec<Row> {
    let fails = || sh("echo 'no rates for today' >&2; exit 1");
    let sidecar = container("proxy", json!({}));
    let kept_open = json!({"restartPolicy": "Never", "containers": [container("app", sh("exit 0")), sidecar]});
    vec![
        // Its pods are kept, and gone.
        Row::new(
            Job,
            "job-fails",
            job_pod("Never", fails()),
            Cause::ContainerFailed,
            &["container app", "condition Fail"],
        ),
        Row::new(Job, "job-gives-up", job_pod("OnFailure", fails()), Cause::JobFailed, &["condition Fail"]),
        Row::new(Job, "job-takes-too-long", job_pod("Never", json!({})), Cause::DeadlineExceeded, &["condition Fail"])
            .spec(json!({"activeDeadlineSeconds": 5})),
        Row::new(Job, "job-kept-open", with(pod(json!({})), kept_open), Cause::JobKeptOpen, &["pod status"]),
        Row::new(
            CronJob,
            "runs-fail",
            job_pod("Never", fails()),
            Cause::ContainerFailed,
            &["container app", "condition Fail"],
        ),
        Row::new(CronJob, "runs-give-up", job_pod("OnFailure", fails()), Cause::CronJobRunFailed, &["condition Fail"]),
    ]
}

/// By the node, by a clock, or not at all.
fn ended() -> Vec<Row> {
    let writes = |amounts: Value| {
        let mounts = json!({"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]});
        with(with(sh("head -c 20000000 /dev/zero > /tmp/written; exec sleep 100000"), mounts), amounts)
    };
    let on = |limit: Value| json!({"volumes": [{"name": "tmp", "emptyDir": limit}]});
    let small = on(json!({"sizeLimit": "1Mi"}));
    let limited = json!({"resources": {
        "requests": {"cpu": "10m", "memory": "16Mi", "ephemeral-storage": "1Mi"},
        "limits": {"cpu": "100m", "memory": "32Mi", "ephemeral-storage": "2Mi"},
    }});
    let late = json!({"restartPolicy": "Never", "activeDeadlineSeconds": 5});
    let row = |kind, name, pod| Row::new(kind, name, pod, Cause::StorageLimitExceeded, &["pod status"]);
    vec![
        row(Job, "volume-full", with(job_pod("Never", writes(json!({}))), small)),
        row(Job, "disk-limit-reached", with(job_pod("Never", writes(limited.clone())), on(json!({})))),
        // Each pod is replaced by one that does the same.
        row(Deployment, "logs-too-much", pod(with(sh(LOGS), limited))),
        Row::new(Pod, "takes-too-long", with(pod(json!({})), late), Cause::DeadlineExceeded, &["pod status"]),
        Row::new(
            StatefulSet,
            super::STUCK,
            pod(json!({})),
            Cause::FinalizerRemaining,
            &["metadata.finalizers", "metadata.deletionTimestamp"],
        )
        .finalizer("example.com/backup"),
    ]
}
