//! State badges: an icon and a word; the colour only helps.

use super::when;
use crate::icon::*;
use domain::cluster::{Fit, Freshness};
use domain::diagnosis::Health;
use domain::drift::Condition;
use domain::lifetime::SOON;
use domain::namespace::NamespaceState;
use domain::view::{CheckOutcome, ClusterCheck, NamespaceRow, RequestRow, RequestState, StoppedBy};
use leptos::prelude::*;
use time::OffsetDateTime;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Accent,
    Ok,
    Warn,
    Bad,
    Info,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }
}

pub(crate) fn badge(tone: Tone, drawing: Icon, text: impl Into<String>) -> AnyView {
    view! { <span class=format!("badge {}", tone.class())>{icon(drawing)}<span>{text.into()}</span></span> }.into_any()
}

/// `28 passed, 2 not verified`: green when all is known to be right.
pub(crate) fn checks(check: &ClusterCheck) -> AnyView {
    let of = |outcome| check.count(outcome);
    let (failed, unknown) = (of(CheckOutcome::Failed), of(CheckOutcome::NotVerified));
    let (tone, drawing) = match (failed, unknown) {
        (0, 0) => (Tone::Ok, LuCircleCheck),
        (0, _) => (Tone::Warn, LuCircleDashed),
        _ => (Tone::Bad, LuCircleX),
    };
    let counted = [(of(CheckOutcome::Passed), "passed"), (failed, "failed"), (unknown, "not verified")];
    let said: Vec<_> = counted.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    badge(tone, drawing, said.join(", "))
}

/// A name in a frame: team, class, cluster.
pub(crate) fn tag(text: impl Into<String>) -> AnyView {
    view! { <span class="tag">{text.into()}</span> }.into_any()
}

/// How far a request is; where nobody works on it, it does not look as if.
pub(crate) fn request(row: &RequestRow) -> AnyView {
    let state = row.state;
    if let Some(why) = row.stalled_by {
        let badge = badge(Tone::Warn, LuHourglass, format!("{}, stalled", state.title()));
        return view! { <span data-stalled-by=why.as_str()>{badge}</span> }.into_any();
    }
    let (tone, drawing) = match state {
        RequestState::InReview => (Tone::Info, LuClock),
        RequestState::ChangesRequested => (Tone::Warn, LuUndo2),
        RequestState::Approved => (Tone::Accent, LuCheck),
        RequestState::Waiting => (Tone::Warn, LuHourglass),
        RequestState::Applying => (Tone::Accent, LuLoader),
        RequestState::Completed => (Tone::Ok, LuCircleCheck),
        RequestState::Failed => (Tone::Bad, LuCircleX),
        RequestState::Rejected => (Tone::Bad, LuBan),
        RequestState::Undoing => (Tone::Accent, LuLoader),
        RequestState::Undone | RequestState::Withdrawn | RequestState::Superseded => (Tone::Neutral, LuUndo2),
        RequestState::Expired => (Tone::Neutral, LuHistory),
    };
    badge(tone, drawing, state.title())
}

/// Whether what is asked for could be made: what else stands in the way, or whether there is capacity.
pub(crate) fn chance(row: &RequestRow) -> Option<AnyView> {
    if let Some(why) = row.blocked_by {
        let badge = badge(Tone::Warn, LuTriangleAlert, why.title());
        return Some(view! { <span data-blocked-by=why.as_str()>{badge}</span> }.into_any());
    }
    row.fit.as_ref().map(fit)
}

/// Whether there is capacity for what is asked.
fn fit(fit: &Fit) -> AnyView {
    match fit {
        Fit::Fits => badge(Tone::Ok, LuCircleCheck, "Fits"),
        Fit::Behind => badge(Tone::Warn, LuHourglass, "Would wait in line"),
        Fit::Short { of } => {
            let of: Vec<_> = of.iter().map(ToString::to_string).collect();
            badge(Tone::Bad, LuHourglass, format!("Short of {}", of.join(", ")))
        }
    }
}

/// What is most worth knowing of a namespace in one badge. What was seen long ago is said as such.
pub(crate) fn namespace(row: &NamespaceRow) -> AnyView {
    if let Some(condition) = row.condition {
        let words = match condition {
            Condition::Missing => "Missing",
            Condition::Leaving => "Being deleted",
            Condition::Replaced => "Replaced",
            Condition::Foreign => "Unmanaged object",
            Condition::Refused => "Cannot be synced",
            Condition::Ahead => "Cluster is ahead",
        };
        return badge(Tone::Bad, LuTriangleAlert, words);
    }
    if row.is_suspended() {
        return badge(Tone::Bad, LuCirclePause, "Suspended");
    }
    match (row.state, &row.freshness) {
        (NamespaceState::Provisioning, _) if row.stopped.is_some() => stalled(row, "Not made yet"),
        (NamespaceState::Removing, _) if row.stopped.is_some() => stalled(row, "Not removed yet"),
        (NamespaceState::Provisioning, _) => badge(Tone::Accent, LuLoader, "Provisioning"),
        (NamespaceState::Removing, _) if row.ending.is_some() => badge(Tone::Accent, LuLoader, "Being deleted"),
        (NamespaceState::Removing, _) => badge(Tone::Accent, LuLoader, "Being removed"),
        (NamespaceState::Failed, _) => badge(Tone::Bad, LuCircleX, "Not provisioned"),
        (NamespaceState::Ready, Freshness::NotLoaded) => badge(Tone::Neutral, LuCircleDashed, "Not read yet"),
        (NamespaceState::Ready, Freshness::Live { .. }) => {
            let (tone, drawing, words) = seen(row);
            badge(tone, drawing, words)
        }
        (NamespaceState::Ready, Freshness::Stale { .. } | Freshness::Unreachable { .. }) => {
            let (_, _, words) = seen(row);
            let words = if row.n_workloads.or(row.n_failing).or(row.n_unknown).is_some() {
                format!("Last seen {}", words.to_lowercase())
            } else {
                words
            };
            badge(Tone::Neutral, LuHistory, words)
        }
    }
}

/// The same beside [`ending`], which says it of what is suspended.
pub(crate) fn namespace_beside_ending(row: &NamespaceRow) -> Option<AnyView> {
    (row.condition.is_some() || !row.is_suspended()).then(|| namespace(row))
}

/// Nothing is done on its cluster, whatever is asked for; that it is away is said with how old what is shown is.
pub(crate) fn stopped(row: &NamespaceRow) -> Option<AnyView> {
    let by = row.stopped?;
    let words = match by {
        StoppedBy::Paused => "Cluster paused",
        StoppedBy::Another => "Another cluster",
        StoppedBy::Away => return None,
    };
    Some(view! { <span data-stopped=by.as_str()>{badge(Tone::Warn, LuCirclePause, words)}</span> }.into_any())
}

/// That it is suspended, or expires soon.
pub(crate) fn ending(row: &NamespaceRow, now: OffsetDateTime) -> Option<AnyView> {
    let (code, tone, drawing, words) = match (row.ending, row.expires_at) {
        (Some(_), _) if row.state == NamespaceState::Removing => return None,
        (Some(ending), _) => {
            let deleted = match ending.is_in_grace(now) {
                true => format!("Suspended, deleted {}", when::format_date(ending.delete_at)),
                false => "Suspended, about to be deleted".to_owned(),
            };
            ("suspended", Tone::Bad, LuCirclePause, deleted)
        }
        (None, Some(at)) if at <= now + SOON => {
            ("expires", Tone::Warn, LuClock, format!("Expires {}", when::format_date(at)))
        }
        (None, _) => return None,
    };
    Some(view! { <span data-ending=code>{badge(tone, drawing, words)}</span> }.into_any())
}

/// Nobody works on it.
fn stalled(row: &NamespaceRow, words: &'static str) -> AnyView {
    let why = row.stopped.map(StoppedBy::as_str);
    view! { <span data-stalled-by=why>{badge(Tone::Warn, LuHourglass, words)}</span> }.into_any()
}

fn seen(row: &NamespaceRow) -> (Tone, Icon, String) {
    match (row.n_workloads, row.n_failing, row.n_unknown) {
        (_, Some(failing), _) if failing > 0 => (Tone::Bad, LuCircleX, format!("{failing} failing")),
        (Some(0), _, _) => (Tone::Neutral, LuCircleDashed, "Empty".to_owned()),
        (_, _, Some(unknown)) if unknown > 0 => (Tone::Neutral, LuCircleDashed, format!("{unknown} unknown")),
        (Some(_), Some(_), Some(_)) => (Tone::Ok, LuCircleCheck, "Healthy".to_owned()),
        (..) => (Tone::Neutral, LuCircleDashed, "Not known".to_owned()),
    }
}

/// Health as an icon, for rows that have words beside it.
pub(crate) fn health_icon(health: Health) -> AnyView {
    let (tone, drawing, word) = health_look(health);
    view! { <span class=format!("sign {}", tone.class())>{icon(drawing)}<span class="unseen">{word}": "</span></span> }
        .into_any()
}

fn health_look(health: Health) -> (Tone, Icon, &'static str) {
    match health {
        Health::Failing => (Tone::Bad, LuCircleX, "Failing"),
        Health::Unknown => (Tone::Neutral, LuCircleDashed, "Unknown"),
        Health::Progressing => (Tone::Accent, LuLoader, "Progressing"),
        Health::Healthy => (Tone::Ok, LuCircleCheck, "Healthy"),
        Health::Paused => (Tone::Neutral, LuCirclePause, "Paused"),
    }
}
