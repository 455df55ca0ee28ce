//! What is failing, with cause, evidence and next step; nothing when nothing is.

use super::badge::Tone;
use super::note::note_with;
use domain::diagnosis::Health;
use domain::view::WorkloadView;
use leptos::prelude::*;

/// More than these are found in the table of workloads.
const SHOWN: usize = 3;

pub(crate) fn problems(workloads: &[WorkloadView]) -> AnyView {
    let failing = || workloads.iter().filter(|w| w.health == Health::Failing);
    let more = failing().count().saturating_sub(SHOWN);
    let more = (more > 0).then(|| view! { <p class="dim">{format!("and {more} more, see Workloads")}</p> });
    view! { {failing().take(SHOWN).map(problem).collect_view()} {more} }.into_any()
}

fn problem(workload: &WorkloadView) -> AnyView {
    let Some(diagnosis) = &workload.diagnosis else {
        return note_with(Tone::Bad, format!("{} is failing", workload.name), ().into_any());
    };
    let headline = format!("{}: {}", workload.name, diagnosis.cause);
    let text = view! { <p>{diagnosis.evidence.clone()}</p> <p class="next">{diagnosis.next_step.clone()}</p> };
    note_with(Tone::Bad, headline, text.into_any())
}
