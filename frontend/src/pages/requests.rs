//! Requests by queue, narrowed by filters that stand in the address.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::{self, Head, TabLink, paging, primary, tabs};
use crate::parts::slot::{live, slot};
use crate::parts::stages::sentence;
use crate::parts::{amounts, ask, badge, note, url, when};
use domain::page::PageKind;
use domain::request::Kind;
use domain::view::{Queue, RequestFilter, RequestRow, RequestState, RequestsView};
use leptos::prelude::*;
use std::collections::BTreeSet;
use time::OffsetDateTime;

const PATH: &str = "/requests";

pub fn page(frame: Frame, view: RequestsView) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Requests, body(frame, &view)))
}

fn body(frame: &Frame, view: &RequestsView) -> AnyView {
    let can_ask = frame.viewer.as_ref().is_some_and(|viewer| viewer.can_ask);
    let summary = slot("summary", "", summary(view));
    let head = Head { above: None, title: "Requests".into(), below: summary, actions: None };
    let head = if can_ask { head.action(primary("/namespaces/new", LuPlus, "New namespace")) } else { head };
    let is_first = !frame.path.contains("after=");
    let list = if view.page.items.is_empty() { empty(view) } else { table(view, frame.now) };
    view! {
        {live(frame.path.clone())}
        {head.view()}
        {slot("queues", "", tabs("Queues", queues(view)))}
        {filters(view)}
        {chips(view)}
        {slot("list", "", list)}
        {paging(PATH, &query(view, None), is_first, view.page.next.as_deref())}
    }
    .into_any()
}

fn summary(view: &RequestsView) -> String {
    match view.counts.to_decide {
        0 => "Nothing waits for your decision.".to_owned(),
        1 => "One waits for your decision.".to_owned(),
        n => format!("{n} wait for your decision."),
    }
}

fn queues(view: &RequestsView) -> Vec<TabLink> {
    let counts = &view.counts;
    let tab = |queue: Queue, text: &'static str, count: i64| TabLink {
        href: url::with_query(PATH, &[("queue", queue.as_str())]),
        text,
        count: Some(count),
        is_here: view.queue == queue,
    };
    vec![
        tab(Queue::ToDecide, "To decide", counts.to_decide),
        tab(Queue::Mine, "Mine", counts.mine),
        tab(Queue::MyTeams, "My teams", counts.my_teams),
        tab(Queue::Failed, "Failed", counts.failed),
        tab(Queue::All, "All", counts.all),
    ]
}

/// A filter: its name in the address, what people call it, and what it is set to.
struct Narrowing<'a> {
    name: &'static str,
    title: &'static str,
    value: &'a str,
}

fn narrowings(filter: &RequestFilter) -> [Narrowing<'_>; 6] {
    let RequestFilter { team, cluster, class, kind, state, text } = filter;
    [
        Narrowing { name: "text", title: "Text", value: text },
        Narrowing { name: "team", title: "Team", value: team },
        Narrowing { name: "cluster", title: "Cluster", value: cluster },
        Narrowing { name: "class", title: "Class", value: class },
        Narrowing { name: "kind", title: "Kind", value: kind },
        Narrowing { name: "state", title: "State", value: state },
    ]
}

/// The address of this list, without one of its filters.
fn query<'a>(view: &'a RequestsView, without: Option<&str>) -> Vec<(&'a str, &'a str)> {
    let filters = narrowings(&view.filter).into_iter().filter(|narrowing| Some(narrowing.name) != without);
    [("queue", view.queue.as_str())].into_iter().chain(filters.map(|n| (n.name, n.value))).collect()
}

fn filters(view: &RequestsView) -> AnyView {
    let filter = &view.filter;
    let rows = &view.page.items;
    let states = RequestState::ALL.map(|state| (state.as_str(), state.title()));
    let is_narrowed =
        narrowings(filter).iter().any(|narrowing| narrowing.name != "text" && !narrowing.value.is_empty());
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind.name()));
    view! {
        <form class="filters" method="get" action=PATH role="search" aria-label="Filter requests">
            <input r#type="hidden" name="queue" value=view.queue.as_str()/>
            <label class="search"><span>"Name, reason or number"</span>
                <input class="input" r#type="search" name="text" value=filter.text.clone() autocomplete="off"/>
            </label>
            {list::fold(is_narrowed, view! {
                {typed("team", "Team", &filter.team, rows.iter().map(|row| &row.team))}
                {typed("cluster", "Cluster", &filter.cluster, rows.iter().map(|row| &row.cluster))}
                {typed("class", "Class", &filter.class, rows.iter().map(|row| &row.class))}
                {chosen("kind", "Kind", &filter.kind, &kinds)}
                {chosen("state", "State", &filter.state, &states)}
            })}
            <button class="btn">"Filter"</button>
        </form>
    }
    .into_any()
}

/// With what is on the page as suggestions.
fn typed<'a>(name: &'static str, title: &'static str, value: &str, known: impl Iterator<Item = &'a String>) -> AnyView {
    let known: BTreeSet<_> = known.cloned().collect();
    let known = known.into_iter().map(|value| view! { <option value=value></option> });
    let list = format!("known-{name}");
    view! {
        <label>
            <span>{title}</span>
            <input class="input" name=name value=value.to_owned() list=list.clone() autocomplete="off"/>
            <datalist id=list>{known.collect_view()}</datalist>
        </label>
    }
    .into_any()
}

fn chosen(name: &'static str, title: &'static str, value: &str, options: &[(&'static str, &'static str)]) -> AnyView {
    let options = options.iter().map(|(option, title)| {
        view! { <option value=*option selected={*option == value}>{*title}</option> }
    });
    view! {
        <label>
            <span>{title}</span>
            <select class="input" name=name><option value="">"any"</option>{options.collect_view()}</select>
        </label>
    }
    .into_any()
}

/// What the list is narrowed to, each to be taken away.
fn chips(view: &RequestsView) -> Option<AnyView> {
    let set = narrowings(&view.filter).into_iter().filter(|narrowing| !narrowing.value.is_empty());
    let chips: Vec<_> = set.map(|narrowing| chip(view, &narrowing)).collect();
    if chips.is_empty() {
        return None;
    }
    let all = url::with_query(PATH, &[("queue", view.queue.as_str())]);
    let list = view! {
        <ul class="chips" aria-label="Filters that are set">
            {chips.into_iter().map(|chip| view! { <li>{chip}</li> }).collect_view()}
            <li><a class="link" href=all>"Clear all"</a></li>
        </ul>
    };
    Some(list.into_any())
}

fn chip(view: &RequestsView, narrowing: &Narrowing<'_>) -> AnyView {
    let value = match narrowing.name {
        "kind" => Kind::ALL.into_iter().find(|kind| kind.as_str() == narrowing.value).map(Kind::name),
        "state" => RequestState::ALL.into_iter().find(|s| s.as_str() == narrowing.value).map(RequestState::title),
        _ => None,
    };
    let value = value.unwrap_or(narrowing.value).to_owned();
    let href = url::with_query(PATH, &query(view, Some(narrowing.name)));
    view! {
        <a class="chip" href=href>
            <span class="unseen">"Remove filter: "</span>
            <span class="dim">{narrowing.title}</span><b>{value}</b>{icon(LuX)}
        </a>
    }
    .into_any()
}

fn empty(view: &RequestsView) -> AnyView {
    if narrowings(&view.filter).iter().any(|narrowing| !narrowing.value.is_empty()) {
        let text = "No request of this queue matches all filters. Remove one.";
        return note::coded("no-match", note::empty(LuInbox, "Nothing matches", text, None));
    }
    let (headline, text) = match view.queue {
        Queue::ToDecide => {
            ("No requests for you to decide", "Requests that you may decide show here. You never decide your own.")
        }
        Queue::Mine => ("You have no requests yet", "Your requests show here, also after they are closed."),
        Queue::MyTeams => ("No request yet", "Requests of your teams show here."),
        Queue::All => ("No request yet", "Requests that you may see show here."),
        Queue::Failed => {
            ("No failed requests", "Requests with failed provisioning show here, with the reason and a retry.")
        }
    };
    note::empty(LuInbox, headline, text, None)
}

/// The column of what waits for one's decision.
const CAPACITY: &str = "Capacity";

/// Of what waits for one's decision the state is known: what matters is whether there is capacity, and whether it can be made.
fn table(view: &RequestsView, now: OffsetDateTime) -> AnyView {
    let state = if view.queue == Queue::ToDecide { CAPACITY } else { "State" };
    view! {
        <div class="table stacks">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="lead">"Request"</th>
                        <th scope="col">"Team"</th>
                        <th scope="col">"Asks for"</th>
                        <th scope="col">{state}</th>
                        <th scope="col" class="end">"Asked"</th>
                    </tr>
                </thead>
                <tbody>{view.page.items.iter().map(|r| row(r, state, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What takes no capacity has nothing to say of it.
fn without_chance(row: &RequestRow, what: &'static str) -> AnyView {
    if what == CAPACITY && !row.kind().has_quota() {
        return view! { <span class="dim" data-capacity="none">"Takes none"</span> }.into_any();
    }
    badge::request(row)
}

fn row(row: &RequestRow, what: &'static str, now: OffsetDateTime) -> AnyView {
    let waits = amounts::waits(row).map(|waits| view! { <span class="dim">{waits}</span> });
    let state = badge::chance(row).unwrap_or_else(|| without_chance(row, what));
    let granted = ask::granted_instead(row).map(|granted| view! { <span>"granted "{granted}</span> });
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::request(row.number)>{row.title.clone()}</a>
                    <span>{format!("{} · {} on {} · {}", row.number, row.class, row.cluster, row.purpose)}</span>
                    {row.failure.as_deref().map(|why| view! { <span data-failure="">{sentence(why)}</span> })}
                </div>
            </td>
            <td data-label="Team">{badge::tag(row.team.clone())}</td>
            <td data-label="Asks for" title=ask::whole(row)><div class="cell-2 num"><span class="plain">{ask::brief_of(row)}</span>{granted}</div></td>
            <td data-label=what><div class="state start">{state}{waits}</div></td>
            <td class="end num" data-label="Asked"><div class="cell-2">{when::ago(row.submitted_at, now)}<span>{row.requester.name.clone()}</span></div></td>
        </tr>
    }
    .into_any()
}
