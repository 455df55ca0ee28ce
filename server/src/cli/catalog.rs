//! The catalog as files: `sources.yaml`, and directories with an `entry.yaml`, and a chart and an icon beside it; looked at, taken
//! in, and written.

use crate::app::views::catalog as views;
use crate::app::{Ctx, catalog};
use crate::input;
use anyhow::{Context, bail};
use charts::archive::{Archive, Files, Limits};
use charts::chart::Chart;
use charts::picture::{self, Picture};
use domain::catalog::{EntryFile, SourceSpec, VersionState};
use domain::id::IngestId;
use domain::name::{EntryName, SourceName};
use domain::view::IngestState;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// More than anybody writes into one.
const MOST_NODES: usize = 20_000;
const LARGEST_FILE: u64 = 1 << 20;
/// Until a worker has taken one in.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(300);

/// Names of a picture beside an entry.
const ICONS: [&str; 3] = ["icon.svg", "icon.png", "icon.webp"];

/// What the sources are that charts come from, by name; beside the directories of entries.
const SOURCES: &str = "sources.yaml";

/// A catalog as it is read.
pub struct Found {
    sources: BTreeMap<SourceName, SourceSpec>,
    entries: Vec<FoundEntry>,
}

impl Found {
    /// As they are told, in their order.
    pub fn titles(&self) -> impl Iterator<Item = String> {
        let sources = self.sources.keys().map(|name| format!("source {name}"));
        sources.chain(self.entries.iter().map(|entry| entry.title.clone()))
    }
}

/// An entry with what stands beside it.
struct FoundEntry {
    file: EntryFile,
    /// As it is told: `web-service 1.0.0`, or its name where no chart is beside it.
    title: String,
    /// The chart, packed.
    archive: Option<Vec<u8>>,
    icon: Option<Vec<u8>>,
}

/// The entry in a directory, or those in the directories below it, in order of name, and sources beside them. Every mistake in all of them is said at
/// once, with its file.
pub fn read(dir: &Path) -> anyhow::Result<Found> {
    let (mut found, mut mistakes) = (Found { sources: BTreeMap::new(), entries: Vec::new() }, Vec::new());
    let sources = dir.join(SOURCES);
    let (files, has_sources) = (files(dir)?, sources.is_file());
    if has_sources {
        match read_sources(&sources) {
            Ok(sources) => found.sources = sources,
            Err(error) => mistakes.push(format!("{}: {error:#}", sources.display())),
        }
    }
    if files.is_empty() && !has_sources {
        bail!("{} holds no entry.yaml, nor does a directory in it", dir.display());
    }
    for file in files {
        match read_one(&file) {
            Ok(entry) => found.entries.push(entry),
            Err(error) => mistakes.push(format!("{}: {error:#}", file.display())),
        }
    }
    if mistakes.is_empty() { Ok(found) } else { bail!("{}", mistakes.join("\n")) }
}

fn read_sources(file: &Path) -> anyhow::Result<BTreeMap<SourceName, SourceSpec>> {
    let sources: BTreeMap<SourceName, SourceSpec> = read_yaml(file)?;
    for (name, spec) in &sources {
        spec.check().with_context(|| name.to_string())?;
    }
    Ok(sources)
}

/// What is read is what stands there: a link could lead anywhere.
fn require_no_link(at: &Path) -> anyhow::Result<()> {
    match at.is_symlink() {
        true => bail!("{} is a link", at.display()),
        false => Ok(()),
    }
}

fn read_yaml<T: DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    require_no_link(file)?;
    if file.metadata()?.len() > LARGEST_FILE {
        bail!("is larger than 1 MiB");
    }
    input::yaml(&std::fs::read_to_string(file)?, MOST_NODES).map_err(|unread| match unread.line {
        Some(line) => anyhow::anyhow!("line {line}: {}", unread.says),
        None => anyhow::anyhow!(unread.says),
    })
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
    Ok(files)
}

fn read_one(file: &Path) -> anyhow::Result<FoundEntry> {
    let entry: EntryFile = read_yaml(file)?;
    entry.check()?;
    let dir = file.parent().unwrap_or(Path::new("."));
    let icon = read_icon(dir)?;
    let Some(chart) = &entry.chart else {
        return Ok(FoundEntry { title: entry.name.to_string(), archive: None, icon, file: entry });
    };
    let chart = dir.join(chart);
    let (archive, files) = read_chart(&entry.name, &chart).with_context(|| chart.display().to_string())?;
    let chart = Chart::read(&files)?;
    let mistakes = catalog::form_mistakes(&entry.spec, &chart)?;
    if !mistakes.is_empty() {
        bail!("form: {}", mistakes.join("\n  "));
    }
    let title = format!("{} {}", entry.name, chart.metadata.version.as_str());
    Ok(FoundEntry { title, archive: Some(archive), icon, file: entry })
}

/// A directory packed, or an archive as it is; with its files.
fn read_chart(name: &EntryName, at: &Path) -> anyhow::Result<(Vec<u8>, Files)> {
    at.ancestors().take_while(|above| !above.join("entry.yaml").is_file()).try_for_each(require_no_link)?;
    if at.is_file() {
        if at.metadata()?.len() > catalog::LARGEST_ARCHIVE as u64 {
            bail!("is larger than 20 MiB");
        }
        let archive = std::fs::read(at)?;
        let files = Archive::read(&archive, &Limits::default())?.files;
        return Ok((archive, files));
    }
    let mut contents = Vec::new();
    add_below(at, "", &mut contents, &mut Limits::default().unpacked_bytes)?;
    let files = Files::from_folder(name.as_str(), contents, &Limits::default())?;
    Ok((files.pack()?, files))
}

fn read_icon(dir: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    for name in ICONS {
        let file = dir.join(name);
        if file.is_file() {
            require_no_link(&file)?;
            if file.metadata()?.len() > picture::LARGEST as u64 {
                bail!("{name} is larger than 48 KiB");
            }
            let bytes = std::fs::read(&file)?;
            Picture::read(bytes.clone()).map_err(|why| anyhow::anyhow!("{name} {why}"))?;
            return Ok(Some(bytes));
        }
    }
    Ok(None)
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
/// what came of each; false where one was not taken in. With `is_whole_catalog` it names the entries that no file is of.
pub async fn import(ctx: &Ctx, found: Found, is_whole_catalog: bool) -> anyhow::Result<bool> {
    let Found { sources, entries } = found;
    if is_whole_catalog {
        tell_others(ctx, &entries).await?;
    }
    for (name, spec) in &sources {
        let what = catalog::apply_source(ctx, name, spec).await.map_err(super::readable);
        super::print_line(&format!("source {name}: {}", what.with_context(|| format!("source {name}"))?));
    }
    let mut begun = Vec::new();
    for FoundEntry { file, title, archive, icon } in entries {
        let name = &file.name;
        let what = catalog::apply(ctx, name, &file.spec).await.map_err(super::readable)?;
        super::print_line(&format!("{name}: {what}"));
        if let Some(icon) = icon
            && catalog::apply_icon(ctx, name, icon).await.map_err(super::readable)?
        {
            super::print_line(&format!("{name}: has another icon"));
        }
        let Some(archive) = archive else { continue };
        let id = catalog::upload(ctx, name, &format!("{}.tgz", title.replace(' ', "-")), archive).await;
        begun.push((file.name, title, id.map_err(super::readable)?));
    }
    let (mut is_whole, end) = (true, Instant::now() + LIMIT);
    for (name, title, id) in begun {
        let Some((state, why)) = outcome(ctx, &name, id, end).await? else {
            bail!("no worker has taken in {title} yet: it goes on as soon as one runs");
        };
        let says = match state {
            IngestState::Running | IngestState::TakenIn => {
                let version = title.split_once(' ').map(|(_, version)| version).unwrap_or_default();
                became(ctx, &name, version).await?.to_owned()
            }
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

/// Says which entries no file is of: they stay.
async fn tell_others(ctx: &Ctx, found: &[FoundEntry]) -> anyhow::Result<()> {
    let named: BTreeSet<_> = found.iter().map(|found| &found.file.name).collect();
    for name in catalog::names(ctx).await.map_err(super::readable)? {
        if !named.contains(&name) {
            super::print_line(&format!("{name}: no file is of it; it stays as it is"));
        }
    }
    Ok(())
}

/// What a version is now that it was taken in.
async fn became(ctx: &Ctx, name: &EntryName, version: &str) -> anyhow::Result<&'static str> {
    let review = views::review(ctx, name, version, false).await.map_err(super::readable)?;
    Ok(match review.state {
        VersionState::Candidate => "taken in as a candidate",
        VersionState::Approved => "taken in, and approved by the entry's rule",
        VersionState::Deprecated { .. } | VersionState::Blocked => "taken in",
    })
}

/// Writes the sources as one file, every entry as a file of its own, and what stands beside it; answers what was written, in lines. Files that are
/// there and are not written stay.
pub async fn export(ctx: &Ctx, dir: &Path, with_charts: bool) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    let sources = catalog::export_sources(ctx).await.map_err(super::readable)?;
    if !sources.is_empty() {
        std::fs::create_dir_all(dir).with_context(|| format!("{} was not made", dir.display()))?;
        let text = serde_saphyr::to_string(&sources).context("the sources cannot be written as YAML")?;
        let file = dir.join(SOURCES);
        let text =
            format!("# Without what they are asked with: that is given to them in Berth, and stays there.\n{text}");
        std::fs::write(&file, text).with_context(|| format!("{} was not written", file.display()))?;
        written.push(format!("wrote {}", file.display()));
    }
    for name in catalog::names(ctx).await.map_err(super::readable)? {
        let entry = catalog::export(ctx, &name, with_charts).await.map_err(super::readable)?;
        let own = dir.join(name.as_str());
        std::fs::create_dir_all(&own).with_context(|| format!("{} was not made", own.display()))?;
        require_no_link(&own)?;
        let chart = entry.chart.as_ref().map(|_| "./chart.tgz".to_owned());
        let text = serde_saphyr::to_string(&EntryFile { name, chart, spec: entry.spec })
            .context("the entry cannot be written as YAML")?;
        let mut write = |file: &str, bytes: &[u8]| {
            let file = own.join(file);
            if file.is_symlink() {
                bail!("{} is a link: what it leads to is not written", file.display());
            }
            std::fs::write(&file, bytes).with_context(|| format!("{} was not written", file.display()))?;
            written.push(format!("wrote {}", file.display()));
            anyhow::Ok(())
        };
        write("entry.yaml", format!("{}\n", text.trim_end()).as_bytes())?;
        let icon = entry.icon.as_ref().map(|icon| icon_name(&icon.media_type));
        if let (Some(name), Some(icon)) = (icon, &entry.icon) {
            write(name, &icon.bytes)?;
        }
        // A former one would come back with the next import.
        for former in ICONS.into_iter().filter(|name| Some(*name) != icon).map(|name| own.join(name)) {
            if former.is_file() {
                std::fs::remove_file(&former).with_context(|| format!("{} was not removed", former.display()))?;
            }
        }
        if let Some(chart) = &entry.chart {
            write("chart.tgz", chart)?;
        }
    }
    Ok(written)
}

fn icon_name(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "icon.png",
        "image/webp" => "icon.webp",
        _ => "icon.svg",
    }
}

async fn outcome(
    ctx: &Ctx,
    name: &EntryName,
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
