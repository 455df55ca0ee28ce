//! Every cause, what it means, and what to do about it. docs/why-it-fails.md is this table for readers.

use serde::{Deserialize, Serialize};

/// In next steps `{pod}`, `{container}`, `{object}` and `{workload}` stand for what it is about, and `{previous}` for the
/// option that asks for the log of the run before.
macro_rules! causes {
    ($($variant:ident $code:literal $title:literal, $meaning:literal, $next_step:literal;)*) => {
        /// Why something is not well: stable codes for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Cause {
            $(#[doc = $meaning] #[serde(rename = $code)] $variant,)*
        }

        impl Cause {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// In words, short.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// With placeholders.
            pub(super) fn next_step(self) -> &'static str {
                match self { $(Self::$variant => $next_step,)* }
            }
        }
    };
}

/// Derived it would name the variants: what a macro hands on is no literal to it.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Cause {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{ObjectBuilder, Type};
        let codes = Self::ALL.iter().map(|cause| cause.as_str());
        let says = "Why something is not well. Every code is explained in docs/why-it-fails.md.";
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).description(Some(says)).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Cause {
    fn name() -> std::borrow::Cow<'static, str> {
        "DiagnosisCause".into()
    }
}

causes! {
    // Images
    ImageNotFound "image_not_found" "Image not found",
        "The registry does not have the image under this name and tag.",
        "Correct the image's name or tag, or push the image.";
    ImagePullDenied "image_pull_denied" "Image pull denied",
        "The registry wants credentials, or refuses those it was given.",
        "Add an image pull secret (kubectl create secret docker-registry) and name it under imagePullSecrets of the pod or its service account. A registry may say the same of an image that does not exist.";
    ImagePullRateLimited "image_pull_rate_limited" "Image pulls are rate limited",
        "The registry answers 429: too many pulls from this cluster or account.",
        "Wait for the limit to pass: the cluster tries again by itself. To prevent it, pull with credentials or from a registry of your own.";
    ImageRegistryUnreachable "image_registry_unreachable" "Image registry unreachable",
        "The node cannot reach the registry, or its certificate is not trusted.",
        "Check the registry's host in the image's name. If it is right, your cluster's administrators see why the node cannot reach it.";
    ImageNameInvalid "image_name_invalid" "Image name invalid",
        "The image's name cannot be parsed; it is never tried.",
        "Correct the image's name: lower case, no blanks, at most one tag.";
    ImageNeverPulled "image_never_pulled" "Image not on the node",
        "imagePullPolicy is Never, and the node does not have the image.",
        "Set imagePullPolicy of container {container} to IfNotPresent.";
    ImagePullFailed "image_pull_failed" "Image cannot be pulled",
        "Pulling the image fails for another reason, which the evidence gives.",
        "Check the image's name and tag, and what the registry says in the evidence.";

    // Before the container runs
    ConfigMapMissing "config_map_missing" "ConfigMap missing",
        "The pod names a ConfigMap that does not exist.",
        "Create ConfigMap {object}, or correct the name. The pod goes on by itself once it is there.";
    SecretMissing "secret_missing" "Secret missing",
        "The pod names a Secret that does not exist.",
        "Create Secret {object}, or correct the name. The pod goes on by itself once it is there.";
    KeyMissing "key_missing" "Key missing in ConfigMap or Secret",
        "The ConfigMap or Secret exists, but lacks the key that the pod names.",
        "Add the key to {object}, or correct the key in the pod. The pod goes on by itself once it is there.";
    RunsAsRoot "runs_as_root" "Image would run as root",
        "The pod must not run as root (runAsNonRoot), and its image does.",
        "Set runAsUser of container {container} to a number other than 0, or build the image with a numeric USER.";
    ContainerConfigInvalid "container_config_invalid" "Container cannot be configured",
        "What the container names cannot be put together, for the reason in the evidence.",
        "Correct in container {container} what the evidence names.";
    ContainerCreateFailed "container_create_failed" "Container cannot be created",
        "The container runtime refuses to create the container, for the reason in the evidence.",
        "Correct in container {container} what the evidence names.";
    CommandNotFound "command_not_found" "Command not found in the image",
        "The image has no program of the name that the container is to run.",
        "Correct command and args of container {container}, or put the program into the image.";
    CommandNotExecutable "command_not_executable" "Command cannot be executed",
        "The program is there, but is not executable or is for another processor.",
        "Make it executable in the image (chmod +x), or build the image for the nodes' architecture.";
    StartFailed "start_failed" "Container cannot be started",
        "The container was created, and starting it fails for the reason in the evidence.",
        "Correct in container {container} what the evidence names.";
    PostStartHookFailed "post_start_hook_failed" "postStart hook failed",
        "The command or request under lifecycle.postStart fails, so the container is ended.",
        "Run the hook's command in the image and correct it, or take it out of container {container}. Its output is not kept.";
    VolumeMountFailed "volume_mount_failed" "Volume cannot be mounted",
        "A volume of the pod cannot be mounted or attached on its node.",
        "See in the evidence which volume. One that is still attached to another node is released when the pod there is gone.";
    SandboxFailed "sandbox_failed" "Pod sandbox cannot be created",
        "The node cannot set up the pod's network or namespace.",
        "This is the node's or the network's fault: give the evidence to your cluster's administrators. Deleting the pod may bring it to another node.";
    NotStarted "not_started" "Containers not started",
        "The pod has a node, and its containers are not running yet. Normal while images are pulled.",
        "See what it does: kubectl describe pod {pod}";

    // While it runs
    OutOfMemory "out_of_memory" "Out of memory",
        "The container reached its memory limit and was killed.",
        "Raise the memory limit of container {container}, or make it use less.";
    NodeOutOfMemory "node_out_of_memory" "Killed: node out of memory",
        "The container was killed because its node had no memory left, not because of a limit of its own.",
        "Set memory request and limit of container {container} to what it needs: it goes where there is so much, and those above their requests are killed first. If that is so already, tell your cluster's administrators.";
    LivenessProbeFailed "liveness_probe_failed" "Killed by its liveness probe",
        "The liveness probe failed, so the kubelet restarts the container, whatever its exit code.",
        "Correct the liveness probe of container {container}, give it more time (timeoutSeconds, failureThreshold), or see why it does not answer: kubectl logs {pod} -c {container}{previous}";
    StartupProbeFailed "startup_probe_failed" "Startup probe failed",
        "The startup probe fails. When it has failed often enough, the kubelet restarts the container.",
        "Correct the startup probe of container {container}, or give it more time (failureThreshold × periodSeconds).";
    CrashLoop "crash_loop" "Crashes after start",
        "The container ends with an error each time it is started.",
        "Read its log: kubectl logs {pod} -c {container}{previous}";
    CompletedLoop "completed_loop" "Ends without error, is restarted",
        "The program ends successfully, but is meant to stay: it is restarted again and again.",
        "Run in container {container} a program that stays in the foreground, or make it a Job.";
    InitContainerFailed "init_container_failed" "Init container fails",
        "An init container ends with an error, so that the pod's containers never start.",
        "Read its log: kubectl logs {pod} -c {container}{previous}";
    InitContainerRunning "init_container_running" "Init container has not finished",
        "An init container is still at work; the pod's containers wait for it.",
        "See what it waits for: kubectl logs {pod} -c {container}";
    SidecarFailed "sidecar_failed" "Sidecar crashes",
        "An init container with restartPolicy Always ends with an error each time; the pod's containers wait for it.",
        "Read its log: kubectl logs {pod} -c {container}{previous}";
    ReadinessProbeFailed "readiness_probe_failed" "Readiness probe fails",
        "The container runs, but its readiness probe fails, so it gets no traffic.",
        "Compare port, path and timeout of the readiness probe of container {container} with what the program does, and read its log: kubectl logs {pod} -c {container}";
    NotReady "not_ready" "Not ready",
        "The container runs and is not ready yet; nothing says why.",
        "See its readiness probe and log: kubectl describe pod {pod}";
    ReadinessGateNotMet "readiness_gate_not_met" "Readiness gate not met",
        "The containers are ready; a condition that somebody else is to set on the pod is not.",
        "See that the controller that sets condition {object} runs: a load balancer's, as a rule.";
    JobKeptOpen "job_kept_open" "Job kept open by a container",
        "A container of the job's pod has done its work; another one runs on, so that the job does not end.",
        "If container {container} only serves the others, move it to initContainers with restartPolicy Always: such a sidecar is ended with the job. If it still works, nothing is wrong.";

    // Scheduling
    InsufficientResources "insufficient_resources" "Unschedulable: no node has enough left",
        "No node has as much CPU, memory or another resource left as the pod requests.",
        "Lower what its containers request of {object}, or wait until something else ends. Your cluster's administrators can add nodes.";
    NodesFull "nodes_full" "Unschedulable: nodes have no place left",
        "The nodes that would fit run as many pods, or have as many volumes attached, as they may.",
        "Wait until something else ends. Smaller requests do not help; your cluster's administrators can add nodes.";
    NodeSelectorMismatch "node_selector_mismatch" "Unschedulable: node selector matches no node",
        "No node has the labels that the pod's nodeSelector or node affinity asks for.",
        "Correct or remove nodeSelector and affinity: kubectl get nodes --show-labels lists the labels there are, for those who may.";
    TaintNotTolerated "taint_not_tolerated" "Unschedulable: nodes are tainted",
        "The nodes that would fit have taints that the pod does not tolerate.",
        "Add a toleration if the pod may run there. A taint node.kubernetes.io/… is a node in trouble, which passes or is for your cluster's administrators.";
    NodesUnready "nodes_unready" "Unschedulable: nodes are in trouble",
        "The nodes that would fit are not ready, or low on memory, disk or process ids.",
        "It goes on by itself once they are well. If it stays so, tell your cluster's administrators; no toleration helps.";
    NodesCordoned "nodes_cordoned" "Unschedulable: nodes are cordoned",
        "The nodes that would fit take no new pods: somebody has cordoned them, as before maintenance.",
        "It goes on by itself once they are uncordoned or others are added: ask your cluster's administrators until when that is.";
    NoNodes "no_nodes" "Unschedulable: cluster has no nodes",
        "The cluster has no node on which pods could run.",
        "It goes on by itself once there is one: tell your cluster's administrators.";
    PodAffinityUnmet "pod_affinity_unmet" "Unschedulable: no pod to be near to",
        "The pod's podAffinity asks for a place beside other pods, and none runs where it could go.",
        "See that the pods its podAffinity selects run and have the labels and namespace it names, or make the rule preferred.";
    PodAntiAffinityUnmet "pod_anti_affinity_unmet" "Unschedulable: kept apart from other pods",
        "By podAntiAffinity, its own or that of pods that run, the pod must not go where there would be place.",
        "Run no more replicas than there are nodes or zones, and let an update take one away first (maxSurge 0, maxUnavailable 1); or make the rule preferred (preferredDuringSchedulingIgnoredDuringExecution).";
    TopologySpreadUnmet "topology_spread_unmet" "Unschedulable: would be spread unevenly",
        "Where there is place, the pod would break its topologySpreadConstraints.",
        "Raise maxSkew, or set whenUnsatisfiable to ScheduleAnyway. A node without the label of topologyKey never counts.";
    HostPortTaken "host_port_taken" "Unschedulable: host port is taken",
        "The pod asks for a port of its node (hostPort), and each node has given it away.",
        "Remove hostPort and reach the pod by a Service. Otherwise no more replicas run than there are nodes, and an update has to take one away first (maxSurge 0, maxUnavailable 1).";
    Unschedulable "unschedulable" "Unschedulable: no node fits",
        "The scheduler finds no node, for the reasons in the evidence.",
        "Relax what the evidence names.";
    SchedulingGated "scheduling_gated" "Scheduling gate closed",
        "The pod has scheduling gates, and is not scheduled before they are removed.",
        "See that the controller that removes gate {object} runs, or remove the gate.";
    NotScheduled "not_scheduled" "Not scheduled",
        "The cluster's scheduler has not looked at the pod yet. Normal for a moment.",
        "If it stays so, the scheduler does not run: tell your cluster's administrators.";
    SchedulerMissing "scheduler_missing" "Scheduler missing",
        "The pod names a scheduler (schedulerName) that does not look at it.",
        "Remove schedulerName {object} to use the default scheduler, or check that this one runs.";
    VolumeClaimMissing "volume_claim_missing" "Volume claim missing",
        "The pod names a PersistentVolumeClaim that does not exist.",
        "Create PersistentVolumeClaim {object}, or correct the name in the pod.";
    VolumeClaimTerminating "volume_claim_terminating" "Volume claim is being deleted",
        "The pod's PersistentVolumeClaim is being deleted.",
        "Create PersistentVolumeClaim {object} again once it is gone.";
    VolumeClaimUnbound "volume_claim_unbound" "Volume claim not bound",
        "The pod's PersistentVolumeClaim has no volume yet.",
        "See what it waits for: kubectl describe pvc {object}";
    StorageClassMissing "storage_class_missing" "Storage class missing",
        "The claim names a storage class that the cluster does not have.",
        "Make the claim anew with a class from: kubectl get storageclass. In a StatefulSet correct volumeClaimTemplates, delete StatefulSet and claim, and apply it again.";
    VolumeMissing "volume_missing" "Volume is gone",
        "The pod's PersistentVolumeClaim is bound to a volume that does not exist any more.",
        "Its data is gone with it, unless your cluster's administrators have a copy. Delete PersistentVolumeClaim {object} and make it anew.";
    VolumeInUse "volume_in_use" "Volume is in use by another pod",
        "Only one pod at a time may use the volume (ReadWriteOncePod, or a disk), and another one does.",
        "End the pod that has it, or run one replica. In a Deployment set the strategy to Recreate, so that the old pod ends first.";
    VolumeNodeConflict "volume_node_conflict" "Volume is bound to another node",
        "The pod's volume can only be used on certain nodes or in one zone, and the pod cannot run there.",
        "Let the pod run where its volume is: see the node affinity and requests in the evidence. Or make the claim anew.";

    // Nodes
    NodeLost "node_lost" "Node lost",
        "The pod's node does not report any more: nobody knows whether the pod still runs.",
        "Your cluster's administrators see what is wrong with node {object}. The cluster replaces pods of a workload after about five minutes; those of a StatefulSet only when the node is back or its object is deleted.";
    NodeNotReady "node_not_ready" "Node is not ready",
        "The pod's node reports that it cannot run pods now, for the reason in the evidence.",
        "Your cluster's administrators see what is wrong with node {object}. It goes on by itself once the node is ready; the cluster replaces pods of a workload after about five minutes.";
    NodePressure "node_pressure" "Evicted: node ran out of resources",
        "The node was low on memory, disk or process ids, and ended the pod to save itself.",
        "Set requests close to what the container really uses: those far above their requests are ended first. A pod without a workload has to be created again.";
    StorageLimitExceeded "storage_limit_exceeded" "Evicted: ephemeral storage limit exceeded",
        "The pod wrote more to its own disk (logs, emptyDir, image layer) than its limit.",
        "Raise the ephemeral-storage limit, write to a volume, or write less. A pod without a workload has to be created again.";
    Evicted "evicted" "Evicted",
        "Somebody ended the pod by an eviction: a drained node, a taint, the descheduler.",
        "A workload replaces it automatically. A pod without a workload has to be created again.";
    Preempted "preempted" "Preempted by a more important pod",
        "The scheduler ended it to make room for a pod of higher priority.",
        "A workload replaces it automatically. To be less often in the way, lower its requests, or ask for a higher priority class.";
    NodeShutdown "node_shutdown" "Node was shut down",
        "The pod was ended because its node was shut down.",
        "A workload replaces it automatically. A pod without a workload has to be created again.";
    NodeRejected "node_rejected" "Refused by its node",
        "The scheduler gave the pod to a node that could not take it.",
        "A workload replaces it automatically. If that happens again, give the evidence to your cluster's administrators.";
    DeadlineExceeded "deadline_exceeded" "Deadline exceeded",
        "The pod or job ran longer than its activeDeadlineSeconds and was ended.",
        "Raise activeDeadlineSeconds, or make it faster.";
    StuckTerminating "stuck_terminating" "Deletion is stuck",
        "The pod should be gone since its grace period ended.",
        "See finalizers and node: kubectl describe pod {pod}. Only when its node is gone for good: kubectl delete pod {pod} --force";
    FinalizerRemaining "finalizer_remaining" "Deletion waits for a finalizer",
        "The pod has a finalizer that nobody takes off.",
        "See that the controller of finalizer {object} runs; it takes it off when it is done.";
    JobTrackingRemaining "job_tracking_remaining" "Deletion waits for the job controller",
        "The pod is deleted, and the cluster's job controller has not counted it yet (finalizer batch.kubernetes.io/job-tracking).",
        "Leave the finalizer: it goes by itself as soon as the pod is counted. If it stays, that controller does not run: tell your cluster's administrators.";
    Terminating "terminating" "Being deleted",
        "The pod is being deleted and has not ended yet.",
        "It goes by itself when its grace period ends.";

    // Workloads
    QuotaExceeded "quota_exceeded" "Quota exceeded",
        "The namespace's quota has no room for the pod.",
        "Ask for more quota, or let something else use less.";
    QuotaFreed "quota_freed" "Refused by quota, which has room now",
        "The pod was refused for lack of quota. There is room now, and the workload has not tried again yet.",
        "It tries again by itself within 20 minutes. Any change makes it try at once: kubectl annotate --overwrite {workload} retried=now";
    OtherQuotaExceeded "other_quota_exceeded" "Another ResourceQuota exceeded",
        "A ResourceQuota that Berth did not write has no room for the pod. More quota from Berth does not help.",
        "Ask who made ResourceQuota {object} to raise or delete it, or let something else use less.";
    RequestsMissing "requests_missing" "Requests or limits missing",
        "A quota counts something that the pod's containers do not set.",
        "Set the requests and limits that the evidence names.";
    DefaultLimitExceeded "default_limit_exceeded" "Request above the default limit",
        "The container has a request and no limit; the limit it gets by the namespace's class (LimitRange berth-defaults) is smaller.",
        "Set the limit of the container at least as high as its request.";
    LimitRangeViolated "limit_range_violated" "Outside the limits for containers",
        "The namespace's class bounds how small or large one container may be (LimitRange).",
        "Keep the container's requests and limits within what the evidence names.";
    PodSecurityViolated "pod_security_violated" "Violates pod security",
        "The namespace's pod security level refuses the pod.",
        "Set in its securityContext what the evidence names.";
    ServiceAccountMissing "service_account_missing" "Service account missing",
        "The pod names a ServiceAccount that does not exist.",
        "Create ServiceAccount {object}, or correct serviceAccountName. The workload goes on by itself within some minutes.";
    AdmissionDenied "admission_denied" "Refused by a policy",
        "A policy or admission webhook of the cluster refuses the pod.",
        "Change what the evidence names, or ask who runs {object}.";
    AdmissionUnavailable "admission_unavailable" "Admission webhook does not answer",
        "An admission webhook that must be asked does not answer, so that nothing can be created.",
        "Give the evidence to whoever runs webhook {object}, or to your cluster's administrators.";
    PodsRefused "pods_refused" "Pods are refused",
        "The API server refuses the workload's pods for the reason in the evidence.",
        "Change what the evidence names: kubectl describe {workload}";
    RunRefused "run_refused" "Runs are refused",
        "The API server refuses the jobs that the CronJob makes, for the reason in the evidence.",
        "Change in its jobTemplate what the evidence names: kubectl describe {workload}";
    RunMissed "run_missed" "Runs were missed",
        "The CronJob did not start when it should have, or not within its startingDeadlineSeconds.",
        "The next run comes by its schedule; kubectl create job NEW-NAME --from={workload} starts one now. If it happens again, raise startingDeadlineSeconds; where the evidence says that too many were missed, lower it.";
    ScheduleInvalid "schedule_invalid" "Schedule cannot be read",
        "The cluster does not understand the CronJob's schedule or time zone: it never runs.",
        "Correct schedule (five fields, as 0 3 * * *) or timeZone (as Europe/Berlin).";
    NoPods "no_pods" "Pods are not created",
        "The workload has fewer pods than it wants, and nothing says why.",
        "See what its controller does: kubectl describe {workload}";
    RolloutTimedOut "rollout_timed_out" "Rollout timed out",
        "The Deployment made no progress for its progressDeadlineSeconds.",
        "Look at its newest pods: kubectl describe {workload}";
    ContainerFailed "container_failed" "Ended with an error",
        "A container ended with an error and is not started again.",
        "Read its log: kubectl logs {pod} -c {container}";
    PodFailed "pod_failed" "Pod failed",
        "The pod ended with an error; no container says why.",
        "See what is left of it: kubectl describe pod {pod}";
    JobFailed "job_failed" "Job failed",
        "The job gave up after its tries failed.",
        "Its failed pods are gone, and their logs with them. See what its events say: kubectl describe {workload}";
    CronJobRunFailed "cron_job_run_failed" "Last run failed",
        "The newest run of the CronJob that came to an end failed.",
        "If its pods are still there, read their log: kubectl logs job/{object}. See what its events say: kubectl describe job/{object}";

    Unknown "unknown" "Unknown cause",
        "Berth has no rule for what the cluster says; its own words are shown.",
        "See what else the cluster says: kubectl describe {workload}";
}
