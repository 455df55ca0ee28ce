//! Rows of a list or a map: those that are there, and an empty one to add another by.

use super::{Level, control, id_of, nodes, texts};
use leptos::prelude::*;
use values::form::{Row, Rows};
use values::{Field, Kind, Node};

pub(super) fn rows(field: &Field, rows: &Rows) -> AnyView {
    let there = rows.rows.iter().enumerate().map(|(index, inner)| row(field, inner, Some(index)));
    let blank = field.is_editable().then(|| row(field, &rows.blank, None));
    let none = (rows.rows.is_empty() && blank.is_none()).then(|| view! { <p class="dim">"None"</p> });
    view! {
        <input type="hidden" name=rows.name.clone() value="1"/>
        <ul class="value-rows">{there.collect_view()}{blank}</ul>
        {none}
    }
    .into_any()
}

/// `index` is none for the one to add another by.
fn row(of: &Field, row: &Row, index: Option<usize>) -> AnyView {
    let name = match index {
        Some(index) => format!("{} {}", of.label, index + 1),
        None => format!("{}: another", of.label),
    };
    let key = row.key.as_ref().map(|key| {
        view! {
            <input
                class="input key"
                id=id_of(&key.name)
                name=key.name.clone()
                value=key.typed.clone().unwrap_or_else(|| key.shown.clone())
                placeholder="Key"
                autocomplete="off"
                aria-label=format!("{name}: key")
            />
        }
    });
    let remove = index.map(|_| {
        view! {
            <label class="check">
                <input type="checkbox" name=row.remove_name.clone() checked=row.is_removed aria-label=format!("Remove {name}")/>
                "Remove"
            </label>
        }
    });
    let content = match row.nodes.as_slice() {
        [Node::Field(only)] if only.path == row.path && !is_rows(only) => {
            view! { {control::control(only, Some(name))} {texts::errors(only)} }.into_any()
        }
        inner => {
            view! { <div class="form grow" role="group" aria-label=name>{nodes(inner, Level(5))}</div> }.into_any()
        }
    };
    view! { <li>{key}{content}{remove}</li> }.into_any()
}

fn is_rows(field: &Field) -> bool {
    matches!(field.kind, Kind::List(_) | Kind::Map(_))
}
