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
fn numbers(Amounts { resource, filled, asked, whole }: Amounts) -> AnyView {
    let filled_text = without_unit(resource, filled, whole);
    let asked_text = (asked > 0).then(|| format!(" + {}", without_unit(resource, asked, whole)));
    view! { <span class="numbers"><b>{filled_text}</b>{asked_text}" of "{resource.say(whole)}</span> }.into_any()
}

/// The amount in words; its unit is left out where the whole is said in the same one.
fn without_unit(resource: Resource, amount: u64, whole: u64) -> String {
    let (said, of) = (resource.say(amount), resource.say(whole));
    match (said.split_once(' '), of.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => number.to_owned(),
        _ if amount == 0 => "0".to_owned(),
        _ => said,
    }
}

fn bar(amounts: Amounts) -> AnyView {
    let filled = percent(amounts.filled, amounts.whole);
    let reach = percent(amounts.filled.saturating_add(amounts.asked), amounts.whole);
    let ghost = (reach > filled).then(|| {
        view! {
            <rect class="ghost" x=format!("{filled:.1}%") width=format!("{:.1}%", reach - filled) height="100%" fill="url(#hatch)"/>
        }
    });
    let fill = format!("fill {}", tone(amounts));
    view! {
        <svg class="bar" width="100%" height="8" aria-hidden="true">
            <rect class="track" width="100%" height="100%"/>
            {ghost}
            <rect class=fill width=format!("{filled:.1}%") height="100%"/>
        </svg>
    }
    .into_any()
}

/// Nearly full is amber, full is red: nothing more will start.
fn tone(Amounts { filled, asked, whole, .. }: Amounts) -> &'static str {
    match percent(filled.saturating_add(asked), whole) {
        _ if filled.saturating_add(asked) > whole => "bad",
        share if share >= 95.0 => "bad",
        share if share >= 80.0 => "warn",
        _ => "",
    }
}

/// 0 to 100; any use of nothing is all of it.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
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
    fn a_unit_is_said_once_when_both_amounts_have_it() {
        let gib = 1u64 << 30;
        assert_eq!(without_unit(Resource::Memory, 2 * gib, 16 * gib), "2");
        assert_eq!(without_unit(Resource::Memory, gib / 2, 16 * gib), "512 MiB");
        assert_eq!(without_unit(Resource::Memory, 0, 16 * gib), "0");
        assert_eq!(without_unit(Resource::Cpu, 1900, 4000), "1.9");
    }

    #[test]
    fn a_share_stays_between_nothing_and_all() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(1, 0), 100.0);
        assert_eq!(percent(30, 20), 100.0);
        assert_eq!(percent(5, 20), 25.0);
    }
}
