//! The table of namespaces: what each runs and uses, and how well.

use super::{badge, fresh, quota, unknown, url};
use domain::Resource;
use domain::cluster::Freshness;
use domain::view::NamespaceRow;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn table(rows: &[NamespaceRow], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table stacks">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="lead">"Namespace"</th>
                        <th scope="col">"CPU"</th>
                        <th scope="col">"Memory"</th>
                        <th scope="col" class="end wider">"Workloads"</th>
                        <th scope="col" class="end">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows.iter().map(|r| row(r, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: &NamespaceRow, now: OffsetDateTime) -> AnyView {
    let is_old = matches!(row.freshness, Freshness::Stale { .. } | Freshness::Unreachable { .. });
    let freshness = is_old.then(|| fresh::fresh(&row.freshness, now));
    view! {
        <tr class=is_old.then_some("old")>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::namespace(&row.cluster, &row.name)>{row.name.clone()}</a>
                    <span>{format!("{} · {} · {}", row.team, row.class, row.cluster)}</span>
                </div>
            </td>
            <td data-label="CPU">{quota::cell(&row.line(Resource::Cpu))}</td>
            <td data-label="Memory">{quota::cell(&row.line(Resource::Memory))}</td>
            <td class="end num wider">{workloads(row)}</td>
            <td class="end" data-label="State"><div class="state">{badge::namespace_beside_ending(row)}{badge::ending(row, now)}{badge::stopped(row)}{freshness}</div></td>
        </tr>
    }
    .into_any()
}

fn workloads(row: &NamespaceRow) -> AnyView {
    match row.n_workloads {
        Some(n) => n.into_any(),
        None => unknown::unknown(),
    }
}
