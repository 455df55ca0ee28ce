//! How fresh numbers from a cluster are. Live, stale, unreachable and not read yet have words and looks of their own.

use super::when;
use crate::icon::*;
use domain::cluster::Freshness;
use domain::view::NotShown;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn fresh(freshness: &Freshness, now: OffsetDateTime) -> AnyView {
    match freshness {
        // Only an open stream makes it live: the island `Live` says so on the document, and style shows which word is true.
        Freshness::Live { as_of } => {
            let title = format!("as of {}", when::exact(*as_of));
            view! {
                <span class="fresh live" title=title data-passing="">
                    <i></i><span class="now">"live"</span><span class="then">"as of "{when::as_of(*as_of)}</span>
                </span>
            }
            .into_any()
        }
        Freshness::Stale { since } => view! {
            <span class="fresh stale">{icon(LuClock)}<span>"stale for "{when::age(*since, now)}</span></span>
        }
        .into_any(),
        Freshness::Unreachable { since, reason } => view! {
            <span class="fresh away" title=reason.clone()>
                {icon(LuCloudOff)}<span>"unreachable for "{when::age(*since, now)}</span>
            </span>
        }
        .into_any(),
        Freshness::NotLoaded => view! {
            <span class="fresh waiting">{icon(LuCircleDashed)}"not read yet"</span>
        }
        .into_any(),
    }
}

/// What numbers that are not live are worth, in a sentence; nothing when they are.
pub(crate) fn caution(cluster: &str, freshness: &Freshness, now: OffsetDateTime) -> Option<AnyView> {
    use super::badge::Tone;
    use super::note::note;
    match freshness {
        Freshness::Live { .. } => None,
        Freshness::NotLoaded => Some(note(
            Tone::Info,
            format!("Workloads on {cluster} have not been read yet"),
            "They show here as soon as they have been read.",
        )),
        Freshness::Stale { since } => Some(note(
            Tone::Warn,
            format!("{cluster} has been quiet for a while"),
            format!("Data from {}. It may have changed since.", when::format_ago(*since, now)),
        )),
        Freshness::Unreachable { since, reason } => Some(note(
            Tone::Bad,
            format!("{cluster} does not answer"),
            format!("Data from {}. Berth keeps trying; the last answer was: {reason}.", when::format_ago(*since, now)),
        )),
    }
}

/// Kinds that cannot be seen are said: none of them there is another thing.
pub(crate) fn not_shown(kinds: &[NotShown]) -> Option<AnyView> {
    use super::badge::Tone;
    use super::note::note_with;
    if kinds.is_empty() {
        return None;
    }
    let rows = kinds.iter().map(|missing| view! { <li><b>{missing.kind.clone()}</b>": "{missing.reason.clone()}</li> });
    let list = view! { <ul data-slot="not-shown">{rows.collect_view()}</ul> }.into_any();
    Some(note_with(Tone::Warn, "Not shown, or not as it is now", list))
}
