//! Amounts of every resource, in words.

use domain::{Quota, Resource};
use leptos::prelude::*;

/// `2 CPU · 4 GiB`: what people compare sizes by.
pub(crate) fn brief(quota: &Quota) -> String {
    format!("{} CPU · {}", Resource::Cpu.say(quota.cpu_m), Resource::Memory.say(quota.memory_bytes))
}

/// The rest: `20 GiB storage, 20 pods`.
pub(crate) fn rest(quota: &Quota) -> String {
    Quota { cpu_m: 0, memory_bytes: 0, ..*quota }.say()
}

/// The cell of an amount; nothing is a dash.
pub(crate) fn amount(resource: Resource, amount: u64) -> AnyView {
    match amount {
        0 => view! { <span class="dim" title="none">"–"</span> }.into_any(),
        _ => resource.say(amount).into_any(),
    }
}
