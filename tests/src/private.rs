//! A Postgres of a test's own, which it may stop as it likes.

use crate::run::stack_dir;
use crate::seen::{self, LogsOf};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stack::postgres::{Postgres, SmallDisk, Stop};
use std::path::{Path, PathBuf};
use std::process::Command;
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
        Self::start_with(None).await.unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// With a disk of so many mebibytes, and the address of an empty database that is on it. None where a machine does not
    /// let others than root have one.
    pub async fn with_small_disk(mib: u32) -> Option<(Self, Url)> {
        let postgres = match Self::start_with(Some(SmallDisk(mib))).await {
            Ok(postgres) => postgres,
            Err(error) if rustix::process::geteuid().is_root() => panic!("{error:#}"),
            Err(error) => {
                eprintln!("there is no small disk here, so nothing was tested: {error:#}");
                return None;
            }
        };
        let mut url = postgres.url().clone();
        let mut db = PgConnection::connect(url.as_str()).await.expect("answers");
        let place = postgres.server.as_ref().expect("is there").small_disk();
        for statement in [
            format!("create tablespace small location '{}'", place.display()),
            "create database small tablespace small".to_owned(),
        ] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut db).await.expect("is made");
        }
        url.set_path("small");
        Some((postgres, url))
    }

    async fn start_with(small_disk: Option<SmallDisk>) -> anyhow::Result<Self> {
        Self::start_of(&SETTINGS, small_disk).await
    }

    async fn start_of(settings: &[&str], small_disk: Option<SmallDisk>) -> anyhow::Result<Self> {
        let dir = new_dir();
        let server = Postgres::start_with(&dir, true, settings, small_disk).await?;
        Ok(Self::of(server, dir))
    }

    fn of(server: Postgres, dir: PathBuf) -> Self {
        let base = server.data().parent().expect("is in a directory").to_owned();
        Self { server: Some(server), dirs: [base, dir] }
    }

    /// A primary, and a standby that follows it: what the primary says is committed, the standby has.
    pub async fn start_pair() -> (Self, Self) {
        let settings = [&SETTINGS[..], &["synchronous_standby_names=*"]].concat();
        let mut primary = Self::start_of(&settings, None).await.unwrap_or_else(|error| panic!("{error:#}"));
        primary.stop(Stop::Fast).await;
        let dir = new_dir();
        let settings = [&SETTINGS[..], &["wal_retrieve_retry_interval=100ms"]].concat();
        let standby = primary.server.as_ref().expect("is there").start_standby(&dir, &settings).await;
        let standby = Self::of(standby.unwrap_or_else(|error| panic!("{error:#}")), dir);
        primary.start_again().await;
        (primary, standby)
    }

    /// Makes a standby take changes, and waits until it does.
    pub async fn promote(&self) {
        let mut db = PgConnection::connect(self.url().as_str()).await.expect("answers");
        let is_promoted: bool = sqlx::query_scalar("select pg_promote()").fetch_one(&mut db).await.expect("answers");
        assert!(is_promoted, "in time");
    }

    /// The socket it listens on.
    pub fn socket(&self) -> PathBuf {
        self.data().with_file_name(".s.PGSQL.5432")
    }

    pub fn url(&self) -> &Url {
        self.server.as_ref().expect("is there").url()
    }

    pub async fn stop(&mut self, how: Stop) {
        self.server.as_mut().expect("is there").stop(how).await.expect("stops");
    }

    pub async fn start_again(&mut self) {
        self.keep_logs();
        self.server.as_mut().expect("is there").start_again().await.expect("starts again");
    }

    /// Keeps a copy of all that is in it now.
    pub async fn back_up(&mut self) {
        self.stop(Stop::Fast).await;
        copy(&self.data(), &self.backup());
        self.start_again().await;
    }

    /// Puts the copy in the place of all that is in it now.
    pub async fn restore(&mut self) {
        self.stop(Stop::Fast).await;
        std::fs::remove_dir_all(self.data()).expect("is removed");
        copy(&self.backup(), &self.data());
        self.start_again().await;
    }

    fn data(&self) -> PathBuf {
        self.server.as_ref().expect("is there").data().to_owned()
    }

    fn backup(&self) -> PathBuf {
        self.data().with_file_name("backup")
    }

    /// Stops every process of it where it is, as a machine that hangs does, until what is answered is dropped.
    pub async fn pause(&self) -> Paused {
        let file = self.data().join("postmaster.pid");
        let text = std::fs::read_to_string(file).expect("can be read");
        let first: i32 = text.lines().next().and_then(|pid| pid.parse().ok()).expect("is a process");
        let mut db = PgConnection::connect(self.url().as_str()).await.expect("answers");
        let backends = "select pid from pg_stat_activity where pid <> pg_backend_pid()";
        let backends: Vec<i32> = sqlx::query_scalar(backends).fetch_all(&mut db).await.expect("says");
        let all = std::iter::once(first).chain(backends).filter_map(Pid::from_raw).collect();
        let paused = Paused(all);
        paused.send(Signal::STOP);
        paused
    }

    /// Puts a line before all others that say who may connect how; it counts when the server has read it again.
    pub fn admit(&self, line: &str) {
        let file = self.data().join("pg_hba.conf");
        let before = std::fs::read_to_string(&file).expect("can be read");
        std::fs::write(&file, format!("{line}\n{before}")).expect("can be written");
    }

    fn keep_logs(&self) {
        let [_, dir] = &self.dirs;
        seen::keep_logs(LogsOf::Database, dir);
    }
}

fn new_dir() -> PathBuf {
    let dir = stack_dir().join(format!("postgres-{}", &Uuid::now_v7().simple().to_string()[24..]));
    std::fs::create_dir(&dir).expect("makes a directory");
    dir
}

/// With whose the files are.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("there is a cp");
    assert!(copied.success(), "is copied");
}

/// A server whose processes stand still.
pub struct Paused(Vec<Pid>);

impl Paused {
    fn send(&self, signal: Signal) {
        for pid in &self.0 {
            // One may have ended in between.
            let _ = kill_process(*pid, signal);
        }
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        self.send(Signal::CONT);
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.server = None;
        self.keep_logs();
        for dir in &self.dirs {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}
