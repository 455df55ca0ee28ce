//! A namespace's quota: what there is, what of it is used, the form that asks for another, and how it came to be.

use super::namespace::{Here, beside_tabs};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::LiveVerdict;
use crate::parts::amounts::amount;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::paging;
use crate::parts::open_request::open_request;
use crate::parts::size_picker::{Column, SizePicker, size_picker};
use crate::parts::slot::{slot, spoken_slot};
use crate::parts::{bar as bars, fresh, history, note, quota, stages, url, verdict};
use domain::page::PageKind;
use domain::view::{NamespaceView, Page, QuotaChangeView, QuotaForm, QuotaLine, Verdict};
use domain::{Quota, Resource};
use leptos::prelude::*;

/// Id of the form: the verdict beside it watches it.
const FORM: &str = "quota";

pub fn page(frame: Frame, namespace: NamespaceView, form: QuotaForm) -> String {
    let title = title(&namespace, PageKind::Quota);
    beside_tabs(frame, &namespace, PageKind::Quota, title, Here::Quota, |frame| content(frame, &form))
}

/// How the quota came to be what it is, newest first.
pub fn history(frame: Frame, namespace: NamespaceView, changes: Page<QuotaChangeView>) -> String {
    let title = title(&namespace, PageKind::QuotaHistory);
    beside_tabs(frame, &namespace, PageKind::QuotaHistory, title, Here::Quota, |frame| {
        past(frame, &namespace, &changes)
    })
}

fn title(namespace: &NamespaceView, part: PageKind) -> String {
    format!("{} · {}", part.title(), namespace.row.name)
}

fn content(frame: &Frame, form: &QuotaForm) -> AnyView {
    let is_askable = form.can_ask.allowed;
    let main = if is_askable { ask(form) } else { read_only(form) };
    let beside = is_askable.then(|| {
        view! {
            <LiveVerdict form=FORM.to_owned()/>
            {spoken_slot("verdict", "stack", verdict_or_hint(frame, form))}
        }
    });
    view! {
        <div class="split">
            <div class="stack">
                {fresh::caution(&form.cluster, &form.freshness, frame.now)}
                {form.open.as_ref().map(|found| open_request(found, frame.now))}
                {Errors(&form.errors).summary()}
                {main}
                <p class="small dim">
                    "Used is what the cluster counts. CPU and memory bound the sum of requests and the sum of limits alike. "
                    <a class="link" href=url::quota_history(&form.cluster, &form.name)>"Quota history"</a>
                </p>
            </div>
            <aside class="stack follow" aria-label="Before you submit">{beside}</aside>
        </div>
    }
    .into_any()
}

fn ask(form: &QuotaForm) -> AnyView {
    let errors = Errors(&form.errors);
    let now = granted(&form.lines);
    let why = Field::new("purpose", "Reason", errors).help("Approvers read this first.");
    let picker = SizePicker {
        before: vec![
            Column::new("Used", |resource| used(line(&form.lines, resource))),
            Column::new("Now", |resource| has(line(&form.lines, resource), resource)),
        ],
        sizes: &form.class.sizes,
        ceiling: Some(&form.class.ceiling),
        from: now,
        begin: now,
        size: form.size.as_deref(),
        fields: &form.fields,
        errors,
    };
    view! {
        <form class="form panel" id=FORM method="post" action=post_to(url::quota(&form.cluster, &form.name))>
            <input r#type="hidden" name="mark" value=form.fields.mark.clone()/>
            <h2>"Change quota"</h2>
            {size_picker(picker)}
            {why.area(&form.fields.purpose)}
            {slot("below-use", "", acknowledgement(form))}
            <div class="buttons">
                <button class="btn primary">"Submit request"</button>
                <button class="btn" formmethod="get" formnovalidate=true name="check" value="1">"Check"</button>
                <a class="btn quiet" href=url::namespace(&form.cluster, &form.name)>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Less than is used must be meant, and less than there is where use is not known.
fn acknowledgement(form: &QuotaForm) -> Option<AnyView> {
    let errors = Errors(&form.errors);
    let is_below = form.verdict.as_ref().is_some_and(Verdict::must_be_meant);
    (is_below || errors.of("acknowledge_below_use").is_some())
        .then(|| crate::parts::size_picker::acknowledgement(form.fields.acknowledges(), errors, None))
}

fn verdict_or_hint(frame: &Frame, form: &QuotaForm) -> AnyView {
    match &form.verdict {
        Some(found) => verdict::verdict(found, frame.now),
        None => view! {
            <section class="panel">
                <header><h2>"Next steps"</h2></header>
                <div class="body">
                    <p class="hint">
                        {icon(LuInfo)}
                        "Change an amount to see who decides and whether the cluster has capacity. Nothing is submitted yet."
                        <noscript>" Then press Check."</noscript>
                    </p>
                </div>
            </section>
        }
        .into_any(),
    }
}

/// For those who may look, but not ask.
fn read_only(form: &QuotaForm) -> AnyView {
    let rows = form.lines.iter().filter(|line| line.granted > 0 || line.enforced.unwrap_or(0) > 0).map(|line| {
        view! {
            <tr>
                <th scope="row">{line.resource.title()}</th>
                <td class="was">{used(Some(line))}</td>
                <td>{has(Some(line), line.resource)}</td>
            </tr>
        }
    });
    view! {
        <section class="panel">
            <header><h2>"Quota"</h2></header>
            <div class="body scroll">
                <table class="diff">
                    <thead><tr><td></td><th scope="col">"Used"</th><th scope="col">"Now"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
                <p class="hint">{icon(LuLock)}{stages::sentence(&form.can_ask.why_not)}</p>
            </div>
        </section>
    }
    .into_any()
}

fn line(lines: &[QuotaLine], resource: Resource) -> Option<&QuotaLine> {
    lines.iter().find(|line| line.resource == resource)
}

fn granted(lines: &[QuotaLine]) -> Quota {
    Quota::from_fn(|resource| line(lines, resource).map_or(0, |line| line.granted))
}

fn used(line: Option<&QuotaLine>) -> AnyView {
    match line.and_then(|line| Some((line, line.used?))) {
        Some((line, used)) if line.granted > 0 || used > 0 => {
            bars::cell(bars::Amounts { resource: line.resource, filled: used, asked: 0, whole: line.in_force() })
        }
        Some(_) => amount(Resource::Pods, 0),
        None => view! { <span class="dim">"not read"</span> }.into_any(),
    }
}

/// What was granted, and what the cluster enforces where that is something else.
fn has(line: Option<&QuotaLine>, resource: Resource) -> AnyView {
    let granted = line.map_or(0, |line| line.granted);
    let other = line.and_then(quota::enforced);
    view! { <span title=format!("granted {}", resource.quantity(granted))>{amount(resource, granted)}</span> {other} }
        .into_any()
}

fn past(frame: &Frame, namespace: &NamespaceView, changes: &Page<QuotaChangeView>) -> AnyView {
    let row = &namespace.row;
    let is_first = !frame.path.contains("after=");
    let path = url::quota_history(&row.cluster, &row.name);
    let content = if changes.items.is_empty() {
        let text = "Every change of this quota shows here, with its reason and the usage at the time of the decision.";
        note::empty(LuHistory, "Not changed yet", text, None)
    } else {
        let until = if is_first { frame.now } else { changes.items[0].at };
        view! { {history::chart(&changes.items, until)} {history::table(&changes.items)} }.into_any()
    };
    view! {
        <div class="stack">
            <div class="over">
                <h2>"Quota history"</h2>
                <a class="link" href=url::quota(&row.cluster, &row.name)>"Change quota"</a>
            </div>
            {content}
            {paging(&path, &[], is_first, changes.next.as_deref())}
        </div>
    }
    .into_any()
}
