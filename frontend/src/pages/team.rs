//! One team: which groups make it up, and what it has been granted.

use super::namespace::access_table;
use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::amounts::amount;
use crate::parts::list::{Head, primary};
use crate::parts::note;
use crate::shell::Section;
use domain::Resource;
use domain::actor::TeamRole;
use domain::view::TeamView;
use leptos::prelude::*;

pub fn page(frame: Frame, view: TeamView) -> String {
    document::render(frame, |_| Page {
        title: view.title.clone(),
        section: Section::Teams,
        crumbs: vec![Crumb::link("Teams", "/teams"), Crumb::here(view.title.clone())],
        refresh: None,
        body: body(&view),
    })
}

fn body(view: &TeamView) -> AnyView {
    let role = match view.your_role {
        Some(role) => format!("You are {} here.", with_article(role)),
        None => "You have no role in this team.".to_owned(),
    };
    let head = Head::new(view.title.clone(), role);
    let may_ask = matches!(view.your_role, Some(TeamRole::Developer | TeamRole::Owner));
    let head = if may_ask { head.action(ask(&view.slug)) } else { head };
    let groups = if view.groups.is_empty() {
        let text = "No group of the identity provider is bound to this team, so nobody is in it.";
        note::empty(LuUsers, "Nobody is in this team", text, None)
    } else {
        access_table(&view.groups)
    };
    view! {
        {head.view()}
        <div class="split">
            <section aria-labelledby="members">
                <div class="over"><h2 id="members">"Members, by group"</h2></div>
                {groups}
            </section>
            <aside class="stack" aria-label="Granted">{granted(view)}</aside>
        </div>
    }
    .into_any()
}

fn ask(slug: &str) -> AnyView {
    primary(crate::parts::url::with_query("/namespaces/new", &[("team", slug)]), LuPlus, "New namespace")
}

fn with_article(role: TeamRole) -> &'static str {
    match role {
        TeamRole::Viewer => "a viewer",
        TeamRole::Developer => "a developer",
        TeamRole::Owner => "an owner",
    }
}

fn granted(view: &TeamView) -> AnyView {
    let rows = Resource::ALL.into_iter().filter(|r| view.granted.get(*r) > 0).map(|resource| {
        view! { <dt>{resource.title()}</dt><dd>{amount(resource, view.granted.get(resource))}</dd> }
    });
    view! {
        <section class="panel">
            <header><h2>"Granted"</h2><span class="dim">"sum over its namespaces"</span></header>
            <dl class="kv body"><dt>"Namespaces"</dt><dd>{view.n_namespaces}</dd>{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}
