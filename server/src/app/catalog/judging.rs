//! Versions are rendered and judged with the values that their entry gives: when it gives others, all of them are anew, one by
//! one. What then asks for more than people approved is no longer offered, until they approve it as it is now, or the entry gives
//! values with which it is what they approved.

use super::entry_form::Given;
use super::steps::{Stop, judge, kept_text, read, render, unpack};
use super::{archives, day, entry_form, lock, version_subject};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::chart_versions::{JudgedAnew, Version};
use domain::audit::EventKind;
use domain::catalog::{ChartVersion, Findings, VersionState};
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
const ASKS_FOR_MORE: &str = "The entry gives other values since it was approved, and with those it asks for more.";
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
                let kind =
                    EventKind::VersionJudged { findings: None, error: Some(why.clone()), state, approvals_needed };
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
    let mut whole: Option<(String, Findings)> = None;
    for Given { values, .. } in given {
        let (rendered, _) = render(ctx, &archive, &chart, values).await?;
        let (findings, _) = judge(rendered.clone(), found.findings.signature.clone()).await?;
        whole = Some(match whole {
            None => (kept_text(&rendered), findings),
            Some((first, before)) => (first, before.with(findings)),
        });
    }
    whole.ok_or_else(|| Stop::Failed("the entry gives no values".into()))
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
    let asks_for_more = findings.asks_for_more_than(found.approved_findings.as_ref().unwrap_or(&found.findings));
    let state = match state {
        VersionState::Approved if asks_for_more => VersionState::Candidate,
        VersionState::Candidate if found.taken_back && found.approved_findings.as_ref() == Some(findings) => {
            VersionState::Approved
        }
        // It was to end: who wants it all the same opens it again.
        VersionState::Deprecated { .. } if asks_for_more => VersionState::Blocked,
        VersionState::Candidate | VersionState::Approved | VersionState::Deprecated { .. } | VersionState::Blocked => {
            *state
        }
    };
    let before = store::chart_versions::find_before(tx, entry, version, day(ctx.now())).await?;
    let stakes = lock(tx, entry).await?.stakes();
    // Fewer than before are never enough, and two decide on what nobody approved as it is.
    let needed = match (state == found.about.state, state) {
        (true, VersionState::Candidate) => findings.approvals_needed(stakes, before.as_ref().map(|it| &it.findings)),
        (false, VersionState::Candidate | VersionState::Blocked) => 2,
        (_, VersionState::Approved | VersionState::Deprecated { .. }) | (true, VersionState::Blocked) => 0,
    };
    let approvals_needed = needed.max(found.about.approvals_needed);
    let reason = match (state, found.reason.as_deref()) {
        (VersionState::Approved, reason) => former_reason(reason).map(str::to_owned),
        (_, Some(reason)) => Some(text::shown(&format!("{ASKS_FOR_MORE}{BEFORE}{reason}"), LONGEST_REASON)),
        (_, None) => Some(ASKS_FOR_MORE.to_owned()),
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
    reason?.strip_prefix(ASKS_FOR_MORE)?.strip_prefix(BEFORE)
}
