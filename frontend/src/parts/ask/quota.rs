//! A quota: what there is, is used, asked and granted, resource by resource.

use super::{APPROVAL, own_errors};
use super::{base_title, granted_title};
use crate::icon::*;
use crate::parts::amounts::amount;
use crate::parts::form::{self, Errors, Field};
use crate::parts::size_picker::{Column, SizePicker, acknowledgement, difference, size_picker};
use crate::parts::{below_use, stages};
use domain::form::{AskFields, DecisionFields};
use domain::request::Kind;
use domain::view::{QuotaContent, QuotaReview, RequestPage, RequestView};
use domain::{Quota, Resource};
use leptos::prelude::*;

/// The columns, and what of them who decides must mean.
pub(super) fn changes(page: &RequestPage, content: &QuotaContent, decides: bool) -> Option<AnyView> {
    let review = page.request.quota.as_ref()?;
    let below = decides.then(|| consequences(page, review));
    Some(view! { {table(page, content, review, decides)} {below} }.into_any())
}

/// What of it is not shown, and goes with the form all the same.
pub(super) fn hidden(content: &QuotaContent) -> AnyView {
    let hidden = Resource::ALL.into_iter().filter(|r| !matters(content, *r)).map(|resource| {
        view! { <input r#type="hidden" name=resource.typed_field() value="0"/> }
    });
    hidden.collect_view().into_any()
}

/// What is used now, or may be, of what would be granted: who decides says that it is meant.
fn consequences(page: &RequestPage, review: &QuotaReview) -> AnyView {
    let errors = own_errors(page);
    let must_be_meant =
        !(review.below_use.is_empty() && review.use_unknown.is_empty()) || errors.of("acknowledge_below_use").is_some();
    let is_ticked = page.fields.as_ref().is_some_and(DecisionFields::acknowledges);
    view! {
        {below_use::below_use(&review.below_use)}
        {below_use::use_unknown(&review.use_unknown)}
        {must_be_meant.then(|| acknowledgement(is_ticked, errors, Some(APPROVAL)))}
    }
    .into_any()
}

fn table(page: &RequestPage, content: &QuotaContent, review: &QuotaReview, decides: bool) -> AnyView {
    let request = &page.request;
    let last = granted_title(&request.row, content.granted.is_some(), decides);
    let rows = Resource::ALL.into_iter().filter(|r| matters(content, *r)).map(|resource| {
        let cell = if decides {
            Some(input(page, content, resource))
        } else {
            content.granted.map(|granted| granted_cell(resource, &granted, &content.asked))
        };
        row(request, (content, review), resource, cell, decides)
    });
    let used = review.used.is_some().then(|| view! { <th scope="col">"Used"</th> });
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

fn matters(content: &QuotaContent, resource: Resource) -> bool {
    content.base.get(resource) > 0 || content.asked.get(resource) > 0
}

fn row(
    request: &RequestView,
    (content, review): (&QuotaContent, &QuotaReview),
    resource: Resource,
    last: Option<AnyView>,
    decides: bool,
) -> AnyView {
    let (base, asked) = (content.base.get(resource), content.asked.get(resource));
    let class = if asked == base { "same" } else { "up" };
    // Of what is new, all of it is more.
    let changes = (request.row.kind() == Kind::Quota).then(|| difference(resource, base, asked)).flatten();
    let used = review.used.map(|used| view! { <td class="was">{used_of(resource, used.get(resource), base)}</td> });
    view! {
        <tr>
            <th scope="row">{resource.title()} {decides.then(|| form::unit(resource))}</th>
            <td class="was">{amount(resource, base)}</td>
            {used}
            <td><span class=class data-slot=format!("asked-{}", resource.field())>{changes} {amount(resource, asked)}</span></td>
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

fn input(page: &RequestPage, content: &QuotaContent, resource: Resource) -> AnyView {
    let name = resource.typed_field();
    let value = match &page.fields {
        Some(fields) => fields.amounts.get(resource).to_owned(),
        None => resource.write(page.request.grantable.quota().unwrap_or(content.asked).get(resource)),
    };
    let is_first = Resource::ALL.into_iter().find(|r| matters(content, *r)) == Some(resource);
    let field = Field::amount_cell(name, format!("{} you grant", resource.title()), resource, own_errors(page));
    field.cell_with(&value, Some(APPROVAL), is_first.then_some("e"))
}

/// The suggestion beside what is asked.
pub(super) fn suggested(content: &QuotaContent, suggestion: &Quota) -> AnyView {
    let matters = |r: &Resource| content.base.get(*r) > 0 || content.asked.get(*r) > 0 || suggestion.get(*r) > 0;
    let rows = Resource::ALL.into_iter().filter(matters).map(|resource| {
        let (base, asked, wanted) = (content.base.get(resource), content.asked.get(resource), suggestion.get(resource));
        let class = if asked == wanted { "same" } else { "up" };
        view! {
            <tr>
                <th scope="row">{resource.title()}</th>
                <td class="was">{amount(resource, base)}</td>
                <td class="same">{amount(resource, asked)}</td>
                <td class=format!("grant {class}")>{difference(resource, asked, wanted)} {amount(resource, wanted)}</td>
            </tr>
        }
    });
    view! {
        <table class="diff">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">"Now"</th>
                    <th scope="col">"Asked"</th>
                    <th scope="col" class="grant">"Suggested"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// The part of the form that revises it.
pub(super) fn revising(page: &RequestPage, content: &QuotaContent, fields: &AskFields) -> Option<AnyView> {
    let request = &page.request;
    let review = request.quota.as_ref()?;
    let suggestion = request.changes.as_ref().and_then(|changes| changes.suggestion?.quota());
    let before = (content.base != Quota::ZERO).then(|| Column::of("Now", &content.base));
    let suggested = suggestion.as_ref().map(|suggestion| Column::of("Suggested", suggestion));
    let picker = SizePicker {
        before: before.into_iter().chain([Column::of("Asked", &content.asked)]).chain(suggested).collect(),
        sizes: &review.sizes,
        ceiling: Some(&review.ceiling),
        from: content.asked,
        begin: content.asked,
        size: content.size.as_deref(),
        fields,
        errors: Errors(&page.errors),
    };
    Some(size_picker(picker))
}
