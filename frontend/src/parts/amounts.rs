//! Amounts of every resource, in words.

use domain::view::{RequestRow, SizeView};
use domain::{Quota, Resource};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// `2 CPU · 4 GiB`: what people compare sizes by.
pub(crate) fn brief(quota: &Quota) -> String {
    format!("{} CPU · {}", Resource::Cpu.format(quota.cpu_m), Resource::Memory.format(quota.memory_bytes))
}

/// The rest: `20 GiB storage, 20 pods`.
pub(crate) fn rest(quota: &Quota) -> String {
    Quota { cpu_m: 0, memory_bytes: 0, ..*quota }.describe()
}

/// `amd.com/gpu: 2, hugepages-2Mi: 64`; none where there are none.
pub(crate) fn devices(devices: &BTreeMap<String, u32>) -> Option<String> {
    let said: Vec<_> = devices.iter().map(|(name, most)| format!("{name}: {most}")).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// What a card of a size says of it, with what a month costs where its class has prices.
pub(crate) fn size(size: &SizeView) -> AnyView {
    let cost = size.monthly_cost.as_ref().map(|cost| view! { <span class="dim">{format!("{cost} a month")}</span> });
    view! { {brief(&size.quota)}<span class="dim">{rest(&size.quota)}</span>{cost} }.into_any()
}

/// What an open request waits for: `waits for Platform`, `number 2 in line for capacity on harbour-1`.
pub(crate) fn waits(row: &RequestRow) -> Option<String> {
    match row.place_in_line.filter(|_| row.stalled_by.is_none()) {
        Some(1) => Some(format!("first in line for capacity on {}", row.cluster)),
        Some(place) => Some(format!("number {place} in line for capacity on {}", row.cluster)),
        None if row.waits_for.is_empty() => None,
        None => Some(format!("waits for {}", row.waits_for)),
    }
}

/// `+2 CPU, −20 pods`.
pub(crate) fn change(from: &Quota, to: &Quota) -> String {
    let changed = Resource::ALL.into_iter().filter(|r| from.get(*r) != to.get(*r));
    let said = changed.map(|resource| {
        let (sign, by) =
            if to.get(resource) > from.get(resource) { ("+", to.minus(from)) } else { ("−", from.minus(to)) };
        let mut one = Quota::ZERO;
        one.set(resource, by.get(resource));
        format!("{sign}{}", one.describe())
    });
    let said: Vec<_> = said.collect();
    if said.is_empty() { "no change".to_owned() } else { said.join(", ") }
}

/// The cell of an amount; nothing is a pale zero: a dash is what nobody knows.
pub(crate) fn amount(resource: Resource, amount: u64) -> AnyView {
    match amount {
        0 => view! { <span class="dim">"0"</span> }.into_any(),
        _ => resource.format(amount).into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_said_by_what_changes() {
        let from = Quota { cpu_m: 4000, memory_bytes: 16 << 30, pods: 50, ..Quota::ZERO };
        let to = Quota { cpu_m: 6000, pods: 30, ..from };
        assert_eq!(change(&from, &to), "+2 CPU, −20 pods");
        assert_eq!(change(&from, &from), "no change");
    }
}
