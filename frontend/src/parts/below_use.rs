//! What is used of more than is asked for, or may be.

use super::badge::Tone;
use super::note::{coded, note_with};
use domain::Resource;
use domain::refusal::BelowUse;
use leptos::prelude::*;

/// What less than is used now means for what runs.
pub(crate) fn below_use(below: &[BelowUse]) -> Option<AnyView> {
    if below.is_empty() {
        return None;
    }
    let rows = below.iter().map(|line| {
        let BelowUse { resource, used, asked } = *line;
        view! { <li>{format!("{}: {} of {} used", resource.title(), resource.format(asked), resource.format(used))}</li> }
    });
    let said = view! {
        <ul>{rows.collect_view()}</ul>
        <p>"New pods will be refused until usage is below it. Nothing that runs is stopped."</p>
    };
    Some(coded("below-use", note_with(Tone::Warn, "Below current usage", said.into_any())))
}

/// What less than there is may mean, where nobody knows how much is used.
pub(crate) fn use_unknown(unknown: &[Resource]) -> Option<AnyView> {
    if unknown.is_empty() {
        return None;
    }
    let titles: Vec<_> = unknown.iter().map(|resource| resource.title()).collect();
    let said = view! {
        <p>{format!("Less than now: {}. Current usage is unknown, and may be higher.", titles.join(", "))}</p>
        <p>"New pods will be refused until usage is below it. Nothing that runs is stopped."</p>
    };
    Some(note_with(Tone::Warn, "Current usage unknown", said.into_any()))
}
