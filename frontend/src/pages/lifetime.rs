//! The forms that ask for another expiry of a namespace, or for its end: with what is inside, and what comes of it.

use super::namespace::{Here, beside_tabs};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::LiveVerdict;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::open_request::open_request;
use crate::parts::slot::spoken_slot;
use crate::parts::{fresh, inside, note, stages, url, verdict, when};
use domain::page::PageKind;
use domain::request::Kind;
use domain::view::{LifetimeForm, NamespaceView};
use leptos::prelude::*;

/// Id of the form: the verdict beside it watches it.
const FORM: &str = "lifetime";

pub fn page(frame: Frame, namespace: NamespaceView, form: LifetimeForm) -> String {
    let kind = if form.kind == Kind::Delete { PageKind::Delete } else { PageKind::Extend };
    let title = format!("{} {}", kind.title(), namespace.row.name);
    beside_tabs(frame, &namespace, kind, title, Here::Form, |frame| content(frame, &namespace, &form))
}

fn content(frame: &Frame, namespace: &NamespaceView, form: &LifetimeForm) -> AnyView {
    let main = match (form.can_ask.allowed, form.kind) {
        (false, _) => note::empty(LuLock, "You cannot request this", stages::sentence(&form.can_ask.why_not), None),
        (true, Kind::Delete) => delete(namespace, form),
        (true, Kind::Extend | Kind::NewNamespace | Kind::Quota) => extend(frame, namespace, form),
    };
    // Once the fields of the form have said what they are called.
    let beside = form.can_ask.allowed.then(|| {
        let found = form.verdict.as_ref().map(|found| verdict::verdict(found, frame.now));
        view! { <LiveVerdict form=FORM.to_owned()/> {spoken_slot("verdict", "stack", found)} }
    });
    let inside = form.contents.as_ref().map(|contents| inside::panel(contents, frame.now));
    view! {
        <div class="split">
            <div class="stack">
                {fresh::caution(&namespace.row.cluster, &namespace.row.freshness, frame.now)}
                {form.open.as_ref().map(|found| open_request(found, frame.now))}
                {Errors(&form.errors).summary()}
                {main}
                {inside}
            </div>
            <aside class="stack follow" aria-label="Before you submit">{beside}</aside>
        </div>
    }
    .into_any()
}

fn extend(frame: &Frame, namespace: &NamespaceView, form: &LifetimeForm) -> AnyView {
    let row = &namespace.row;
    let errors = Errors(&form.errors);
    let now = row.expires_at.map(|at| {
        let says = if at > frame.now { "It expires " } else { "It was due to expire " };
        view! { <p>{says}{when::ago(at, frame.now)}", on "{when::format_date(at)}"."</p> }
    });
    let help = match (form.earliest, form.automatic_until) {
        (Some(from), Some(until)) => {
            format!(
                "The last day, from {from} on. Up to {until} needs nobody's approval; a later day is decided by people."
            )
        }
        (Some(from), None) => format!("The last day, from {from} on. People decide it, whichever day it is."),
        (None, _) => "The last day.".to_owned(),
    };
    let until = Field::new("until", "Expires on", errors).help(help);
    let why = Field::new("purpose", "Reason", errors).help("Approvers read this first.");
    let earliest = form.earliest.map(|day| day.to_string());
    view! {
        <form class="form panel" id=FORM method="post" action=post_to(url::extend(&row.cluster, &row.name))>
            <input r#type="hidden" name="mark" value=form.fields.mark.clone()/>
            <h2>"Extend the lifetime"</h2>
            {now}
            {until.date(&form.fields.until, earliest)}
            {why.area(&form.fields.purpose)}
            {buttons(namespace, "Submit request", "btn primary")}
        </form>
    }
    .into_any()
}

fn delete(namespace: &NamespaceView, form: &LifetimeForm) -> AnyView {
    let row = &namespace.row;
    let errors = Errors(&form.errors);
    let why = Field::new("purpose", "Reason", errors).help("The team reads this, and approvers where there are any.");
    let confirm = Field::new("confirm", "Name of the namespace", errors).help(format!("Type {} to confirm.", row.name));
    let course = [
        "What its workloads run is stopped at once; their replica counts are kept. Pods that no workload owns run on."
            .to_owned(),
        format!("For {} days the team and Platform can restore it with one click.", form.grace_days),
        "Then it is deleted with everything in it. Data on its volumes cannot be recovered.".to_owned(),
        "Its name stays reserved for the team for 90 days.".to_owned(),
    ];
    let course = course.map(|line| view! { <li>{icon(LuCircle)}{line}</li> });
    view! {
        <form class="form panel" id=FORM method="post" action=post_to(url::delete(&row.cluster, &row.name))>
            <input r#type="hidden" name="mark" value=form.fields.mark.clone()/>
            <h2>"Delete namespace"</h2>
            <ol class="course">{course.collect_view()}</ol>
            {why.area(&form.fields.purpose)}
            {confirm.text(&form.fields.confirm)}
            {buttons(namespace, "Request deletion", "btn danger")}
        </form>
    }
    .into_any()
}

fn buttons(namespace: &NamespaceView, submit: &'static str, class: &'static str) -> AnyView {
    view! {
        <div class="buttons">
            <button class=class>{submit}</button>
            <button class="btn" formmethod="get" formnovalidate=true name="check" value="1">"Check"</button>
            <a class="btn quiet" href=url::namespace(&namespace.row.cluster, &namespace.row.name)>"Cancel"</a>
        </div>
    }
    .into_any()
}
