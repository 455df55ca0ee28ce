//! What is in a namespace that is to be deleted, for who asks for that and for who decides it.

use super::{fresh, when, workloads};
use crate::icon::*;
use domain::Resource;
use domain::view::{ContainedService, ContainedVolume, ContainedWorkload, ContentsView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// What would be lost. What is not known is said to be so.
pub(crate) fn panel(contents: &ContentsView, now: OffsetDateTime) -> AnyView {
    let changed = contents.changed_at.map(|at| view! { <p class="small dim">"Last changed "{when::ago(at, now)}</p> });
    let pods = match (contents.n_pods, contents.n_running) {
        (Some(all), Some(running)) => format!("{all}, {running} running"),
        (Some(_) | None, _) => "not known".to_owned(),
    };
    view! {
        <section class="panel" data-inside="">
            <header><h2>"What is inside"</h2>{fresh::fresh(&contents.freshness, now)}</header>
            <div class="body">
                {changed}
                {contents.is_cut.then(|| view! { <p class="hint">{icon(LuInfo)}"There is more than is listed here."</p> })}
                {list("Workloads", contents.workloads.as_deref(), workload)}
                <p class="small dim">"Pods: "{pods}</p>
                {list("Volumes", contents.volumes.as_deref(), volume)}
                {list("Services reached from outside", contents.services.as_deref(), service)}
            </div>
        </section>
    }
    .into_any()
}

/// One row for each; none of them, and not known which there are, are two things.
fn list<T>(title: &'static str, all: Option<&[T]>, row: impl Fn(&T) -> (String, String)) -> AnyView {
    let content = match all {
        None => view! { <p class="hint" data-unknown="">{icon(LuInfo)}"Not known now."</p> }.into_any(),
        Some([]) => view! { <p class="dim">"None."</p> }.into_any(),
        Some(all) => {
            let rows = all.iter().map(|one| {
                let (name, says) = row(one);
                view! { <li><div class="cell-2"><b class="mono">{name}</b><span>{says}</span></div></li> }
            });
            view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
        }
    };
    view! { <h3>{title}</h3> {content} }.into_any()
}

fn workload(workload: &ContainedWorkload) -> (String, String) {
    let says = format!("{} · {} of {} ready", workloads::kind(workload.kind), workload.ready, workload.desired);
    (workload.name.clone(), says)
}

fn volume(volume: &ContainedVolume) -> (String, String) {
    let size = volume.bytes.map_or_else(|| "size not known".to_owned(), |bytes| Resource::Storage.format(bytes));
    (volume.name.clone(), size)
}

fn service(service: &ContainedService) -> (String, String) {
    let at = if service.addresses.is_empty() { "no address yet".to_owned() } else { service.addresses.join(", ") };
    (service.name.clone(), at)
}
