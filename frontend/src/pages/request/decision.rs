//! The three columns (now, asked, granted) and, for who may decide, the decision itself.

use crate::icon::*;
use crate::parts::amounts::amount;
use crate::parts::form::{self, Errors, Field, post_to};
use crate::parts::size_picker::{acknowledgement, difference};
use crate::parts::{stages, url, verdict};
use domain::request::Kind;
use domain::view::{DecisionFields, RequestPage, RequestState, RequestView};
use domain::{Quota, Resource};
use leptos::prelude::*;

/// The id of the approving form; its fields stand in the table, its buttons below.
const APPROVAL: &str = "approval";

pub(super) fn panel(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let decides = request.can_approve.allowed;
    let hint = decides.then(|| view! { <span class="dim">"you can grant less than requested, never more"</span> });
    let below = decides.then(|| consequences(page));
    view! {
        <section class="panel" aria-labelledby="changes">
            <header><h2 id="changes">"Changes"</h2>{hint}</header>
            <div class="body wide-body">{table(page, decides)} {below} {verdict::takes_over(request.takes_over)}</div>
            {actions(page)}
        </section>
    }
    .into_any()
}

/// What is used now, or may be, of what would be granted: who decides says that it is meant.
fn consequences(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let errors = own_errors(page);
    let must_be_meant = !(request.below_use.is_empty() && request.use_unknown.is_empty())
        || errors.of("acknowledge_below_use").is_some();
    let is_ticked = page.fields.as_ref().is_some_and(DecisionFields::acknowledges);
    view! {
        {verdict::below_use(&request.below_use)}
        {verdict::use_unknown(&request.use_unknown)}
        {must_be_meant.then(|| acknowledgement(is_ticked, errors, Some(APPROVAL)))}
    }
    .into_any()
}

fn table(page: &RequestPage, decides: bool) -> AnyView {
    let request = &page.request;
    let last = match (decides, request.row.granted) {
        (true, _) => Some("You grant"),
        (false, Some(_)) if request.row.state == RequestState::Waiting => Some("To be granted"),
        (false, Some(_)) => Some("Granted"),
        (false, None) => None,
    };
    let rows = Resource::ALL.into_iter().filter(|r| matters(request, *r)).map(|resource| {
        let cell = if decides {
            Some(input(page, resource))
        } else {
            request.row.granted.map(|granted| granted_cell(resource, &granted, &request.row.asked))
        };
        row(request, resource, cell, decides)
    });
    let used = request.used.is_some().then(|| view! { <th scope="col">"Used"</th> });
    view! {
        <table class="diff">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">{base_title(request.row.state)}</th>
                    {used}
                    <th scope="col">"Asked"</th>
                    {last.map(|title| view! { <th scope="col" class="grant">{title}</th> })}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {own_errors(page).of("grant").map(|text| view! {
            <p class="error" id=form::id("grant") tabindex="-1">{icon(LuCircleAlert)}<span>{stages::sentence(&text)}</span></p>
        })}
    }
    .into_any()
}

/// What the namespace had when it was asked for: once it is granted, the cluster may have the new one.
fn base_title(state: RequestState) -> &'static str {
    if state.is_pending() { "Now" } else { "Before" }
}

fn matters(request: &RequestView, resource: Resource) -> bool {
    request.row.base.get(resource) > 0 || request.row.asked.get(resource) > 0
}

fn row(request: &RequestView, resource: Resource, last: Option<AnyView>, decides: bool) -> AnyView {
    let (base, asked) = (request.row.base.get(resource), request.row.asked.get(resource));
    let class = if asked == base { "same" } else { "up" };
    // Of what is new, all of it is more.
    let changes = (request.row.kind == Kind::Quota).then(|| difference(resource, base, asked)).flatten();
    let used = request.used.map(|used| view! { <td class="was">{used_of(resource, used.get(resource), base)}</td> });
    view! {
        <tr>
            <th scope="row">{resource.title()} {decides.then(|| form::unit(resource))}</th>
            <td class="was">{amount(resource, base)}</td>
            {used}
            <td class=class>{changes} {amount(resource, asked)}</td>
            {last.map(|cell| view! { <td class="grant">{cell}</td> })}
        </tr>
    }
    .into_any()
}

/// `1.9 48 %`, louder where hardly any is left.
fn used_of(resource: Resource, used: u64, of: u64) -> AnyView {
    if of == 0 {
        return amount(resource, used);
    }
    let percent = used.saturating_mul(100) / of;
    let class = match percent {
        95.. => "share bad",
        80.. => "share warn",
        _ => "share",
    };
    view! { {amount(resource, used)} " " <span class=class>{percent}"\u{a0}%"</span> }.into_any()
}

fn granted_cell(resource: Resource, granted: &Quota, asked: &Quota) -> AnyView {
    let (granted, asked) = (granted.get(resource), asked.get(resource));
    let less = (granted < asked)
        .then(|| view! { <span class="less">{format!("{} less", resource.format(asked - granted))}</span> });
    view! { {less} <b>{amount(resource, granted)}</b> }.into_any()
}

fn input(page: &RequestPage, resource: Resource) -> AnyView {
    let name = form::amount_name(resource);
    let value = match &page.fields {
        Some(fields) => fields.amounts.get(resource).to_owned(),
        None => resource.write(page.request.grantable.get(resource)),
    };
    let is_first = Resource::ALL.into_iter().find(|r| matters(&page.request, *r)) == Some(resource);
    let field = Field::amount_cell(name, format!("{} you grant", resource.title()), resource, own_errors(page));
    field.cell_with(&value, Some(APPROVAL), is_first.then_some("e"))
}

/// The decision, or why the reader cannot make it; nothing once it is made.
fn actions(page: &RequestPage) -> Option<AnyView> {
    let request = &page.request;
    if request.can_approve.allowed || request.can_reject.allowed {
        return Some(decide(page));
    }
    (request.row.state == RequestState::InReview).then(|| refused(request))
}

/// What was wrong with the decision; the page has other forms too.
fn own_errors(page: &RequestPage) -> Errors<'_> {
    Errors(if page.fields.is_some() { &page.errors } else { &[] })
}

/// One form with three words: the comment goes with each, and all but approving need one.
fn decide(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let path = url::request(request.row.number);
    let typed = page.fields.as_ref().map(|f| f.comment.clone()).unwrap_or_default();
    let hidden = Resource::ALL.into_iter().filter(|r| !matters(request, *r)).map(|resource| {
        view! { <input r#type="hidden" name=form::amount_name(resource) value="0"/> }
    });
    let can_approve = request.can_approve.allowed;
    let approve = can_approve.then(|| {
        view! { <button class="btn primary" data-key="a">{icon(LuCheck)}"Approve"</button> }
    });
    let why_not = (!can_approve).then(|| {
        view! { <p class="hint">{icon(LuLock)}{stages::sentence(&request.can_approve.why_not)}</p> }
    });
    let send_back = request.can_request_changes.allowed.then(|| {
        view! { <button class="btn" formaction=post_to(format!("{path}/request-changes"))>{icon(LuUndo2)}"Ask for changes"</button> }
    });
    let reject = request.can_reject.allowed.then(|| {
        view! { <button class="btn danger" data-key="r" formaction=post_to(format!("{path}/reject"))>{icon(LuX)}"Reject"</button> }
    });
    let numbers = if can_approve {
        " When you ask for changes, other numbers above are your suggestion, and may be more."
    } else {
        ""
    };
    let comment = Field::new("comment", "Comment", own_errors(page))
        .help(format!("The requester reads it. Required to ask for changes or to reject.{numbers}"));
    view! {
        <form class="decision" id=APPROVAL method="post" action=post_to(format!("{path}/approve"))>
            <input r#type="hidden" name="revision" value=request.revision/>
            <input r#type="hidden" name="version" value=request.version/>
            {hidden.collect_view()}
            {why_not}
            {comment.area(&typed)}
            <div class="buttons">
                {approve}
                {send_back}
                {reject}
            </div>
        </form>
    }
    .into_any()
}

fn refused(request: &RequestView) -> AnyView {
    view! {
        <div class="decision">
            <div class="refused">
                <button class="btn primary" disabled=true aria-describedby="why-not">{icon(LuCheck)}"Approve"</button>
                <p id="why-not">{icon(LuLock)}{stages::sentence(&request.can_approve.why_not)}</p>
            </div>
        </div>
    }
    .into_any()
}
