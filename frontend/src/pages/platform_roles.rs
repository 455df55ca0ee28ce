//! Which groups have a role for all of Berth.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::note;
use crate::parts::stages::{capitalized, sentence};
use domain::actor::PlatformRole;
use domain::page::PageKind;
use domain::view::{PlatformRoleRow, PlatformRolesPage};
use leptos::prelude::*;

const PATH: &str = "/admin/platform-roles";

pub fn page(frame: Frame, view: PlatformRolesPage) -> String {
    document::render(frame, |_| Page::plain(PageKind::PlatformRoles, body(&view)))
}

fn body(view: &PlatformRolesPage) -> AnyView {
    let about = "Groups with the roles platform, approver or auditor. Team roles are on each team's page.";
    let list = if view.rows.is_empty() {
        let text = "Give a group the role platform with setup files: berth apply -f DIRECTORY";
        note::empty(LuShieldCheck, "No group has a platform role", text, None)
    } else {
        table(view)
    };
    view! {
        {Head::new("Platform roles", about).view()}
        <div class="stack">
            {Errors(&view.errors).summary()}
            {view.refusal.clone().map(|reason| note::note(Tone::Bad, "Not done", sentence(&reason)))}
            {list}
            {view.can_change.then(|| form(view))}
        </div>
    }
    .into_any()
}

fn table(view: &PlatformRolesPage) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col" class="wide">"People"</th>
                        <th scope="col" class="end"><span class="unseen">"Action"</span></th>
                    </tr>
                </thead>
                <tbody>{view.rows.iter().map(|row| line(row, view.can_change)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(row: &PlatformRoleRow, can_change: bool) -> AnyView {
    let people = super::namespace::people_of(&row.people, row.near.as_deref());
    let action = match (&row.kept_because, can_change) {
        (_, false) => ().into_any(),
        (Some(reason), true) => view! { <span class="small dim">{capitalized(reason)}</span> }.into_any(),
        (None, true) => view! {
            <form method="post" action=post_to(format!("{PATH}/remove"))>
                <input r#type="hidden" name="group" value=row.group.clone()/>
                <input r#type="hidden" name="role" value=row.role.title()/>
                <button class="btn small danger">"Remove"<span class="unseen">" "{row.role.title()}" from "{row.group.clone()}</span></button>
            </form>
        }
        .into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <span class="mono">{row.group.clone()}</span>
                    <span class="narrow-only">{super::namespace::people_of(&row.people, row.near.as_deref())}</span>
                </div>
            </td>
            <td>{badge::tag(row.role.title())}</td>
            <td class="wide">{people}</td>
            <td class="end">{action}</td>
        </tr>
    }
    .into_any()
}

fn form(view: &PlatformRolesPage) -> AnyView {
    let (errors, fields) = (Errors(&view.errors), &view.fields);
    let roles = [
        (PlatformRole::Auditor, "auditor: reads everything"),
        (PlatformRole::Approver, "approver: decides platform stages"),
        (PlatformRole::Platform, "platform: runs Berth"),
    ];
    let roles = roles.map(|(role, words)| (role.title().to_owned(), words.to_owned()));
    view! {
        <section class="panel narrow" aria-labelledby="add">
            <header><h2 id="add">"Assign a role to a group"</h2></header>
            <form class="form body inline halves" method="post" action=post_to(PATH)>
                {Field::new("group", "Group", errors).help("Spelt exactly as at the identity provider.").text(&fields.group)}
                {Field::new("role", "Role", errors).select(roles.into(), &fields.role)}
                <div class="buttons"><button class="btn">"Assign role"</button></div>
            </form>
        </section>
    }
    .into_any()
}
