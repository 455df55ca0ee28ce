//! What happened: to a request, oldest first; to a namespace, newest first.

use super::{url, when};
use crate::icon::*;
use domain::name::RequestNumber;
use domain::view::{TimelineEntry, TimelineKind};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn timeline(entries: &[TimelineEntry], now: OffsetDateTime) -> AnyView {
    view! { <ol class="timeline">{entries.iter().map(|e| entry(e, None, now)).collect_view()}</ol> }.into_any()
}

/// Each with the request that it happened to.
pub(crate) fn activity<'a>(
    entries: impl Iterator<Item = (Option<RequestNumber>, &'a TimelineEntry)>,
    now: OffsetDateTime,
) -> AnyView {
    view! { <ol class="timeline">{entries.map(|(request, e)| entry(e, request, now)).collect_view()}</ol> }.into_any()
}

fn entry(entry: &TimelineEntry, request: Option<RequestNumber>, now: OffsetDateTime) -> AnyView {
    let request = request.map(|number| view! { <a class="link" href=url::request(number)>{number.to_string()}</a>" " });
    let (class, drawing, kind) = match entry.kind {
        TimelineKind::Asked => ("", LuInbox, "asked"),
        TimelineKind::Approved => ("ok", LuCheck, "approved"),
        TimelineKind::Rejected => ("bad", LuBan, "rejected"),
        TimelineKind::Withdrawn => ("", LuUndo2, "withdrawn"),
        TimelineKind::Superseded => ("", LuUndo2, "superseded"),
        TimelineKind::Undone => ("", LuUndo2, "undone"),
        TimelineKind::ChangesRequested => ("warn", LuUndo2, "changes-requested"),
        TimelineKind::Revised => ("accent", LuPencil, "revised"),
        TimelineKind::Commented => ("", LuMessageSquare, "commented"),
        TimelineKind::Waiting => ("warn", LuHourglass, "waiting"),
        TimelineKind::Expired => ("", LuClock, "expired"),
        TimelineKind::Provisioning => ("accent", LuCog, "provisioning"),
        TimelineKind::Completed => ("ok", LuCircleCheck, "completed"),
        TimelineKind::Failed => ("bad", LuCircleX, "failed"),
        TimelineKind::Changed => ("accent", LuHistory, "changed"),
    };
    let comment = entry.comment.clone().map(|comment| view! { <blockquote>{comment}</blockquote> });
    view! {
        <li data-kind=kind>
            <span class=format!("pip {class}")>{icon(drawing)}</span>
            <div>
                <p>
                    <b>{entry.actor.clone()}</b>" "{entry.says.clone()}" "
                    {request}
                    <span class="dim">{when::ago(entry.at, now)}</span>
                </p>
                {comment}
            </div>
        </li>
    }
    .into_any()
}
