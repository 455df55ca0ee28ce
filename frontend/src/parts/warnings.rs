//! Warnings the cluster wrote, grouped by reason and object.

use super::note::empty;
use super::when;
use crate::icon::LuCircleCheck;
use domain::view::WarningView;
use leptos::prelude::*;
use time::OffsetDateTime;

/// How many the overview shows.
const BRIEF: usize = 5;

/// In brief: the latest few under a heading, or nothing at all.
pub(crate) fn warnings(warnings: &[WarningView], is_brief: bool, now: OffsetDateTime) -> AnyView {
    let shown = if is_brief { &warnings[..warnings.len().min(BRIEF)] } else { warnings };
    let heading = is_brief.then(|| view! { <div class="over"><h2>"Latest warnings"</h2></div> });
    match (shown.is_empty(), is_brief) {
        (true, true) => ().into_any(),
        (true, false) => empty(
            LuCircleCheck,
            "No warning",
            "Warnings of the cluster show here, newest first. The cluster keeps them for an hour.",
            None,
        ),
        (false, _) => view! { {heading} {table(shown, now)} }.into_any(),
    }
}

fn table(warnings: &[WarningView], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Warning"</th>
                        <th scope="col" class="end">"Times"</th>
                        <th scope="col" class="end">"Last"</th>
                    </tr>
                </thead>
                <tbody>{warnings.iter().map(|w| row(w, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(warning: &WarningView, now: OffsetDateTime) -> AnyView {
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <b>{warning.reason.clone()}" "<span class="dim">{warning.object.clone()}</span></b>
                    <span>{warning.message.clone()}</span>
                </div>
            </td>
            <td class="end num">{warning.count}</td>
            <td class="end num">{warning.last_at.map(|at| when::ago(at, now))}</td>
        </tr>
    }
    .into_any()
}
