//! Adding a cluster, or renewing the credentials of one.

use super::cluster_settings;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{note, url};
use domain::form::NewClusterFields;
use domain::page::PageKind;
use domain::refusal::FieldError;
use domain::view::AddedCluster;
use leptos::prelude::*;

pub fn page(frame: Frame, fields: NewClusterFields, errors: Vec<FieldError>) -> String {
    in_frame(frame, || form(&fields, Errors(&errors)))
}

/// What was done, step by step.
pub fn done(frame: Frame, added: AddedCluster) -> String {
    in_frame(frame, || {
        let lines = added.done.iter().map(|line| view! { <li>{line.clone()}</li> });
        let list = view! {
            <ul>{lines.collect_view()}</ul>
            <a class="btn" href=url::cluster(&added.name)>{icon(LuServer)}"Open the cluster"</a>
        };
        view! { {Head::new(added.name.clone(), "It is ready for namespaces.").view()} {note::note_with(Tone::Ok, "Done", list.into_any())} }
            .into_any()
    })
}

fn in_frame(frame: Frame, body: impl FnOnce() -> AnyView) -> String {
    document::render(frame, |_| Page {
        title: "Add a cluster".into(),
        kind: Some(PageKind::NewCluster),
        crumbs: vec![Crumb::to(PageKind::Clusters), Crumb::here("Add")],
        refresh: None,
        body: body(),
    })
}

fn form(fields: &NewClusterFields, errors: Errors<'_>) -> AnyView {
    let file = Field::new("kubeconfig_file", "Administrator kubeconfig", errors)
        .help("Choose the file, at most 60 kB, or paste it below. After a mistake it must be given again.");
    let kubeconfig = Field::new("kubeconfig", "Or kubeconfig as text", errors).help(
        "Used this once and not kept. It must hold data only: a token or a client certificate, and the certificate authority. Programs, files and proxies are refused.",
    );
    view! {
        {Head::new("Add a cluster", "Berth makes two identities there with exactly the rights it needs. Adding one again renews its credentials and rights.").view()}
        <div class="reading stack">
            {errors.summary()}
            <form class="form panel" method="post" action=post_to("/clusters/new") enctype="multipart/form-data">
                {Field::new("name", "Name", errors).help("The cluster's name in Berth. It cannot be changed later.").text(&fields.name)}
                {file.file()}
                {kubeconfig.area("")}
                {Field::new("context", "Context", errors).help("Empty for the current one.").text(&fields.context)}
                {cluster_settings::fields(&fields.settings, errors)}
                <div class="buttons">
                    <button class="btn primary">"Add cluster"</button>
                    <a class="btn quiet" href="/clusters">"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
