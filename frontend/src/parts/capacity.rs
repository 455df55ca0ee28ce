//! How a cluster stands, and where an ask would leave it.

use super::badge::Tone;
use super::bar::{self, Amounts};
use super::note::note;
use domain::Quota;
use domain::view::{CapacityLine, CapacityView};
use leptos::prelude::*;

/// Bars, and the answer to "does it fit?": green only where nothing else stands in the way of making it.
pub(crate) fn capacity(capacity: &CapacityView, is_blocked: bool) -> AnyView {
    if capacity.lines.is_empty() {
        return note(
            Tone::Neutral,
            "Capacity unknown",
            format!("Nothing has been read from {} yet.", capacity.cluster),
        );
    }
    view! { {grant(capacity)} {lines(&capacity.lines)} {answer(capacity, is_blocked)} }.into_any()
}

/// What the bars and the answer are about.
fn grant(capacity: &CapacityView) -> Option<AnyView> {
    let grant = capacity.grant.describe();
    let says = format!("If {grant} is granted:");
    (capacity.grant != Quota::ZERO).then(|| view! { <p class="small dim" data-grant=grant>{says}</p> }.into_any())
}

pub(crate) fn lines(lines: &[CapacityLine]) -> AnyView {
    lines
        .iter()
        .filter(|line| line.ceiling > 0 || line.asked > 0)
        .map(|line| bar::labelled(amounts(line)))
        .collect_view()
        .into_any()
}

fn amounts(line: &CapacityLine) -> Amounts {
    Amounts { resource: line.resource, filled: line.granted, asked: line.asked, whole: line.ceiling }
}

fn answer(capacity: &CapacityView, is_blocked: bool) -> AnyView {
    if capacity.lines.iter().all(|line| line.asked == 0) {
        return ().into_any();
    }
    if !capacity.short.is_empty() {
        let missing: Vec<_> = capacity.short.iter().map(ToString::to_string).collect();
        let missing = missing.join(", ");
        let is_there = capacity.lines.iter().all(|line| line.granted.saturating_add(line.asked) <= line.ceiling);
        let says = match is_there {
            true => format!("Others wait in line before it: behind them the cluster is short of {missing}."),
            false => {
                format!("The cluster is short of {missing}. Approved requests wait in line until there is capacity.")
            }
        };
        return note(Tone::Bad, "Does not fit", says);
    }
    let left: Vec<_> = capacity
        .lines
        .iter()
        .take(2)
        .map(|line| {
            let free = line.ceiling.saturating_sub(line.granted.saturating_add(line.asked));
            format!("{} {}", line.resource.format(free), line.resource.title().replace("Memory", "memory"))
        })
        .collect();
    let says = format!("After this, {} stay free.", left.join(" and "));
    match is_blocked {
        true => note(Tone::Neutral, "Enough capacity, but blocked for another reason", says),
        false => note(Tone::Ok, "Fits", says),
    }
}
