//! The tables, in Markdown, and the same as JSON.

use crate::machine::Machine;
use crate::pages::Figures;
use crate::{ingest, live, size, work};
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- begin: cargo xtask bench -->";
const END: &str = "<!-- end: cargo xtask bench -->";

#[derive(Debug, Serialize)]
pub struct Results {
    pub machine: Machine,
    pub is_quick: bool,
    pub pages: Vec<Figures>,
    pub size: Option<size::Figures>,
    pub work: Option<work::Figures>,
    pub live: Option<live::Figures>,
    pub ingest: Option<ingest::Figures>,
}

impl Results {
    pub fn new(machine: Machine, is_quick: bool) -> Self {
        Self { machine, is_quick, pages: Vec::new(), size: None, work: None, live: None, ingest: None }
    }
}

/// Prints the tables, keeps the results, and puts the tables into `document` between its marks.
pub fn write(results: &Results, file: &Path, document: Option<&Path>) -> Result<()> {
    let tables = tables(results)?;
    println!("{tables}");
    fs::write(file, serde_json::to_vec_pretty(results)?)?;
    let Some(document) = document else { return Ok(()) };
    let text = fs::read_to_string(document).with_context(|| format!("read {}", document.display()))?;
    let (before, rest) = text.split_once(BEGIN).with_context(|| format!("{BEGIN} is not there"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{END} is not there"))?;
    fs::write(document, format!("{before}{BEGIN}\n{tables}{END}{after}"))?;
    Ok(())
}

fn tables(results: &Results) -> Result<String> {
    let mut text = String::new();
    machine(&mut text, results)?;
    if !results.pages.is_empty() {
        pages(&mut text, &results.pages)?;
    }
    if let Some(figures) = &results.work {
        background(&mut text, figures)?;
    }
    if let Some(figures) = &results.live {
        open_pages(&mut text, figures)?;
    }
    if let Some(figures) = &results.ingest {
        taken_in(&mut text, figures)?;
    }
    if let Some(figures) = &results.size {
        footprint(&mut text, figures)?;
    }
    Ok(text)
}

fn machine(text: &mut String, results: &Results) -> Result<()> {
    let Machine { cores, processor, memory_gib, postgres, berth, load } = &results.machine;
    let rounds = if results.is_quick { " Few rounds (`--quick`): read ratios, not times." } else { "" };
    writeln!(
        text,
        "Berth {berth}, release build, on {cores} cores of {processor} with {memory_gib} GiB, PostgreSQL {postgres}; everything on \
         this one machine, load before the start {load}.{rounds}\n"
    )?;
    Ok(())
}

fn pages(text: &mut String, pages: &[Figures]) -> Result<()> {
    writeln!(text, "### Pages and API calls\n")?;
    writeln!(
        text,
        "| | kB | p50 ms | p99 ms | p99 ms of 8 at once | requests per CPU-second | Postgres CPU ms | bare p50 ms | bare requests per CPU-second | p50 to bare |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for page in pages {
        writeln!(
            text,
            "| {} | {:.1} | {:.2} | {:.2} | {:.1} | {} | {:.2} | {:.2} | {} | {:.0}× |",
            page.name,
            page.bytes as f64 / 1000.0,
            page.alone.p50_ms,
            page.alone.p99_ms,
            page.together.p99_ms,
            per_second(page.cpu_ms),
            page.postgres_cpu_ms,
            page.bare.p50_ms,
            per_second(page.bare_cpu_ms),
            page.alone.p50_ms / page.bare.p50_ms
        )?;
    }
    writeln!(text)?;
    Ok(())
}

fn background(text: &mut String, figures: &work::Figures) -> Result<()> {
    let work::Figures { provisioning, n_objects, bare, per_second, jobs_per_second } = figures;
    writeln!(text, "### Background work\n\n| | |\n|---|--:|")?;
    writeln!(text, "| One namespace, from its approval to completed: p50 | {:.0} ms |", provisioning.p50_ms)?;
    writeln!(text, "| Its {n_objects} objects by a bare client, one after another: p50 | {:.0} ms |", bare.p50_ms)?;
    writeln!(text, "| Berth to bare (budget 1.5×) | {:.1}× |", figures.ratio())?;
    for rate in per_second {
        let (waiting, workers) = (rate.waiting, format_workers(rate.workers));
        writeln!(text, "| Namespaces per second, {waiting} waiting, {workers} | {:.1} |", rate.per_second)?;
    }
    for rate in jobs_per_second {
        let (waiting, workers) = (rate.waiting, format_workers(rate.workers));
        writeln!(
            text,
            "| Jobs per second that find nothing to do, {waiting} waiting, {workers} | {:.0} |",
            rate.per_second
        )?;
    }
    writeln!(text)?;
    Ok(())
}

fn open_pages(text: &mut String, figures: &live::Figures) -> Result<()> {
    writeln!(text, "### A page that many have open\n")?;
    writeln!(text, "{} changes a second on the cluster.\n", live::CHANGES_PER_SECOND)?;
    writeln!(
        text,
        "| by | viewers | updates per viewer and second | kB per update | CPU ms per update | Postgres CPU ms per update | transactions per update |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|")?;
    for method in &figures.methods {
        let per_update = |amount: f64| amount / (method.updates.max(1) as f64);
        writeln!(
            text,
            "| {} | {} | {:.2} | {:.1} | {:.3} | {:.3} | {:.3} |",
            method.name,
            method.viewers,
            method.updates as f64 / method.viewers as f64 / method.seconds,
            per_update(method.bytes as f64) / 1000.0,
            per_update(method.berth_cpu_ms),
            per_update(method.postgres_cpu_ms),
            per_update(method.transactions as f64)
        )?;
    }
    writeln!(text)?;
    Ok(())
}

fn taken_in(text: &mut String, figures: &ingest::Figures) -> Result<()> {
    let ingest::Figures { versions, per_second, early_bytes, end_bytes, most_bytes, large } = figures;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    writeln!(text, "### Charts that are taken in\n\n| | |\n|---|--:|")?;
    writeln!(text, "| Versions per second, of {versions}, one worker | {per_second:.1} |")?;
    writeln!(text, "| Memory of the worker after the first 50 | {:.0} MiB |", mib(*early_bytes))?;
    writeln!(text, "| after all of them | {:.0} MiB |", mib(*end_bytes))?;
    writeln!(text, "| the most meanwhile | {:.0} MiB |", mib(*most_bytes))?;
    let size = mib(large.archive_bytes as u64);
    writeln!(text, "| One archive of {size:.1} MiB, from its first byte to the version | {:.0} ms |", large.took_ms)?;
    writeln!(
        text,
        "| Memory of a fresh worker before it, and the most with it | {:.0} and {:.0} MiB |",
        mib(large.idle_bytes),
        mib(large.most_bytes)
    )?;
    writeln!(text)?;
    Ok(())
}

fn format_workers(n: usize) -> String {
    if n == 1 { "1 worker".to_owned() } else { format!("{n} workers") }
}

fn footprint(text: &mut String, figures: &size::Figures) -> Result<()> {
    let size::Figures { start_to_ready_ms, idle_bytes, under_load_bytes, live_views, bytes_per_live_view, shipped } =
        figures;
    let (mib, kb) = (|bytes: u64| bytes as f64 / f64::from(1 << 20), |bytes: u64| bytes as f64 / 1000.0);
    writeln!(text, "### Memory, start and size\n\n| | | budget |\n|---|--:|--:|")?;
    writeln!(text, "| Start to ready (looked at every 50 ms) | {start_to_ready_ms:.0} ms | |")?;
    writeln!(text, "| Memory, idle | {:.0} MiB | |", mib(*idle_bytes))?;
    writeln!(text, "| Memory, the most while all pages were asked for | {:.0} MiB | |", mib(*under_load_bytes))?;
    writeln!(
        text,
        "| Memory for each of {live_views} live views on which nothing happens | {:.1} kB | |",
        kb(*bytes_per_live_view)
    )?;
    writeln!(text, "| Program `berth` | {:.1} MiB | |", mib(shipped.binary))?;
    writeln!(text, "| Style, brotli | {:.1} kB | 30 kB |", kb(shipped.css))?;
    writeln!(text, "| WebAssembly and scripts, brotli | {:.1} kB | 130 kB |", kb(shipped.program))?;
    writeln!(text, "| Fonts | {:.1} kB | 90 kB |", kb(shipped.fonts))?;
    writeln!(text)?;
    Ok(())
}

fn per_second(cpu_ms: f64) -> String {
    if cpu_ms > 0.0 { format!("{:.0}", 1000.0 / cpu_ms) } else { "–".into() }
}
