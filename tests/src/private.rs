//! A Postgres of a test's own, which it may stop as it likes.

use crate::run::stack_dir;
use stack::postgres::{Postgres, Stop};
use std::path::PathBuf;
use url::Url;
use uuid::Uuid;

/// Ends, with its data, when it is dropped.
pub struct PrivatePostgres {
    server: Option<Postgres>,
    /// What goes with it.
    dirs: [PathBuf; 2],
}

/// What is committed is on the disk before anybody is told so, as far as the server goes: the machine does not crash here.
const SETTINGS: [&str; 4] = ["listen_addresses=", "fsync=off", "synchronous_commit=on", "max_connections=60"];

impl PrivatePostgres {
    pub async fn start() -> Self {
        let dir = stack_dir().join(format!("postgres-{}", &Uuid::now_v7().simple().to_string()[24..]));
        std::fs::create_dir(&dir).expect("makes a directory");
        let server = Postgres::start_with(&dir, true, &SETTINGS).await.unwrap_or_else(|error| panic!("{error:#}"));
        let base = server.data().parent().expect("is in a directory").to_owned();
        Self { server: Some(server), dirs: [base, dir] }
    }

    pub fn url(&self) -> &Url {
        self.server.as_ref().expect("is there").url()
    }

    pub async fn stop(&mut self, how: Stop) {
        self.server.as_mut().expect("is there").stop(how).await.expect("stops");
    }

    pub async fn start_again(&mut self) {
        self.server.as_mut().expect("is there").start_again().await.expect("starts again");
    }

    /// Puts a line before all others that say who may connect how; it counts when the server has read it again.
    pub fn admit(&self, line: &str) {
        let file = self.server.as_ref().expect("is there").data().join("pg_hba.conf");
        let before = std::fs::read_to_string(&file).expect("can be read");
        std::fs::write(&file, format!("{line}\n{before}")).expect("can be written");
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.server = None;
        for dir in &self.dirs {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}
