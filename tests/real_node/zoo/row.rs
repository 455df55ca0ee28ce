//! A workload of the zoo: how it fails, and what Berth has to show of it.

use domain::diagnosis::{Cause, WorkloadKind};
use serde_json::{Value, json};
use tests::with;

/// Where a simulated node would not do.
const ON_REAL_NODE: &str = "real";

pub struct Row {
    pub kind: WorkloadKind,
    pub name: &'static str,
    pub cause: Cause,
    /// How the sources of its evidence begin; there may be more.
    pub evidence: &'static [&'static str],
    pod: Value,
    /// Fields of the workload's own `spec`.
    spec: Value,
    /// Objects that have to be there as well.
    beside: Vec<Value>,
    /// Of its pods.
    finalizers: Vec<&'static str>,
}

impl Row {
    pub fn new(
        kind: WorkloadKind,
        name: &'static str,
        pod: Value,
        cause: Cause,
        evidence: &'static [&'static str],
    ) -> Self {
        let (spec, beside, finalizers) = (json!({}), Vec::new(), Vec::new());
        Self { kind, name, cause, evidence, pod, spec, beside, finalizers }
    }

    pub fn spec(self, spec: Value) -> Self {
        Self { spec, ..self }
    }

    pub fn beside(self, object: Value) -> Self {
        Self { beside: vec![object], ..self }
    }

    pub fn finalizer(self, name: &'static str) -> Self {
        Self { finalizers: vec![name], ..self }
    }

    /// What is applied for it.
    pub fn objects(&self) -> impl Iterator<Item = Value> {
        self.beside.iter().cloned().chain([self.workload()])
    }

    fn workload(&self) -> Value {
        let labels = json!({"app": self.name});
        let template = json!({"metadata": {"labels": labels, "finalizers": self.finalizers}, "spec": self.pod});
        let selected = json!({"selector": {"matchLabels": labels}, "template": template});
        let (version, spec) = match self.kind {
            WorkloadKind::Deployment => ("apps/v1", selected),
            WorkloadKind::StatefulSet => ("apps/v1", with(selected, json!({"serviceName": self.name}))),
            WorkloadKind::Job => ("batch/v1", json!({"backoffLimit": 0, "template": template})),
            WorkloadKind::CronJob => {
                let job = json!({"backoffLimit": 0, "template": template});
                ("batch/v1", json!({"schedule": "* * * * *", "jobTemplate": {"spec": job}}))
            }
            WorkloadKind::Pod => ("v1", self.pod.clone()),
            kind @ (WorkloadKind::DaemonSet | WorkloadKind::ReplicaSet | WorkloadKind::ReplicationController) => {
                panic!("{}: nothing of the zoo is a {kind:?}", self.name)
            }
        };
        let kind = format!("{:?}", self.kind);
        let spec = with(spec, self.spec.clone());
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": self.name, "labels": labels}, "spec": spec})
    }
}

/// A pod on the real node, of the level `restricted` and of one container, which stays and is ready, but for these fields.
pub fn pod(container: Value) -> Value {
    json!({
        "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 1,
        "nodeSelector": {"demo.berth.dev/node": ON_REAL_NODE},
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 65534, "runAsGroup": 65534, "fsGroup": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [self::container("app", container)],
    })
}

/// The same as a Job's.
pub fn job_pod(restart_policy: &str, container: Value) -> Value {
    with(pod(container), json!({"restartPolicy": restart_policy}))
}

pub fn container(name: &str, fields: Value) -> Value {
    let amounts = json!({"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "32Mi"}});
    let stays = json!({
        "name": name, "image": crate::place::BUSYBOX, "command": ["sleep", "100000"], "resources": amounts,
        "securityContext": {
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
        },
    });
    with(stays, fields)
}

/// A command of the container's shell.
pub fn sh(script: &str) -> Value {
    json!({"command": ["sh", "-c", script]})
}
