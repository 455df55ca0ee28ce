//! Clusters and the capacity on each.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::bar::{self, Amounts};
use crate::parts::list::{self, Head};
use crate::parts::{fresh, note, unknown, url};
use domain::Resource;
use domain::page::PageKind;
use domain::view::ClusterView;
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: Vec<ClusterView>) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Clusters, body(frame, &view)))
}

fn body(frame: &Frame, view: &[ClusterView]) -> AnyView {
    let add = || may_set_up(frame).then(|| list::primary("/clusters/new", LuPlus, "Add a cluster"));
    let mut head = Head::new("Clusters", "Clusters for namespaces, and how much of each is granted.");
    head.actions = add();
    let list = if view.is_empty() {
        let text = "A cluster is where namespaces are made. It can be added here or with berth cluster add.";
        note::empty(LuServer, "No cluster yet", text, add())
    } else {
        table(view, frame.now)
    };
    view! { {head.view()} {list} }.into_any()
}

fn table(clusters: &[ClusterView], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Cluster"</th>
                        <th scope="col" class="end wide">"Namespaces"</th>
                        <th scope="col" class="wide">"CPU granted"</th>
                        <th scope="col" class="wide">"Memory granted"</th>
                        <th scope="col" class="end">"State"</th>
                    </tr>
                </thead>
                <tbody>{clusters.iter().map(|c| row(c, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(cluster: &ClusterView, now: OffsetDateTime) -> AnyView {
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::cluster(&cluster.name)>{cluster.name.clone()}</a>
                    <span>{facts(cluster)}</span>
                </div>
            </td>
            <td class="end num wide">{cluster.n_namespaces}</td>
            <td class="wide">{granted(cluster, Resource::Cpu)}</td>
            <td class="wide">{granted(cluster, Resource::Memory)}</td>
            <td class="end">
                <div class="state">
                    {cluster.is_another.then(|| badge::badge(Tone::Bad, LuCircleX, "Another cluster"))}
                    {cluster.paused.as_ref().map(|_| badge::badge(Tone::Warn, LuCirclePause, "Paused"))}
                    {fresh::fresh(&cluster.freshness, now)}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

fn facts(cluster: &ClusterView) -> String {
    let Some(version) = &cluster.version else { return "not read yet".to_owned() };
    let nodes = if cluster.n_nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", cluster.n_nodes) };
    format!("Kubernetes {} · {nodes}", version.trim_start_matches('v'))
}

fn granted(cluster: &ClusterView, resource: Resource) -> AnyView {
    match cluster.lines.iter().find(|line| line.resource == resource) {
        Some(line) => bar::cell(Amounts { resource, filled: line.granted, asked: 0, whole: line.ceiling }),
        None => unknown::unknown(),
    }
}
