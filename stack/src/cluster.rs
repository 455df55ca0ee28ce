//! A Kubernetes control plane: our own `devcluster`, or one that somebody already has.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use crate::{
    identity::{Account, Identity, write_secret},
    process::{End, Process, run},
    sign_in::cluster_id_token,
    wait,
};

const START_LIMIT: Duration = Duration::from_secs(150);

/// A cluster that can be used; ended on drop if it is ours.
#[derive(Debug)]
pub struct Cluster {
    /// The administrator's.
    pub kubeconfig: PathBuf,
    ours: Option<Ours>,
}

#[derive(Debug)]
struct Ours {
    process: Process,
    _in_use: Option<Arc<File>>,
    server: String,
    certificate_authority: PathBuf,
}

/// What a node that really runs containers is made of.
#[derive(Clone, Debug)]
pub struct NodeParts {
    /// Directory of containerd, runc and the network's plugins.
    pub runtime: PathBuf,
    /// Directory of the images there are.
    pub images: PathBuf,
    /// A lock: both stay as they are while somebody has it.
    pub in_use: Arc<File>,
}

/// What `devcluster up` says when it is ready.
#[derive(Deserialize)]
struct Ready {
    kubeconfig: PathBuf,
    server: String,
    certificate_authority: PathBuf,
}

impl Cluster {
    /// Starts a control plane in `dir/cluster`, which accepts the ID tokens of an issuer, by its address and certificate
    /// authority; `fresh` throws away what a former one left there. All its nodes are simulated, but one if it is said what
    /// that is made of.
    pub async fn start(
        program: &Path,
        dir: &Path,
        (issuer, issuer_ca): (&str, &Path),
        fresh: bool,
        real_node: Option<&NodeParts>,
    ) -> Result<Self> {
        let data = dir.join("cluster");
        if fresh && data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let ready_file = dir.join("cluster.json");
        let _ = fs::remove_file(&ready_file); // of a former start
        let mut command = Command::new(program);
        command.arg("up").arg("--dir").arg(&data).arg("--ready-file").arg(&ready_file);
        command.args(["--oidc-issuer", issuer]).arg("--oidc-ca").arg(issuer_ca);
        if let Some(NodeParts { runtime, images, in_use: _ }) = real_node {
            command.arg("--node-runtime").arg(runtime).arg("--node-images").arg(images);
        }
        let mut process = Process::start("The cluster", &mut command, &dir.join("cluster.log"), End::Terminate)?;
        let ready: Ready = wait::until("starting the cluster", START_LIMIT, async || {
            process.check()?;
            // The file appears before it is complete.
            Ok(fs::read(&ready_file).ok().and_then(|text| serde_json::from_slice(&text).ok()))
        })
        .await?;
        let ours = Ours {
            process,
            _in_use: real_node.map(|parts| parts.in_use.clone()),
            server: ready.server,
            certificate_authority: ready.certificate_authority,
        };
        Ok(Self { kubeconfig: ready.kubeconfig, ours: Some(ours) })
    }

    /// Takes a cluster that runs already.
    pub fn existing(kubeconfig: PathBuf) -> Self {
        Self { kubeconfig, ours: None }
    }

    /// Ends it at once, with nothing put in order, if it is ours.
    pub fn kill(mut self) -> io::Result<()> {
        self.ours.as_mut().map_or(Ok(()), |ours| ours.process.kill())
    }

    pub fn check(&mut self) -> Result<()> {
        self.ours.as_mut().map_or(Ok(()), |ours| ours.process.check())
    }

    /// A kubeconfig for `account`, written to `file`, with its own ID token; the administrator's where the cluster knows
    /// nothing of our identity provider.
    pub async fn kubeconfig_of(&self, account: &Account, identity: &Identity, file: &Path) -> Result<PathBuf> {
        let Some(ours) = &self.ours else { return Ok(self.kubeconfig.clone()) };
        let id_token = cluster_id_token(&identity.cluster_issuer, &identity.cluster_issuer_ca, account).await?;
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "cluster", "cluster": {"server": ours.server, "certificate-authority": ours.certificate_authority}}],
            "users": [{"name": account.role, "user": {"token": id_token}}],
            "contexts": [{"name": "cluster", "context": {"cluster": "cluster", "user": account.role}}],
            "current-context": "cluster",
        });
        write_secret(file, &serde_json::to_string_pretty(&kubeconfig)?)?;
        Ok(file.to_owned())
    }
}

/// `kubectl`, from the devcluster program.
pub fn kubectl(program: &Path, kubeconfig: &Path, args: &[&str]) -> Result<String> {
    let what = format!("kubectl {}", args.first().copied().unwrap_or_default());
    run(&what, Command::new(program).arg("kubectl").arg("--kubeconfig").arg(kubeconfig).args(args))
}
