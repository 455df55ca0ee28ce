//! On what the figures were taken.

use anyhow::Result;
use serde::Serialize;
use sqlx::Connection;
use stack::describe::StackFile;
use std::fs;

#[derive(Debug, Serialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    pub memory_gib: u64,
    pub postgres: String,
    pub berth: String,
    /// Processes that wanted to run in the last minute, before the bench began.
    pub load: String,
}

pub async fn look(stack: &StackFile) -> Result<Machine> {
    let mut db = sqlx::PgConnection::connect(stack.database_url.as_str()).await?;
    let postgres: String = sqlx::query_scalar("show server_version").fetch_one(&mut db).await?;
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.map(|line| line.trim_matches([' ', '\t', ':']).to_owned()).unwrap_or_default()
    };
    let memory = field(&fs::read_to_string("/proc/meminfo")?, "MemTotal");
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    Ok(Machine {
        cores: std::thread::available_parallelism()?.get(),
        processor: field(&fs::read_to_string("/proc/cpuinfo")?, "model name"),
        memory_gib: (kib + (1 << 19)) >> 20,
        postgres: postgres.split_whitespace().next().unwrap_or_default().to_owned(),
        berth: crate::ground::version(&stack.berth)?,
        load: fs::read_to_string("/proc/loadavg")?.split_whitespace().next().unwrap_or_default().to_owned(),
    })
}
