//! The end of a namespace's life, on every part of its page: that it expires, is suspended or deleted, why it is stuck, and the
//! way back.

use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::form::post_to;
use crate::parts::{note, problems, url, when};
use domain::actor::PlatformRole;
use domain::class::Environment;
use domain::drift::Condition;
use domain::lifetime::{self, Ending, SOON};
use domain::namespace::NamespaceState;
use domain::request::UntilDate;
use domain::terminating::DeletionBlocker;
use domain::view::{NamespaceView, NotMade, SuspensionView};
use leptos::prelude::*;
use time::Duration;

pub(super) fn banner(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let note = match (&view.row.ending, &view.suspension) {
        (Some(ending), _) if view.row.state == NamespaceState::Removing => deleting(frame, view, ending),
        (Some(ending), suspension) => suspended(frame, view, ending, suspension.as_ref()),
        (None, Some(suspension)) => restoring(view, suspension),
        (None, None) => expires(frame, view)?,
    };
    Some(view! { {note} {stuck(view)} }.into_any())
}

/// What can be done about it, beside the banner and shown with it: the style sheet shows each with the note it belongs to. They
/// stand outside of what is sent to open pages, which is the same for all who look: a form is of one session.
pub(super) fn ways_out(frame: &Frame, view: &NamespaceView) -> AnyView {
    view! { {restore(frame, view)} {leave_rest(frame, view)} {extend(frame, view)} }.into_any()
}

/// For who waits in vain for what the cluster refuses.
fn leave_rest(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    if !may_restore(frame, view) {
        return None;
    }
    let action = format!("{}/restore", url::namespace(&view.row.cluster, &view.row.name));
    let form = view! {
        <form class="inline when-not-made" method="post" action=post_to(action)>
            <button class="btn" name="leave_rest" value="true">"Finish without them"</button>
            <span class="small dim">"What could not be made again is not kept any longer."</span>
        </form>
    };
    Some(form.into_any())
}

fn may_restore(frame: &Frame, view: &NamespaceView) -> bool {
    let is_platform = frame.viewer.as_ref().is_some_and(|viewer| viewer.platform.contains(&PlatformRole::Platform));
    is_platform || problems::may_ask(frame, view)
}

fn restore(frame: &Frame, view: &NamespaceView) -> AnyView {
    if !may_restore(frame, view) {
        let who = "Developers and owners of the team, and Platform, can restore it.";
        return view! { <p class="small dim when-suspended">{who}</p> }.into_any();
    }
    let action = format!("{}/restore", url::namespace(&view.row.cluster, &view.row.name));
    view! {
        <form class="inline when-suspended" method="post" action=post_to(action)>
            <button class="btn primary">{icon(LuRotateCcw)}"Restore"</button>
            <span class="small dim when-there">"What ran in it starts again with its former replicas."</span>
        </form>
    }
    .into_any()
}

/// One click keeps it for as long as a new one would be there; another day is asked for in the form.
fn extend(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    if !problems::may_ask(frame, view) {
        return None;
    }
    let page = url::extend(&view.row.cluster, &view.row.name);
    let longest = view.lifetime_days.map(|days| UntilDate::of(frame.now + Duration::days(days.into())));
    let is_later = |until: &UntilDate| view.row.expires_at.is_some_and(|at| *until > UntilDate::of(at));
    let one_click = longest.filter(is_later).filter(|_| view.row.environment != Environment::Production).map(|until| {
        view! {
            <input r#type="hidden" name="until" value=until.to_string()/>
            <input r#type="hidden" name="purpose" value="Extended with one click"/>
            <button class="btn primary">{icon(LuHourglass)}{format!("Extend until {until}")}</button>
        }
    });
    let to = post_to(page.clone());
    let form = view! {
        <form class="inline when-expiring" method="post" action=to>
            {one_click}
            <a class="link" href=page>"Choose another day"</a>
        </form>
    };
    Some(form.into_any())
}

/// Of one that somebody deletes on its cluster, without Berth: its condition says so, this says what keeps it.
pub(super) fn leaving(view: &NamespaceView) -> Option<AnyView> {
    let is_said = view.row.ending.is_some() || view.suspension.is_some();
    if is_said { None } else { stuck(view) }
}

fn expires(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let at = view.row.expires_at.filter(|at| *at <= frame.now + SOON)?;
    let ago = when::ago(at, frame.now);
    let grace = lifetime::grace(view.row.environment).whole_days();
    let (headline, content) = if at > frame.now {
        let then = format!(": what runs in it is stopped then, and it is deleted {grace} days later.");
        ("Expires on", view! { <p>"It expires "{ago}{then}</p> }.into_any())
    } else {
        let then = format!(": what runs in it is about to be stopped, and it is deleted {grace} days later.");
        ("Was due to expire on", view! { <p data-due="">"It was due to expire "{ago}{then}</p> }.into_any())
    };
    let headline = format!("{headline} {}", when::format_date(at));
    Some(note::coded("expires", note::note_with(Tone::Warn, headline, content)))
}

fn suspended(frame: &Frame, view: &NamespaceView, ending: &Ending, suspension: Option<&SuspensionView>) -> AnyView {
    let headline = format!("Suspended, to be deleted on {}", when::format_date(ending.delete_at));
    let began = view! {
        "It was suspended "{when::ago(ending.suspended_at, frame.now)}", because "{ending.cause.says()}". "
    };
    if view.row.condition.is_some_and(Condition::is_gone) {
        let content = view! { <p>{began}</p> {kept_of_missing(suspension)} };
        return note::coded("suspended", note::note_with(Tone::Bad, headline, content.into_any()));
    }
    let refused = suspension.and_then(|suspension| suspension.refused.clone());
    let stopped = match (suspension.and_then(|suspension| suspension.scaled_at), refused) {
        (_, Some(why)) => view! { <p data-refused="">"Its workloads could not be stopped: "{why}</p> }.into_any(),
        (Some(_), None) => {
            let n = suspension.map_or(0, |suspension| suspension.n_workloads);
            let what = if n == 1 { "One workload is".to_owned() } else { format!("{n} workloads are") };
            view! { <p>{format!("{what} stopped. Pods that no workload owns keep running.")}</p> }.into_any()
        }
        (None, None) => view! { <p>"Berth is stopping what runs in it."</p> }.into_any(),
    };
    let content = view! {
        <p>{began}{deletion(frame, ending)}</p>
        {stopped}
        {suspension.map(kept)}
    };
    note::coded("suspended", note::note_with(Tone::Bad, headline, content.into_any()))
}

fn deletion(frame: &Frame, ending: &Ending) -> AnyView {
    if ending.is_in_grace(frame.now) {
        let at = when::ago(ending.delete_at, frame.now);
        return view! { "It is deleted with everything in it "{at}", unless it is restored." }.into_any();
    }
    "Its time to be restored is over: it is deleted with everything in it as soon as all of it is stopped.".into_any()
}

/// What can come back of a namespace that is not on its cluster, or of which another one of its name is there.
fn kept_of_missing(suspension: Option<&SuspensionView>) -> AnyView {
    let says = match suspension.and_then(|suspension| suspension.n_objects) {
        Some(n) => format!(
            "It is not on its cluster any more, and nothing of it runs. Restored, it is made again with the {n} objects that Berth \
             keeps of it; its volumes come back empty."
        ),
        None => "It is not on its cluster any more, and Berth keeps nothing of what was in it. Restored, it is still missing there; \
                 then it can be made again under Sync, empty."
            .to_owned(),
    };
    view! { <p data-missing="">{says}</p> }.into_any()
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

fn restoring(view: &NamespaceView, suspension: &SuspensionView) -> AnyView {
    let says = match view.sync.stopped {
        None => "What ran in it is being started again.",
        Some(_) => "What ran in it is started again once Berth works on its cluster.",
    };
    let why = suspension.refused.clone().map(|why| view! { <p data-refused="">{why}</p> });
    let left = (!suspension.not_made.is_empty()).then(|| not_made(suspension));
    let content = view! { <p>{says}</p>{why}{left} };
    note::coded("restoring", note::note_with(Tone::Info, "Being restored", content.into_any()))
}

/// What of a namespace that was made again the cluster refuses.
fn not_made(suspension: &SuspensionView) -> AnyView {
    let left = match suspension.n_not_made {
        1 => "One of its objects could not be made again.".to_owned(),
        n => format!("{n} of its objects could not be made again."),
    };
    let one = |left: &NotMade| view! { <li><span class="mono">{left.object.clone()}</span>": "{left.why.clone()}</li> };
    view! {
        <p data-not-made="">{left}" Berth keeps what is left, and tries again every five minutes."</p>
        <ul class="small wrap">{suspension.not_made.iter().map(one).collect_view()}</ul>
    }
    .into_any()
}

fn deleting(frame: &Frame, view: &NamespaceView, ending: &Ending) -> AnyView {
    let refused = view.suspension.as_ref().and_then(|suspension| suspension.refused.clone());
    let refused = refused.map(|why| view! { <p data-refused="">{why}</p> });
    let what = match view.row.condition {
        Some(condition) if condition.is_gone() => {
            "What is left of it is taken off its cluster; what is not Berth's stays there."
        }
        Some(_) | None => "It is deleted on its cluster with everything in it.",
    };
    let content = view! {
        <p>
            "Its time to be restored ended "{when::ago(ending.delete_at, frame.now)}". "{what}
            " Its name stays reserved for its team for 90 days."
        </p>
        {refused}
    };
    note::coded("deleting", note::note_with(Tone::Warn, "Being deleted", content.into_any()))
}

/// Why it is still there: cause, evidence, next step.
fn stuck(view: &NamespaceView) -> Option<AnyView> {
    let why = view.terminating.as_ref().filter(|why| !why.is_empty())?;
    let one = |found: &DeletionBlocker| {
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
