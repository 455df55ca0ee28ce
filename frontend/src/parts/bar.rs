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
    let scale = Scale::of(resource, whole);
    let asked = (asked > 0).then(|| format!(" + {}", scale.say(asked)));
    let whole = format!(" of {}{}", scale.say(whole), scale.unit);
    view! { <span class="numbers"><b>{scale.say(filled)}</b>{asked}{whole}</span> }.into_any()
}

/// The unit a bar's numbers are in: the same for all of them, so that they can be compared.
#[derive(Clone, Copy)]
struct Scale {
    resource: Resource,
    /// Bytes of the unit; none for what is counted in ones.
    bytes: Option<u64>,
    /// With the space before it.
    unit: &'static str,
}

impl Scale {
    fn of(resource: Resource, whole: u64) -> Self {
        let (bytes, unit) = match resource {
            Resource::Cpu | Resource::Pods | Resource::LoadBalancers | Resource::Gpus => (None, ""),
            Resource::Memory | Resource::Storage if whole >= 10 << 40 => (Some(1 << 40), " TiB"),
            Resource::Memory | Resource::Storage if whole >= 1 << 30 => (Some(1 << 30), " GiB"),
            Resource::Memory | Resource::Storage => (Some(1 << 20), " MiB"),
        };
        Self { resource, bytes, unit }
    }

    /// To a tenth; what is less than that but not nothing keeps a unit of its own.
    fn say(self, amount: u64) -> String {
        let Some(bytes) = self.bytes else { return self.resource.say(amount) };
        let tenths = (u128::from(amount) * 10 + u128::from(bytes) / 2) / u128::from(bytes);
        match (amount, tenths) {
            (0, _) => "0".to_owned(),
            (_, 0) => self.resource.say(amount),
            (_, tenths) if tenths % 10 == 0 => (tenths / 10).to_string(),
            (_, tenths) => format!("{}.{}", tenths / 10, tenths % 10),
        }
    }
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
        let memory = Scale::of(Resource::Memory, 1228 * gib);
        assert_eq!(
            (memory.say(908 * gib), memory.say(gib * 156 / 10), memory.unit),
            ("908".into(), "15.6".into(), " GiB")
        );
        assert_eq!((memory.say(0), memory.say(40 << 20)), ("0".into(), "40 MiB".into()));
        assert_eq!(Scale::of(Resource::Cpu, 4000).say(1900), "1.9");
    }

    #[test]
    fn a_share_stays_between_nothing_and_all() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(1, 0), 100.0);
        assert_eq!(percent(30, 20), 100.0);
        assert_eq!(percent(5, 20), 25.0);
    }
}
