//! A namespace's page while things happen in it: state, use, workloads and warnings follow the namespace's stream.

use super::live::Live;
use crate::parts::bar::{self, Amounts};
use crate::parts::icon::*;
use crate::parts::{badge, fresh, note, problems, warnings, workloads};
use domain::cluster::Freshness;
use domain::view::{NamespaceRow, NamespaceView, QuotaLine, WarningView, WorkloadView};
use leptos::prelude::*;

/// How many warnings the overview shows.
const BRIEF: usize = 5;

/// Around the whole page; the islands inside follow its stream.
#[island]
pub fn LiveNamespace(cluster: String, name: String, children: Children) -> impl IntoView {
    Live::<NamespaceView>::provide(format!("/api/v1/namespaces/{cluster}/{name}/events"), true);
    children()
}

#[island]
pub fn NamespaceBadge(row: NamespaceRow, now: i64) -> impl IntoView {
    let live = Live::<NamespaceView>::from_outside();
    move || {
        let (row, now) = live.part(&row, now, |view| view.row.clone());
        view! { {badge::namespace(&row)} {fresh::fresh(&row.freshness, now)} }.into_any()
    }
}

#[island]
pub fn NamespaceUse(lines: Vec<QuotaLine>) -> impl IntoView {
    let live = Live::<NamespaceView>::from_outside();
    move || {
        let (lines, _) = live.part(&lines, 0, |view| view.lines.clone());
        view! { <div class="stack-2">{lines.iter().filter(|line| line.granted > 0).map(used).collect_view()}</div> }.into_any()
    }
}

fn used(line: &QuotaLine) -> AnyView {
    let QuotaLine { resource, used, granted, .. } = *line;
    match used {
        Some(filled) => bar::labelled(Amounts { resource, filled, asked: 0, whole: granted }),
        None => view! {
            <div class="legend"><span>{resource.title()}</span><span class="dim">{resource.say(granted)}" granted"</span></div>
        }
        .into_any(),
    }
}

#[island]
pub fn NamespaceProblems(workloads: Vec<WorkloadView>) -> impl IntoView {
    let live = Live::<NamespaceView>::from_outside();
    let list = move || problems::problems(&live.part(&workloads, 0, |view| view.workloads.clone()).0);
    view! { <div class="stack-2" aria-live="polite">{list}</div> }.into_any()
}

/// `is_read` is false while nothing has been read from the cluster. In brief, reasons stand elsewhere on the page.
#[island]
pub fn NamespaceWorkloads(workloads: Vec<WorkloadView>, is_read: bool, is_brief: bool, now: i64) -> impl IntoView {
    let live = Live::<NamespaceView>::from_outside();
    let first = (workloads, is_read);
    move || {
        let ((found, is_read), now) = live.part(&first, now, |view| (view.workloads.clone(), has_been_read(&view.row)));
        match (found.is_empty(), is_read) {
            (false, _) => workloads::workloads(&found, is_brief, now),
            (true, true) => note::empty(
                LuBox,
                "Nothing runs here yet",
                "Deploy with kubectl, Helm or your pipeline: whatever runs here shows within seconds.",
                None,
            ),
            (true, false) => note::empty(
                LuCircleDashed,
                "Not read yet",
                "What runs here shows as soon as the cluster has answered.",
                None,
            ),
        }
    }
}

/// In brief: the latest few under a heading, or nothing at all.
#[island]
pub fn NamespaceWarnings(warnings: Vec<WarningView>, is_brief: bool, now: i64) -> impl IntoView {
    let live = Live::<NamespaceView>::from_outside();
    move || {
        let (found, now) = live.part(&warnings, now, |view| view.warnings.clone());
        match (found.is_empty(), is_brief) {
            (true, true) => ().into_any(),
            (true, false) => note::empty(
                LuCircleCheck,
                "No warning",
                "What the cluster complains about here shows newest first. It keeps an hour of it.",
                None,
            ),
            (false, true) => view! {
                <section aria-labelledby="warnings">
                    <div class="over"><h2 id="warnings">"Latest warnings"</h2></div>
                    {warnings::warnings(&found[..found.len().min(BRIEF)], now)}
                </section>
            }
            .into_any(),
            (false, false) => warnings::warnings(&found, now),
        }
    }
}

/// Whether the cluster has ever said what runs in it.
pub(crate) fn has_been_read(row: &NamespaceRow) -> bool {
    !matches!(row.freshness, Freshness::NotLoaded)
}
