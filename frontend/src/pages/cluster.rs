//! One cluster: its room, and how it is read.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::parts::list::Head;
use crate::parts::{fresh, room};
use crate::shell::Section;
use domain::view::ClusterView;
use leptos::prelude::*;

pub fn page(frame: Frame, view: ClusterView) -> String {
    document::render(frame, |frame| Page {
        title: view.name.clone(),
        section: Section::Clusters,
        crumbs: vec![Crumb::link("Clusters", "/clusters"), Crumb::here(view.name.clone())],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &ClusterView) -> AnyView {
    let above = fresh::fresh(&view.freshness, frame.now);
    let below = "Its room is what its nodes can take, times the factor the platform team set.".into_any();
    let head = Head { above: Some(above), title: view.name.clone(), below, actions: None };
    let bars = if view.lines.is_empty() {
        view! { <p class="dim">"Not read yet."</p> }.into_any()
    } else {
        room::lines(&view.lines)
    };
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {fresh::caution(&view.name, &view.freshness, frame.now)}
                <section class="panel">
                    <header><h2>"Granted to namespaces"</h2></header>
                    <div class="body">{bars}</div>
                </section>
            </div>
            <aside class="stack" aria-label="Facts">
                <section class="panel">
                    <header><h2>"About"</h2></header>
                    <dl class="kv body">
                        <dt>"Kubernetes"</dt><dd>{view.version.clone().unwrap_or_else(|| "not read yet".into())}</dd>
                        <dt>"Nodes"</dt><dd>{view.n_nodes}</dd>
                        <dt>"Namespaces"</dt><dd>{view.n_namespaces}</dd>
                        <dt>"Overcommit"</dt><dd>{overcommit(view.overcommit_percent)}</dd>
                    </dl>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

fn overcommit(percent: i32) -> String {
    match percent {
        100 => "none: no more than its nodes have".to_owned(),
        percent => format!("{percent} % of its nodes' CPU and memory"),
    }
}
