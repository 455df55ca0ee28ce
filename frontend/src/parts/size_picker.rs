//! How much is asked for: what there is and what is wanted, resource by resource, by size or by own numbers.
//!
//! The numbers of every size are in the page; the chosen card picks one by style alone (`style/pages.css`).

use super::amounts::{self, amount};
use super::form::{self, Errors, Field};
use super::stages::sentence;
use crate::icon::*;
use domain::form::{AskFields, OWN_SIZE};
use domain::view::SizeView;
use domain::{Quota, Resource};
use leptos::prelude::*;
use std::cmp::Ordering;

/// What is known of each resource before it is asked for: a column with its title.
pub(crate) struct Column<'a> {
    pub title: &'static str,
    pub cell: Box<dyn Fn(Resource) -> AnyView + 'a>,
}

pub(crate) struct SizePicker<'a> {
    pub before: Vec<Column<'a>>,
    pub sizes: &'a [SizeView],
    pub ceiling: Option<&'a Quota>,
    /// What differences are counted from.
    pub from: Quota,
    /// What the own numbers begin with.
    pub begin: Quota,
    /// The size that is chosen as long as nothing else is.
    pub size: Option<&'a str>,
    pub fields: &'a AskFields,
    pub errors: Errors<'a>,
}

impl<'a> Column<'a> {
    pub fn of(title: &'static str, quota: &'a Quota) -> Self {
        Self::new(title, |resource| amount(resource, quota.get(resource)))
    }

    pub fn new(title: &'static str, cell: impl Fn(Resource) -> AnyView + 'a) -> Self {
        Self { title, cell: Box::new(cell) }
    }
}

pub(crate) fn size_picker(picker: SizePicker<'_>) -> AnyView {
    let chosen = chosen(&picker);
    let cards = cards(&picker, &chosen);
    let size = Field::new("size", "Size", picker.errors).group(cards);
    let numbers = numbers(&picker);
    let quota = picker.errors.of("quota").map(|text| {
        view! {
            <p class="error" id=form::id("quota") tabindex="-1">
                {icon(LuCircleAlert)}<span>{sentence(&text)}</span>
            </p>
        }
    });
    view! { {size} {numbers} {quota} }.into_any()
}

/// What was chosen before; own numbers where some were typed.
fn chosen(picker: &SizePicker<'_>) -> String {
    let typed = &picker.fields.size;
    let is_known = |name: &str| name == OWN_SIZE || picker.sizes.iter().any(|size| size.name == name);
    if is_known(typed) {
        return typed.clone();
    }
    match picker.size {
        Some(size) if is_known(size) => size.to_owned(),
        Some(_) | None => OWN_SIZE.to_owned(),
    }
}

fn cards(picker: &SizePicker<'_>, chosen: &str) -> AnyView {
    let sizes = picker.sizes.iter().enumerate().map(|(place, size)| {
        view! {
            <label class=format!("choice size nth-{place}")>
                <input r#type="radio" name="size" value=size.name.clone() checked={size.name == chosen}/>
                <b>{size.name.clone()}</b>
                <span>{amounts::size(size)}</span>
            </label>
        }
    });
    let most = picker.ceiling.map(|ceiling| view! { <span>{format!("up to {}", amounts::brief(ceiling))}</span> });
    view! {
        <div class="choices sizes picks">
            {sizes.collect_view()}
            <label class="choice size">
                <input r#type="radio" name="size" value=OWN_SIZE checked={chosen == OWN_SIZE}/>
                <b>"Custom"</b>
                {most}
            </label>
        </div>
    }
    .into_any()
}

fn numbers(picker: &SizePicker<'_>) -> AnyView {
    let titles = picker.before.iter().map(|column| view! { <th scope="col">{column.title}</th> });
    let rows = Resource::ALL.map(|resource| {
        let cells = picker.before.iter().map(|column| view! { <td class="was">{(column.cell)(resource)}</td> });
        view! {
            <tr>
                <th scope="row">{resource.title()} {form::unit(resource)}</th>
                {cells.collect_view()}
                <td class="grant">{of_sizes(picker, resource)} {input(picker, resource)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll">
            <table class="diff wish">
                <thead><tr><td></td>{titles.collect_view()}<th scope="col" class="grant">"You ask for"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn of_sizes(picker: &SizePicker<'_>, resource: Resource) -> AnyView {
    let sizes = picker.sizes.iter().enumerate().map(|(place, size)| {
        let (from, to) = (picker.from.get(resource), size.quota.get(resource));
        view! { <span class=format!("of nth-{place}")>{difference(resource, from, to)} <b>{amount(resource, to)}</b></span> }
    });
    sizes.collect_view().into_any()
}

/// `+2`, `−4 GiB`; nothing where nothing changes.
pub(crate) fn difference(resource: Resource, from: u64, to: u64) -> Option<AnyView> {
    let said = match from.cmp(&to) {
        Ordering::Equal => return None,
        Ordering::Less => format!("+{}", resource.format(to - from)),
        Ordering::Greater => format!("−{}", resource.format(from - to)),
    };
    Some(view! { <span class="by">{said}</span> }.into_any())
}

fn input(picker: &SizePicker<'_>, resource: Resource) -> AnyView {
    let name = resource.typed_field();
    let field = Field::amount_cell(name, format!("{} you ask for", resource.title()), resource, picker.errors);
    let typed = &picker.fields.amounts;
    let value =
        if typed.are_blank() { resource.write(picker.begin.get(resource)) } else { typed.get(resource).to_owned() };
    view! { <div class="own-amount">{field.cell(&value)}</div> }.into_any()
}

/// A check box that says that less than is used now is meant, or than may be used where that is not known; in a form that may
/// stand elsewhere.
pub(crate) fn acknowledgement(is_ticked: bool, errors: Errors<'_>, form: Option<&'static str>) -> AnyView {
    let field = Field::new("acknowledge_below_use", "Confirmation", errors);
    view! {
        <div class="field">
            <label class="tick">
                <input
                    r#type="checkbox"
                    form=form
                    id=field.id()
                    name=field.name.to_string()
                    value="yes"
                    checked=is_ticked
                    aria-invalid=field.invalid()
                    aria-describedby=field.described_by()
                />
                <span>
                    "I confirm that this is, or may be, below current usage. New pods will be refused until usage is below it; nothing that runs is stopped."
                </span>
            </label>
            {field.error.as_ref().map(|_| form::message(&field.name, &field.label, Some("confirm this, or request more".to_owned())))}
        </div>
    }
    .into_any()
}
