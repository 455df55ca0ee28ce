//! Quota bars: used of granted, with what is asked for as a ghost. Drawn as SVG, with the numbers in words beside it.

use domain::Resource;
use leptos::prelude::*;

/// Amounts of one resource, in its canonical unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub resource: Resource,
    pub filled: u64,
    /// Would come on top; zero for none.
    pub asked: u64,
    pub whole: u64,
}

/// Name, numbers and bar.
pub(crate) fn labelled(amounts: Amounts) -> AnyView {
    let name = amounts.resource.title();
    view! {
        <div class="quota">
            <div class="legend"><span>{name}</span>{numbers(amounts)}</div>
            {bar(amounts)}
        </div>
    }
    .into_any()
}

/// Numbers over a short bar, for a table's cell.
pub(crate) fn cell(amounts: Amounts) -> AnyView {
    view! { <div class="quota mini">{numbers(amounts)}{bar(amounts)}</div> }.into_any()
}

/// `1.9 of 4`, `14.9 + 2 of 16 GiB`.
fn numbers(amounts: Amounts) -> AnyView {
    let [filled, asked, whole] = said(amounts);
    let asked = (amounts.asked > 0).then(|| format!(" + {asked}"));
    view! { <span class="numbers"><b>{filled}</b>{asked}{format!(" of {whole}")}</span> }.into_any()
}

/// What is filled, asked and whole, in words that can be compared.
fn said(Amounts { resource, filled, asked, whole }: Amounts) -> [String; 3] {
    let said = resource.format_together(&[filled, asked, whole]);
    said.try_into().unwrap_or_else(|_| [filled, asked, whole].map(|amount| resource.format(amount)))
}

fn bar(Amounts { filled, asked, whole, .. }: Amounts) -> AnyView {
    let reach = filled.saturating_add(asked);
    let (start, end) = (percent(filled, whole), percent(reach, whole));
    let hatch = if reach > whole { "url(#hatch-over)" } else { "url(#hatch)" };
    let ghost = (end > start).then(|| {
        view! { <rect x=format!("{start:.1}%") width=format!("{:.1}%", end - start) height="100%" fill=hatch/> }
    });
    view! {
        <svg class="bar" width="100%" height="8" aria-hidden="true">
            <rect class="track" width="100%" height="100%"/>
            {ghost}
            <rect class=format!("fill {}", tone(start)) width=format!("{start:.1}%") height="100%"/>
        </svg>
    }
    .into_any()
}

/// Nearly full is amber, full is red: nothing more will start.
fn tone(percent: f64) -> &'static str {
    match percent {
        share if share >= 95.0 => "bad",
        share if share >= 80.0 => "warn",
        _ => "",
    }
}

/// 0 to 100; any use of nothing is all of it.
fn percent(part: u64, whole: u64) -> f64 {
    match (part, whole) {
        (0, _) => 0.0,
        (_, 0) => 100.0,
        _ => (part as f64 / whole as f64 * 100.0).min(100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_one_bar_are_in_one_unit() {
        let gib = 1u64 << 30;
        let memory = |filled, asked, whole| said(Amounts { resource: Resource::Memory, filled, asked, whole });
        assert_eq!(memory(908 * gib, gib * 156 / 10, 1000 * gib), ["908", "15.6", "1000 GiB"]);
        assert_eq!(memory(0, 0, 64), ["0", "0", "64 B"]);
        assert_eq!(memory(0, 4 * gib, 0), ["0", "4", "0 GiB"]);
        assert_eq!(said(Amounts { resource: Resource::Cpu, filled: 1900, asked: 0, whole: 4000 }), ["1.9", "0", "4"]);
    }

    #[test]
    fn a_share_stays_between_nothing_and_all() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(1, 0), 100.0);
        assert_eq!(percent(30, 20), 100.0);
        assert_eq!(percent(5, 20), 25.0);
    }
}
