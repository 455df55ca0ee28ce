//! Warnings the cluster wrote, grouped by reason and object.

use super::when;
use domain::view::WarningView;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn warnings(warnings: &[WarningView], now: OffsetDateTime) -> AnyView {
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
