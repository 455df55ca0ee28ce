//! One team: its people and why they are in it, its limits, its namespaces.

use super::namespace::access_table;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::bar::{self, Amounts};
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::{Head, primary};
use crate::parts::person::avatar;
use crate::parts::stages::sentence;
use crate::parts::{list, namespaces, note, url, when};
use domain::Resource;
use domain::actor::TeamRole;
use domain::page::PageKind;
use domain::view::{MembershipView, TeamPage, TeamPerson, TeamView};
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: TeamPage) -> String {
    document::render(frame, |frame| Page {
        title: view.team.row.title.clone(),
        kind: Some(PageKind::Team),
        crumbs: vec![Crumb::to(PageKind::Teams), Crumb::here(view.team.row.title.clone())],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, page: &TeamPage) -> AnyView {
    let view = &page.team;
    view! {
        {head(view)}
        <div class="split">
            <div class="stack">
                {Errors(&page.errors).summary()}
                {page.refusal.clone().map(|reason| note::note(Tone::Bad, "Not done", sentence(&reason)))}
                {view.row.archived_at.map(|at| archived(at, frame.now))}
                {people(view, frame.now)}
                <section aria-labelledby="groups">
                    <div class="over"><h2 id="groups">"Groups"</h2></div>
                    {groups(view)}
                </section>
                {memberships(page, frame.now)}
                <section aria-labelledby="namespaces">
                    <div class="over"><h2 id="namespaces">"Namespaces"</h2></div>
                    {team_namespaces(view, frame.now)}
                </section>
            </div>
            <aside class="stack" aria-label="About the team">{limits(view)} {about(view, frame.now)}</aside>
        </div>
    }
    .into_any()
}

fn head(view: &TeamView) -> AnyView {
    let role = match view.row.your_role {
        Some(role) => format!("You are {} here.", with_article(role)),
        None => "You have no role in this team.".to_owned(),
    };
    let below = view.description.as_ref().map_or_else(|| role.clone(), |text| format!("{text} {role}"));
    let may_ask =
        view.row.archived_at.is_none() && matches!(view.row.your_role, Some(TeamRole::Developer | TeamRole::Owner));
    let actions = view! {
        {view.can_change.then(|| view! { <a class="btn" href=format!("{}/edit", url::team(&view.row.slug))>"Edit"</a> })}
        {view.can_change.then(|| archiving(view))}
        {may_ask.then(|| primary(url::with_query("/namespaces/new", &[("team", &view.row.slug)]), LuPlus, "New namespace"))}
    };
    let head = Head::new(view.row.title.clone(), below);
    if view.can_change || may_ask { head.action(actions.into_any()).view() } else { head.view() }
}

fn archiving(view: &TeamView) -> AnyView {
    let (verb, words) = match view.row.archived_at {
        None => ("archive", "Archive"),
        Some(_) => ("restore", "Restore"),
    };
    view! {
        <form method="post" action=post_to(format!("{}/{verb}", url::team(&view.row.slug)))><button class="btn">{words}</button></form>
    }
    .into_any()
}

fn archived(at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let text =
        view! { <p>"Since "{when::ago(at, now)}". It cannot request anything; its namespaces and access stay."</p> };
    note::coded("archived", note::note_with(Tone::Info, "This team is archived", text.into_any()))
}

fn with_article(role: TeamRole) -> &'static str {
    match role {
        TeamRole::Viewer => "a viewer",
        TeamRole::Developer => "a developer",
        TeamRole::Owner => "an owner",
    }
}

fn people(view: &TeamView, now: OffsetDateTime) -> AnyView {
    let list = if view.people.is_empty() {
        let text = "People show here once they have signed in to Berth.";
        note::empty(LuUsers, "No members seen yet", text, None)
    } else {
        let rows = view.people.iter().map(|person| member(person, now));
        view! {
            <div class="table">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col" class="wide">"By"</th>
                            <th scope="col" class="wide">"Last seen"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let only = (view.people.len() >= 200).then(|| view! { <span class="dim">"the first 200 by name"</span> });
    view! { <section aria-labelledby="people"><div class="over"><h2 id="people">"People"</h2>{only}</div>{list}</section> }
        .into_any()
}

fn member(person: &TeamPerson, now: OffsetDateTime) -> AnyView {
    view! {
        <tr>
            <td><span class="who">{avatar(&person.name)}<b>{person.name.clone()}</b></span></td>
            <td>{badge::tag(person.role.title())}</td>
            <td class="wide">{person.via.join(", ")}</td>
            <td class="wide">{when::ago(person.last_seen_at, now)}</td>
        </tr>
    }
    .into_any()
}

fn groups(view: &TeamView) -> AnyView {
    if view.groups.is_empty() {
        let text = "No group of the identity provider is bound to this team.";
        return note::empty(LuUsers, "No group yet", text, None);
    }
    access_table(&view.groups)
}

fn memberships(page: &TeamPage, now: OffsetDateTime) -> AnyView {
    let view = &page.team;
    if view.memberships.is_empty() && !view.can_change {
        return ().into_any();
    }
    let list = if view.memberships.is_empty() {
        view! { <p class="body dim">"None. A membership gives one person a role without a group, until a date."</p> }
            .into_any()
    } else {
        let rows = view.memberships.iter().map(|m| membership(view, m, now));
        view! {
            <div class="table inside">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col" class="wide">"Until"</th>
                            <th scope="col" class="end"><span class="unseen">"Action"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="memberships">
            <header><h2 id="memberships">"Memberships"</h2><span class="dim">"without a group, until a date"</span></header>
            {list}
            {view.can_change.then(|| membership_form(page))}
        </section>
    }
    .into_any()
}

fn membership(view: &TeamView, membership: &MembershipView, now: OffsetDateTime) -> AnyView {
    let end = view.can_change.then(|| {
        let action = format!("{}/memberships/{}/end", url::team(&view.row.slug), membership.person.id);
        view! {
            <form method="post" action=post_to(action)>
                <button class="btn small danger">"End"<span class="unseen">" the membership of "{membership.person.name.clone()}</span></button>
            </form>
        }
    });
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <b>{membership.person.name.clone()}</b>
                    <span>{membership.reason.clone()}" (given by "{membership.given_by.clone()}")"</span>
                    <span class="narrow-only">"until "{when::ago(membership.until, now)}</span>
                </div>
            </td>
            <td>{badge::tag(membership.role.title())}</td>
            <td class="wide">{when::ago(membership.until, now)}</td>
            <td class="end">{end}</td>
        </tr>
    }
    .into_any()
}

fn membership_form(page: &TeamPage) -> AnyView {
    let (errors, fields) = (Errors(&page.errors), &page.fields);
    let roles = [TeamRole::Viewer, TeamRole::Developer, TeamRole::Owner];
    let roles = roles.map(|role| (role.title().to_owned(), role.title().to_owned()));
    view! {
        <form class="form body inline" method="post" action=post_to(format!("{}/memberships", url::team(&page.team.row.slug)))>
            {Field::new("person", "E-mail address", errors).help("Of somebody who has signed in to Berth.").text(&fields.person)}
            {Field::new("role", "Role", errors).select(roles.into(), &fields.role)}
            {Field::new("until", "Last day", errors).help("As 2026-12-31, at most a year from now.").text(&fields.until)}
            {Field::new("why", "Why", errors).text(&fields.why)}
            <div class="buttons"><button class="btn">"Assign role"</button></div>
        </form>
    }
    .into_any()
}

fn team_namespaces(view: &TeamView, now: OffsetDateTime) -> AnyView {
    if view.namespaces.is_empty() {
        return note::empty(LuBox, "No namespace yet", "Namespaces of the team show here.", None);
    }
    let more = list::first_of(view.namespaces.len(), view.row.n_namespaces);
    view! { {namespaces::table(&view.namespaces, now)} {more} }.into_any()
}

/// What is used of each limit; what has no limit is said in numbers.
fn limits(view: &TeamView) -> AnyView {
    let number = match view.limits.namespaces {
        Some(limit) => format!("{} of {limit}", view.row.n_namespaces),
        None => view.row.n_namespaces.to_string(),
    };
    let is_shown = |r: &Resource| view.limits.get(*r).is_some() || view.row.granted.get(*r) > 0;
    let rows = Resource::ALL.into_iter().filter(is_shown).map(|resource| {
        let filled = view.row.granted.get(resource);
        match view.limits.get(resource) {
            Some(whole) => bar::labelled(Amounts { resource, filled, asked: 0, whole }),
            None => view! {
                <div class="legend"><span>{resource.title()}</span><span>{resource.format(filled)}<span class="dim">", no limit"</span></span></div>
            }
            .into_any(),
        }
    });
    view! {
        <section class="panel">
            <header><h2>"Granted"</h2><span class="dim">"of the team's limits"</span></header>
            <div class="body stack-2">
                <div class="legend"><span>"Namespaces"</span><b>{number}</b></div>
                {rows.collect_view()}
            </div>
        </section>
    }
    .into_any()
}

fn about(view: &TeamView, now: OffsetDateTime) -> AnyView {
    let requests = url::with_query("/requests", &[("queue", "all"), ("team", &view.row.slug)]);
    let changed = view.changed_at.map(|at| {
        let by = view.changed_by.clone().unwrap_or_else(|| "somebody".to_owned());
        view! { <dt>"Changed"</dt><dd>{when::ago(at, now)}" by "{by}</dd> }
    });
    let cost_centre = view.cost_centre.clone().map(|text| view! { <dt>"Cost centre"</dt><dd>{text}</dd> });
    view! {
        <section class="panel">
            <header><h2>"About"</h2></header>
            <dl class="kv body">
                <dt>"Short name"</dt><dd class="mono">{view.row.slug.clone()}</dd>
                {cost_centre}
                <dt>"Open requests"</dt><dd><a class="link" href=requests>{view.n_open_requests}</a></dd>
                {changed}
            </dl>
        </section>
    }
    .into_any()
}
