//! Clusters on which nothing is done until Platform says something: who paused one, since when and why.

use super::{stages, url, when};
use crate::icon::*;
use domain::view::{PausedBy, StoppedBy, StoppedCluster};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `Paused by pia 3 h ago.`
pub(crate) fn who(paused_by: Option<&PausedBy>, now: OffsetDateTime) -> AnyView {
    match paused_by {
        Some(PausedBy { name, at }) => {
            view! { <span data-paused-by=name.clone()>"Paused by "<b>{name.clone()}</b>" "{when::ago(*at, now)}"."</span> }
                .into_any()
        }
        None => view! { <span data-paused-by="">"Paused by an unknown person."</span> }.into_any(),
    }
}

/// A row of what needs attention. Who can end it goes to the cluster.
pub(crate) fn row(stopped: &StoppedCluster, sees_cluster: bool, now: OffsetDateTime) -> AnyView {
    let name = &stopped.name;
    let headline = match stopped.by {
        StoppedBy::Paused => format!("{name} is paused"),
        StoppedBy::Another => format!("Another cluster answers at the address of {name}"),
        StoppedBy::Away => format!("{name} does not answer"),
    };
    let headline = match sees_cluster {
        true => view! { <a class="row" href=url::cluster(name)>{headline}</a> }.into_any(),
        false => view! { <b>{headline}</b> }.into_any(),
    };
    // Others see those of their teams only.
    let whose = if sees_cluster { "" } else { " of your teams" };
    let waits = match stopped.n_waiting {
        0 => format!("No decided request{whose} waits for it."),
        1 => format!("One decided request{whose} waits for it."),
        n => format!("{n} decided requests{whose} wait for it."),
    };
    let is_paused = stopped.by == StoppedBy::Paused;
    view! {
        <li data-stopped=stopped.by.as_str()>
            <span class="sign warn">{icon(LuCirclePause)}</span>
            <div class="cell-2">
                {headline}
                {stopped.reason.as_deref().map(|why| view! { <span>{stages::sentence(why)}</span> })}
                {is_paused.then(|| who(stopped.paused_by.as_ref(), now))}
                <span data-waiting=stopped.n_waiting>{waits}" Nothing is provisioned there until Platform resumes it."</span>
            </div>
        </li>
    }
    .into_any()
}
