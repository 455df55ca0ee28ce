//! The form for the settings of a cluster that is there.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::stages::sentence;
use crate::parts::{capacity, note, url};
use domain::form::ClusterFields;
use domain::page::PageKind;
use domain::view::ClusterSettingsForm;
use leptos::prelude::*;

pub fn page(frame: Frame, view: ClusterSettingsForm) -> String {
    let crumbs = vec![
        Crumb::to(PageKind::Clusters),
        Crumb::link(view.name.clone(), url::cluster(&view.name)),
        Crumb::here("Settings"),
    ];
    document::render(frame, |_| Page {
        title: format!("Settings of {}", view.name),
        kind: Some(PageKind::ClusterSettings),
        crumbs,
        refresh: None,
        body: body(&view),
    })
}

fn body(view: &ClusterSettingsForm) -> AnyView {
    let (errors, path) = (Errors(&view.errors), format!("{}/settings", url::cluster(&view.name)));
    view! {
        {Head::new(format!("Settings of {}", view.name), "Credentials and rights stay as they are.").view()}
        <div class="split">
            <div class="stack">
                {errors.summary()}
                {view.refusal.clone().map(|reason| refusal(&path, &reason))}
                <form class="form panel" method="post" action=post_to(path.clone())>
                    {fields(&view.fields.settings, errors)}
                    <input r#type="hidden" name="version" value=view.fields.version/>
                    <div class="buttons">
                        <button class="btn primary">"Save"</button>
                        <a class="btn quiet" href=url::cluster(&view.name)>"Cancel"</a>
                    </div>
                </form>
            </div>
            <aside class="stack" aria-label="Effects of the change">{follows(view)}</aside>
        </div>
    }
    .into_any()
}

/// The fields, for this form and for the one that adds a cluster.
pub(super) fn fields(fields: &ClusterFields, errors: Errors<'_>) -> AnyView {
    let overcommit = if fields.overcommit_percent.is_empty() { "100" } else { &fields.overcommit_percent };
    view! {
        {Field::new("overcommit_percent", "Overcommit in percent", errors).help("How much of the nodes' CPU and memory may be granted: 100 is all of it.").text(overcommit)}
        {Field::new("groups_prefix", "Group prefix", errors).help("Prefix that the cluster adds to groups of the identity provider, like oidc:").text(&fields.groups_prefix)}
        {Field::new("users_prefix", "User prefix", errors).help("Empty for the same.").text(&fields.users_prefix)}
        {Field::new("oidc_issuer", "Identity provider for kubectl", errors).help("Its address, if the cluster takes its ID tokens: people then sign in with kubectl as themselves.").text(&fields.oidc_issuer)}
        {Field::new("oidc_client_id", "OIDC client ID of kubectl", errors).help("A public client with PKCE at that identity provider.").text(&fields.oidc_client_id)}
    }
    .into_any()
}

fn refusal(path: &str, reason: &str) -> AnyView {
    let again = view! {
        <p>{sentence(reason)}</p>
        <p><a class="link" href=path.to_owned()>"Read it again"</a>": your changes here are then discarded."</p>
    };
    note::note_with(Tone::Bad, "Not saved", again.into_any())
}

/// What a change of the factor means for those who have something, and for those who wait.
fn follows(view: &ClusterSettingsForm) -> AnyView {
    let waiting = match view.n_waiting {
        0 => "No request waits for capacity".to_owned(),
        1 => "1 request waits for capacity: it is granted when there is enough".to_owned(),
        n => format!("{n} requests wait for capacity: they are granted in order, as far as there is enough"),
    };
    let rows = [
        waiting,
        "Existing grants stay; nothing more is granted until enough capacity is free".to_owned(),
        "Another prefix renews the access of every namespace on the cluster".to_owned(),
    ];
    let rows = rows.map(|row| view! { <li>{row}</li> });
    let bars = (!view.lines.is_empty()).then(|| view! { <div class="body">{capacity::lines(&view.lines)}</div> });
    view! {
        <section class="panel">
            <header><h2>"Effects of the change"</h2></header>
            <div class="body"><ul class="plain-list">{rows.collect_view()}</ul></div>
        </section>
        {bars.map(|bars| view! { <section class="panel"><header><h2>"Granted to namespaces"</h2></header>{bars}</section> })}
    }
    .into_any()
}
