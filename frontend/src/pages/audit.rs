//! The audit trail: every change, newest first.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::form::{self, Errors, error_id, message};
use crate::parts::list::{Head, paging};
use crate::parts::{badge, note, url, when};
use crate::shell::Section;
use domain::view::{AuditFields, AuditRow, AuditView};
use leptos::prelude::*;
use serde_json::Value;

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
    let query = query(fields);
    let is_filtered = query.iter().any(|(_, value)| !value.is_empty());
    let is_first = !frame.path.contains("after=");
    let list = match (view.page.items.is_empty(), is_filtered) {
        (false, _) => table(&view.page.items),
        (true, true) if !view.errors.is_empty() => ().into_any(),
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
            <span class="small dim">"All events that match, oldest first. That you took them is an event itself."</span>
        </div>
    }
    .into_any()
}

fn filters(fields: &AuditFields, errors: Errors<'_>, is_filtered: bool) -> AnyView {
    let field = |name: &'static str, label: &'static str, value: &str| {
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
                {message(name, errors.of(name))}
            </label>
        }
    };
    view! {
        <form class="filters" method="get" action=PATH role="search" aria-label="Filter events">
            {field("actor", "Who", &fields.actor)}
            {field("behalf", "On whose behalf", &fields.behalf)}
            {field("action", "Did what", &fields.action)}
            {field("subject", "To what", &fields.subject)}
            {field("team", "Team", &fields.team)}
            {field("from", "From day", &fields.from)}
            {field("to", "To day", &fields.to)}
            {field("text", "Anything", &fields.text)}
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
            <td>
                <span class="who">{row.actor.clone()}{kind}</span>
                {row.on_behalf_of.clone().map(|person| view! { <span class="small dim">{format!("for {person}")}</span> })}
            </td>
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
    Some(
        view! {
            <details class="more">
                <summary>"Details"</summary>
                {(!is_empty).then(|| values(&row.detail))}
                {request_id.map(|id| view! { <p class="dim">"request id "<span class="mono">{id}</span></p> })}
            </details>
        }
        .into_any(),
    )
}

/// Before and after beside each other where the event says both, and else each field with its value.
fn values(detail: &Value) -> AnyView {
    let (before, after) = (detail.get("before"), detail.get("after"));
    let changes = (before.is_some() || after.is_some()).then(|| changes(before, after));
    let mut others = Fields::new();
    match detail {
        Value::Object(fields) => {
            let is_other = |name: &str| changes.is_none() || !matches!(name, "before" | "after");
            fields
                .iter()
                .filter(|(name, _)| is_other(name))
                .for_each(|(name, value)| flatten(name, value, &mut others));
        }
        value => flatten("value", value, &mut others),
    }
    let rows = others.into_iter().map(|(name, value)| {
        view! { <tr><th scope="row" class="mono">{name}</th><td class="prose">{value}</td></tr> }
    });
    let rows: Vec<_> = rows.collect();
    let others = (!rows.is_empty()).then(|| {
        view! {
            <table>
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Value"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! { <div class="table inside">{changes}{others}</div> }.into_any()
}

fn changes(before: Option<&Value>, after: Option<&Value>) -> AnyView {
    let fields = |value: Option<&Value>| {
        let mut fields = Fields::new();
        match value {
            Some(Value::Object(all)) => all.iter().for_each(|(name, value)| flatten(name, value, &mut fields)),
            Some(Value::Null) | None => {}
            Some(value) => flatten("value", value, &mut fields),
        }
        fields
    };
    let (before, after) = (fields(before), fields(after));
    let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let rows = names.into_iter().map(|name| {
        let cell = |fields: &Fields| match fields.get(&name) {
            Some(value) => value.clone().into_any(),
            None => view! { <span class="dim">"not there"</span> }.into_any(),
        };
        let (old, new) = (cell(&before), cell(&after));
        let is_same = before.get(&name) == after.get(&name);
        let name = if is_same { name.into_any() } else { view! { <b>{name}</b> }.into_any() };
        view! { <tr><th scope="row" class="mono">{name}</th><td class="prose">{old}</td><td class="prose">{new}</td></tr> }
    });
    view! {
        <table>
            <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// By their names, the inner ones after a dot.
type Fields = std::collections::BTreeMap<String, String>;

fn flatten(name: &str, value: &Value, fields: &mut Fields) {
    let text = match value {
        Value::Object(inner) if !inner.is_empty() => {
            return inner.iter().for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, fields));
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(said).collect::<Vec<_>>().join(", ")
        }
        value => said(value),
    };
    fields.insert(name.to_owned(), text);
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_inside_is_named_by_the_way_to_it() {
        let mut fields = Fields::new();
        flatten("quota", &json!({"cpu_m": 2000, "of": {"groups": ["a", "b"], "note": null}}), &mut fields);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("quota.cpu_m", "2000"), ("quota.of.groups", "a, b"), ("quota.of.note", "none")]);
    }
}
