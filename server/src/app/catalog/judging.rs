//! Versions are rendered and judged with the values that their entry gives: when it gives others, all of them are anew, one by
//! one. What then asks for more than people approved is no longer offered, until they approve it as it is now, or the entry gives
//! values with which it is what they approved.

use super::entry_form::Given;
use super::steps::{Renderings, Stop, judge, read, render, unpack};
use super::{archives, day, entry_form, lock, version_subject};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::chart_versions::{JudgedAnew, Version};
use charts::archive::Digest;
use domain::audit::EventKind;
use domain::catalog::{ChartVersion, Findings, Risk, VersionState};
use domain::id::VersionId;
use domain::name::EntryName;
use domain::{Action, text};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Characters that are kept of why one cannot be judged.
const LONGEST_REASON: usize = 1000;
/// How long one is put off whose archive cannot be read, or for which there is no Helm: whoever runs Berth sees to it.
const UNTIL_MENDED: std::time::Duration = std::time::Duration::from_secs(300);
/// One at a time in each process: an entry may have many versions, and other work goes on meanwhile.
static TURN: Semaphore = Semaphore::const_new(1);
const GIVES_OTHERS: &str = "The entry gives other values since it was approved";
const ASKS_FOR_MORE: &str = ", and with those it asks for more.";
const IS_RISKY: &str = ", and two people decide on what it renders to with those.";
const BEFORE: &str = " Before: ";

/// Orders it for all versions of an entry that were rendered with other values than it gives now. The entry is held.
pub(super) async fn order(tx: &mut Change, entry: &EntryName) -> Result<()> {
    let stale = store::chart_versions::await_judging(&mut **tx, entry).await?;
    stale.into_iter().for_each(|id| tx.enqueue(JudgeVersion::NAME, id.0));
    Ok(())
}

/// Renders and judges a version anew.
pub struct JudgeVersion;

impl Job<Ctx> for JudgeVersion {
    const NAME: &'static str = "judge_version";

    async fn run(ctx: &Ctx, key: Uuid) -> Outcome {
        let Ok(_turn) = TURN.try_acquire() else { return Outcome::Busy };
        match run(ctx, VersionId(key)).await {
            Ok(outcome) => outcome,
            Err(error) => error.into(),
        }
    }

    async fn give_up(ctx: &Ctx, key: Uuid) -> anyhow::Result<()> {
        let why = "Berth could not do it, several times: the log says why";
        Ok(store::chart_versions::set_judging_error(ctx.db(), VersionId(key), why).await?)
    }
}

async fn run(ctx: &Ctx, id: VersionId) -> Result<Outcome> {
    ctx.allow(Action::Provision)?;
    let mut conn = ctx.db().acquire().await?;
    let Some((entry, version)) = store::chart_versions::find_name(&mut *conn, id).await? else {
        return Ok(Outcome::Done);
    };
    let about = store::catalog_entries::find(&mut *conn, &entry).await?.ok_or(Error::NotFound)?;
    let found = store::chart_versions::find(&mut conn, &entry, &version).await?.ok_or(Error::NotFound)?;
    if found.given == about.given {
        return Ok(Outcome::Done);
    }
    let all_given = entry_form::given(&entry_form::read(&about.spec)?)?;
    let given = entry_form::kept(&all_given);
    let bytes = match archives::bytes(ctx, &mut conn, &found.digest).await {
        Ok(bytes) => bytes,
        Err(Error::Refused(refusal)) => return put_off(ctx, id, refusal.to_string()).await,
        Err(error) => return Err(error),
    };
    drop(conn);
    let judged = match render_anew(ctx, &found, bytes, &all_given).await {
        Ok(judged) => Ok(judged),
        Err(Stop::Refused(why)) => Err(text::shown(&why, LONGEST_REASON)),
        Err(Stop::Failed(why)) => return put_off(ctx, id, why).await,
        Err(Stop::Error(error)) => return Err(error),
    };
    let told = match &judged {
        Ok(_) => None,
        Err(why) => Some(entry_form::told(ctx, &entry, &about.spec, why).await?),
    };
    change!(ctx, |tx| {
        if lock(tx, &entry).await?.given.as_deref() != Some(given.as_str()) {
            return Ok(()); // it gives others again, for which this is ordered anew
        }
        let found = store::chart_versions::find(tx, &entry, &version).await?.ok_or(Error::NotFound)?;
        match &judged {
            Ok((rendered, findings)) => keep(ctx, tx, &found, &given, rendered, findings).await,
            Err(why) => {
                store::chart_versions::set_judging_error(&mut **tx, id, why).await?;
                let ChartVersion { state, approvals_needed, .. } = found.about;
                let kind = EventKind::VersionJudged { findings: None, error: told.clone(), state, approvals_needed };
                tx.record(ctx, version_subject(&entry, &version), None, kind);
                Ok(())
            }
        }
    })?;
    Ok(Outcome::Done)
}

/// No fault of the version: it is said, and tried again.
async fn put_off(ctx: &Ctx, id: VersionId, why: String) -> Result<Outcome> {
    let why = text::shown(&why, LONGEST_REASON);
    store::chart_versions::set_judging_error(ctx.db(), id, &why).await?;
    Ok(Outcome::Later { why, not_before: UNTIL_MENDED })
}

async fn render_anew(ctx: &Ctx, found: &Version, bytes: Vec<u8>, given: &[Given]) -> Result<(String, Findings), Stop> {
    let ((archive, _), _) = unpack(bytes).await?;
    let (chart, _) = read(archive.clone()).await?;
    let mut renderings = Renderings::default();
    for Given { for_whom, values } in given {
        let (rendered, _) = render(ctx, &archive, &chart, values).await?;
        let (findings, _) = judge(rendered.clone(), found.findings.signature.clone()).await?;
        renderings.add(for_whom.as_deref(), &rendered, findings);
    }
    renderings.whole()
}

async fn keep(
    ctx: &Ctx,
    tx: &mut Change,
    found: &Version,
    given: &str,
    rendered: &str,
    findings: &Findings,
) -> Result<()> {
    let ChartVersion { id, entry, version, state, .. } = &found.about;
    let stakes = lock(tx, entry).await?.stakes();
    let asks_for_more = findings.asks_for_more_than(found.approved_findings.as_ref().unwrap_or(&found.findings));
    let rendering = Digest::of(rendered.as_bytes()).to_hex();
    let is_as_approved = found.approved_rendering.as_deref() == Some(rendering.as_str())
        && found.approved_findings.as_ref() == Some(findings);
    // Of what is risky, two people have seen what it renders to.
    let is_unseen = asks_for_more || (stakes.risk >= Risk::Elevated && !is_as_approved);
    let state = match state {
        VersionState::Approved if is_unseen => VersionState::Candidate,
        VersionState::Candidate if found.taken_back && is_as_approved => VersionState::Approved,
        // It was to end: who wants it all the same opens it again.
        VersionState::Deprecated { .. } if is_unseen => VersionState::Blocked,
        VersionState::Candidate | VersionState::Approved | VersionState::Deprecated { .. } | VersionState::Blocked => {
            *state
        }
    };
    let before = store::chart_versions::find_before(tx, entry, version, day(ctx.now())).await?;
    // Fewer than before are never enough, and two decide on what nobody approved as it is.
    let needed = match (state == found.about.state, state) {
        (true, VersionState::Candidate) => findings.approvals_needed(stakes, before.as_ref().map(|it| &it.findings)),
        (false, VersionState::Candidate | VersionState::Blocked) => 2,
        (_, VersionState::Approved | VersionState::Deprecated { .. }) | (true, VersionState::Blocked) => 0,
    };
    let approvals_needed = needed.max(found.about.approvals_needed);
    let why = if asks_for_more { ASKS_FOR_MORE } else { IS_RISKY };
    let reason = match (state, found.reason.as_deref()) {
        (VersionState::Approved, reason) => former_reason(reason).map(str::to_owned),
        (_, Some(reason)) => Some(text::shown(&format!("{GIVES_OTHERS}{why}{BEFORE}{reason}"), LONGEST_REASON)),
        (_, None) => Some(format!("{GIVES_OTHERS}{why}")),
    };
    let reason = reason.as_deref();
    let judged = JudgedAnew { id: *id, given, rendered, findings, state, reason, approvals_needed };
    store::chart_versions::judge_anew(&mut **tx, &judged, ctx.now()).await?;
    let kind = EventKind::VersionJudged { findings: Some(findings.clone()), error: None, state, approvals_needed };
    tx.record(ctx, version_subject(entry, version), None, kind);
    Ok(())
}

/// What was said of it before it asked for more.
fn former_reason(reason: Option<&str>) -> Option<&str> {
    reason?.strip_prefix(GIVES_OTHERS)?.split_once(BEFORE).map(|(_, before)| before)
}
