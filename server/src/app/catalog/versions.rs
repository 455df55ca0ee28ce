//! What is decided on versions.

use super::{day, judging, lock, version_subject};
use crate::app::{Ctx, Error, Result, change};
use crate::store;
use domain::audit::EventKind;
use domain::catalog::{ChartVersion, Decided, VersionState};
use domain::name::{Comment, EntryName};
use domain::{Action, Refusal};
use time::Date;

/// Somebody's yes to a candidate. `digest` is of the bytes that they looked at, and `round` when.
pub async fn approve(
    ctx: &Ctx,
    entry: &EntryName,
    version: &str,
    (digest, round): (&str, i32),
    comment: Option<&Comment>,
) -> Result<Decided> {
    ctx.allow(Action::SetUp)?;
    let person = ctx.person()?.id;
    change!(ctx, |tx| {
        let stakes = lock(tx, entry).await?.stakes();
        let mut found = store::chart_versions::find(tx, entry, version).await?.ok_or(Error::NotFound)?;
        if found.digest != digest {
            return Err(
                Refusal::NotPossible("it has other bytes than those that you looked at: read it again".into()).into()
            );
        }
        if found.round != round {
            let why = "something else was found in it than you looked at, or it was opened again: read it again";
            return Err(Refusal::NotPossible(why.into()).into());
        }
        // What is at stake may be more by now than when it was taken in: another version is offered, or the entry is riskier.
        let before = store::chart_versions::find_before(tx, entry, version, day(ctx.now())).await?;
        let needed = found.findings.approvals_needed(stakes, before.as_ref().map(|before| &before.findings));
        if needed > found.about.approvals_needed {
            store::chart_versions::set_approvals_needed(&mut **tx, found.about.id, needed).await?;
            found.about.approvals_needed = needed;
        }
        let decided = found.about.approve(person)?;
        store::chart_versions::add_approval(&mut **tx, &found, person, comment.map(Comment::as_str), ctx.now()).await?;
        if let Decided::Now(state) = decided {
            store::chart_versions::set_state(&mut **tx, found.about.id, state, None, ctx.now()).await?;
            if found.about.approvals_needed > 1 {
                store::catalog_entries::end_ease(&mut **tx, entry).await?;
            }
        }
        let kind = EventKind::VersionApproved {
            digest: found.digest,
            comment: comment.cloned(),
            approvals: found.about.approvals.len() + 1,
            approvals_needed: found.about.approvals_needed,
            rule: None,
        };
        tx.record(ctx, version_subject(entry, version), None, kind);
        Ok(decided)
    })
}

/// Says until when teams should have left it.
pub async fn deprecate(ctx: &Ctx, entry: &EntryName, version: &str, sunset_on: Date, reason: &Comment) -> Result<()> {
    let next = |found: &ChartVersion| found.deprecate(sunset_on, day(ctx.now()));
    let event = |before, after| EventKind::VersionDeprecated { before, after, reason: reason.clone() };
    set_state(ctx, (entry, version), reason, next, event).await.map(drop)
}

/// Nobody installs it from now on.
pub async fn block(ctx: &Ctx, entry: &EntryName, version: &str, reason: &Comment) -> Result<()> {
    let event = |before, _| EventKind::VersionBlocked { before, reason: reason.clone() };
    set_state(ctx, (entry, version), reason, ChartVersion::block, event).await.map(drop)
}

/// What was blocked waits for a decision again; what was to end does not.
pub async fn reopen(ctx: &Ctx, entry: &EntryName, version: &str, reason: &Comment) -> Result<VersionState> {
    let event = |before, after| EventKind::VersionReopened { before, after, reason: reason.clone() };
    set_state(ctx, (entry, version), reason, ChartVersion::reopen, event).await
}

/// Takes away one that was taken in by mistake: nobody has approved it.
pub async fn remove(ctx: &Ctx, entry: &EntryName, version: &str) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        lock(tx, entry).await?;
        let found = store::chart_versions::find(tx, entry, version).await?.ok_or(Error::NotFound)?;
        if !store::catalog_entries::is_removable(&mut **tx, entry, Some(version)).await? {
            let why = format!("somebody approved {entry} {version}: it can be blocked, and stays");
            return Err(Refusal::NotPossible(why).into());
        }
        store::chart_versions::remove(&mut **tx, found.about.id).await?;
        tx.record(ctx, version_subject(entry, version), None, EventKind::VersionRemoved { digest: found.digest });
        Ok(())
    })
}

/// Brings a version into the `next` state by one person's word, with the `event` that tells of both states.
async fn set_state(
    ctx: &Ctx,
    (entry, version): (&EntryName, &str),
    reason: &Comment,
    next: impl Fn(&ChartVersion) -> Result<VersionState, Refusal> + Sync,
    event: impl Fn(VersionState, VersionState) -> EventKind + Sync,
) -> Result<VersionState> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        lock(tx, entry).await?;
        let found = store::chart_versions::find(tx, entry, version).await?.ok_or(Error::NotFound)?;
        let (before, after) = (found.about.state, next(&found.about)?);
        store::chart_versions::set_state(&mut **tx, found.about.id, after, Some(reason.as_str()), ctx.now()).await?;
        // Who opens one again wants it judged, also where that failed before.
        judging::order(tx, entry).await?;
        tx.record(ctx, version_subject(entry, version), None, event(before, after));
        Ok(after)
    })
}
