//! The form over a chart's values, drawn: groups, fields, rows, and what is said beside them. It is a part of a form, without
//! button or address of its own, and works without script: names of inputs are those that `values::apply_form` reads.

mod control;
mod field;
mod rows;
mod texts;

use crate::parts::badge::Tone;
use crate::parts::note;
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use values::{Condition, Form, Group, Node, Value};

/// All of it. What is said about the whole stands above.
pub(crate) fn form(form: &Form) -> AnyView {
    let notes = notes(form.notes.iter().map(ToString::to_string));
    view! { <div class="form" data-form="values">{notes}{nodes(&form.nodes, Level(3))}</div> }.into_any()
}

/// Of the heading of a group: groups in a group are one lower.
#[derive(Clone, Copy)]
struct Level(u8);

impl Level {
    fn lower(self) -> Self {
        Self((self.0 + 1).min(6))
    }
}

fn nodes(nodes: &[Node], level: Level) -> AnyView {
    let drawn = nodes.iter().map(|node| match node {
        Node::Group(inner) => group(inner, level),
        Node::Field(inner) => field::field(inner),
    });
    drawn.collect_view().into_any()
}

fn group(group: &Group, level: Level) -> AnyView {
    let id = id_of(&format!("{}-{}", group.path, group.label));
    let label = group.label.clone();
    let heading = match level.0 {
        3 => view! { <h3 id=id.clone()>{label}</h3> }.into_any(),
        4 => view! { <h4 id=id.clone()>{label}</h4> }.into_any(),
        5 => view! { <h5 id=id.clone()>{label}</h5> }.into_any(),
        _ => view! { <h6 id=id.clone()>{label}</h6> }.into_any(),
    };
    let help = group.help.clone().map(|help| view! { <p class="help">{help}</p> });
    let others = (!group.other_keys.is_empty()).then(|| {
        let text = format!("Also set, without a field: {}", group.other_keys.join(", "));
        view! { <p class="help">{text}</p> }
    });
    let errors = group.errors.iter().map(|error| texts::error(error, None));
    view! {
        <section class="value-group" aria-labelledby=id data-hidden=(!group.is_visible).then_some("")>
            {heading}
            {unmet(group.is_visible, &group.shown_when)}
            {help}
            {errors.collect_view()}
            {notes(group.notes.iter().map(ToString::to_string))}
            <div class="form">{nodes(&group.nodes, level.lower())}</div>
            {others}
        </section>
    }
    .into_any()
}

/// What is to be said about more than a field.
fn notes(texts: impl Iterator<Item = String>) -> AnyView {
    let drawn = texts.map(|text| note::note(Tone::Neutral, text, ""));
    drawn.collect_view().into_any()
}

/// With which values a field is shown, where it is not shown with those that are there.
fn unmet(is_visible: bool, conditions: &[Condition]) -> Option<AnyView> {
    if is_visible {
        return None;
    }
    let text = conditions.iter().map(told).collect::<Vec<_>>().join(", and ");
    Some(view! { <p class="help">{format!("Shown only when {text}.")}</p> }.into_any())
}

fn told(condition: &Condition) -> String {
    let values: Vec<_> = condition.one_of.iter().map(short).collect();
    format!("{} is {}", condition.path.dotted(), values.join(" or "))
}

fn short(value: &Value) -> String {
    values::overlay::show_value(value, true)
}

/// An id for anything: of letters, digits and percent signs.
fn id_of(name: &str) -> String {
    format!("value-{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}
