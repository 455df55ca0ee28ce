//! Runs `berth` itself against the other parts.

use std::{env, fs, path::PathBuf, process::Command, time::Duration};

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use crate::{
    identity::{CLIENT_ID, write_secret},
    ports::{check_port, free_port},
    process::{End, Process, run},
    proxies, wait,
};

const START_LIMIT: Duration = Duration::from_secs(60);

/// Everything that a Berth needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    pub program: PathBuf,
    /// For the key, and the logs.
    pub dir: PathBuf,
    /// The page's port on 127.0.0.1.
    pub port: u16,
    /// Where browsers reach it, when something stands in between.
    pub public_url: Option<String>,
    /// How long it goes on serving when it is told to stop.
    pub grace: Duration,
    pub database_url: Url,
    pub issuer: String,
    pub client_secret_file: PathBuf,
    pub site_dir: PathBuf,
    /// The program `helm`.
    pub helm: PathBuf,
}

/// What a process of Berth does.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Pages, API and background work.
    Whole,
    /// Pages and API only.
    Desk,
    /// Background work only; the number tells its log from those of others.
    Worker(usize),
}

impl Settings {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs a command of `berth` to its end.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let what = format!("berth {}", args.join(" "));
        run(&what, self.command(free_port()?)?.args(args))
    }

    /// Starts `berth serve` with a worker in it, and waits until it is ready.
    pub async fn serve(&self) -> Result<Berth> {
        self.start_part(Part::Whole).await
    }

    /// Starts one process of Berth, and waits until it is ready; a worker is when it tells its numbers.
    pub async fn start_part(&self, part: Part) -> Result<Berth> {
        let metrics_port = free_port()?;
        let readyz = format!("{}/readyz", self.url());
        let metrics = format!("http://127.0.0.1:{metrics_port}/metrics");
        let (args, log, ready): (&[&str], _, _) = match part {
            Part::Whole => (&["serve"], "serve.log".to_owned(), readyz),
            Part::Desk => (&["serve", "--no-worker"], "serve.log".to_owned(), readyz),
            Part::Worker(number) => (&["worker"], format!("worker-{number}.log"), metrics),
        };
        match part {
            Part::Whole | Part::Desk => check_port(self.port)?,
            Part::Worker(_) => {}
        }
        let (log, mut command) = (self.dir.join(log), self.command(metrics_port)?);
        let process = Process::start("Berth", command.args(args), &log, End::Terminate)?;
        let mut berth = Berth { url: self.url(), log, process };
        let http = proxies::client().build()?;
        wait::until("starting Berth", START_LIMIT, async || {
            berth.check()?;
            Ok(http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
        })
        .await?;
        Ok(berth)
    }

    /// Starts a command that stays, and does not wait for it.
    pub fn start(&self, command: &str) -> Result<Berth> {
        let (log, mut berth) = (self.dir.join(format!("{command}.log")), self.command(free_port()?)?);
        let process = Process::start("Berth", berth.arg(command), &log, End::Terminate)?;
        Ok(Berth { url: self.url(), log, process })
    }

    fn command(&self, metrics_port: u16) -> Result<Command> {
        let mut command = Command::new(&self.program);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BERTH_")) {
            command.env_remove(name); // somebody's own configuration is not for this Berth
        }
        command
            .current_dir(&self.dir)
            .env("BERTH_HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("BERTH_HTTP__PUBLIC_URL", self.public_url.clone().unwrap_or_else(|| self.url()))
            .env("BERTH_HTTP__GRACE_SECONDS", self.grace.as_secs().to_string())
            .env("BERTH_HTTP__METRICS_LISTEN", format!("127.0.0.1:{metrics_port}"))
            .env("BERTH_DATABASE__URL", self.database_url.as_str())
            .env("BERTH_OIDC__ISSUER", &self.issuer)
            .env("BERTH_OIDC__CLIENT_ID", CLIENT_ID)
            .env("BERTH_OIDC__CLIENT_SECRET_FILE", &self.client_secret_file)
            .env("BERTH_SECRETS__KEY_FILE", self.key_file()?)
            .env("BERTH_ASSETS__DIR", &self.site_dir)
            .env("BERTH_CATALOG__HELM", &self.helm)
            // The registry is on this machine.
            .env("BERTH_CATALOG__ALLOWED_HOSTS", "127.0.0.1")
            // Seeds and measurements ask as fast as they can, all in the name of a few.
            .env("BERTH_LIMITS__PERSON_PER_MINUTE", "0")
            .env("BERTH_LIMITS__TOKEN_PER_MINUTE", "0")
            .env("BERTH_LIMITS__ADDRESS_PER_MINUTE", "0")
            .env("BERTH_HELP__CONTACT", "the platform team (platform@berth.test)")
            .env("NO_COLOR", "1"); // the log is a file
        Ok(command)
    }

    /// The key that encrypts what Berth keeps; it lives as long as the data does.
    fn key_file(&self) -> Result<PathBuf> {
        fs::create_dir_all(&self.dir)?;
        let file = self.dir.join("berth-key");
        if !file.exists() {
            write_secret(&file, &STANDARD.encode(rand::random::<[u8; 32]>()))?;
        }
        Ok(file)
    }
}

/// A running Berth, ended on drop.
#[derive(Debug)]
pub struct Berth {
    pub url: String,
    pub log: PathBuf,
    pub process: Process,
}

impl Berth {
    pub fn check(&mut self) -> Result<()> {
        self.process.check()
    }
}
