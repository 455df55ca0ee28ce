//! The three columns (now, asked, granted) and, for who may decide, the decision itself.

use crate::icon::*;
use crate::parts::amounts::amount;
use crate::parts::form::{self, Errors, Field};
use crate::parts::{stages, url};
use domain::view::{DecisionFields, RequestPage, RequestState, RequestView};
use domain::{Quota, Resource};
use leptos::prelude::*;

/// The id of the approving form; its fields stand in the table, its buttons below.
const APPROVAL: &str = "approval";

pub(super) fn panel(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let decides = request.can_approve.allowed;
    let hint = decides.then(|| view! { <span class="dim">"you may grant less, never more"</span> });
    view! {
        <section class="panel" aria-labelledby="changes">
            <header><h2 id="changes">"What changes"</h2>{hint}</header>
            <div class="body wide-body">{table(page, decides)}</div>
            {actions(page)}
        </section>
    }
    .into_any()
}

fn table(page: &RequestPage, decides: bool) -> AnyView {
    let request = &page.request;
    let last = match (decides, request.row.granted) {
        (true, _) => Some("You grant"),
        (false, Some(_)) => Some("Granted"),
        (false, None) => None,
    };
    let rows = Resource::ALL.into_iter().filter(|r| matters(request, *r)).map(|resource| {
        let cell = if decides {
            Some(input(page, resource))
        } else {
            request.row.granted.map(|granted| granted_cell(resource, &granted, &request.row.asked))
        };
        row(request, resource, cell)
    });
    view! {
        <table class="diff">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">"Now"</th>
                    <th scope="col">"Asked"</th>
                    {last.map(|title| view! { <th scope="col" class="grant">{title}</th> })}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {Errors(&page.errors).of("grant").map(|text| view! {
            <p class="error" id=form::id("grant") tabindex="-1">{icon(LuCircleAlert)}<span>{stages::capitalized(&text)}"."</span></p>
        })}
    }
    .into_any()
}

fn matters(request: &RequestView, resource: Resource) -> bool {
    request.row.base.get(resource) > 0 || request.row.asked.get(resource) > 0
}

fn row(request: &RequestView, resource: Resource, last: Option<AnyView>) -> AnyView {
    let (base, asked) = (request.row.base.get(resource), request.row.asked.get(resource));
    let class = if asked == base { "same" } else { "up" };
    view! {
        <tr>
            <th scope="row">{resource.title()}</th>
            <td class="was">{amount(resource, base)}</td>
            <td class=class>{amount(resource, asked)}</td>
            {last.map(|cell| view! { <td class="grant">{cell}</td> })}
        </tr>
    }
    .into_any()
}

fn granted_cell(resource: Resource, granted: &Quota, asked: &Quota) -> AnyView {
    let (granted, asked) = (granted.get(resource), asked.get(resource));
    let less = (granted < asked)
        .then(|| view! { <span class="less">{format!("{} less", resource.say(asked - granted))}</span> });
    view! { {less} <b>{amount(resource, granted)}</b> }.into_any()
}

fn input(page: &RequestPage, resource: Resource) -> AnyView {
    let (name, typed) = field(resource, page.fields.as_ref());
    let value = typed.unwrap_or_else(|| resource.say(page.request.grantable.get(resource)));
    let error = Errors(&page.errors).of(name);
    let described = error.as_ref().map(|_| form::error_id(name));
    view! {
        <input
            class="input amount"
            form=APPROVAL
            id=form::id(name)
            name=name
            value=value
            autocomplete="off"
            aria-label=format!("{} you grant", resource.title())
            aria-invalid=error.is_some().then_some("true")
            aria-describedby=described
        />
        {form::message(name, error)}
    }
    .into_any()
}

/// Name of a resource's field in the form, and what was typed into it.
fn field(resource: Resource, fields: Option<&DecisionFields>) -> (&'static str, Option<String>) {
    match resource {
        Resource::Cpu => ("cpu", fields.map(|f| f.cpu.clone())),
        Resource::Memory => ("memory", fields.map(|f| f.memory.clone())),
        Resource::Storage => ("storage", fields.map(|f| f.storage.clone())),
        Resource::Pods => ("pods", fields.map(|f| f.pods.clone())),
        Resource::LoadBalancers => ("load_balancers", fields.map(|f| f.load_balancers.clone())),
        Resource::Gpus => ("gpus", fields.map(|f| f.gpus.clone())),
    }
}

/// The decision, or why the reader cannot make it; nothing once it is made.
fn actions(page: &RequestPage) -> Option<AnyView> {
    let request = &page.request;
    if request.can_approve.allowed {
        return Some(decide(page));
    }
    (request.row.state == RequestState::InReview).then(|| refused(request))
}

/// One form with two words: the comment goes with either, and rejecting needs one.
fn decide(page: &RequestPage) -> AnyView {
    let request = &page.request;
    let path = url::request(request.row.number);
    let typed = page.fields.as_ref().map(|f| f.comment.clone()).unwrap_or_default();
    let hidden = Resource::ALL.into_iter().filter(|r| !matters(request, *r)).map(|resource| {
        view! { <input r#type="hidden" name=field(resource, None).0 value="0"/> }
    });
    let reject = request.can_reject.allowed.then(|| {
        view! { <button class="btn danger" formaction=format!("{path}/reject")>{icon(LuX)}"Reject"</button> }
    });
    view! {
        <form class="decision" id=APPROVAL method="post" action=format!("{path}/approve")>
            <input r#type="hidden" name="revision" value=request.revision/>
            {hidden.collect_view()}
            {Field::new("comment", "Comment", Errors(&page.errors)).help("Whoever asked reads it. You need one to reject.").area(&typed)}
            <div class="buttons">
                <button class="btn primary">{icon(LuCheck)}"Approve"</button>
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
                <p id="why-not">{icon(LuLock)}{stages::capitalized(&request.can_approve.why_not)}"."</p>
            </div>
        </div>
    }
    .into_any()
}
