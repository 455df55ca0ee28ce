//! The form to make a team, or to change one.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::stages::sentence;
use crate::parts::{note, url};
use domain::Resource;
use domain::page::PageKind;
use domain::view::TeamForm;
use leptos::prelude::*;

pub fn page(frame: Frame, view: TeamForm) -> String {
    let mut crumbs = vec![Crumb::to(PageKind::Teams)];
    let kind = match &view.team {
        Some((slug, title)) => {
            crumbs.extend([Crumb::link(title.clone(), url::team(slug)), Crumb::here("Edit")]);
            PageKind::EditTeam
        }
        None => {
            crumbs.push(Crumb::here("New"));
            PageKind::NewTeam
        }
    };
    document::render(frame, |_| Page {
        title: heading(&view),
        kind: Some(kind),
        crumbs,
        refresh: None,
        body: body(&view),
    })
}

fn heading(view: &TeamForm) -> String {
    view.team.as_ref().map_or_else(|| "New team".to_owned(), |(_, title)| format!("Edit {title}"))
}

fn body(view: &TeamForm) -> AnyView {
    let (errors, fields) = (Errors(&view.errors), &view.fields);
    let slug = view.team.as_ref().map(|(slug, _)| slug.clone());
    let (action, back) = match &slug {
        Some(slug) => (format!("{}/edit", url::team(slug)), url::team(slug)),
        None => ("/admin/teams/new".to_owned(), "/teams".to_owned()),
    };
    let short_name = slug.is_none().then(|| {
        let help = "Begins the names of its namespaces: payments-dev. It cannot be changed later.";
        Field::new("slug", "Short name", errors).help(help).text(&fields.slug)
    });
    let button = if slug.is_some() { "Save" } else { "Create team" };
    view! {
        {Head::new(heading(view), "Groups and limits of the team.").view()}
        <div class="stack narrow">
            {errors.summary()}
            {view.refusal.clone().map(|reason| refusal(view, &reason))}
            <form class="form panel" method="post" action=post_to(action)>
                {short_name}
                {Field::new("title", "Name", errors).text(&fields.title)}
                {Field::new("description", "Purpose", errors).help("Optional.").area(&fields.description)}
                {Field::new("cost_centre", "Cost centre", errors).help("Optional: whom its costs are charged to.").text(&fields.cost_centre)}
                {Field::new("owners", "Groups of owners", errors).help("One group of the identity provider per line, spelt exactly as there.").area(&fields.owners)}
                {Field::new("developers", "Groups of developers", errors).area(&fields.developers)}
                {Field::new("viewers", "Groups of viewers", errors).area(&fields.viewers)}
                {limits(view)}
                <input r#type="hidden" name="version" value=fields.version/>
                <div class="buttons">
                    <button class="btn primary">{button}</button>
                    <a class="btn quiet" href=back>"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}

/// Somebody else was faster, most of all.
fn refusal(view: &TeamForm, reason: &str) -> AnyView {
    let again = view.team.as_ref().map(|(slug, _)| {
        view! { <p><a class="link" href=format!("{}/edit", url::team(slug))>"Read it again"</a>": your changes here are then discarded."</p> }
    });
    note::coded(
        "not-saved",
        note::note_with(Tone::Bad, "Not saved", view! { <p>{sentence(reason)}</p> {again} }.into_any()),
    )
}

fn limits(view: &TeamForm) -> AnyView {
    let (errors, fields) = (Errors(&view.errors), &view.fields);
    let resources = Resource::ALL
        .map(|resource| Field::amount(resource.typed_field(), resource.title(), resource, errors))
        .into_iter()
        .zip(Resource::ALL)
        .map(|(field, resource)| field.text(fields.amounts.get(resource)));
    view! {
        <fieldset class="field">
            <legend>"Limits"</legend>
            <p class="help">"Maximum over all its namespaces: 16 CPU, 64Gi. An empty field means no limit."</p>
            <div class="limits">
                {Field::number("namespaces", "Namespaces", "Namespaces, for example 10.", errors).text(&fields.namespaces)}
                {resources.collect::<Vec<_>>()}
            </div>
        </fieldset>
    }
    .into_any()
}
