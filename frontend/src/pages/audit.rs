//! The audit trail: every change, newest first.

mod detail;

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::form::{self, Errors, error_id, message};
use crate::parts::list::{self, Head, paging};
use crate::parts::{badge, diff, labels, note, url, when};
use detail::Detail;
use domain::form::AuditFields;
use domain::page::PageKind;
use domain::view::{AuditRow, AuditView};
use leptos::prelude::*;

const PATH: &str = "/admin/audit";

pub fn page(frame: Frame, view: AuditView) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Audit, body(frame, &view)))
}

fn body(frame: &Frame, view: &AuditView) -> AnyView {
    let fields = &view.fields;
    let query = query(fields);
    let is_filtered = query.iter().any(|(_, value)| !value.is_empty());
    let is_first = !frame.path.contains("after=");
    let list = match (view.page.items.is_empty(), is_filtered) {
        (false, _) => table(&view.page.items),
        (true, true) if !view.errors.is_empty() => ().into_any(),
        (true, true) => note::empty(LuScrollText, "Nothing matches", "No event matches all filters. Remove one.", None),
        (true, false) => note::empty(LuScrollText, "No event yet", "Every change shows here.", None),
    };
    let about = view! {
        "Every change: who, what, and a hash that chains it to the one before. Check it with "
        <code class="mono">"berth audit verify"</code>"."
    };
    let head = Head { above: None, title: "Audit".to_owned(), below: about.into_any(), actions: None };
    view! {
        {head.view()}
        {Errors(&view.errors).summary()}
        {filters(fields, Errors(&view.errors), is_filtered)}
        {list}
        {paging(PATH, &query, is_first, view.page.next.as_deref())}
        {(!view.page.items.is_empty()).then(|| exports(&query))}
    }
    .into_any()
}

fn query(fields: &AuditFields) -> [(&'static str, &str); 8] {
    [
        ("actor", &fields.actor),
        ("behalf", &fields.behalf),
        ("action", &fields.action),
        ("subject", &fields.subject),
        ("team", &fields.team),
        ("from", &fields.from),
        ("to", &fields.to),
        ("text", &fields.text),
    ]
}

/// All that match, not this page only.
fn exports(query: &[(&'static str, &str)]) -> AnyView {
    let link = |path: &'static str, text: &'static str| {
        view! { <a class="btn" href=url::with_query(path, query) download="">{icon(LuDownload)}{text}</a> }
    };
    view! {
        <div class="buttons apart">
            {link("/api/v1/audit.csv", "CSV")}
            {link("/api/v1/audit.jsonl", "JSON lines")}
            <span class="small dim">"All events that match, oldest first. The export itself is recorded."</span>
        </div>
    }
    .into_any()
}

fn filters(fields: &AuditFields, errors: Errors<'_>, is_filtered: bool) -> AnyView {
    let field = |name: &'static str, label: &'static str, value: &str| {
        labels::note(name, label);
        let (invalid, described) = match errors.of(name) {
            Some(_) => (Some("true"), Some(error_id(name))),
            None => (None, None),
        };
        view! {
            <label>
                <span>{label}</span>
                <input
                    class="input"
                    id=form::id(name)
                    name=name
                    value=value.to_owned()
                    autocomplete="off"
                    aria-invalid=invalid
                    aria-describedby=described
                />
                {message(name, label, errors.of(name))}
            </label>
        }
    };
    view! {
        <form class="filters" method="get" action=PATH role="search" aria-label="Filter events">
            {field("text", "Anything", &fields.text)}
            {list::fold(is_filtered, view! {
                {field("actor", "Who", &fields.actor)}
                {field("behalf", "On behalf of", &fields.behalf)}
                {field("action", "Action", &fields.action)}
                {field("subject", "Subject", &fields.subject)}
                {field("team", "Team", &fields.team)}
                {field("from", "From day", &fields.from)}
                {field("to", "To day", &fields.to)}
            })}
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
    let kind = (row.actor_kind != "person" && row.actor_kind != row.actor).then(|| badge::tag(row.actor_kind.clone()));
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
            <td>
                <span class="who">{row.actor.clone()}{kind}</span>
                {row.on_behalf_of.clone().map(|person| view! { <span class="small dim">{format!("for {person}")}</span> })}
            </td>
            <td class="num wide">{when::stamp(row.at)}</td>
            <td class="wide"><span class="mono dim whole" title=row.hash.clone()>{hash}</span></td>
        </tr>
    }
    .into_any()
}

fn detail(row: &AuditRow) -> Option<AnyView> {
    let detail = Detail::read(&row.detail);
    if detail.is_empty() && row.request_id.is_none() {
        return None;
    }
    let request_id = row.request_id.clone().map(|id| {
        view! { <p class="small dim">"Request id "<span class="mono">{id}</span></p> }
    });
    Some(
        view! {
            <details class="more">
                <summary>"Details"</summary>
                <div class="stack-2">{values(&detail)} {request_id}</div>
            </details>
        }
        .into_any(),
    )
}

/// What changed stands first; a whole class is there to open.
fn values(detail: &Detail) -> AnyView {
    let changes = (!detail.changes.is_empty()).then(|| diff::changes(&detail.changes));
    let facts = (!detail.facts.is_empty()).then(|| diff::lines(&detail.facts));
    let class = match (detail.class.is_empty(), detail.changes.is_empty()) {
        (true, _) => None,
        (false, true) => Some(diff::lines(&detail.class)),
        (false, false) => Some(
            view! { <details class="more"><summary>"Full class definition"</summary>{diff::lines(&detail.class)}</details> }
                .into_any(),
        ),
    };
    view! { {changes} {facts} {class} }.into_any()
}
