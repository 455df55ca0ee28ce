//! What a namespace uses of its quota: of what is in force, and beside it what was granted and is not in force yet.

use super::badge::{self, Tone};
use super::bar::{self, Amounts};
use crate::icon::*;
use domain::view::QuotaLine;
use leptos::prelude::*;

pub(crate) fn used(lines: &[QuotaLine]) -> AnyView {
    lines.iter().filter(|line| line.granted > 0 || line.in_force() > 0).map(labelled).collect_view().into_any()
}

fn labelled(line: &QuotaLine) -> AnyView {
    let resource = line.resource;
    let content = match line.used {
        Some(filled) => bar::labelled(Amounts { resource, filled, asked: 0, whole: line.in_force() }),
        None => view! {
            <div class="legend"><span>{resource.title()}</span><span class="dim">{whole(line)}</span></div>
        }
        .into_any(),
    };
    view! { {content} {pending(line)} }.into_any()
}

/// For a table's cell.
pub(crate) fn cell(line: &QuotaLine) -> AnyView {
    let content = match line.used {
        Some(filled) => bar::cell(Amounts { resource: line.resource, filled, asked: 0, whole: line.in_force() }),
        None => view! { <span class="dim num">{whole(line)}</span> }.into_any(),
    };
    view! { <div>{content} {pending(line)}</div> }.into_any()
}

/// Where nobody knows what is used.
fn whole(line: &QuotaLine) -> String {
    let word = if line.enforced.is_some() { "in force" } else { "granted" };
    format!("{} {word}", line.resource.format(line.in_force()))
}

/// What was granted, where the cluster enforces something else.
fn pending(line: &QuotaLine) -> Option<AnyView> {
    let granted = line.resource.format(line.not_in_force()?);
    Some(differs(format!("{granted} granted, not in force yet")))
}

/// What the cluster enforces, where something else was granted.
pub(crate) fn enforced(line: &QuotaLine) -> Option<AnyView> {
    line.not_in_force()?;
    Some(differs(format!("the cluster enforces {}", line.resource.format(line.in_force()))))
}

fn differs(says: String) -> AnyView {
    view! { <span class="differs" data-not-in-force="">{badge::badge(Tone::Warn, LuTriangleAlert, says)}</span> }
        .into_any()
}
