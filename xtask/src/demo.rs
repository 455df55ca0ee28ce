//! `cargo xtask demo`: a whole Berth with some life in it.

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use stack::{
    berth::{Berth, Settings},
    cluster::NodeParts,
    describe::{self, DemoAccount, DemoFile},
    seed,
};
use tokio::{select, sync::oneshot};
use url::Url;

use crate::{
    builds,
    progress::Steps,
    project::Project,
    realnode::RealNode,
    running::{Choice, Place, Running, until_asked_to_end},
    wasm::Profile,
};

#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// Port of the page on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Use this cluster, as its administrator, instead of starting one
    #[arg(long, value_name = "FILE", conflicts_with = "real_node")]
    kubeconfig: Option<PathBuf>,
    /// Use this database instead of starting Postgres
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<Url>,
    /// Keep the data of the last run
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    real_node: RealNode,
}

impl Options {
    /// A demo of one's own, beside one that somebody may look at.
    pub fn on_port(port: u16) -> Self {
        Self { port, kubeconfig: None, database_url: None, keep: false, real_node: RealNode::default() }
    }
}

pub fn run(project: &Project, steps: &Steps, options: &Options) -> Result<()> {
    builds::parts(project, steps)?;
    let real_node = options.real_node.parts(project, steps)?;
    until_asked_to_end(async {
        let built = build_berth(project.clone(), steps.clone());
        let mut demo = Demo::start(project, steps, project.work_dir("demo")?, options, real_node, built).await?;
        demo.announce();
        demo.watch().await
    })
}

/// Begins at once, on a thread of its own, so that what Berth stands on starts meanwhile; whoever is asked to end does not
/// wait for it.
fn build_berth(project: Project, steps: Steps) -> impl Future<Output = Result<()>> {
    let (done, built) = oneshot::channel();
    thread::spawn(move || done.send(builds::berth_with_site(&project, &steps, Profile::Dev)));
    async { built.await.context("what builds Berth ended without a word")? }
}

/// A running demo; dropped in this order.
pub struct Demo {
    url: String,
    accounts: Vec<DemoAccount>,
    berth: Berth,
    running: Running,
    place: Place,
}

impl Demo {
    /// All its nodes are simulated, but one if it is said what that is made of. Berth is started when it is `built`.
    pub async fn start(
        project: &Project,
        steps: &Steps,
        dir: PathBuf,
        options: &Options,
        real_node: Option<NodeParts>,
        built: impl Future<Output = Result<()>>,
    ) -> Result<Self> {
        let has_real_node = real_node.is_some();
        let choice = Choice {
            kubeconfig: options.kubeconfig.clone(),
            database_url: options.database_url.clone(),
            real_node,
            keep: options.keep,
        };
        let place = Place::take(dir, "demo.json")?;
        stack::check_port(options.port)?;
        let mut running = Running::start(project, steps, &place.dir, choice).await?;
        select! {
            done = built => done?,
            ended = running.watch(None) => ended?,
        }
        let settings = Settings {
            program: project.berth(),
            dir: place.dir.clone(),
            port: options.port,
            public_url: None,
            grace: Duration::ZERO,
            database_url: running.database_url.clone(),
            issuer: running.identity.issuer.clone(),
            client_secret_file: running.identity.client_secret_file.clone(),
            site_dir: project.site(),
            helm: project.helm(),
        };
        steps.run("Set Berth up", |_| seed::set_up(&settings, &running.cluster, &project.demo()))?;
        let berth = steps.wait("Start Berth", settings.serve()).await?;
        let url = settings.url();
        let accounts = steps.wait("Sign the accounts in", seed::make_tokens(&url, &running.identity)).await?;
        let foreign_charts = builds::foreign_charts(project, steps)?;
        let places = seed::Places {
            devcluster: &project.devcluster(),
            cluster: &running.cluster,
            identity: &running.identity,
            demo: &project.demo(),
            catalog: &project.catalog(),
            registry: &running.registry.address,
            foreign_charts: &foreign_charts,
            settings: &settings,
            has_real_node,
            dir: &place.dir,
        };
        steps.wait("Fill it with life", seed::fill(&url, &accounts, &places)).await?;
        let description = DemoFile {
            url: url.clone(),
            issuer: running.identity.issuer.clone(),
            database_url: running.database_url.clone(),
            kubeconfig: running.cluster.kubeconfig.clone(),
            accounts: accounts.clone(),
        };
        describe::write(&place.file, &description)?;
        Ok(Self { url, accounts, berth, running, place })
    }

    pub async fn watch(&mut self) -> Result<()> {
        self.running.watch(Some(&mut self.berth)).await
    }

    /// The file that describes it.
    pub fn file(&self) -> &Path {
        &self.place.file
    }

    fn announce(&self) {
        println!("\nBerth is at {} until Ctrl-C. Sign in as\n", self.url);
        println!("  {:<13} {:<26} password", "role", "e-mail");
        for DemoAccount { account, .. } in &self.accounts {
            println!("  {:<13} {:<26} {}", account.role, account.email, account.password);
        }
        println!("\nAddresses, tokens and the cluster's kubeconfig are in {}", self.file().display());
    }
}
