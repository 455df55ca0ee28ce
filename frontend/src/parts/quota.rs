//! What a namespace uses of its quota.

use super::bar::{self, Amounts};
use domain::view::QuotaLine;
use leptos::prelude::*;

pub(crate) fn used(lines: &[QuotaLine]) -> AnyView {
    lines.iter().filter(|line| line.granted > 0).map(line).collect_view().into_any()
}

fn line(line: &QuotaLine) -> AnyView {
    let QuotaLine { resource, used, granted, .. } = *line;
    match used {
        Some(filled) => bar::labelled(Amounts { resource, filled, asked: 0, whole: granted }),
        None => view! {
            <div class="legend">
                <span>{resource.title()}</span><span class="dim">{resource.say(granted)}" granted"</span>
            </div>
        }
        .into_any(),
    }
}
