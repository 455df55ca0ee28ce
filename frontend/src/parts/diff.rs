//! What a thing says, and two texts or two versions of it, compared.

use domain::class::{SpecChange, SpecLine};
use domain::view::{DiffKind, DiffLine};
use leptos::prelude::*;

/// Lines of a text: what is gone, what is new, and a few around them.
pub(crate) fn text(lines: &[DiffLine], label: &'static str) -> AnyView {
    let rows = lines.iter().map(|line| {
        let (class, sign) = match line.kind {
            DiffKind::Same => ("same", "  "),
            DiffKind::Added => ("added", "+ "),
            DiffKind::Removed => ("removed", "- "),
            DiffKind::Gap => ("gap", "…"),
        };
        view! { <span class=class>{sign}{line.text.clone()}"\n"</span> }
    });
    view! { <pre class="code mono compared" tabindex="0" role="region" aria-label=label>{rows.collect_view()}</pre> }
        .into_any()
}

/// What a thing says, line by line.
pub(crate) fn lines(lines: &[SpecLine]) -> AnyView {
    let rows = lines.iter().map(|line| view! { <dt>{line.what.clone()}</dt> <dd>{line.says.clone()}</dd> });
    view! { <dl class="kv">{rows.collect_view()}</dl> }.into_any()
}

/// What a version says otherwise than another: before and after, side by side.
pub(crate) fn changes(changes: &[SpecChange]) -> AnyView {
    let rows = changes.iter().map(|change| {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
        view! {
            <tr>
                <th scope="row">{change.what.clone()}</th>
                <td class="dim" data-label="Before">{or_none(&change.before)}</td>
                <td data-label="After">{or_none(&change.after)}</td>
            </tr>
        }
    });
    view! {
        <div class="table inside stacks" role="region" tabindex="0" aria-label="Differences">
            <table>
                <thead><tr><th scope="col">"What"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A long text behind its title.
pub(crate) fn folded(title: &'static str, text: &str) -> AnyView {
    view! {
        <details class="more">
            <summary>{title}</summary>
            <pre class="code mono" tabindex="0" role="region" aria-label=title>{text.to_owned()}</pre>
        </details>
    }
    .into_any()
}
