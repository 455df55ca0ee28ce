//! What is failing, with cause, evidence and next step; nothing when nothing is.

use super::badge::Tone;
use super::note::note_with;
use super::why;
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::url;
use domain::actor::TeamRole;
use domain::diagnosis::{Cause, Diagnosis, Health, short_of_quota};
use domain::view::{NamespaceView, WorkloadView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// More than these are found in the table of workloads.
const SHOWN: usize = 3;

pub(crate) fn problems(frame: &Frame, view: &NamespaceView) -> AnyView {
    let may_ask = may_ask(frame, view);
    let problem = |workload| problem(workload, may_ask.then_some(view), frame.now);
    let failing = || view.workloads.iter().filter(|w| w.health == Health::Failing);
    let more = failing().count().saturating_sub(SHOWN);
    let more = (more > 0).then(|| view! { <p class="dim">{format!("and {more} more, see Workloads")}</p> });
    view! { {failing().take(SHOWN).map(problem).collect_view()} {more} }.into_any()
}

pub(crate) fn may_ask(frame: &Frame, view: &NamespaceView) -> bool {
    let teams = frame.viewer.iter().flat_map(|viewer| &viewer.teams);
    teams.into_iter().any(|team| team.slug == view.row.team && team.role != TeamRole::Viewer)
}

/// `asking` is the namespace, where the reader may ask for more in it.
fn problem(workload: &WorkloadView, asking: Option<&NamespaceView>, now: OffsetDateTime) -> AnyView {
    let Some(diagnosis) = &workload.diagnosis else {
        return note_with(Tone::Bad, format!("{} is failing", workload.name), ().into_any());
    };
    let headline = format!("{}: {}", workload.name, diagnosis.cause);
    let more = asking.and_then(|view| ask_for_the_difference(workload, diagnosis, view));
    let text = view! { {why::in_note(diagnosis, now)} {more} };
    note_with(Tone::Bad, headline, text.into_any())
}

/// Where Berth's own quota is short, the request for what is missing, ready made.
fn ask_for_the_difference(workload: &WorkloadView, diagnosis: &Diagnosis, view: &NamespaceView) -> Option<AnyView> {
    if diagnosis.code != Cause::QuotaExceeded {
        return None;
    }
    let n_pods = u64::try_from(workload.desired.saturating_sub(workload.ready)).unwrap_or(1);
    let short = short_of_quota(diagnosis.main_evidence(), n_pods);
    if short.is_empty() {
        return None;
    }
    let mut quota = view.row.quota;
    for lack in &short {
        quota.set(lack.resource, quota.get(lack.resource).saturating_add(lack.missing));
    }
    let missing: Vec<_> = short.iter().map(ToString::to_string).collect();
    let why = format!("{} cannot start: the quota is short of {}.", workload.name, missing.join(", "));
    let href = url::quota_asking(&view.row.cluster, &view.row.name, &quota, &why);
    let text = format!("Ask for {} more", missing.join(", "));
    Some(view! { <a class="btn small" href=href>{icon(LuPlus)}{text}</a> }.into_any())
}
