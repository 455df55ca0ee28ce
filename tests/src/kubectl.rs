//! The real `kubectl`, as somebody.

use crate::{Role, stack};
use kube::config::Kubeconfig;
use serde_json::{Value, json};
use stack::sign_in::cluster_id_token;
use std::ffi::OsString;
use std::path::PathBuf;
use tokio::process::Command;
use uuid::Uuid;

const CONFIG: &str = "config";

/// With kubeconfigs of its own, and a directory that goes with it.
pub struct Kubectl {
    dir: PathBuf,
    /// As people set it, of one file or of several.
    kubeconfig: OsString,
    /// None: the one that the kubeconfig says.
    namespace: Option<String>,
}

/// What it said, and whether it did what it was told.
pub struct Said {
    pub is_done: bool,
    pub text: String,
}

impl Kubectl {
    /// With what somebody was given.
    pub fn with(kubeconfig: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("berth-kubectl-{}", Uuid::now_v7().simple()));
        std::fs::create_dir(&dir).expect("is made");
        let kubectl = Self { kubeconfig: dir.join(CONFIG).into(), dir, namespace: None };
        kubectl.write(CONFIG, kubeconfig);
        kubectl
    }

    /// With all that somebody was given, merged as `KUBECONFIG` merges files.
    pub fn with_merged(kubeconfigs: &[String]) -> Self {
        let mut kubectl = Self::with(&kubeconfigs[0]);
        let files = kubeconfigs.iter().enumerate().map(|(nth, text)| kubectl.write(&format!("{CONFIG}-{nth}"), text));
        kubectl.kubeconfig = std::env::join_paths(files.collect::<Vec<_>>()).expect("are paths");
        kubectl
    }

    /// Somebody with the ID token that the cluster's issuer gives their account.
    pub async fn of(role: Role, namespace: &str) -> Self {
        let token = cluster_id_token(&stack().cluster_issuer, &stack().cluster_issuer_ca, role.account()).await;
        let cluster = Kubeconfig::read_from(&stack().kubeconfig).expect("can be read").clusters.remove(0);
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "here", "clusters": [cluster],
            "users": [{"name": "somebody", "user": {"token": token.expect("signs in")}}],
            "contexts": [{"name": "here", "context": {"cluster": cluster.name, "user": "somebody"}}],
        });
        Self::with(&config.to_string()).in_namespace(namespace)
    }

    pub fn of_administrator(namespace: &str) -> Self {
        let config = std::fs::read_to_string(&stack().kubeconfig).expect("can be read");
        Self::with(&config).in_namespace(namespace)
    }

    fn in_namespace(mut self, name: &str) -> Self {
        self.namespace = Some(name.to_owned());
        self
    }

    /// A file in its directory.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.dir.join(name);
        std::fs::write(&file, text).expect("is written");
        file
    }

    pub async fn run(&self, line: &str) -> Said {
        let mut command = Command::new(&stack().devcluster);
        command.arg("kubectl").env("KUBECONFIG", &self.kubeconfig);
        command.args(self.namespace.iter().flat_map(|name| ["--namespace", name])).args(line.split_whitespace());
        let ended = command.output().await.expect("kubectl starts");
        let text = [ended.stdout, ended.stderr].concat();
        Said { is_done: ended.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    pub async fn apply(&self, object: &Value) -> Said {
        let file = self.write("object.json", &object.to_string());
        self.run(&format!("apply -f {}", file.display())).await
    }
}

impl Drop for Kubectl {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Said {
    #[track_caller]
    pub fn is_done(&self) {
        assert!(self.is_done, "{}", self.text);
    }

    #[track_caller]
    pub fn is_forbidden(&self) {
        assert!(!self.is_done && self.text.contains("forbidden"), "{}", self.text);
    }
}
