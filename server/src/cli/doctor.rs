//! `berth doctor`: looks at everything Berth needs, and says what to do about what is wrong.

mod provider;

use super::print_line;
use crate::app::{Ctx, catalog, clusters, keys};
use crate::cluster::check::Report;
use crate::config::{Config, Mistakes};
use crate::start::{self, CLOCKS_APART};
use crate::store::{self, pool};
use domain::name::ClusterName;
use domain::view::CheckOutcome;
use std::path::Path;
use std::process::ExitCode;

/// What was looked at, and what was found.
struct Finding {
    what: String,
    /// None for what nobody has to mend, and somebody should know.
    outcome: Option<CheckOutcome>,
    /// What was found, or what to do.
    says: String,
}

pub async fn examine(config: Result<Config, Mistakes>) -> ExitCode {
    match config {
        Ok(config) => {
            let mut findings = vec![
                ok("configuration", "complete"),
                ok("key file", "readable, and not by everybody"),
                site(&config.assets.dir),
            ];
            findings.extend(provider::examine(&config).await);
            findings.extend(database(config).await);
            print(&findings)
        }
        Err(mistakes) => {
            let findings: Vec<_> = mistakes.0.iter().map(|m| problem("configuration", m.to_string())).collect();
            print(&findings)
        }
    }
}

pub fn print_cluster(name: &ClusterName, report: &Report) -> ExitCode {
    print(&of_report(name.as_str(), report))
}

fn site(dir: &Path) -> Finding {
    let manifest = dir.join("manifest.json");
    if manifest.is_file() {
        ok("assets", &dir.display().to_string())
    } else {
        problem(
            "assets",
            format!("{} is not there. Check assets.dir; `cargo xtask wasm` builds them", manifest.display()),
        )
    }
}

/// The database, and what can only be known with it.
async fn database(config: Config) -> Vec<Finding> {
    let berth = match start::connect(config).await {
        Ok(berth) => berth,
        Err(error) => return vec![problem("database", format!("{error:#}. Check database.url"))],
    };
    let mut findings = vec![ok("database", "answers")];
    match pool::list_missing(&berth.db).await {
        Ok(missing) if missing.is_empty() => findings.push(ok("schema", "up to date")),
        Ok(missing) => {
            findings.push(problem("schema", format!("lacks {}. Run `berth migrate`", missing.join(", "))));
            return findings;
        }
        Err(error) => {
            findings.push(problem("schema", error.to_string()));
            return findings;
        }
    }
    findings.push(clock(&berth.db).await);
    let ctx = Ctx::operator(berth);
    findings.extend(archives(&ctx).await);
    findings.extend(sealed(&ctx).await);
    findings.extend(all_clusters(&ctx).await);
    findings
}

/// Times come from each process's own clock: what one puts off, another takes up.
async fn clock(db: &store::Pool) -> Finding {
    match pool::clock_ahead(db).await {
        Ok(ahead) if ahead.abs() <= CLOCKS_APART => ok("clock", "in step with the database's"),
        Ok(ahead) => {
            let (seconds, way) = (ahead.whole_seconds().abs(), if ahead.is_positive() { "ahead of" } else { "behind" });
            problem("clock", format!("{seconds} s {way} the database's. Keep the clocks of all machines in step (NTP)"))
        }
        Err(error) => problem("clock", error.to_string()),
    }
}

/// Where bytes of charts are kept, if that is in files.
async fn archives(ctx: &Ctx) -> Option<Finding> {
    let what = "archives of charts";
    let Some(dir) = &ctx.berth.config.catalog.archives_dir else {
        return match store::chart_archives::has_files(ctx.db()).await {
            Ok(false) => None,
            Ok(true) => {
                Some(problem(what, "some are kept in files: name their directory in catalog.archives_dir".into()))
            }
            Err(error) => Some(problem(what, error.to_string())),
        };
    };
    Some(match catalog::try_archives_dir(dir).await {
        Ok(()) => ok(what, &format!("{} can be written to", dir.display())),
        Err(error) => problem(what, format!("{}: {error}. Check catalog.archives_dir", dir.display())),
    })
}

/// Whether everything opens, and with which key.
async fn sealed(ctx: &Ctx) -> Vec<Finding> {
    let what = "sealed values";
    match keys::examine(ctx).await {
        Ok(all) => all.into_iter().map(|(title, counts)| sealed_finding(title, &counts)).collect(),
        Err(error) => vec![problem(what, format!("{:#}", super::readable(error)))],
    }
}

fn sealed_finding(title: &str, counts: &keys::Counts) -> Finding {
    let keys::Counts { current, old, unreadable } = *counts;
    match (unreadable, old) {
        (0, 0) => ok(title, &format!("{current} open with the present key")),
        (0, old) => ok(title, &format!("{old} open with an old key: run `berth key rotate`")),
        (unreadable, _) => {
            problem(title, format!("{unreadable} open with no key: name theirs in secrets.old_key_files"))
        }
    }
}

async fn all_clusters(ctx: &Ctx) -> Vec<Finding> {
    let known = match store::clusters::list(ctx.db()).await {
        Ok(known) if known.is_empty() => {
            return vec![problem("clusters", "there is none. Add one with `berth cluster add`".into())];
        }
        Ok(known) => known,
        Err(error) => return vec![problem("clusters", error.to_string())],
    };
    let mut findings = Vec::new();
    for cluster in known {
        match clusters::check(ctx, &cluster.name).await {
            Ok(report) => findings.extend(of_report(cluster.name.as_str(), &report)),
            Err(error) => findings.push(problem(cluster.name.as_str(), format!("{:#}", super::readable(error)))),
        }
    }
    findings
}

fn of_report(name: &str, report: &Report) -> Vec<Finding> {
    let finding = |check: &crate::cluster::check::Check| Finding {
        what: format!("{name}: {}", check.what),
        outcome: Some(check.outcome),
        says: check.detail.clone(),
    };
    report.checks.iter().map(finding).collect()
}

fn ok(what: &str, says: &str) -> Finding {
    Finding { what: what.to_owned(), outcome: Some(CheckOutcome::Passed), says: says.to_owned() }
}

/// What nobody has to mend, and somebody should know.
fn note(what: &str, says: String) -> Finding {
    Finding { what: what.to_owned(), outcome: None, says }
}

fn problem(what: &str, says: String) -> Finding {
    Finding { what: what.to_owned(), outcome: Some(CheckOutcome::Failed), says }
}

fn print(findings: &[Finding]) -> ExitCode {
    for Finding { what, outcome, says } in findings {
        print_line(&format!("{:12}  {what} · {says}", word(*outcome)));
    }
    print_line(&format!("\n{}", summary(findings)));
    let has_failed = findings.iter().any(|finding| finding.outcome == Some(CheckOutcome::Failed));
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn word(outcome: Option<CheckOutcome>) -> &'static str {
    match outcome {
        Some(CheckOutcome::Passed) => "ok",
        Some(CheckOutcome::Failed) => "PROBLEM",
        Some(CheckOutcome::NotVerified) => "NOT VERIFIED",
        None => "note",
    }
}

/// `28 passed, 1 problem, 2 not verified`.
fn summary(findings: &[Finding]) -> String {
    let count = |outcome| findings.iter().filter(|finding| finding.outcome == Some(outcome)).count();
    let n_failed = count(CheckOutcome::Failed);
    let counted = [
        (count(CheckOutcome::Passed), "passed"),
        (n_failed, if n_failed == 1 { "problem" } else { "problems" }),
        (count(CheckOutcome::NotVerified), "not verified"),
    ];
    let said: Vec<_> = counted.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(", ")
}
