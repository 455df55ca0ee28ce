//! A namespace of its own for each test, and who acts there.

use super::{TIMEOUT, unfollowed};
use helm::{ChartFiles, Connection, Helm, Limits, Releases, Status};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
/// The right of somebody who works in a namespace.
pub const EDIT: &str = "--clusterrole=edit";

/// What is wanted of the stack.
#[derive(Deserialize)]
struct Stack {
    kubeconfig: PathBuf,
    devcluster: PathBuf,
    helm: PathBuf,
}

/// Gone when it is dropped, unless somebody else began it.
pub struct Place {
    stack: Stack,
    pub namespace: String,
    is_ours: bool,
}

impl Place {
    /// None, with one line, where there is no stack.
    pub fn make() -> Option<Self> {
        static N_PLACES: AtomicUsize = AtomicUsize::new(0);
        let number = N_PLACES.fetch_add(1, Ordering::Relaxed);
        let began = std::time::UNIX_EPOCH.elapsed().expect("is later").as_millis();
        let mut place = Self::of(format!("helm-{began}-{}-{number}", std::process::id()))?;
        place.is_ours = true;
        place.kubectl(&["create", "namespace", &place.namespace]);
        place.account("installer", EDIT);
        Some(place)
    }

    /// One that another process made.
    pub fn of(namespace: String) -> Option<Self> {
        let Some(file) = std::env::var_os("BERTH_STACK") else {
            eprintln!("skipped: no stack by BERTH_STACK");
            return None;
        };
        let text = std::fs::read(file).expect("the stack's file can be read");
        let stack = serde_json::from_slice(&text).expect("is a stack's file");
        Some(Self { stack, namespace, is_ours: false })
    }

    /// An account with a role, `--role=…` or `--clusterrole=…`.
    pub fn account(&self, name: &str, role: &str) {
        let (namespace, bound) = (&self.namespace, format!("--serviceaccount={}:{name}", self.namespace));
        self.kubectl(&["create", "serviceaccount", name, "-n", namespace]);
        self.kubectl(&["create", "rolebinding", name, role, &bound, "-n", namespace]);
    }

    /// As the account that may do everything here that people may.
    pub async fn releases(&self) -> Releases {
        self.releases_as("installer").await
    }

    pub async fn releases_as(&self, account: &str) -> Releases {
        self.limited(account, Limits::of_operation(TIMEOUT * 4)).await
    }

    pub async fn limited(&self, account: &str, limits: Limits) -> Releases {
        self.helm().await.releases(self.connection(&self.token(account)), Arc::new(Semaphore::new(2)), limits)
    }

    pub async fn helm(&self) -> Helm {
        let permits = Arc::new(Semaphore::new(2));
        Helm::at(&self.stack.helm, permits, Limits::default()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn token(&self, account: &str) -> String {
        self.kubectl(&["create", "token", account, "-n", &self.namespace]).trim().to_owned()
    }

    pub fn connection(&self, token: &str) -> Connection {
        let config: Value = self.json(&["config", "view", "--raw"]);
        let cluster = &config["clusters"][0]["cluster"];
        let server = cluster["server"].as_str().expect("has an address");
        Connection::new(server, Some(self.authority(cluster)), token.into(), &self.namespace).expect("is an address")
    }

    /// By what is in the kubeconfig, or in a file that it names.
    fn authority(&self, cluster: &Value) -> String {
        use base64::Engine;
        if let Some(data) = cluster["certificate-authority-data"].as_str() {
            let pem = base64::prelude::BASE64_STANDARD.decode(data).expect("is base64");
            return String::from_utf8(pem).expect("is text");
        }
        let named = cluster["certificate-authority"].as_str().expect("has an authority");
        let file = self.stack.kubeconfig.parent().unwrap_or(Path::new("/")).join(named);
        std::fs::read_to_string(file).expect("can be read")
    }

    /// As the administrator.
    pub fn kubectl(&self, words: &[&str]) -> String {
        let output = self.run(words).expect("kubectl starts");
        assert!(output.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("is text")
    }

    fn run(&self, words: &[&str]) -> std::io::Result<Output> {
        let mut kubectl = Command::new(&self.stack.devcluster);
        kubectl.args(["kubectl", "--kubeconfig"]).arg(&self.stack.kubeconfig).args(words).stdin(Stdio::null()).output()
    }

    pub fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.kubectl(&[words, &["-o", "json"]].concat())).expect("is JSON")
    }

    /// Names of the objects of one kind here.
    pub fn names(&self, kind: &str) -> Vec<String> {
        let list = self.json(&["get", kind, "-n", &self.namespace]);
        let items = list["items"].as_array().expect("is a list");
        items.iter().map(|item| item["metadata"]["name"].as_str().expect("has a name").to_owned()).collect()
    }

    /// With a release `it`.
    pub async fn installed(&self, chart: &ChartFiles) -> Releases {
        let releases = self.releases().await;
        releases.install(&super::deploy(chart), unfollowed()).await.unwrap_or_else(|error| panic!("{error}"));
        releases
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_ours {
            // The test may be failing already.
            let _ = self.run(&["delete", "namespace", &self.namespace, "--wait=false"]);
        }
    }
}

/// How each revision of `it` stands, the first of them first.
pub async fn statuses(releases: &Releases) -> Vec<Status> {
    let history = releases.history("it").await.unwrap_or_else(|error| panic!("{error}"));
    history.iter().map(|revision| revision.status).collect()
}

pub async fn until_last_is(releases: &Releases, status: Status) {
    eventually(&format!("{status:?}"), async || statuses(releases).await.last() == Some(&status)).await;
}

/// Asks until it is so; the test fails when it is not in time.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
