//! What became of a request so far: its events, its steps and its revisions.

use crate::app::Result;
use crate::store;
use crate::store::Conn;
use domain::Resource;
use domain::audit::{EventName, Link};
use domain::request::{Grant, Request};
use domain::view::{Difference, RevisionView, StepView, TimelineEntry, TimelineKind};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Events of a request that its page shows at most.
pub(super) const TIMELINE: i64 = 200;

/// Revisions that it shows at most.
const REVISIONS: i64 = 50;

/// What became of a request so far.
pub(super) struct Timeline {
    pub(super) changed_at: OffsetDateTime,
    pub(super) entries: Vec<TimelineEntry>,
    pub(super) steps: Vec<StepView>,
    pub(super) revisions: Vec<RevisionView>,
    pub(super) completed_at: Option<OffsetDateTime>,
}

impl Timeline {
    /// `comments` are what people wrote, by id.
    pub(super) async fn of(conn: &mut Conn, request: &Request, comments: &BTreeMap<i64, String>) -> Result<Self> {
        let links = store::audit::list_of_subject(&mut *conn, &request.number.to_string(), TIMELINE).await?;
        let last = |is_meant: fn(Option<EventName>) -> bool| {
            links.iter().find(|link| is_meant(EventName::find(&link.event.action))).map(|link| link.event.at)
        };
        Ok(Self {
            changed_at: last(|name| name != Some(EventName::ChangeRefused)).unwrap_or(request.submitted_at),
            completed_at: last(|name| name == Some(EventName::RequestCompleted)),
            entries: with_texts(timeline(&links), &links, comments),
            steps: match request.granted() {
                Some(_) if request.kind().has_quota() => store::steps::list_of_request(&mut *conn, request.id).await?,
                // One without a quota is done with its approval. What was made of the namespace before is not of it.
                Some(_) | None => Vec::new(),
            },
            revisions: revisions(conn, request).await?,
        })
    }
}

async fn revisions(conn: &mut Conn, request: &Request) -> Result<Vec<RevisionView>> {
    let mut revisions = store::revisions::list(conn, request.id, REVISIONS).await?;
    let before: Vec<_> = revisions.iter().skip(1).map(|revision| revision.asked).collect();
    for (revision, before) in revisions.iter_mut().zip(before) {
        let Some((before, after)) = before.quota().zip(revision.asked.quota()) else { continue };
        let differs = |r: &Resource| after.get(*r) != before.get(*r);
        let difference = |resource| Difference { resource, before: before.get(resource), after: after.get(resource) };
        revision.differences = Resource::ALL.into_iter().filter(differs).map(difference).collect();
    }
    Ok(revisions)
}

/// From the audit trail, which is newest first, to the timeline, oldest first.
pub(in crate::app) fn timeline(links: &[Link]) -> Vec<TimelineEntry> {
    links.iter().rev().filter_map(entry).collect()
}

fn entry(link: &Link) -> Option<TimelineEntry> {
    let detail = &link.event.detail;
    let grant = |key: &str| serde_json::from_value::<Grant>(detail.get(key)?.clone()).ok();
    let text = |key: &str| detail.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let (kind, says) = match EventName::find(&link.event.action) {
        Some(EventName::RequestSubmitted) => (TimelineKind::Asked, format!("requested {}", grant("ask")?.describe())),
        Some(EventName::RequestApproved) if detail.get("by").is_some() => {
            (TimelineKind::Approved, by_rule(link, grant("grant")?))
        }
        Some(EventName::RequestApproved) => (TimelineKind::Approved, approved(grant("asked")?, grant("grant")?)),
        Some(EventName::RequestChangesRequested) => (TimelineKind::ChangesRequested, suggested(grant("suggestion"))),
        Some(EventName::RequestRevised) => {
            (TimelineKind::Revised, revised(grant("ask")?, detail.get("approvals_dropped")?.as_i64()?))
        }
        Some(EventName::RequestCommented) => (TimelineKind::Commented, "commented".into()),
        Some(EventName::RequestWaiting) => {
            (TimelineKind::Waiting, "put it in line: the cluster has no capacity yet".into())
        }
        Some(EventName::RequestLetIn) => (TimelineKind::Approved, "found capacity for it".into()),
        Some(EventName::RequestExpired) => {
            (TimelineKind::Expired, format!("closed it after {} days without action", detail.get("days")?))
        }
        Some(EventName::RequestSuperseded) => (TimelineKind::Superseded, format!("replaced it with {}", text("by")?)),
        Some(EventName::RequestUndoing) => (TimelineKind::Undone, "started undoing it".into()),
        Some(EventName::RequestUndone) => (TimelineKind::Undone, "undid it".into()),
        Some(EventName::RequestRejected) => (TimelineKind::Rejected, "rejected it".into()),
        Some(EventName::RequestWithdrawn) => (TimelineKind::Withdrawn, "withdrew it".into()),
        Some(EventName::RequestApplying) => (TimelineKind::Provisioning, "started provisioning".into()),
        Some(EventName::RequestRetried) => (TimelineKind::Provisioning, "retried it".into()),
        Some(EventName::RequestCompleted) => (TimelineKind::Completed, completed(grant("grant"))),
        Some(EventName::RequestFailed) => (TimelineKind::Failed, "could not provision it".into()),
        // What somebody tried and was refused is for auditors: nothing happened to the request.
        Some(EventName::ChangeRefused) => return None,
        // Told of nobody else, or of another version: by its name.
        Some(_) | None => (TimelineKind::Changed, link.event.action.clone()),
    };
    let comment = text("comment").or_else(|| text("reason"));
    Some(TimelineEntry { at: link.event.at, actor: link.event.actor_label.clone(), kind, says, comment })
}

/// What people wrote stands beside the trail, which says that they did.
pub(in crate::app) async fn with_comments(
    conn: &mut Conn,
    entries: Vec<TimelineEntry>,
    links: &[Link],
) -> Result<Vec<TimelineEntry>> {
    let ids = comments(links);
    if ids.is_empty() {
        return Ok(entries);
    }
    let texts = store::comments::list_texts(conn, &ids).await?;
    Ok(with_texts(entries, links, &texts))
}

/// Ids of the comments that these events tell of, newest first.
fn comments(links: &[Link]) -> Vec<i64> {
    let id = |link: &Link| match EventName::find(&link.event.action) {
        Some(EventName::RequestCommented) => link.event.detail.get("id")?.as_i64(),
        Some(_) | None => None,
    };
    links.iter().filter_map(id).collect()
}

fn with_texts(mut entries: Vec<TimelineEntry>, links: &[Link], texts: &BTreeMap<i64, String>) -> Vec<TimelineEntry> {
    // Newest first here, oldest first there.
    let commented = entries.iter_mut().filter(|entry| entry.kind == TimelineKind::Commented);
    for (entry, id) in commented.zip(comments(links).iter().rev()) {
        entry.comment = texts.get(id).cloned().or_else(|| entry.comment.take());
    }
    entries
}

fn completed(grant: Option<Grant>) -> String {
    // Events of former versions say no grant.
    grant.map_or_else(|| "provisioned and verified it".into(), |grant| grant.describe_done())
}

fn suggested(suggestion: Option<Grant>) -> String {
    match suggestion {
        Some(suggestion) => format!("asked for changes and suggests {}", suggestion.describe()),
        None => "asked for changes".into(),
    }
}

fn revised(ask: Grant, n_dropped: i64) -> String {
    match n_dropped {
        0 => format!("revised it to {}", ask.describe()),
        1 => format!("revised it to {}; one approval no longer counts", ask.describe()),
        n => format!("revised it to {}; {n} approvals no longer count", ask.describe()),
    }
}

/// Events of former versions name the requester, to whom it was granted.
fn by_rule(link: &Link, grant: Grant) -> String {
    match link.event.detail.get("rule").and_then(|rule| rule.as_str()) {
        Some(rule) => format!("approved {} by rule {rule}", grant.describe()),
        None => format!("was granted {} by policy", grant.describe()),
    }
}

fn approved(asked: Grant, grant: Grant) -> String {
    if grant == asked {
        format!("approved {}", grant.describe())
    } else {
        format!("approved less: {}", grant.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::{Event, FORMAT, Hash};
    use serde_json::json;
    use time::OffsetDateTime;

    fn link(action: &str) -> Link {
        let grant = json!({"until": "2026-12-31"});
        let event = Event {
            at: OffsetDateTime::UNIX_EPOCH,
            actor_kind: "person".into(),
            actor_id: None,
            actor_label: "Owner".into(),
            action: action.into(),
            subject: "REQ-1".into(),
            team: None,
            request_id: None,
            detail: json!({"ask": grant, "asked": grant, "grant": grant, "approvals_dropped": 0, "days": 3, "by": "REQ-2"}),
            on_behalf_id: None,
            on_behalf_label: None,
            format: FORMAT,
        };
        Link { seq: 1, event, previous: Hash::START, hash: Hash::START }
    }

    #[test]
    fn every_event_of_a_request_is_told_in_words_and_an_unknown_one_by_its_name() {
        for name in EventName::ALL.iter().map(|name| name.as_str()).filter(|name| name.starts_with("request.")) {
            let told = timeline(&[link(name)]);
            assert_eq!(told.len(), 1, "{name}");
            assert!(!told[0].says.contains(name), "{name}");
        }
        assert_eq!(timeline(&[link("request.of_another_version")])[0].says, "request.of_another_version");
    }
}
