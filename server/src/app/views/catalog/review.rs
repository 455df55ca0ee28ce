//! A version beside the one that is offered, for those who decide on it.

use super::today;
use crate::app::{Ctx, Error, Result, catalog};
use crate::store;
use crate::store::chart_archives::Contents;
use crate::store::chart_versions::Version;
use domain::Action;
use domain::actor::PlatformRole;
use domain::catalog::{EntrySpec, Findings, Judging, VersionState};
use domain::class::Class;
use domain::name::EntryName;
use domain::view::{ClassFit, VersionBefore, VersionReview};
use std::collections::BTreeSet;

/// With what differs from the offered one, which takes time, where `with_difference` asks for it.
pub async fn review(ctx: &Ctx, name: &EntryName, version: &str, with_difference: bool) -> Result<VersionReview> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let entry = store::catalog_entries::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let found = store::chart_versions::find(&mut conn, name, version).await?.ok_or(Error::NotFound)?;
    let before = store::chart_versions::find_before(&mut conn, name, version, today(ctx)).await?;
    let offered = store::chart_versions::find_offered(&mut conn, name, today(ctx)).await?;
    let offered = offered.filter(|_| entry.withdrawn_reason.is_none()).map(|offered| offered.about.id);
    let archive = store::chart_archives::describe(&mut *conn, &found.digest).await?;
    let n_bytes = store::chart_archives::size(&mut *conn, &found.digest).await?;
    let classes = store::classes::list_offered(&mut *conn).await?;
    let classes = classes.iter().map(|class| class_fit(&entry.spec, &found.findings, class)).collect();
    let now = store::chart_archives::contents(&mut *conn, found.about.id).await?;
    // What judging took off the offer is compared with what was approved of it.
    let itself = found.approved_findings.clone().filter(|_| found.taken_back);
    let then = match (&now.approved_rendered, &before) {
        (Some(rendered), _) if itself.is_some() => {
            Some(Contents { rendered: rendered.clone(), given: found.given.clone(), ..now.clone() })
        }
        (_, Some(before)) if with_difference => {
            Some(store::chart_archives::contents(&mut *conn, before.about.id).await?)
        }
        (_, Some(_) | None) => None,
    };
    let limit = i64::try_from(catalog::MOST_VERSIONS).unwrap_or(i64::MAX);
    let above = before.as_ref().map(|before| before.about.id);
    let own = store::chart_archives::list_changes(&mut *conn, name, false, above, found.about.id, limit).await?;
    drop(conn);
    let above = before.as_ref().map(|before| before.about.version.as_str());
    let news = catalog::news(own, archive.changelog.as_deref(), above, &found.about.version);
    let given = [Some(found.given.as_deref()), before.as_ref().map(|before| before.given.as_deref())];
    let given: Vec<_> = given.into_iter().flatten().collect();
    let is_withheld = !catalog::may_read_given(ctx, name, &entry.spec, &given).await?;
    let judging = match found.about.judging.clone() {
        Judging::Failed { .. } if is_withheld => Judging::Failed { why: catalog::WITHHELD.into() },
        judging => judging,
    };
    let given = if is_withheld { Vec::new() } else { catalog::given_in_words(&entry.spec)? };
    let mistakes = if is_withheld { Vec::new() } else { catalog::mistakes_with(&entry.spec, &now).await? };
    let difference = match (with_difference, then, now) {
        (false, ..) => None,
        (true, then, now) if is_withheld => {
            let unrendered = |of: Contents| Contents { rendered: String::new(), ..of };
            catalog::difference(then.map(unrendered), unrendered(now)).await?
        }
        (true, then, now) => catalog::difference(then, now).await?,
    };
    let is_open = found.about.state == VersionState::Candidate;
    let before_findings = itself.as_ref().or(before.as_ref().map(|before| &before.findings));
    let stakes = entry.stakes();
    let gravity = if is_open { found.findings.gravity(stakes, before_findings) } else { BTreeSet::new() };
    let needed = found.findings.approvals_needed(stakes, before_findings);
    let approvals_needed = found.about.approvals_needed.max(if is_open { needed } else { 0 });
    let before = match (itself, before) {
        (Some(findings), _) => {
            let version = found.about.version.clone();
            Some(VersionBefore { version, is_offered: false, is_itself: true, findings })
        }
        (None, Some(before)) => Some(VersionBefore {
            is_offered: offered == Some(before.about.id),
            is_itself: false,
            version: before.about.version,
            findings: before.findings,
        }),
        (None, None) => None,
    };
    Ok(VersionReview {
        entry: entry.name,
        title: entry.spec.title.clone(),
        cannot_approve: cannot_approve(ctx, &found),
        version: found.about.version,
        state: found.about.state,
        reason: found.reason,
        round: found.round,
        judging,
        is_withheld,
        given,
        mistakes,
        is_offered: offered == Some(found.about.id),
        digest: found.digest,
        n_bytes,
        origin: found.origin,
        taken_in_at: found.taken_in_at,
        taken_in_by: found.taken_in_by,
        metadata: archive.metadata,
        findings: found.findings,
        before,
        gravity: gravity.into_iter().collect(),
        approvals: found.about.approvals,
        approvals_needed,
        classes,
        is_difference_late: with_difference && difference.is_none(),
        difference,
        news,
    })
}

/// Why who looks cannot approve it now.
fn cannot_approve(ctx: &Ctx, found: &Version) -> Option<String> {
    let person = ctx.actor.person()?;
    if !person.is(PlatformRole::Platform) {
        return Some("only Platform approves versions".into());
    }
    found.about.approve(person.id).err().map(|refusal| refusal.to_string())
}

fn class_fit(entry: &EntrySpec, findings: &Findings, class: &Class) -> ClassFit {
    let is_named = entry.classes.is_empty() || entry.classes.contains(&class.name);
    let is_of = entry.environments.is_empty() || entry.environments.contains(&class.spec.environment);
    ClassFit {
        class: class.name.clone(),
        pod_security: class.spec.pod_security,
        is_offered: is_named && is_of,
        starts: findings.pod_security >= class.spec.pod_security,
    }
}
