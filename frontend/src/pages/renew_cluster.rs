//! Renewing the credentials and rights of a cluster. Its settings are no business of this page.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::url;
use domain::form::RenewClusterFields;
use domain::page::PageKind;
use domain::refusal::FieldError;
use leptos::prelude::*;

pub fn page(frame: Frame, name: &str, fields: RenewClusterFields, errors: Vec<FieldError>) -> String {
    document::render(frame, |_| Page {
        title: format!("Renew {name}"),
        kind: Some(PageKind::RenewCluster),
        crumbs: vec![
            Crumb::to(PageKind::Clusters),
            Crumb::link(name.to_owned(), url::cluster(name)),
            Crumb::here("Renew"),
        ],
        refresh: None,
        body: form(name, &fields, Errors(&errors)),
    })
}

fn form(name: &str, fields: &RenewClusterFields, errors: Errors<'_>) -> AnyView {
    let file = Field::new("kubeconfig_file", "Administrator kubeconfig", errors)
        .help("Choose the file, at most 60 kB, or paste it below. After a mistake it must be given again.");
    let kubeconfig = Field::new("kubeconfig", "Or kubeconfig as text", errors)
        .help("Used this once and not kept. It must hold data only: a token or a client certificate, and the certificate authority. Programs, files and proxies are refused.");
    let here = url::cluster(name);
    view! {
        {Head::new(format!("Renew {name}"), "Berth gets new credentials, and exactly the rights it needs now. No setting changes.").view()}
        <div class="reading stack">
            {errors.summary()}
            <form class="form panel" method="post" action=post_to(format!("{here}/renew")) enctype="multipart/form-data">
                {file.file()}
                {kubeconfig.area("")}
                {Field::new("context", "Context", errors).help("Empty for the current one.").text(&fields.context)}
                <label class="tick">
                    <input r#type="checkbox" name="rebuilt" value="1" checked=fields.rebuilt == "1"/>
                    <span>"The cluster was rebuilt: replace it. Its namespaces are missing there until they are recreated"</span>
                </label>
                <div class="buttons">
                    <button class="btn primary">"Renew"</button>
                    <a class="btn quiet" href=here.clone()>"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
