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
    let (class, drawing) = match entry.kind {
        TimelineKind::Asked => ("", LuInbox),
        TimelineKind::Approved => ("ok", LuCheck),
        TimelineKind::Rejected => ("bad", LuBan),
        TimelineKind::Withdrawn | TimelineKind::Superseded | TimelineKind::Undone => ("", LuUndo2),
        TimelineKind::ChangesRequested => ("warn", LuUndo2),
        TimelineKind::Revised => ("accent", LuPencil),
        TimelineKind::Commented => ("", LuMessageSquare),
        TimelineKind::Waiting => ("warn", LuHourglass),
        TimelineKind::Expired => ("", LuClock),
        TimelineKind::Provisioning => ("accent", LuCog),
        TimelineKind::Completed => ("ok", LuCircleCheck),
        TimelineKind::Failed => ("bad", LuCircleX),
        TimelineKind::Changed => ("accent", LuHistory),
    };
    let comment = entry.comment.clone().map(|comment| view! { <blockquote>{comment}</blockquote> });
    view! {
        <li>
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
