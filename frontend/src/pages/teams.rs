//! Teams, with what each has been granted.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::{Head, paging, primary};
use crate::parts::{badge, note, url};
use domain::page::PageKind;
use domain::view::{TeamRow, TeamsView};
use leptos::prelude::*;

const PATH: &str = "/teams";

pub fn page(frame: Frame, view: TeamsView) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Teams, body(frame, &view)))
}

fn body(frame: &Frame, view: &TeamsView) -> AnyView {
    let archived = if view.filter.archived { "1" } else { "" };
    let query = [("text", &*view.filter.text), ("archived", archived)];
    let is_filtered = !view.filter.text.is_empty();
    let is_first = !frame.path.contains("after=");
    let list = match (view.page.items.is_empty(), is_filtered) {
        (false, _) => table(&view.page.items),
        (true, true) => {
            note::coded("no-match", note::empty(LuUsers, "Nothing matches", "No team has this in its name.", None))
        }
        (true, false) if view.can_change => note::empty(
            LuUsers,
            "No team yet",
            "Make the first one, or apply setup files: berth apply -f DIRECTORY",
            None,
        ),
        (true, false) => note::empty(LuUsers, "No team here", "The platform team makes teams.", None),
    };
    let head = Head::new("Teams", "Teams own namespaces. Members come from the groups of your identity provider.");
    let head = if view.can_change { head.action(primary("/admin/teams/new", LuPlus, "New team")) } else { head };
    view! {
        {head.view()}
        {filters(view, is_filtered)}
        {list}
        {paging(PATH, &query, is_first, view.page.next.as_deref())}
    }
    .into_any()
}

fn filters(view: &TeamsView, is_filtered: bool) -> AnyView {
    let (other, words) = if view.filter.archived { ("", "Hide archived") } else { ("1", "Show archived") };
    let switch = url::with_query(PATH, &[("text", &view.filter.text), ("archived", other)]);
    let clear = url::with_query(PATH, &[("archived", if view.filter.archived { "1" } else { "" })]);
    view! {
        <form class="filters" method="get" action=PATH role="search" aria-label="Filter teams">
            <label><span>"Name"</span><input class="input" name="text" value=view.filter.text.clone() autocomplete="off"/></label>
            {view.filter.archived.then(|| view! { <input r#type="hidden" name="archived" value="1"/> })}
            <button class="btn">"Filter"</button>
            {is_filtered.then(|| view! { <a class="btn quiet" href=clear>{icon(LuX)}"Clear"</a> })}
            <a class="btn quiet" href=switch>{words}</a>
        </form>
    }
    .into_any()
}

fn table(teams: &[TeamRow]) -> AnyView {
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

fn row(team: &TeamRow) -> AnyView {
    let role = match team.your_role {
        Some(role) => badge::tag(role.title()),
        None => view! { <span class="dim">"none"</span> }.into_any(),
    };
    let archived = team.archived_at.map(|_| badge::tag("archived"));
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::team(&team.slug)>{team.title.clone()}</a>
                    <span class="who"><span class="mono">{team.slug.clone()}</span>{archived}</span>
                </div>
            </td>
            <td>{role}</td>
            <td class="end num">{team.n_namespaces}</td>
            <td class="wide">{team.granted.describe()}</td>
        </tr>
    }
    .into_any()
}
