//! Teams, with what each has been granted.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::Head;
use crate::parts::{badge, note, url};
use crate::shell::Section;
use domain::view::TeamView;
use leptos::prelude::*;

pub fn page(frame: Frame, view: Vec<TeamView>) -> String {
    document::render(frame, |_| Page {
        title: "Teams".into(),
        section: Section::Teams,
        crumbs: vec![Crumb::here("Teams")],
        refresh: None,
        body: body(&view),
    })
}

fn body(view: &[TeamView]) -> AnyView {
    let list = if view.is_empty() {
        let text = "Teams come from the setup files of the platform team: berth apply -f DIRECTORY";
        note::empty(LuUsers, "No team here", text, None)
    } else {
        table(view)
    };
    view! { {Head::new("Teams", "Who owns namespaces. Members come from the groups of your identity provider.").view()} {list} }
        .into_any()
}

fn table(teams: &[TeamView]) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Team"</th>
                        <th scope="col">"Your role"</th>
                        <th scope="col" class="end">"Namespaces"</th>
                        <th scope="col" class="wide">"Granted"</th>
                    </tr>
                </thead>
                <tbody>{teams.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(team: &TeamView) -> AnyView {
    let role = match team.your_role {
        Some(role) => badge::tag(role.title()),
        None => view! { <span class="dim">"none"</span> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::team(&team.slug)>{team.title.clone()}</a>
                    <span class="mono">{team.slug.clone()}</span>
                </div>
            </td>
            <td>{role}</td>
            <td class="end num">{team.n_namespaces}</td>
            <td class="wide">{team.granted.say()}</td>
        </tr>
    }
    .into_any()
}
