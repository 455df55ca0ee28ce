//! The program itself, in a process of its own: what can be killed, and told to stop, as an operator does it.

use crate::run::{stack, stack_dir};
use crate::seen::{self, LogsOf};
use stack::berth::{Berth, Settings};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// One process of `berth`, or none at the moment; it ends with this.
pub struct Program {
    pub settings: Settings,
    running: Option<Berth>,
    dir: PathBuf,
}

impl Program {
    /// On a database, with the key of every desk.
    pub fn on(database_url: Url) -> Self {
        let dir = stack_dir().join(format!("program-{}", Uuid::now_v7().simple()));
        std::fs::create_dir(&dir).expect("makes a directory");
        std::fs::copy(crate::desk::key_file(), dir.join("berth-key")).expect("copies the key");
        let settings = Settings {
            program: stack().berth.clone(),
            dir: dir.clone(),
            port: stack::free_port().expect("there is one"),
            public_url: None,
            grace: Duration::ZERO,
            database_url,
            issuer: stack().issuer.clone(),
            client_secret_file: stack().client_secret_file.clone(),
            site_dir: stack().site_dir.clone(),
            helm: stack().helm.clone(),
        };
        Self { settings, running: None, dir }
    }

    /// Serves, with a worker in it, and is ready. Somebody else may have taken the port since it was free.
    pub async fn serve(&mut self) {
        let mut served = self.settings.serve().await;
        for _ in 0..3 {
            match &served {
                Err(error) if format!("{error:#}").contains("Address already in use") => {
                    self.settings.port = stack::free_port().expect("there is one");
                    served = self.settings.serve().await;
                }
                Err(_) | Ok(_) => break,
            }
        }
        self.running = Some(served.unwrap_or_else(|error| panic!("{error:#}")));
    }

    /// Starts a command that stays, and does not wait for it.
    pub fn start(&mut self, command: &str) {
        self.running = Some(self.settings.start(command).expect("starts"));
    }

    /// As `kill -9` does it.
    pub fn kill(&mut self) {
        self.running.take().expect("runs").process.kill().expect("is killed");
    }

    /// As the operator, or what runs it, does it.
    pub fn ask_to_end(&self) {
        self.running.as_ref().expect("runs").process.ask_to_end();
    }

    /// Waits for its end: whether it ended well.
    pub async fn ended(&mut self) -> bool {
        let running = self.running.as_mut().expect("runs");
        let status = crate::eventually("it ends", async || running.process.ended().expect("can be asked")).await;
        self.running = None;
        status.success()
    }

    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("runs").process.pid()
    }

    /// What a command of it wrote to its log so far.
    pub fn log(&self, command: &str) -> String {
        std::fs::read_to_string(self.dir.join(format!("{command}.log"))).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.running = None;
        seen::keep_logs(LogsOf::Program, &self.dir);
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
