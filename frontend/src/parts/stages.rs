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

/// Upper case at its beginning, and one full stop at its end, unless it ends with a mark of its own.
pub(crate) fn sentence(text: &str) -> String {
    let text = capitalized(text.trim());
    if text.is_empty() || text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

/// A name stays as it is.
pub(crate) fn capitalized(text: &str) -> String {
    let is_name = text.split_whitespace().next().is_some_and(|word| word.contains('-'));
    if is_name {
        return text.to_owned();
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
