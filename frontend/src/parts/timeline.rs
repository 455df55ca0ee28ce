//! What happened, oldest first.

use super::when;
use crate::icon::*;
use domain::view::{TimelineEntry, TimelineKind};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn timeline(entries: &[TimelineEntry], now: OffsetDateTime) -> AnyView {
    view! { <ol class="timeline">{entries.iter().map(|e| entry(e, now)).collect_view()}</ol> }.into_any()
}

fn entry(entry: &TimelineEntry, now: OffsetDateTime) -> AnyView {
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
                    <span class="dim">{when::ago(entry.at, now)}</span>
                </p>
                {comment}
            </div>
        </li>
    }
    .into_any()
}
