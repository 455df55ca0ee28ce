//! The control of a field, by its kind.

use super::id_of;
use super::texts::described_by;
use crate::parts::form::Area;
use leptos::prelude::*;
use values::form::{Choice, ChoiceOption};
use values::{Field, Kind};

/// `said` is its name for those who hear the page, where no label stands beside it.
pub(super) fn control(field: &Field, said: Option<String>) -> AnyView {
    match &field.kind {
        Kind::Switch => switch(field, said),
        Kind::Choice(choice) if choice.n_more() == 0 => select(field, choice, said),
        Kind::Choice(choice) => suggested(field, choice, said),
        Kind::Secret => secret(field, said),
        Kind::Text { is_long: true } | Kind::Yaml { .. } => area(field, said),
        Kind::Number | Kind::Integer => input(field, said, Some("decimal"), None),
        Kind::Quantity { amount } => input(field, said, None, Some(amount.example())),
        Kind::Text { is_long: false } | Kind::Scalar { .. } => input(field, said, None, None),
        // Drawn as rows.
        Kind::List(_) | Kind::Map(_) => ().into_any(),
    }
}

fn invalid(field: &Field) -> Option<&'static str> {
    (!field.errors.is_empty()).then_some("true")
}

fn input(
    field: &Field,
    said: Option<String>,
    mode: Option<&'static str>,
    placeholder: Option<&'static str>,
) -> AnyView {
    view! {
        <input
            class="input"
            id=id_of(&field.name)
            name=field.name.clone()
            value=field.current().to_owned()
            inputmode=mode
            placeholder=placeholder
            autocomplete="off"
            readonly=!field.is_editable()
            aria-label=said
            aria-invalid=invalid(field)
            aria-describedby=described_by(field)
        />
    }
    .into_any()
}

/// What is there is not in the page. Nothing typed means that it stays.
fn secret(field: &Field, said: Option<String>) -> AnyView {
    let placeholder = if field.is_set { "Set, and not shown" } else { "" };
    view! {
        <input
            class="input"
            r#type="password"
            id=id_of(&field.name)
            name=field.name.clone()
            placeholder=placeholder
            autocomplete="new-password"
            readonly=!field.is_editable()
            aria-label=said
            aria-invalid=invalid(field)
            aria-describedby=described_by(field)
        />
    }
    .into_any()
}

fn area(field: &Field, said: Option<String>) -> AnyView {
    let area = Area {
        id: id_of(&field.name),
        name: field.name.clone(),
        value: field.current(),
        rows: 3,
        longest: None,
        is_code: matches!(field.kind, Kind::Yaml { .. }),
        is_read_only: !field.is_editable(),
        said,
        invalid: invalid(field),
        described_by: described_by(field),
    };
    area.view()
}

fn switch(field: &Field, said: Option<String>) -> AnyView {
    view! {
        <input type="hidden" name=field.name.clone() value="false" disabled=!field.is_editable()/>
        <input
            type="checkbox"
            id=id_of(&field.name)
            name=field.name.clone()
            value="true"
            checked=field.current() == "true"
            disabled=!field.is_editable()
            aria-label=said
            aria-invalid=invalid(field)
            aria-describedby=described_by(field)
        />
    }
    .into_any()
}

fn select(field: &Field, choice: &Choice, said: Option<String>) -> AnyView {
    let current = field.current();
    let option = |option: &ChoiceOption| {
        let is_chosen = option.token == current;
        view! { <option value=option.token.clone() selected=is_chosen>{option.label.clone()}</option> }
    };
    let nothing = (field.is_nullable || !field.is_set).then(|| {
        view! { <option value="" selected=current.is_empty()>"Choose…"</option> }
    });
    let stray = choice.stray.iter().map(option).collect_view();
    let offered = choice.offered().iter().map(option).collect_view();
    view! {
        <select
            class="input"
            id=id_of(&field.name)
            name=field.name.clone()
            disabled=!field.is_editable()
            aria-label=said
            aria-invalid=invalid(field)
            aria-describedby=described_by(field)
        >{nothing}{stray}{offered}</select>
    }
    .into_any()
}

/// More than anybody reads: typed, with the first ones to pick from.
fn suggested(field: &Field, choice: &Choice, said: Option<String>) -> AnyView {
    let list = format!("{}-list", id_of(&field.name));
    let options = choice.offered().iter().map(|option| view! { <option value=option.token.clone()></option> });
    let more = format!("And {} more: type it.", choice.n_more());
    view! {
        <input
            class="input"
            id=id_of(&field.name)
            name=field.name.clone()
            value=field.current().to_owned()
            list=list.clone()
            autocomplete="off"
            readonly=!field.is_editable()
            aria-label=said
            aria-invalid=invalid(field)
            aria-describedby=described_by(field)
        />
        <datalist id=list>{options.collect_view()}</datalist>
        <p class="help">{more}</p>
    }
    .into_any()
}
