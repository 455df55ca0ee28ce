//! Who or what a request waits for, in a sentence under its title.

use crate::icon::*;
use crate::parts::when;
use domain::request::Act;
use domain::view::{DeciderView, RequestState, RequestView, StageState};
use leptos::prelude::*;
use time::OffsetDateTime;

/// Names that are said before it becomes `and 3 more`.
const NAMED: usize = 3;

/// None once it is over.
pub(super) fn sentence(request: &RequestView, now: OffsetDateTime) -> Option<AnyView> {
    let row = &request.row;
    if row.stalled_by.is_some() {
        return Some(view! { {icon(LuHourglass)}<p>{format!("Waits for {}.", row.waits_for)}</p> }.into_any());
    }
    // The page says above what stands in the way, where it is more than a pause.
    let can_be_granted = request.next.iter().any(|next| matches!(next.action, Act::Approve | Act::Revise));
    if request.held_up.is_some() && !can_be_granted {
        return None;
    }
    let (drawing, said) = match row.state {
        RequestState::InReview => (LuUserCheck, format!("Waits for {}", deciders(request))),
        RequestState::ChangesRequested => (LuUndo2, format!("Waits for {}: {} it", row.waits_for, answers(request))),
        RequestState::Waiting => (LuHourglass, format!("Approved; {}", line(request))),
        RequestState::Approved | RequestState::Applying | RequestState::Undoing => at_work(request),
        RequestState::Failed => (LuCircleX, failed(request)),
        RequestState::Completed
        | RequestState::Undone
        | RequestState::Rejected
        | RequestState::Withdrawn
        | RequestState::Expired
        | RequestState::Superseded => return None,
    };
    let ends = request.expires_at.map(|at| {
        view! { <span class="dim">" Expires "{when::ago(at, now)}" without action."</span> }
    });
    let usually = usually(request).map(|long| format!(" This usually takes {long}."));
    Some(view! { {icon(drawing)}<p>{said}"."{usually}{ends}</p> }.into_any())
}

/// What can be done with what was sent back.
fn answers(request: &RequestView) -> &'static str {
    let is_suggested = request.changes.as_ref().is_some_and(|changes| changes.suggestion.is_some());
    if is_suggested { "accept, revise or withdraw" } else { "revise or withdraw" }
}

/// Somebody has something to do where the cluster is known to refuse it.
fn at_work(request: &RequestView) -> (Icon, String) {
    let cluster = &request.row.cluster;
    match request.disagreement.as_ref().map(|found| found.missing.is_some()) {
        None => (LuLoader, "Berth is working on it; no action needed".to_owned()),
        Some(true) => {
            (LuHourglass, format!("Berth tries it, and cannot make it before {} agrees", administrator(cluster)))
        }
        Some(false) => {
            (LuLoader, format!("Berth is working on it, and checks whether {} has to agree", administrator(cluster)))
        }
    }
}

fn failed(request: &RequestView) -> String {
    let row = &request.row;
    match request.disagreement.as_ref().and_then(|found| found.missing.as_ref()) {
        Some(_) => format!("Waits for {} to agree, then for {}", administrator(&row.cluster), row.waits_for),
        None => format!("Waits for {}", row.waits_for),
    }
}

fn administrator(cluster: &str) -> String {
    format!("an administrator of {cluster}")
}

/// How long the stage it waits at usually takes.
fn usually(request: &RequestView) -> Option<String> {
    let stage = request.stages.iter().find(|stage| stage.state == StageState::Current)?;
    stage.usually_s.map(when::format_long)
}

/// `owners of Payments: payments owner (you) and 2 more`.
fn deciders(request: &RequestView) -> String {
    let Some(stage) = request.stages.iter().find(|stage| stage.state == StageState::Current) else {
        return request.row.waits_for.clone();
    };
    match stage.people.len() {
        0 => format!("{}; none of them has signed in yet", stage.deciders),
        _ => format!("{}: {}", stage.deciders, names(&stage.people)),
    }
}

fn names(people: &[DeciderView]) -> String {
    let name = |person: &DeciderView| {
        if person.is_you { format!("{} (you)", person.name) } else { person.name.clone() }
    };
    let named: Vec<_> = people.iter().take(NAMED).map(name).collect();
    match people.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Place in line and what is short.
fn line(request: &RequestView) -> String {
    let cluster = &request.row.cluster;
    let place = match request.row.place_in_line {
        Some(1) => format!("first in line for capacity on {cluster}"),
        Some(place) => format!("number {place} in line for capacity on {cluster}"),
        None => format!("waits for capacity on {cluster}"),
    };
    let short = request.quota.iter().flat_map(|quota| &quota.capacity.short);
    let missing: Vec<_> = short.map(ToString::to_string).collect();
    if missing.is_empty() { place } else { format!("{place}, which is short of {}", missing.join(", ")) }
}
