//! Another day on which a namespace expires.

use super::{APPROVAL, own_errors};
use super::{base_title, granted_title};
use crate::parts::form::{Errors, Field};
use domain::form::AskFields;
use domain::request::UntilDate;
use domain::view::{ExtendContent, RequestPage};
use leptos::prelude::*;

pub(super) fn changes(page: &RequestPage, content: &ExtendContent, decides: bool) -> AnyView {
    let row = &page.request.row;
    let last = granted_title(row, content.granted.is_some(), decides);
    let cell = if decides { Some(input(page, content)) } else { content.granted.map(day) };
    // What is asked follows a revision while somebody types into the form around it.
    let asked = view! { <span data-slot="asked-until">{day(content.asked)}</span> }.into_any();
    table(base_title(row.state), content, asked, last, cell)
}

/// The suggestion beside what is asked.
pub(super) fn suggested(content: &ExtendContent, suggestion: UntilDate) -> AnyView {
    table("Now", content, day(content.asked), Some("Suggested"), Some(day(suggestion)))
}

/// The part of the form that revises it.
pub(super) fn revising(page: &RequestPage, fields: &AskFields) -> AnyView {
    Field::new("until", "Expires on", Errors(&page.errors)).date(&fields.until, None)
}

fn table(
    before: &'static str,
    content: &ExtendContent,
    asked: AnyView,
    last: Option<&'static str>,
    cell: Option<AnyView>,
) -> AnyView {
    view! {
        <table class="diff days">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">{before}</th>
                    <th scope="col">"Asked"</th>
                    {last.map(|title| view! { <th scope="col" class="grant">{title}</th> })}
                </tr>
            </thead>
            <tbody>
                <tr>
                    <th scope="row">"Expires on"</th>
                    <td class="was">{day(content.base)}</td>
                    <td class="up">{asked}</td>
                    {cell.map(|cell| view! { <td class="grant" data-label=last>{cell}</td> })}
                </tr>
            </tbody>
        </table>
    }
    .into_any()
}

fn day(day: UntilDate) -> AnyView {
    view! { <span class="num">{day.to_string()}</span> }.into_any()
}

fn input(page: &RequestPage, content: &ExtendContent) -> AnyView {
    let value = match &page.fields {
        Some(fields) => fields.until.clone(),
        None => page.request.grantable.until().unwrap_or(content.asked).to_string(),
    };
    Field::new("until", "Expires on", own_errors(page)).date_cell(&value, APPROVAL)
}
