//! The real `kubectl`, as somebody.

use crate::{CLUSTER, Desk, Role, stack};
use kube::config::Kubeconfig;
use serde_json::{Value, json};
use stack::sign_in::cluster_id_token;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

const CONFIG: &str = "config";
/// As long as anything takes that ends.
const LIMIT: Duration = Duration::from_secs(60);

/// With kubeconfigs of its own, and a directory that goes with it.
pub struct Kubectl {
    dir: PathBuf,
    /// As people set it, of one file or of several.
    kubeconfig: OsString,
    /// None: the one that the kubeconfig says.
    namespace: Option<String>,
}

/// A port of this machine that leads to one of a pod, until it is dropped.
pub struct Forwarded {
    pub port: u16,
    _kubectl: Child,
    /// It says each connection, and ends when nobody listens any more.
    _says: Lines<BufReader<ChildStdout>>,
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

    /// Somebody with the file that Berth gives them for a namespace, with a token in it.
    pub async fn given(desk: &Desk, role: Role, namespace: &str) -> Self {
        Self::with(&kubeconfig(desk, role, namespace, "token").await)
    }

    /// The same with the file that signs in.
    pub async fn given_sign_in(desk: &Desk, role: Role, namespace: &str) -> Self {
        Self::with_sign_in(&kubeconfig(desk, role, namespace, "oidc").await, role).await
    }

    /// With a kubeconfig that signs in, as somebody: what the plugin does there has been done, and what it prints is in a file.
    pub async fn with_sign_in(kubeconfig: &str, role: Role) -> Self {
        let kubectl = Self::with(kubeconfig);
        let token = cluster_id_token(&stack().cluster_issuer, &stack().cluster_issuer_ca, role.account()).await;
        let credential = json!({
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "status": {"token": token.expect("signs in")},
        });
        let credential = kubectl.write("credential.json", &credential.to_string());
        let mut config: Value = serde_saphyr::from_str(kubeconfig).expect("is YAML");
        let exec = &mut config["users"][0]["user"]["exec"];
        exec["command"] = "cat".into();
        exec["args"] = json!([credential]);
        kubectl.write(CONFIG, &config.to_string());
        kubectl
    }

    /// Somebody with the ID token that the cluster's issuer gives their account.
    pub async fn of(role: Role, namespace: &str) -> Self {
        let token = cluster_id_token(&stack().cluster_issuer, &stack().cluster_issuer_ca, role.account()).await;
        Self::with_token(&token.expect("signs in")).in_namespace(namespace)
    }

    /// An account of the namespace.
    pub async fn of_account(namespace: &str, account: &str) -> Self {
        let given = Self::of_administrator(namespace).run(&format!("create token {account}")).await;
        given.is_done();
        Self::with_token(given.text.trim()).in_namespace(namespace)
    }

    fn with_token(token: &str) -> Self {
        let cluster = Kubeconfig::read_from(&stack().kubeconfig).expect("can be read").clusters.remove(0);
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "here", "clusters": [cluster],
            "users": [{"name": "somebody", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": cluster.name, "user": "somebody"}}],
        });
        Self::with(&config.to_string())
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

    /// Its directory, for what goes with it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// As people set `KUBECONFIG`.
    pub fn kubeconfig(&self) -> &OsStr {
        &self.kubeconfig
    }

    fn command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&stack().devcluster);
        command.arg("kubectl").env("KUBECONFIG", &self.kubeconfig);
        command.args(self.namespace.iter().flat_map(|name| ["--namespace", name])).args(words);
        command
    }

    /// Leads to a port of a pod or service (`pod/web`), from a free one here.
    pub async fn forward(&self, to: &str, port: u16) -> Forwarded {
        let mut command = self.command(["port-forward", "--address=127.0.0.1", to, &format!(":{port}")]);
        let mut kubectl = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("kubectl starts");
        let mut lines = BufReader::new(kubectl.stdout.take().expect("is kept")).lines();
        let line = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("says something in time");
        let line = line.expect("can be read").unwrap_or_else(|| panic!("{to} cannot be forwarded"));
        // Forwarding from 127.0.0.1:40123 -> 8080
        let here = line.split(' ').find_map(|word| word.strip_prefix("127.0.0.1:")?.parse().ok());
        Forwarded { port: here.unwrap_or_else(|| panic!("no port: {line}")), _kubectl: kubectl, _says: lines }
    }

    /// Runs it to its end; the test fails when that does not come in time.
    pub async fn run(&self, line: &str) -> Said {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>()).await
    }

    /// The same with words that have spaces in them.
    pub async fn run_words(&self, words: &[&str]) -> Said {
        let mut command = self.command(words.iter().copied());
        let ended = tokio::time::timeout(LIMIT, command.kill_on_drop(true).output()).await;
        Said::of(&ended.unwrap_or_else(|_| panic!("does not end: {words:?}")).expect("kubectl starts"))
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
    pub fn of(ended: &Output) -> Self {
        let text = [&ended.stdout[..], &ended.stderr].concat();
        Self { is_done: ended.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    #[track_caller]
    pub fn is_done(&self) {
        assert!(self.is_done, "{}", self.text);
    }

    #[track_caller]
    pub fn is_forbidden(&self) {
        assert!(!self.is_done && self.text.contains("forbidden"), "{}", self.text);
    }
}

async fn kubeconfig(desk: &Desk, role: Role, namespace: &str, form: &str) -> String {
    let path = format!("/api/v1/namespaces/{CLUSTER}/{namespace}/kubeconfig");
    desk.as_(role).await.post(&path, &json!({"form": form})).await.expect(200).text()
}
