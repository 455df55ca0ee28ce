//! Writes `.sqlx`: every query of `server`, checked against the schema of the migrations, so that building needs no database.

use std::{
    fs::{self, File},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result};
use stack::{postgres::Postgres, process::run};

use crate::{
    progress::Steps,
    project::Project,
    running::until_asked_to_end,
    tools::{NATIVE, build, cargo},
};

/// Needs `psql`, which comes with an installed Postgres.
pub fn write(project: &Project, steps: &Steps) -> Result<()> {
    let dir = project.work_dir("queries")?;
    until_asked_to_end(async {
        let postgres = steps.wait("Start Postgres", Postgres::start(&dir, true)).await?;
        steps.run("Apply the migrations", |_| migrate(project, postgres.url().as_str()))?;
        steps.run("Check the queries", |step| {
            let queries = project.root.join(".sqlx");
            fs::remove_dir_all(&queries).or_else(|error| if queries.exists() { Err(error) } else { Ok(()) })?;
            fs::create_dir_all(&queries)?;
            // What was compiled before would not say its queries again.
            File::open(project.root.join("server/src/lib.rs"))?.set_modified(SystemTime::now())?;
            let mut check = cargo();
            check.arg("check").args(NATIVE);
            check.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &queries);
            check.env("DATABASE_URL", postgres.url().as_str());
            build(step, &mut check, &dir.join("check.log"))
        })
    })
}

fn migrate(project: &Project, url: &str) -> Result<()> {
    let mut files: Vec<_> = fs::read_dir(project.root.join("migrations"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()
        .context("read migrations")?;
    files.sort();
    for file in files {
        let mut psql = Command::new("psql");
        psql.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file"]);
        run("psql", psql.arg(file).arg(url))?;
    }
    Ok(())
}
