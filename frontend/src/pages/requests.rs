//! Requests by queue.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::{Head, TabLink, paging, primary, tabs};
use crate::parts::{amounts, badge, note, url, when};
use crate::shell::Section;
use domain::view::{Queue, RequestRow, RequestsView};
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: RequestsView) -> String {
    document::render(frame, |frame| Page {
        title: "Requests".into(),
        section: Section::Requests,
        crumbs: vec![Crumb::here("Requests")],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &RequestsView) -> AnyView {
    let can_ask = frame.viewer.as_ref().is_some_and(|viewer| viewer.can_ask);
    let head = Head::new("Requests", summary(view));
    let head = if can_ask { head.action(primary("/namespaces/new", LuPlus, "New namespace")) } else { head };
    let is_first = !frame.path.contains("after=");
    let list = if view.page.items.is_empty() { empty(view.queue) } else { table(&view.page.items, frame.now) };
    let query = [("queue", view.queue.as_str())];
    view! {
        {head.view()}
        {tabs("Queues", queues(view))}
        {list}
        {paging("/requests", &query, is_first, view.page.next.as_deref())}
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
        href: url::with_query("/requests", &[("queue", queue.as_str())]),
        text,
        count: Some(count),
        is_here: view.queue == queue,
    };
    vec![
        tab(Queue::ToDecide, "Waits for me", counts.to_decide),
        tab(Queue::Mine, "Asked by me", counts.mine),
        tab(Queue::MyTeams, "My teams", counts.my_teams),
        tab(Queue::Failed, "Failed", counts.failed),
        tab(Queue::All, "All", counts.all),
    ]
}

fn empty(queue: Queue) -> AnyView {
    let (headline, text) = match queue {
        Queue::ToDecide => {
            ("Nothing waits for you", "Requests that you may decide show here. You never decide your own.")
        }
        Queue::Mine => {
            ("You have not asked for anything yet", "What you ask for shows here until long after it is done.")
        }
        Queue::MyTeams => ("No request yet", "What your teams ask for shows here."),
        Queue::All => ("No request yet", "Requests of your teams show here."),
        Queue::Failed => {
            ("Nothing has failed", "Requests whose provisioning gave up show here, with the reason and a retry.")
        }
    };
    note::empty(LuInbox, headline, text, None)
}

fn table(rows: &[RequestRow], now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="lead">"Request"</th>
                        <th scope="col" class="wide">"Team"</th>
                        <th scope="col" class="wide">"Asks for"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="end wide">"Asked"</th>
                    </tr>
                </thead>
                <tbody>{rows.iter().map(|r| row(r, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: &RequestRow, now: OffsetDateTime) -> AnyView {
    let waits =
        (!row.waits_for.is_empty()).then(|| view! { <span class="dim">"waits for "{row.waits_for.clone()}</span> });
    let granted = row.granted.filter(|granted| *granted != row.asked);
    let granted = granted.map(|granted| view! { <span>"granted "{amounts::brief(&granted)}</span> });
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <a class="row" href=url::request(row.number)>{row.title.clone()}</a>
                    <span>{format!("{} · {} on {} · {}", row.number, row.class, row.cluster, row.purpose)}</span>
                </div>
            </td>
            <td class="wide">{badge::tag(row.team.clone())}</td>
            <td class="wide" title=row.asked.say()><div class="cell-2 num"><span class="plain">{asked(row)}</span>{granted}</div></td>
            <td><div class="state start">{badge::request_state(row.state)}{waits}</div></td>
            <td class="end num wide"><div class="cell-2">{when::ago(row.submitted_at, now)}<span>{row.requester.name.clone()}</span></div></td>
        </tr>
    }
    .into_any()
}

fn asked(row: &RequestRow) -> String {
    match &row.size {
        Some(size) => format!("{size} · {}", amounts::brief(&row.asked)),
        None => amounts::brief(&row.asked),
    }
}
