//! Who can decide: the stages of a plan, with the people of each.

use super::when;
use crate::icon::*;
use domain::view::{DeciderView, StageState, StageView};
use leptos::prelude::*;

pub(crate) fn stages(stages: &[StageView]) -> AnyView {
    view! { <ol class="stages">{stages.iter().enumerate().map(|(place, s)| stage(place, s)).collect_view()}</ol> }
        .into_any()
}

fn stage(place: usize, stage: &StageView) -> AnyView {
    let (state, drawing, word) = match stage.state {
        // The first one waits for nothing but the request itself.
        StageState::Waiting if place == 0 => ("waiting", LuCircle, "to decide"),
        StageState::Waiting => ("waiting", LuCircle, "after that"),
        StageState::Current => ("current", LuCircleDot, "deciding now"),
        StageState::Approved => ("approved", LuCircleCheck, "approved"),
        StageState::Rejected => ("rejected", LuCircleX, "rejected"),
        StageState::Skipped => ("skipped", LuCircleDashed, "no longer needed"),
    };
    let quorum = (stage.quorum > 1).then(|| format!(" · {} people must agree", stage.quorum));
    let still_matters = matches!(stage.state, StageState::Waiting | StageState::Current);
    let usually = stage.usually_s.filter(|_| still_matters).map(|s| format!(" · usually {}", when::format_long(s)));
    let people = still_matters.then(|| people(&stage.people));
    view! {
        <li class=state data-stage=state>
            {icon(drawing)}
            <div>
                <p><b>{capitalized(&stage.deciders)}</b>" "<span class="dim">{word}{quorum}{usually}</span></p>
                {people}
            </div>
        </li>
    }
    .into_any()
}

fn people(people: &[DeciderView]) -> AnyView {
    if people.is_empty() {
        return view! { <p class="dim">"None of them has signed in yet."</p> }.into_any();
    }
    let rows = people.iter().map(|person| {
        let you = person.is_you.then_some(" (you)");
        view! { <li>{person.name.clone()}{you}<span class="dim">" · "{person.via.clone()}</span></li> }
    });
    view! { <ul class="people">{rows.collect_view()}</ul> }.into_any()
}

pub(crate) use domain::text::{capitalized, sentence};
