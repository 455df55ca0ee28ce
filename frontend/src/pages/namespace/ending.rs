//! The end of a namespace's life, on every part of its page: that it expires, is suspended or deleted, why it is stuck, and the
//! way back.

use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::form::post_to;
use crate::parts::{note, url, when};
use domain::diagnosis::Diagnosis;
use domain::lifetime::{Ending, SOON};
use domain::namespace::NamespaceState;
use domain::view::{NamespaceView, SuspensionView};
use leptos::prelude::*;

pub(super) fn banner(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let note = match (&view.row.ending, &view.suspension) {
        (Some(ending), _) if view.row.state == NamespaceState::Removing => deleting(frame, view, ending),
        (Some(ending), suspension) => suspended(frame, view, ending, suspension.as_ref()),
        (None, Some(suspension)) => restoring(view, suspension),
        (None, None) => expires(frame, view)?,
    };
    Some(view! { {note} {stuck(view)} }.into_any())
}

/// Of one that somebody deletes on its cluster, without Berth: its condition says so, this says what keeps it.
pub(super) fn leaving(view: &NamespaceView) -> Option<AnyView> {
    let is_said = view.row.ending.is_some() || view.suspension.is_some();
    if is_said { None } else { stuck(view) }
}

fn expires(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let at = view.row.expires_at.filter(|at| *at <= frame.now + SOON)?;
    let content = view! {
        <p>"It expires "{when::ago(at, frame.now)}": what runs in it is stopped then, and it is deleted some days later."</p>
    };
    let headline = format!("Expires on {}", when::format_date(at));
    Some(note::coded("expires", note::note_with(Tone::Warn, headline, content.into_any())))
}

fn suspended(frame: &Frame, view: &NamespaceView, ending: &Ending, suspension: Option<&SuspensionView>) -> AnyView {
    let hindrance = suspension.and_then(|suspension| suspension.hindrance.clone());
    let stopped = match (suspension.and_then(|suspension| suspension.scaled_at), hindrance) {
        (_, Some(why)) => view! { <p data-hindrance="">"Its workloads could not be stopped: "{why}</p> }.into_any(),
        (Some(_), None) => {
            let n = suspension.map_or(0, |suspension| suspension.n_workloads);
            let what = if n == 1 { "One workload is".to_owned() } else { format!("{n} workloads are") };
            view! { <p>{format!("{what} stopped. Pods that no workload owns keep running.")}</p> }.into_any()
        }
        (None, None) => view! { <p>"Berth is stopping what runs in it."</p> }.into_any(),
    };
    let content = view! {
        <p>
            "It was suspended "{when::ago(ending.suspended_at, frame.now)}", because "{ending.cause.says()}". It is deleted with \
            everything in it "{when::ago(ending.delete_at, frame.now)}", unless it is restored."
        </p>
        {stopped}
        {suspension.map(kept)}
        {way_back(view)}
    };
    let headline = format!("Suspended, and deleted on {}", when::format_date(ending.delete_at));
    note::coded("suspended", note::note_with(Tone::Bad, headline, content.into_any()))
}

/// What is there to come back should somebody delete it on its cluster.
fn kept(suspension: &SuspensionView) -> AnyView {
    let says = match suspension.n_objects {
        Some(n) => format!(
            "Berth keeps {n} of its objects, to make it again should it be deleted on the cluster meanwhile. Data in volumes is \
             not among them, and is lost when it is deleted."
        ),
        None => "Its objects are not kept yet. Data in volumes is lost when it is deleted.".to_owned(),
    };
    let incomplete = suspension.incomplete.clone().map(|what| {
        view! { <p class="small dim" data-incomplete="">"Not kept: "{what}</p> }
    });
    view! { <p class="small dim">{says}</p>{incomplete} }.into_any()
}

fn way_back(view: &NamespaceView) -> AnyView {
    if !view.can_restore {
        return view! { <p class="small dim">"Developers and owners of the team, and Platform, can restore it."</p> }
            .into_any();
    }
    let action = format!("{}/restore", url::namespace(&view.row.cluster, &view.row.name));
    view! {
        <form class="inline" method="post" action=post_to(action)>
            <button class="btn primary">{icon(LuRotateCcw)}"Restore"</button>
            <span class="small dim">"What ran in it starts again with its former replicas."</span>
        </form>
    }
    .into_any()
}

fn restoring(view: &NamespaceView, suspension: &SuspensionView) -> AnyView {
    let says = match view.sync.stopped {
        None => "What ran in it is being started again.",
        Some(_) => "What ran in it is started again once Berth works on its cluster.",
    };
    let why = suspension.hindrance.clone().map(|why| view! { <p data-hindrance="">{why}</p> });
    let content = view! { <p>{says}</p>{why} };
    note::coded("restoring", note::note_with(Tone::Info, "Being restored", content.into_any()))
}

fn deleting(frame: &Frame, view: &NamespaceView, ending: &Ending) -> AnyView {
    let hindrance = view.suspension.as_ref().and_then(|suspension| suspension.hindrance.clone());
    let hindrance = hindrance.map(|why| view! { <p data-hindrance="">{why}</p> });
    let content = view! {
        <p>
            "Its time to be restored ended "{when::ago(ending.delete_at, frame.now)}". It is deleted on its cluster with \
            everything in it. Its name stays reserved for its team for 90 days."
        </p>
        {hindrance}
    };
    note::coded("deleting", note::note_with(Tone::Warn, "Being deleted", content.into_any()))
}

/// Why it is still there: cause, evidence, next step.
fn stuck(view: &NamespaceView) -> Option<AnyView> {
    let why = view.terminating.as_ref().filter(|why| !why.is_empty())?;
    let one = |found: &Diagnosis| {
        view! {
            <li>
                <p class="headline">{found.cause.clone()}</p>
                <p class="mono small wrap">{found.evidence.clone()}</p>
                <p>{found.next_step.clone()}</p>
            </li>
        }
    };
    let content = view! { <ul class="plain stack-2">{why.iter().map(one).collect_view()}</ul> };
    Some(note::coded("stuck", note::note_with(Tone::Bad, "Its deletion is stuck", content.into_any())))
}
