//! The catalog as files: directories with an `entry.yaml` and a chart beside it, looked at and taken in.

use crate::app::views::catalog as views;
use crate::app::{Ctx, catalog};
use crate::input;
use anyhow::{Context, bail};
use charts::archive::{Files, Limits};
use charts::chart::Chart;
use domain::catalog::EntryFile;
use domain::id::IngestId;
use domain::view::IngestState;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// More than anybody writes into one.
const MOST_NODES: usize = 20_000;
const LARGEST_ENTRY: u64 = 1 << 20;
/// Until a worker has taken one in.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(300);

/// An entry with its chart, packed.
pub struct Found {
    pub file: EntryFile,
    /// As it is told: `web-service 1.0.0`.
    pub title: String,
    archive: Vec<u8>,
}

/// The entry in a directory, or those in the directories below it, in order of name. Every mistake in all of them is said at
/// once, with its file.
pub fn read(dir: &Path) -> anyhow::Result<Vec<Found>> {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    for file in files(dir)? {
        match read_one(&file) {
            Ok(entry) => found.push(entry),
            Err(error) => mistakes.push(format!("{}: {error:#}", file.display())),
        }
    }
    if mistakes.is_empty() { Ok(found) } else { bail!("{}", mistakes.join("\n")) }
}

fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let own = dir.join("entry.yaml");
    if own.is_file() {
        return Ok(vec![own]);
    }
    let below = dir.read_dir().with_context(|| dir.display().to_string())?;
    let below = below.map(|entry| Ok(entry?.path().join("entry.yaml"))).collect::<std::io::Result<Vec<_>>>()?;
    let mut files: Vec<_> = below.into_iter().filter(|file| file.is_file()).collect();
    files.sort();
    if files.is_empty() {
        bail!("{} holds no entry.yaml, nor does a directory in it", dir.display());
    }
    Ok(files)
}

fn read_one(file: &Path) -> anyhow::Result<Found> {
    if file.metadata()?.len() > LARGEST_ENTRY {
        bail!("is larger than 1 MiB");
    }
    let text = std::fs::read_to_string(file)?;
    let entry: EntryFile = input::yaml(&text, MOST_NODES).map_err(|unread| match unread.line {
        Some(line) => anyhow::anyhow!("line {line}: {}", unread.says),
        None => anyhow::anyhow!(unread.says),
    })?;
    entry.check()?;
    let dir = file.parent().unwrap_or(Path::new(".")).join(&entry.chart);
    let mut contents = Vec::new();
    add_below(&dir, "", &mut contents, &mut Limits::default().unpacked_bytes)
        .with_context(|| dir.display().to_string())?;
    let files = Files::from_folder(entry.name.as_str(), contents, &Limits::default())?;
    let chart = Chart::read(&files)?;
    let mistakes = catalog::form_mistakes(&entry.spec, &chart)?;
    if !mistakes.is_empty() {
        bail!("form: {}", mistakes.join("\n  "));
    }
    let title = format!("{} {}", entry.name, chart.metadata.version.as_str());
    Ok(Found { title, archive: files.pack()?, file: entry })
}

/// Files of a directory and those below, but links, which could lead anywhere. No more bytes than are `left`.
fn add_below(dir: &Path, at: &str, to: &mut Vec<(String, Vec<u8>)>, left: &mut u64) -> anyhow::Result<()> {
    for entry in dir.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{} is no text", name.display()))?;
        let path = if at.is_empty() { name } else { format!("{at}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            add_below(&entry.path(), &path, to, left)?;
        } else if kind.is_file() {
            *left = left.checked_sub(entry.metadata()?.len()).context("holds more than a chart may")?;
            to.push((path, std::fs::read(entry.path())?));
        } else {
            bail!("{path} is a link or no file: a chart has files only");
        }
    }
    Ok(())
}

/// Makes entries what their files say, and orders that their charts are taken in. Waits until a worker has done so, and says
/// what came of each; false where one was not taken in.
pub async fn import(ctx: &Ctx, found: Vec<Found>) -> anyhow::Result<bool> {
    let mut begun = Vec::new();
    for Found { file, title, archive } in found {
        let name = &file.name;
        let what = catalog::apply(ctx, name, &file.spec).await.map_err(super::readable)?;
        super::print_line(&format!("{name}: {what}"));
        let id = catalog::upload(ctx, name, &format!("{}.tgz", title.replace(' ', "-")), archive).await;
        begun.push((file.name, title, id.map_err(super::readable)?));
    }
    let (mut is_whole, end) = (true, Instant::now() + LIMIT);
    for (name, title, id) in begun {
        let Some((state, why)) = outcome(ctx, &name, id, end).await? else {
            bail!("no worker has taken in {title} yet: it goes on as soon as one runs");
        };
        let says = match state {
            IngestState::Running | IngestState::TakenIn => "taken in as a candidate".to_owned(),
            IngestState::Unchanged => "was there already".to_owned(),
            IngestState::Refused | IngestState::Failed => {
                is_whole = false;
                format!("not taken in: {}", why.unwrap_or_default())
            }
        };
        super::print_line(&format!("{title}: {says}"));
    }
    Ok(is_whole)
}

async fn outcome(
    ctx: &Ctx,
    name: &domain::name::EntryName,
    id: IngestId,
    end: Instant,
) -> anyhow::Result<Option<(IngestState, Option<String>)>> {
    loop {
        let view = views::ingest(ctx, name, id).await.map_err(super::readable)?;
        if view.state != IngestState::Running {
            return Ok(Some((view.state, view.error)));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        sleep(LOOK).await;
    }
}
