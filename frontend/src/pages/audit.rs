//! The audit trail: every change, newest first.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::list::{Head, paging};
use crate::parts::{badge, note, when};
use crate::shell::Section;
use domain::view::{AuditFields, AuditRow, AuditView};
use leptos::prelude::*;

const PATH: &str = "/admin/audit";

pub fn page(frame: Frame, view: AuditView) -> String {
    document::render(frame, |frame| Page {
        title: "Audit".into(),
        section: Section::Audit,
        crumbs: vec![Crumb::here("Audit")],
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &AuditView) -> AnyView {
    let fields = &view.fields;
    let query = [("actor", &*fields.actor), ("action", &*fields.action), ("subject", &*fields.subject)];
    let is_filtered = query.iter().any(|(_, value)| !value.is_empty());
    let is_first = !frame.path.contains("after=");
    let list = match (view.page.items.is_empty(), is_filtered) {
        (false, _) => table(&view.page.items),
        (true, true) => note::empty(LuScrollText, "Nothing matches", "No event has all of these. Take one away.", None),
        (true, false) => note::empty(LuScrollText, "No event yet", "Every change, however small, shows here.", None),
    };
    let about = view! {
        "Every change: who, what, and a hash that chains it to the one before. Check it with "
        <code class="mono">"berth audit verify"</code>"."
    };
    let head = Head { above: None, title: "Audit".to_owned(), below: about.into_any(), actions: None };
    view! {
        {head.view()}
        {filters(fields, is_filtered)}
        {list}
        {paging(PATH, &query, is_first, view.page.next.as_deref())}
    }
    .into_any()
}

fn filters(fields: &AuditFields, is_filtered: bool) -> AnyView {
    let field = |name: &'static str, label: &'static str, value: &str| {
        view! { <label><span>{label}</span><input class="input" name=name value=value.to_owned() autocomplete="off"/></label> }
    };
    view! {
        <form class="filters" method="get" action=PATH role="search" aria-label="Filter events">
            {field("actor", "Who", &fields.actor)}
            {field("action", "Did what", &fields.action)}
            {field("subject", "To what", &fields.subject)}
            <button class="btn">"Filter"</button>
            {is_filtered.then(|| view! { <a class="btn quiet" href=PATH>{icon(LuX)}"Clear"</a> })}
        </form>
    }
    .into_any()
}

fn table(rows: &[AuditRow]) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="end wide">"No."</th>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col" class="wide">"When"</th>
                        <th scope="col" class="wide">"Hash"</th>
                    </tr>
                </thead>
                <tbody>{rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: &AuditRow) -> AnyView {
    let hash: String = row.hash.chars().take(10).collect();
    let kind = (row.actor_kind != "person").then(|| badge::tag(row.actor_kind.clone()));
    view! {
        <tr>
            <td class="end num dim wide">{row.seq}</td>
            <td>
                <div class="event">
                    <b><span class="mono">{row.action.clone()}</span>" "{row.subject.clone()}</b>
                    <span class="narrow-only dim">{when::stamp(row.at)}</span>
                    {detail(row)}
                </div>
            </td>
            <td><span class="who">{row.actor.clone()}{kind}</span></td>
            <td class="num wide">{when::stamp(row.at)}</td>
            <td class="wide"><span class="mono dim" title=row.hash.clone()>{hash}</span></td>
        </tr>
    }
    .into_any()
}

fn detail(row: &AuditRow) -> Option<AnyView> {
    let is_empty = row.detail.is_null() || row.detail.as_object().is_some_and(|object| object.is_empty());
    let request_id = row.request_id.clone();
    if is_empty && request_id.is_none() {
        return None;
    }
    let text = serde_json::to_string_pretty(&row.detail).unwrap_or_default();
    Some(
        view! {
            <details class="more">
                <summary>"Details"</summary>
                {(!is_empty).then(|| view! { <pre class="code" tabindex="0">{text}</pre> })}
                {request_id.map(|id| view! { <p class="dim">"request id "<span class="mono">{id}</span></p> })}
            </details>
        }
        .into_any(),
    )
}
