//! A namespace that Berth made, and somebody in it with the kubeconfig that Berth gave them.

use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Kubectl, Role, ask, eventually};

/// What Debian's package is called by charts; the node has it (`xtask/src/images.rs`) of the version that this machine's Debian has.
pub const POSTGRES: &str = "postgres:latest";
pub const BUSYBOX: &str = "busybox:latest";

pub struct Place {
    pub name: String,
    /// Its developer's, with a token.
    pub kubectl: Kubectl,
    pub desk: Desk,
}

impl Place {
    /// Of the class `standard`, size `S`, with its developer.
    pub async fn new() -> Self {
        let desk = Desk::open().await;
        let request = desk.provisioned().await;
        Self::of(desk, &request).await
    }

    /// Of a class that says what `standard` says, but for these fields.
    pub async fn of_class(fields: Value) -> Self {
        let desk = Desk::open().await;
        let class = desk.class(fields).await;
        let asked = ask(&desk.new_name("payments"), &class, "S");
        let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &asked).await.expect(201).json();
        let number = request["number"].as_i64().expect("is a number");
        let approve = format!("/api/v1/requests/{number}/approve");
        desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
        let request = desk.until(number, "completed").await;
        Self::of(desk, &request).await
    }

    async fn of(desk: Desk, request: &Value) -> Self {
        let name = request["name"].as_str().expect("is text").to_owned();
        let kubectl = Kubectl::given(&desk, Role::Developer, &name).await;
        Self { kubectl, name, desk }
    }

    /// As Berth shows it to its developer.
    pub async fn namespace(&self) -> Value {
        let path = format!("/api/v1/namespaces/{CLUSTER}/{}", self.name);
        self.desk.as_(Role::Developer).await.get(&path).await.expect(200).json()
    }

    /// An object, as JSON.
    pub async fn get(&self, kind: &str, name: &str) -> Option<Value> {
        let said = self.kubectl.run(&format!("get {kind} {name} -o json")).await;
        said.is_done.then(|| serde_json::from_str(&said.text).expect("is JSON"))
    }

    /// Waits until a pod is ready, and gives it.
    pub async fn ready(&self, pod: &str) -> Value {
        eventually(&format!("{pod} is ready"), async || {
            let pod = self.get("pod", pod).await?;
            let conditions = pod["status"]["conditions"].as_array()?;
            conditions.iter().any(|of| of["type"] == "Ready" && of["status"] == "True").then_some(pod)
        })
        .await
    }

    /// What a command in a pod's container says.
    pub async fn exec(&self, pod: &str, command: &str) -> String {
        let said = self.kubectl.run(&format!("exec {pod} -- {command}")).await;
        said.is_done();
        said.text
    }
}

/// A pod that satisfies the level `restricted`, of one container that names no resources.
pub fn a_pod(name: &str, image: &str, command: &[&str]) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 999, "runAsGroup": 999, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "app", "image": image, "command": command,
                "securityContext": {
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    })
}
