//! The table of namespaces: what each runs and uses, and how well.

use super::bar::{self, Amounts};
use super::{badge, fresh, url};
use domain::Resource;
use domain::cluster::Freshness;
use domain::view::NamespaceRow;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn table(rows: &[NamespaceRow], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Namespace"</th>
                        <th scope="col" class="wide">"Workloads"</th>
                        <th scope="col" class="wide">"CPU"</th>
                        <th scope="col" class="wide">"Memory"</th>
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
    let is_live = matches!(row.freshness, Freshness::Live { .. });
    let freshness = (!is_live).then(|| fresh::fresh(&row.freshness, now));
    view! {
        <tr class=(!is_live).then_some("old")>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::namespace(&row.cluster, &row.name)>{row.name.clone()}</a>
                    <span>{format!("{} · {} on {}", row.team, row.class, row.cluster)}</span>
                </div>
            </td>
            <td class="wide">{workloads(row)}</td>
            <td class="wide">{used(row, Resource::Cpu)}</td>
            <td class="wide">{used(row, Resource::Memory)}</td>
            <td class="end"><div class="state">{badge::namespace(row)}{freshness}</div></td>
        </tr>
    }
    .into_any()
}

/// `7 healthy, 1 failing`.
fn workloads(row: &NamespaceRow) -> String {
    let well = row.n_workloads - row.n_failing;
    match (row.used.is_some(), row.n_workloads, row.n_failing) {
        (false, ..) => "–".to_owned(),
        (true, 0, _) => "none".to_owned(),
        (true, _, 0) => format!("{well} well"),
        (true, _, failing) => format!("{well} well, {failing} failing"),
    }
}

fn used(row: &NamespaceRow, resource: Resource) -> AnyView {
    let whole = row.quota.get(resource);
    match &row.used {
        Some(used) => bar::cell(Amounts { resource, filled: used.get(resource), asked: 0, whole }),
        None => view! { <span class="dim">{resource.say(whole)}" granted"</span> }.into_any(),
    }
}
