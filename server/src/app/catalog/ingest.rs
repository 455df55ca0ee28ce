//! Taking a chart in: from bytes to a candidate, step by step, as a job that people can follow.
//!
//! Nothing of a chart is believed: it is unpacked within limits, read by Helm's rules, and rendered by the real Helm as a
//! process without credentials or an environment. What is kept is our own copy, by its digest.

mod fetch;
mod kept;

use super::entry_form::Given;
use super::steps::{Renderings, Stop, judge, kept_text, lay, read, render, unpack};
use super::{archives, entry_form, icons, judging, lock, news, subject, version_subject};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::Json;
use crate::store::catalog_entries::Entry;
use crate::store::chart_archives::Archive as Kept;
use crate::store::chart_ingests::{End, Order, What};
use crate::store::chart_versions::{NewVersion, Version as Offered};
use charts::archive::{Archive, Digest};
use charts::changelog;
use charts::chart::Chart;
use charts::version::{Difference, Version};
use domain::actor::Actor;
use domain::audit::EventKind;
use domain::catalog::{AutomaticRule, ChartOrigin, EntrySpec, Findings, Signature, VersionState};
use domain::id::{IngestId, VersionId};
use domain::name::{EntryName, SourceName};
use domain::text;
use domain::view::{IngestState, IngestStep};
use domain::{Action, Refusal};
use kept::{metadata, templates};

use tokio::sync::Semaphore;
use uuid::Uuid;

/// Bytes of an archive.
pub const LARGEST_ARCHIVE: usize = 20 << 20;
/// Archives that wait to be taken in; each is kept in the database until then.
const MOST_WAITING: i64 = 50;
/// Characters of an upload's name that are kept.
const LONGEST_FILE_NAME: usize = 200;

/// Orders that an archive is taken in, as a version of this entry.
pub async fn upload(ctx: &Ctx, entry: &EntryName, file: &str, bytes: Vec<u8>) -> Result<IngestId> {
    ctx.allow(Action::SetUp)?;
    if bytes.is_empty() {
        return Err(Refusal::invalid("archive", "is empty: choose the file").into());
    }
    let id = IngestId(Uuid::now_v7());
    let digest = Digest::of(&bytes).to_hex();
    let begun_by = ctx.actor.person().map(|person| (person.id, person.name.clone()));
    let order = Order {
        entry: entry.clone(),
        what: What::Upload { file: text::shown(file, LONGEST_FILE_NAME) },
        bytes: Some(bytes),
        begun_by,
    };
    change!(ctx, |tx| {
        lock(tx, entry).await?;
        if store::chart_ingests::count_running(&mut **tx).await? >= MOST_WAITING {
            return Err(too_many_wait().into());
        }
        store::chart_ingests::insert(&mut **tx, id, &order, ctx.now()).await?;
        tx.enqueue(IngestChart::NAME, id.0);
        let kind = EventKind::ChartUploaded { file: order.what.words(), digest: digest.clone() };
        tx.record(ctx, subject(entry), None, kind);
        Ok(())
    })?;
    Ok(id)
}

/// Orders that a version is taken in from the entry's source.
pub async fn take_in(ctx: &Ctx, entry: &EntryName, version: &str) -> Result<IngestId> {
    ctx.allow(Action::SetUp)?;
    Version::parse(version).map_err(|_| Refusal::invalid("version", "must be a version, as 1.2.3"))?;
    change!(ctx, |tx| {
        let Some(origin) = lock(tx, entry).await?.spec.origin else {
            return Err(Refusal::NotPossible(format!("versions of {entry} are uploaded: it has no source")).into());
        };
        let ordered = order_version(tx, ctx, entry, &origin, version).await?;
        Ok(ordered.ok_or_else(too_many_wait)?)
    })
}

/// The same within a change. What is being taken in already is not taken in twice. None when too much waits.
pub(super) async fn order_version(
    tx: &mut Change,
    ctx: &Ctx,
    entry: &EntryName,
    origin: &ChartOrigin,
    version: &str,
) -> Result<Option<IngestId>> {
    lock(tx, entry).await?;
    let ChartOrigin { source, chart } = origin.clone();
    let what = What::Chart { source, chart, version: version.to_owned() };
    if let Some(running) = store::chart_ingests::find_running(&mut **tx, entry, &what).await? {
        return Ok(Some(running));
    }
    if store::chart_ingests::count_running(&mut **tx).await? >= MOST_WAITING {
        return Ok(None);
    }
    let id = IngestId(Uuid::now_v7());
    let begun_by = ctx.actor.person().map(|person| (person.id, person.name.clone()));
    let order = Order { entry: entry.clone(), what, bytes: None, begun_by };
    store::chart_ingests::insert(&mut **tx, id, &order, ctx.now()).await?;
    tx.enqueue(IngestChart::NAME, id.0);
    let ChartOrigin { source, chart } = origin.clone();
    let kind = EventKind::ChartOrdered { source, chart, version: version.to_owned() };
    tx.record(ctx, subject(entry), None, kind);
    Ok(Some(id))
}

fn too_many_wait() -> Refusal {
    Refusal::NotPossible("too many charts wait to be taken in: try again later".into())
}

/// Sources that are asked at a time: whatever one of them takes its time for, other work goes on.
pub(super) static ASKING: Semaphore = Semaphore::const_new(2);

/// Takes in what was ordered.
pub struct IngestChart;

impl Job<Ctx> for IngestChart {
    const NAME: &'static str = "ingest_chart";

    async fn run(ctx: &Ctx, key: Uuid) -> Outcome {
        let Ok(_asking) = ASKING.try_acquire() else { return Outcome::Busy };
        match run(ctx, IngestId(key)).await {
            Ok(()) => Outcome::Done,
            Err(error) => error.into(),
        }
    }

    async fn give_up(ctx: &Ctx, key: Uuid) -> anyhow::Result<()> {
        let why = "Berth could not do it, several times: the log says why";
        let end = End { state: IngestState::Failed, error: Some(why), version: None };
        Ok(store::chart_ingests::finish(ctx.db(), IngestId(key), end, ctx.now()).await?)
    }
}

/// What is no fault of what was asked for can be tried again.
fn not_now(error: Error) -> Stop {
    match error {
        Error::Refused(refusal) => Stop::Failed(refusal.to_string()),
        error => Stop::Error(error),
    }
}

/// Does what was ordered, to its end.
async fn run(ctx: &Ctx, id: IngestId) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let Some(order) = store::chart_ingests::find_order(ctx.db(), id).await? else { return Ok(()) };
    let ctx = &Ctx { on_behalf_of: order.begun_by.clone(), ..ctx.clone() };
    let mut run = Run { ctx, id, steps: Vec::new() };
    let (state, why) = match run.all(&order).await {
        Ok(()) => return Ok(()),
        Err(Stop::Refused(why)) => (IngestState::Refused, why),
        // A text that cannot be kept, say.
        Err(Stop::Error(Error::Refused(refusal))) => (IngestState::Refused, refusal.to_string()),
        Err(Stop::Failed(why)) => (IngestState::Failed, why),
        Err(Stop::Error(error)) => return Err(error),
    };
    let told = match store::catalog_entries::find(ctx.db(), &order.entry).await? {
        Some(about) => entry_form::told(ctx, &order.entry, &about.spec, &why).await?,
        None => return Ok(()), // it was deleted meanwhile
    };
    change!(ctx, |tx| {
        let end = End { state, error: Some(&why), version: None };
        store::chart_ingests::finish(&mut **tx, id, end, ctx.now()).await?;
        let kind = EventKind::VersionRefused { origin: order.what.words(), reason: told.clone() };
        tx.record(ctx, subject(&order.entry), None, kind);
        Ok(())
    })
}

/// What came of rendering, and of which entry that was.
struct Judged {
    spec: EntrySpec,
    /// The values that this gave Helm.
    given: String,
    /// Whether the entry's form has no mistake on this chart.
    fits: bool,
    rendered: String,
    found: Findings,
    /// The chart's own, by its digest.
    picture: Option<(String, store::icons::Icon)>,
    /// Where it was found, for people.
    origin: String,
    /// The source that vouched for it, as it was at this version.
    source: Option<(SourceName, i32)>,
}

/// One time that something is taken in, with the steps that have ended.
struct Run<'a> {
    ctx: &'a Ctx,
    id: IngestId,
    steps: Vec<IngestStep>,
}

impl Run<'_> {
    async fn all(&mut self, order: &Order) -> Result<(), Stop> {
        let (bytes, source) = match &order.what {
            What::Upload { .. } => {
                (order.bytes.clone().ok_or_else(|| Stop::Failed("the archive is gone".into()))?, None)
            }
            What::Chart { source, chart, version } => {
                let origin = ChartOrigin { source: source.clone(), chart: chart.clone() };
                let found =
                    self.step("Fetch it from its source", Box::pin(fetch::fetch(self.ctx, &origin, version))).await?;
                (found.fetched.bytes.clone(), Some(found))
            }
        };
        let (archive, bytes) = self.step("Read the archive", unpack(bytes)).await?;
        let chart = self.step("Read the chart", read(archive.clone())).await?;
        let asked = source.as_ref().map(|found| (found.origin.source.clone(), found.source_version));
        let (signature, origin) = match source {
            None => (Signature::NotRequired, order.what.words()),
            Some(found) => {
                let origin = format!("{}: {}", order.what.words(), found.fetched.from);
                (
                    self.step("Verify who vouches for it", fetch::vouch(found, chart.clone(), self.ctx.now())).await?,
                    origin,
                )
            }
        };
        let (version, digest) = (chart.metadata.version.as_str(), archive.digest.to_hex());
        let is_known = change!(self.ctx, |tx| {
            lock(tx, &order.entry).await?;
            end_if_known(self.ctx, tx, (self.id, order), version, &digest).await
        });
        if is_known? {
            return Ok(());
        }
        let spec = store::catalog_entries::find(self.ctx.db(), &order.entry).await?.ok_or(Error::NotFound)?.spec;
        let overlay = entry_form::read(&spec).map_err(|refusal| Stop::Failed(refusal.to_string()))?;
        let fits = match spec.form.is_empty() {
            true => true,
            false => self.step("Lay the entry's form over it", lay(overlay.clone(), chart.clone())).await?,
        };
        let given = entry_form::given(&overlay).map_err(|refusal| Stop::Failed(refusal.to_string()))?;
        let (rendered, found) = self.render(&archive, &chart, &given, &signature).await?;
        let given = entry_form::kept(&given);
        let picture = match icons::of_chart(&chart, &archive.files) {
            Ok(picture) => picture,
            Err(why) => self.step("Look at its icon", async { Ok((None, why)) }).await?,
        };
        let stored = archives::put(self.ctx, &digest, bytes).await.map_err(not_now)?;
        let kept = Kept {
            digest,
            stored,
            metadata: metadata(&chart),
            readme: chart.readme.as_deref().map(kept_text),
            values_yaml: kept_text(&chart.values.text),
            values_schema: chart.schema.as_ref().map(|schema| kept_text(&schema.text)),
            templates: Json(templates(&archive, &chart)),
            questions: chart.questions.as_ref().and_then(|read| serde_json::to_value(read.as_ref().ok()?).ok()),
            icon: picture.as_ref().map(|(digest, _)| digest.clone()),
            changes: Json(news::changes(&chart)),
            changelog: changelog::find(&archive.files).map(|text| kept_text(&text)),
        };
        let judged = Judged { spec, given, fits, rendered, found, picture, origin, source: asked };
        self.keep(order, &chart, &kept, &judged).await
    }

    /// With each of the values that its entry gives: the manifests, and what is found in all.
    async fn render(
        &mut self,
        archive: &Archive,
        chart: &Chart,
        given: &[Given],
        signature: &Signature,
    ) -> Result<(String, Findings), Stop> {
        let mut renderings = Renderings::default();
        for Given { for_whom, values } in given {
            let of = for_whom.as_ref().map(|names| format!(" for {names}")).unwrap_or_default();
            let rendered = self.step(&format!("Render it{of}"), render(self.ctx, archive, chart, values)).await?;
            let judged = judge(rendered.clone(), signature.clone());
            let found = self.step(&format!("Judge what it renders to{of}"), judged).await?;
            renderings.add(for_whom.as_deref(), &rendered, found);
        }
        renderings.whole()
    }

    /// Does a step and writes down what came of it.
    async fn step<T>(
        &mut self,
        name: &str,
        step: impl Future<Output = Result<(T, String), Stop>> + Send,
    ) -> Result<T, Stop> {
        let done = step.await;
        let (is_done, detail) = match &done {
            Ok((_, detail)) => (true, detail.clone()),
            Err(Stop::Refused(why) | Stop::Failed(why)) => (false, why.clone()),
            Err(Stop::Error(_)) => return done.map(|(value, _)| value),
        };
        self.steps.push(IngestStep { name: name.to_owned(), detail, is_done, ended_at: self.ctx.now() });
        store::chart_ingests::save_steps(self.ctx.db(), self.id, &self.steps).await?;
        done.map(|(value, _)| value)
    }

    /// Our own copy, and the version that it becomes.
    async fn keep(&mut self, order: &Order, chart: &Chart, kept: &Kept, judged: &Judged) -> Result<(), Stop> {
        let (ctx, id, entry, found) = (self.ctx, self.id, &order.entry, &judged.found);
        let version = chart.metadata.version.as_str();
        self.steps.push(IngestStep {
            name: "Keep our own copy".into(),
            detail: format!("sha256 {}", kept.digest),
            is_done: true,
            ended_at: ctx.now(),
        });
        change!(ctx, |tx| {
            let about = lock(tx, entry).await?;
            let (spec, stakes) = (&about.spec, about.stakes());
            let is_vouched = match &judged.source {
                Some((source, version)) => store::chart_sources::hold_version(&mut **tx, source, *version).await?,
                None => true,
            };
            if (&spec.form, &spec.origin) != (&judged.spec.form, &judged.spec.origin) || !is_vouched {
                // It was judged with what the entry or its source said before: begin anew.
                return Err(Error::Entangled);
            }
            if end_if_known(ctx, tx, (id, order), version, &kept.digest).await? {
                return Ok(()); // somebody else took it in meanwhile
            }
            if let Some(other) = other_spelling_there(tx, entry, &chart.metadata.version).await? {
                let why = other_spelling(entry, version, &other);
                let end = End { state: IngestState::Refused, error: Some(&why), version: None };
                store::chart_ingests::finish(&mut **tx, id, end, ctx.now()).await?;
                let kind = EventKind::VersionRefused { origin: order.what.words(), reason: why };
                tx.record(ctx, version_subject(entry, version), None, kind);
                return Ok(());
            }
            let today = super::day(ctx.now());
            let offered = store::chart_versions::find_offered(tx, entry, today).await?;
            let before = store::chart_versions::find_before(tx, entry, version, today).await?;
            let approvals_needed = found.approvals_needed(stakes, before.as_ref().map(|version| &version.findings));
            if about.given.as_ref() != Some(&judged.given) {
                store::catalog_entries::set_given(&mut **tx, entry, &judged.given).await?;
                judging::order(tx, entry).await?;
            }
            if let Some((digest, icon)) = &judged.picture {
                store::icons::keep(&mut **tx, digest, icon, ctx.now()).await?;
            }
            store::chart_archives::keep(&mut **tx, kept, ctx.now()).await?;
            let new = NewVersion {
                id: VersionId(Uuid::now_v7()),
                entry,
                version,
                sort_key: &sort_key(&chart.metadata.version),
                is_prerelease: chart.metadata.version.is_prerelease(),
                digest: &kept.digest,
                origin: &judged.origin,
                findings: found,
                rendered: &judged.rendered,
                given: &judged.given,
                approvals_needed,
                taken_in_by: order.begun_by.as_ref().map(|(id, _)| *id),
            };
            store::chart_versions::insert(&mut **tx, &new, ctx.now()).await?;
            store::chart_ingests::save_steps(&mut **tx, id, &self.steps).await?;
            let end = End { state: IngestState::TakenIn, error: None, version: Some(new.id) };
            store::chart_ingests::finish(&mut **tx, id, end, ctx.now()).await?;
            let kind = EventKind::VersionTakenIn {
                digest: kept.digest.clone(),
                origin: judged.origin.clone(),
                findings: found.clone(),
                approvals_needed,
            };
            tx.record(ctx, version_subject(entry, version), None, kind);
            if judged.fits && follows_by_rule(&about, offered.as_ref(), &chart.metadata.version, found) {
                store::chart_versions::set_approvals_needed(&mut **tx, new.id, 0).await?;
                store::chart_versions::set_state(&mut **tx, new.id, VersionState::Approved, None, ctx.now()).await?;
                let digest = kept.digest.clone();
                let kind = EventKind::VersionApproved {
                    digest,
                    comment: None,
                    approvals: 0,
                    approvals_needed: 0,
                    rule: Some(PATCH_RULE.into()),
                };
                let rule = ctx.instead(Actor::Rule(PATCH_RULE.into()));
                tx.record(&rule, version_subject(entry, version), None, kind);
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Ends it where the version is there already: nothing is rendered again. The entry is held.
async fn end_if_known(
    ctx: &Ctx,
    tx: &mut Change,
    (id, order): (IngestId, &Order),
    version: &str,
    digest: &str,
) -> Result<bool> {
    let entry = &order.entry;
    let Some(there) = store::chart_versions::find(tx, entry, version).await? else { return Ok(false) };
    let is_same = there.digest == digest;
    let why = (!is_same).then(|| other_bytes(entry, version, &there.digest));
    let state = if is_same { IngestState::Unchanged } else { IngestState::Refused };
    let end = End { state, error: why.as_deref(), version: is_same.then_some(there.about.id) };
    store::chart_ingests::finish(&mut **tx, id, end, ctx.now()).await?;
    if let Some(reason) = why {
        let kind = EventKind::VersionRefused { origin: order.what.words(), reason };
        tx.record(ctx, version_subject(entry, version), None, kind);
    }
    Ok(true)
}

/// What the trail calls the rule that approves patch versions.
const PATCH_RULE: &str = "catalog_patch";

/// Whether the entry's rule approves it: a patch of what is offered, with nothing in it that two people would decide on, images
/// from the same repositories and the same signer.
fn follows_by_rule(entry: &Entry, offered: Option<&Offered>, version: &Version, found: &Findings) -> bool {
    let is_patch = |offered: &Offered| {
        let before = Version::parse(&offered.about.version).ok();
        before.is_some_and(|before| {
            before.difference(version) == Difference::Patch
                && before.precedence(version).is_lt()
                && !version.is_prerelease()
        })
    };
    match entry.spec.automatic {
        AutomaticRule::Never => false,
        AutomaticRule::Patches => offered.is_some_and(|offered| {
            is_patch(offered)
                && found.gravity(entry.stakes(), Some(&offered.findings)).is_empty()
                && found.signature == offered.findings.signature
        }),
    }
}

fn other_bytes(entry: &EntryName, version: &str, there: &str) -> String {
    format!(
        "{entry} {version} was taken in before with other bytes (sha256 {}…): a version never changes. Give the chart another version",
        &there[..12.min(there.len())]
    )
}

fn other_spelling(entry: &EntryName, version: &str, other: &str) -> String {
    format!("{entry} {other} is there, which is the same version as {version}: write versions of a chart in one way")
}

/// The same version as it was written before: `2.0` and `v2.0.0` are `2.0.0`.
async fn other_spelling_there(tx: &mut Change, entry: &EntryName, version: &Version) -> Result<Option<String>> {
    let key = sort_key(version);
    let alike = store::chart_versions::list_alike(&mut **tx, entry, version.as_str(), &key[..NUMBERS]).await?;
    let is_same = |other: &String| Version::parse(other).is_ok_and(|other| other.canonical() == version.canonical());
    Ok(alike.into_iter().find(is_same))
}

/// Characters of a key that are its numbers: three of 20 digits with dots between.
const NUMBERS: usize = 62;

/// Sorts byte by byte as versions do (<https://semver.org/#spec-item-11>): a release after its pre-releases, of these numbers
/// before words, and fewer parts before more. No two texts have one key.
pub(super) fn sort_key(version: &Version) -> String {
    let numbers = format!("{:020}.{:020}.{:020}", version.major(), version.minor(), version.patch());
    if !version.is_prerelease() {
        return format!("{numbers}~{}", version.as_str());
    }
    let part = |part: &str| match part.parse::<u64>() {
        Ok(number) => format!("0{number:020}"),
        Err(_) => format!("1{part}"),
    };
    let parts: Vec<_> = version.prerelease().split('.').map(part).collect();
    // Fewer parts come first: what ends them is less than what is between them.
    format!("{numbers}-{}\u{1}{}", parts.join("\u{2}"), version.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From semver.org, and what it says of precedence.
    #[test]
    fn keys_sort_as_versions_do() {
        let versions = [
            "0.9.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1-0",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "2.0.0-0.3.7",
            "2.0.0",
            "10.0.0",
        ];
        let keys: Vec<_> = versions.iter().map(|text| sort_key(&Version::parse(text).expect("is a version"))).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        assert_eq!(keys, sorted);
    }
}
