//! One field: its label, its control, and what is said of it.

use super::texts::{described_by, errors, help_id, texts};
use super::{control, id_of, rows, unmet};
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use leptos::prelude::*;
use values::form::Origin;
use values::{Field, Kind};

pub(super) fn field(field: &Field) -> AnyView {
    match &field.kind {
        Kind::List(inner) | Kind::Map(inner) => around_rows(field, rows::rows(field, inner)),
        Kind::Switch => around_switch(field),
        Kind::Text { .. }
        | Kind::Number
        | Kind::Integer
        | Kind::Choice(_)
        | Kind::Quantity { .. }
        | Kind::Secret
        | Kind::Scalar { .. }
        | Kind::Yaml { .. } => around(field),
    }
}

fn around(field: &Field) -> AnyView {
    view! {
        <div class="field" data-value=field.path.dotted() data-hidden=hidden(field)>
            <div class="labelled"><label for=id_of(&field.name)>{field.label.clone()}</label>{marks(field)}</div>
            {control::control(field, None)}
            {below(field)}
        </div>
    }
    .into_any()
}

fn around_switch(field: &Field) -> AnyView {
    view! {
        <div class="field" data-value=field.path.dotted() data-hidden=hidden(field)>
            <div class="labelled">
                <label class="check" for=id_of(&field.name)>{control::control(field, None)}{field.label.clone()}</label>
                {marks(field)}
            </div>
            {below(field)}
        </div>
    }
    .into_any()
}

fn around_rows(field: &Field, rows: AnyView) -> AnyView {
    view! {
        <fieldset
            class="field"
            data-value=field.path.dotted()
            data-hidden=hidden(field)
            disabled=!field.is_editable()
            aria-describedby=described_by(field)
        >
            <legend>{field.label.clone()}" "{marks(field)}</legend>
            {rows}
            {below(field)}
        </fieldset>
    }
    .into_any()
}

fn hidden(field: &Field) -> Option<&'static str> {
    (!field.is_visible).then_some("")
}

fn below(field: &Field) -> AnyView {
    let texts = texts(field);
    let help = (!texts.is_empty()).then(|| {
        let lines = texts.into_iter().map(|text| view! { <p class="help">{text}</p> });
        view! { <div id=help_id(field)>{lines.collect_view()}</div> }
    });
    view! { {errors(field)} {help} {unmet(field.is_visible, &field.shown_when)} {reset(field)} }.into_any()
}

fn marks(field: &Field) -> AnyView {
    let required = (field.is_required && field.locked.is_none()).then(|| badge::tag("required"));
    let differs = field.differs.then(|| badge::badge(Tone::Info, LuPencil, "Not the default"));
    let locked = field.locked.is_some().then(|| badge::badge(Tone::Neutral, LuLock, "Fixed"));
    let entry = (field.origin == Origin::Entry).then(|| badge::tag("default of this entry"));
    let deprecated = field.is_deprecated.then(|| badge::badge(Tone::Warn, LuTriangleAlert, "Deprecated"));
    let read_only = (field.is_read_only && field.locked.is_none()).then(|| badge::tag("set by the chart"));
    view! { {required}{differs}{locked}{entry}{deprecated}{read_only} }.into_any()
}

/// A box to take the default again.
fn reset(field: &Field) -> Option<AnyView> {
    if !field.differs || !field.is_editable() {
        return None;
    }
    let name = field.reset_name.clone();
    Some(view! { <label class="check"><input type="checkbox" name=name/>"Take the default again"</label> }.into_any())
}
