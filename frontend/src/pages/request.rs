//! One request: what changes, who decides, what happened. The page a decision is made on.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::disagreement::disagreement;
use crate::parts::form::{Errors, post_to};
use crate::parts::list::Head;
use crate::parts::progress::progress;
use crate::parts::slot::{form_slot, live, slot, spoken_slot};
use crate::parts::{amounts, ask, capacity, fresh, inside, note, reasons, stages, url, when};
use domain::gone::Gone;
use domain::page::PageKind;
use domain::refusal::FieldError;
use domain::request::Act;
use domain::view::{Blocker, CapacityView, QuotaReview, RequestPage, RequestRow, RequestState, RequestView};
use leptos::prelude::*;
use time::OffsetDateTime;

mod changes;
mod decision;
mod next;
mod revise;
mod revisions;
mod talk;

/// The form that revises it, where one was opened or typed into; else the request.
pub fn page(frame: Frame, view: RequestPage) -> String {
    if let Some(fields) = &view.revision {
        return revise::page(frame, &view, fields);
    }
    document::render(frame, |frame| {
        let request = &view.request;
        Page {
            title: format!("{} · {}", request.row.number, request.row.title),
            kind: Some(PageKind::Request),
            crumbs: vec![Crumb::to(PageKind::Requests), Crumb::here(request.row.number.to_string())],
            refresh: (is_under_way(request.row.state) && request.row.stalled_by.is_none()).then_some(2),
            body: body(frame, &view),
        }
    })
}

/// Changes by itself within seconds.
fn is_under_way(state: RequestState) -> bool {
    matches!(state, RequestState::Approved | RequestState::Applying | RequestState::Undoing)
}

fn body(frame: &Frame, page: &RequestPage) -> AnyView {
    let request = &page.request;
    let (now, state) = (frame.now, request.row.state);
    let refusal =
        page.refusal.clone().map(|refusal| note::coded("refused", note::note(Tone::Bad, "Not done", refusal)));
    let errors = errors(page);
    let errors = Errors(&errors);
    view! {
        {state.is_open().then(|| live(url::request(request.row.number)))}
        {head(request, now)}
        <div class="split review">
            <div class="stack">
                {refusal}
                {errors.summary()}
                {slot("stopped", "", view! { {stopped(request)} {disagreement(request.disagreement.as_ref(), now)} })}
                {news(request)}
                {spoken_slot("progress", "stack", progress(request, now))}
                {form_slot("changes", version(request), !page.errors.is_empty(), changes::panel(request, errors))}
                {purpose(request)}
                {request.contents.as_ref().map(|contents| slot("inside", "", inside::panel(contents, now)))}
                {form_slot("decision", version(request), page.fields.is_some(), decision::panel(page))}
                {slot("revisions", "later", revisions::panel(request, now))}
                {talk::panel(page, errors, now)}
            </div>
            <aside class="stack" aria-label="Facts for the decision">
                {slot("who", "stack", view! { {what_next(request)} {who(request)} {team_limit(request)} {capacity_panel(request, now)} {why(request)} {about(request, now)} })}
            </aside>
        </div>
    }
    .into_any()
}

/// A decision and the box below the conversation both have a comment; each has a field of its own.
fn errors(page: &RequestPage) -> Vec<FieldError> {
    let mut errors = page.errors.clone();
    if page.comment.is_some() {
        for error in &mut errors {
            error.field = talk::FIELD.into();
        }
    }
    errors
}

/// Where nothing goes on by itself any more, what can be done.
fn stopped(request: &RequestView) -> Option<AnyView> {
    let row = &request.row;
    let is_under_way = is_under_way(row.state);
    if is_under_way && !request.is_worked_on {
        let says = "No job exists for this request. Platform can retry here, and finds it under Jobs.";
        let retry = request.can_retry.allowed.then(|| retry(request));
        let body = view! { <p>{says}</p> {retry} };
        return Some(note::note_with(Tone::Warn, "No job is working on this", body.into_any()));
    }
    let why = request.held_up.as_ref()?;
    let is_decided = is_under_way || row.state == RequestState::Failed;
    let is_paused = request.next.iter().any(|next| next.action == Act::ResumeCluster);
    let headline = match (request.cluster_removed, is_decided, is_paused) {
        (true, _, _) => format!("Cluster {} is removed from Berth", row.cluster),
        (false, true, _) => "Blocked".to_owned(),
        (false, false, true) => "Approved requests have to wait".to_owned(),
        (false, false, false) => "Nothing can be granted now".to_owned(),
    };
    let text = match (request.cluster_removed, is_under_way) {
        (true, true) => {
            "Nothing can be created there any more. Berth closes this request automatically; then request another cluster.".to_owned()
        }
        (true, false) => {
            "Nothing can be granted or created there any more. Close this request, and request another cluster.".to_owned()
        }
        (false, _) => stages::sentence(why),
    };
    let content = view! { <p>{text}</p> {gone(request)} };
    Some(note::note_with(Tone::Warn, headline, content.into_any()))
}

/// Where the namespace is gone, what the reader can do, and where it can be made again.
fn gone(request: &RequestView) -> Option<AnyView> {
    let row = &request.row;
    if row.blocked_by != Some(Blocker::NamespaceGone) {
        return None;
    }
    let (reader, can) = match (request.can_reject.allowed, request.can_withdraw.allowed) {
        (true, _) => ("decider", "You can reject it. "),
        (false, true) => ("asker", "You can withdraw it. "),
        (false, false) => ("reader", ""),
    };
    let ends = match request.gone {
        None => "",
        Some(Gone::NotKept | Gone::Removing) => "It can never be granted. ",
        Some(Gone::Missing) => "It can be granted once the namespace is recreated, empty. ",
        Some(Gone::Leaving) => "It can be granted once the namespace is deleted and recreated, empty. ",
        Some(Gone::Replaced) => {
            "It can be granted once an administrator of the cluster has corrected that: its page shows how. "
        }
    };
    let href = format!("{}/sync", url::namespace(&row.cluster, &row.name));
    // Of one that Berth keeps no more there is no page.
    let link =
        request.namespace_ready.then(|| view! { <a class="link" href=href>"Show its state, and who can act"</a> });
    let how = request.gone.map(Gone::as_str);
    Some(view! { <p data-gone=reader data-how=how>{can}{ends}{link}</p> }.into_any())
}

fn retry(request: &RequestView) -> AnyView {
    view! {
        <form method="post" action=post_to(format!("{}/retry", url::request(request.row.number)))>
            <button class="btn small">{icon(LuRotateCcw)}"Try again"</button>
        </form>
    }
    .into_any()
}

/// Everything that can be done next, also by others: who may not knows whom to ask.
fn what_next(request: &RequestView) -> Option<AnyView> {
    if request.next.is_empty() {
        return None;
    }
    let rows = request.next.iter().map(|next| {
        let you = next.is_yours.then_some(" (you can)");
        view! { <dt>{next.action.title()}</dt><dd data-act=next.action.as_str()>{next.who.clone()}{you}</dd> }
    });
    let panel = view! {
        <section class="panel">
            <header><h2>"Next actions"</h2></header>
            <dl class="kv body">{rows.collect_view()}</dl>
        </section>
    };
    Some(panel.into_any())
}

/// What a decision is made on.
fn version(request: &RequestView) -> String {
    format!("{} {}", request.revision, request.row.state.title())
}

/// Shown when the request changes while the reader writes their decision.
fn news(request: &RequestView) -> AnyView {
    let again =
        view! { <p><a class="link" href=url::request(request.row.number)>"Read it again"</a>" before you decide."</p> };
    let note = note::note_with(Tone::Info, "This request has changed since you opened it", again.into_any());
    view! { <div id="news" role="status" hidden=true>{note}</div> }.into_any()
}

fn head(request: &RequestView, now: OffsetDateTime) -> AnyView {
    let row = &request.row;
    let asked = view! {
        "asked "{when::ago(row.submitted_at, now)}" by "{row.requester.name.clone()}" for team "
        <a class="link" href=url::team(&row.team)>{row.team.clone()}</a>
    };
    let above = view! {
        {slot("badge", "", badge::request(row))}
        {badge::tag(row.class.clone())}
        {badge::tag(row.cluster.clone())}
        <span class="dim">{row.number.to_string()}</span>
    };
    let head = Head {
        above: Some(above.into_any()),
        title: row.title.clone(),
        below: asked.into_any(),
        actions: Some(slot("actions", "buttons", actions(request))),
    };
    view! { {head.view()} {slot("next", "next-actor", next::sentence(request, now))} }.into_any()
}

fn actions(request: &RequestView) -> AnyView {
    let revise = request.can_revise.allowed.then(|| {
        let href = url::revise(request.row.number);
        // Who decides goes to the numbers.
        let key = (!request.can_approve.allowed).then_some("e");
        view! { <a class="btn" data-key=key href=href>{icon(LuPencil)}"Revise"</a> }
    });
    view! { {revise} {request.can_withdraw.allowed.then(|| withdraw(request))} }.into_any()
}

/// Asks once more: a withdrawn request cannot be taken up again.
fn withdraw(request: &RequestView) -> AnyView {
    view! {
        <details class="confirm">
            <summary class="btn">{icon(LuUndo2)}"Withdraw"</summary>
            <form method="post" action=post_to(format!("{}/withdraw", url::request(request.row.number)))>
                <p>"A withdrawn request cannot be reopened. You can submit a new one at any time."</p>
                <button class="btn danger">"Withdraw request"</button>
            </form>
        </details>
    }
    .into_any()
}

fn purpose(request: &RequestView) -> AnyView {
    let title = ask::purpose_title(request.row.kind());
    view! {
        <section class="purpose" aria-label=title>
            <h2>{title}</h2>
            {slot("purpose", "prose", request.row.purpose.clone())}
        </section>
    }
    .into_any()
}

fn who(request: &RequestView) -> AnyView {
    let is_open = matches!(request.row.state, RequestState::InReview | RequestState::ChangesRequested);
    let content = if request.stages.is_empty() {
        view! { <p data-decided-by="rules">"Approved automatically by policy when it was submitted."</p> }.into_any()
    } else {
        view! {
            {stages::stages(&request.stages)}
            {is_open.then(|| view! { <p class="small dim">"A requester never decides their own request, whatever their role."</p> })}
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <header><h2>{if is_open { "Who decides" } else { "Who decided" }}</h2></header>
            <div class="body">{content}</div>
        </section>
    }
    .into_any()
}

fn team_limit(request: &RequestView) -> Option<AnyView> {
    let text = request.quota.as_ref()?.team_limit.clone()?;
    Some(note::note(
        Tone::Warn,
        "Above the team limit",
        format!("{}. Grant less, or have Platform raise the limit.", stages::capitalized(&text)),
    ))
}

/// Only while it still matters: later the capacity is another one.
fn capacity_panel(request: &RequestView, now: OffsetDateTime) -> Option<AnyView> {
    let matters =
        matches!(request.row.state, RequestState::InReview | RequestState::ChangesRequested | RequestState::Waiting);
    let found = &request.quota.as_ref().filter(|_| matters)?.capacity;
    let panel = view! {
        <section class="panel">
            <header>
                <h2>"Capacity on "{found.cluster.clone()}</h2>
                {(!request.cluster_removed).then(|| fresh::fresh(&found.freshness, now))}
            </header>
            <div class="body">{match &request.held_up {
                Some(why) if found.lines.is_empty() => {
                    note::note(Tone::Neutral, "Capacity unknown", stages::sentence(why))
                }
                Some(_) | None => capacities(request, found),
            }}</div>
        </section>
    };
    Some(panel.into_any())
}

/// For what is asked, and for what is suggested instead.
fn capacities(request: &RequestView, asked: &CapacityView) -> AnyView {
    let suggested = request.changes.as_ref().and_then(|changes| changes.capacity.as_ref());
    let titles = suggested.map(|_| (view! { <h3>"As asked"</h3> }, view! { <h3>"As suggested"</h3> }));
    let (asked_title, suggested_title) = titles.unzip();
    let is_blocked = request.row.blocked_by.is_some();
    let suggested = suggested.map(|suggested| capacity::capacity(suggested, is_blocked));
    view! { {asked_title} {capacity::capacity(asked, is_blocked)} {suggested_title} {suggested} }.into_any()
}

fn why(request: &RequestView) -> Option<AnyView> {
    let title = if request.stages.is_empty() { "Why it was automatic" } else { "Why them" };
    (!request.reasons.is_empty()).then(|| {
        view! {
            <section class="panel">
                <header><h2>{title}</h2></header>
                <div class="body">{reasons::reasons(&request.reasons)}</div>
            </section>
        }
        .into_any()
    })
}

fn about(request: &RequestView, now: OffsetDateTime) -> AnyView {
    let row = &request.row;
    let digest: String = request.digest.chars().take(12).collect();
    let place = if request.namespace_ready {
        view! { <a class="link" href=url::namespace(&row.cluster, &row.name)>{row.name.clone()}</a> }.into_any()
    } else {
        view! { <span>{row.name.clone()}</span> }.into_any()
    };
    let ends = request.expires_at.map(|at| view! { <dt>"Expires"</dt><dd>{when::ago(at, now)}" without action"</dd> });
    let link = |title: &'static str, number: Option<domain::name::RequestNumber>| {
        number.map(|number| {
            view! { <dt>{title}</dt><dd><a class="link" href=url::request(number)>{number.to_string()}</a></dd> }
        })
    };
    view! {
        <section class="panel">
            <header><h2>"About"</h2></header>
            <dl class="kv body">
                <dt>"Namespace"</dt><dd>{place}</dd>
                <dt>"Environment"</dt><dd>{request.environment.as_str()}</dd>
                {request.quota.as_ref().map(|review| about_quota(row, review))}
                <dt>"Revision"</dt>
                <dd>{request.revision}" "<span class="mono dim" title=request.digest.clone()>{digest}</span></dd>
                <dt>"Asked"</dt><dd>{when::stamp(row.submitted_at)}</dd>
                {ends}
                {link("Replaces", request.supersedes)}
                {link("Replaced by", request.superseded_by)}
            </dl>
        </section>
    }
    .into_any()
}

fn about_quota(row: &RequestRow, review: &QuotaReview) -> AnyView {
    let content = row.content.quota();
    let is_granted = content.is_some_and(|content| content.granted.is_some());
    let size = content.and_then(|content| content.size.clone()).unwrap_or_else(|| "custom".into());
    view! {
        {review.monthly_cost.as_ref().map(|cost| view! { <dt>{if is_granted { "Costs" } else { "Costs at most" }}</dt><dd>{format!("{cost} a month")}</dd> })}
        <dt>"Size"</dt><dd>{size}</dd>
        {amounts::devices(&review.devices).map(|says| view! { <dt>"Devices"</dt><dd data-devices="">{says}</dd> })}
    }
    .into_any()
}
