//! How a namespace stands on its cluster: what was found to differ from what was granted, and what became of it.

use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::form::post_to;
use crate::parts::slot::slot;
use crate::parts::{note, url, when};
use domain::Resource;
use domain::drift::Condition;
use domain::namespace::NamespaceState;
use domain::view::{AheadView, DriftRow, NamespaceView, RequestState, StoppedBy, StoppedView};
use leptos::prelude::*;
use std::collections::BTreeMap;

pub(super) fn tab(frame: &Frame, view: &NamespaceView) -> AnyView {
    let content = view! {
        {standing(frame, view)}
        {view.sync.ahead.as_ref().map(|ahead| choice(view, ahead))}
        {order(view)}
        {found(frame, view)}
    };
    slot("sync", "stack", content)
}

/// For the overview: what Berth cannot put right, with the way to more.
pub(super) fn condition_note(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let condition = view.sync.condition.as_ref()?;
    let href = format!("{}/sync", url::namespace(&view.row.cluster, &view.row.name));
    let content = view! {
        <p>"Since "{when::ago(condition.since, frame.now)}". "<a class="link" href=href>"Show cause and next actions"</a></p>
    };
    Some(note::note_with(Tone::Bad, condition.kind.title(), content.into_any()))
}

fn standing(frame: &Frame, view: &NamespaceView) -> AnyView {
    let sync = &view.sync;
    let unknown = sync.stopped.as_ref().map(|stopped| unknown(frame, view, stopped));
    if let Some(condition) = &sync.condition {
        let content = view! {
            <p>{condition.detail.clone()}</p>
            {may_set_up(frame).then(|| {
                let says = format!("Class {}", view.row.class);
                view! { <p><a class="link" href=format!("/admin/classes/{}", view.row.class)>{says}</a></p> }
            })}
            <p class="dim">"Seen "{when::ago(condition.since, frame.now)}{looked(frame, view)}</p>
        };
        let condition = note::note_with(Tone::Bad, condition.kind.title(), content.into_any());
        return view! { {unknown} {condition} }.into_any();
    }
    if let Some(unknown) = unknown {
        return unknown;
    }
    if let Some(before) = view.former_version() {
        let says = format!(
            "It is to have version {} of its class, and the cluster still has version {before}.",
            view.class_version
        );
        let content = view! { <p>{says}{next_look(frame, view)}</p> };
        return note::note_with(Tone::Info, "Update pending", content.into_any());
    }
    match view.row.state {
        NamespaceState::Ready if view.has_unapplied_quota() => unapplied(frame, view),
        NamespaceState::Ready => last_look(frame, view),
        NamespaceState::Provisioning | NamespaceState::Failed => {
            note::note(Tone::Info, "Not ready", "Sync starts once the namespace is created.")
        }
        NamespaceState::Removing => note::note(Tone::Info, "Being deleted", "There is nothing to sync any more."),
    }
}

/// What the last look that came to an end found, and whether that is still all that is known.
fn last_look(frame: &Frame, view: &NamespaceView) -> AnyView {
    let Some(at) = view.synced_at else {
        let content = view! { <p>"Berth has not compared it with its cluster yet."{next_look(frame, view)}</p> };
        return note::note_with(Tone::Info, "Not checked yet", content.into_any());
    };
    let at = when::ago(at, frame.now);
    // What is found now is said once it was looked at.
    if view.sync.is_ordered {
        let content = view! { <p>"All was as granted "{at}"."</p> };
        return note::note_with(Tone::Neutral, "Last check", content.into_any());
    }
    if view.is_as_granted() {
        let content = view! { <p>"The cluster matches what was granted"{looked(frame, view)}</p> };
        return note::coded("in-sync", note::note_with(Tone::Ok, "In sync", content.into_any()));
    }
    let content = view! {
        <p>"All was as granted "{at}". Later changes are not confirmed on the cluster."{next_look(frame, view)}</p>
    };
    note::note_with(Tone::Warn, "Sync state unknown", content.into_any())
}

/// A quota that was granted, and that the cluster does not enforce as far as Berth knows.
fn unapplied(frame: &Frame, view: &NamespaceView) -> AnyView {
    let (why, state) = match &view.sync.unapplied {
        Some(request) => {
            let link = view! { <a class="link" href=url::request(request.number)>{request.number.to_string()}</a> };
            let says = match request.state == RequestState::Failed {
                true => " grants another quota, and has failed. Its page says what can be done.",
                false => " grants another quota, and is not done.",
            };
            (view! { {link}{says} }.into_any(), request.state.as_str())
        }
        None => ("The cluster enforces another quota than was granted.".into_any(), ""),
    };
    let content = view! { <p data-unapplied=state>{why}{next_look(frame, view)}</p> };
    note::note_with(Tone::Warn, "Grant not applied yet", content.into_any())
}

/// Nothing is looked at there: what was found last may be true no more.
fn unknown(frame: &Frame, view: &NamespaceView, stopped: &StoppedView) -> AnyView {
    let last = match view.sync.looked_at {
        Some(at) => view! { " Berth last looked "{when::ago(at, frame.now)}"." }.into_any(),
        None => " Berth has never looked.".into_any(),
    };
    // Why stands above, for all parts of the namespace; that it does not answer stands only here.
    let why = (stopped.by == StoppedBy::Away).then(|| format!("{} ", stopped.says));
    let content =
        view! { <p>{why}"Nothing is looked at there now, so nobody knows whether it is as granted."{last}</p> };
    note::note_with(Tone::Warn, "Sync state unknown", content.into_any())
}

/// Where the cluster is ahead: what each choice does; who may not choose reads who does.
fn choice(view: &NamespaceView, ahead: &AheadView) -> AnyView {
    let there = ahead.quota.map_or_else(|| "cannot be read".to_owned(), |quota| quota.describe());
    let action = format!("{}/resolve-ahead", url::namespace(&view.row.cluster, &view.row.name));
    let button = |keep: &'static str, text: &'static str, help: &'static str| {
        view! {
            <form class="stack" method="post" action=post_to(action.clone())>
                <input r#type="hidden" name="keep" value=keep/>
                <input r#type="hidden" name="revision" value=ahead.revision/>
                <div class="buttons"><button class="btn">{text}</button></div>
                <p class="small dim">{help}</p>
            </form>
        }
    };
    let choices = match ahead.can_resolve {
        true => view! {
            {ahead.quota.is_some().then(|| button(
                "cluster",
                "Keep the cluster's quota",
                "It is recorded as granted, in your name. All other drift is corrected to match the database.",
            ))}
            {button(
                "database",
                "Apply the database's state",
                "All drift is corrected, the quota included. Workloads keep running; new pods are refused where usage is above it.",
            )}
        }
        .into_any(),
        false => view! { <p class="small dim">"Platform chooses which of the two it is to have."</p> }.into_any(),
    };
    let content = view! {
        <section class="panel" aria-labelledby="ahead">
            <header><h2 id="ahead">"Resolve the difference"</h2></header>
            <dl class="kv body">
                <dt>"Quota on the cluster"</dt><dd>{there}</dd>
                <dt>"Quota in the database"</dt><dd>{view.row.quota.describe()}</dd>
            </dl>
            <div class="body stack">{choices}</div>
        </section>
    };
    slot("ahead", "stack", content)
}

fn looked(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let at = view.sync.looked_at?;
    Some(view! { "; looked at "{when::ago(at, frame.now)}"."{next_look(frame, view)} }.into_any())
}

/// When it is due, as far as that is known; what is overdue says so.
fn next_look(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    // One that is ordered comes before any that is due.
    let at = view.sync.next_look_at.filter(|_| !view.sync.is_ordered)?;
    Some(match at > frame.now {
        true => view! { " The next look is due "{when::ago(at, frame.now)}"." }.into_any(),
        false => view! { " The next look has been due since "{when::ago(at, frame.now)}"." }.into_any(),
    })
}

fn order(view: &NamespaceView) -> AnyView {
    let sync = &view.sync;
    if let (Some(stopped), true) = (&sync.stopped, sync.can_sync) {
        let reason = match stopped.by {
            StoppedBy::Paused => "Not while its cluster is paused.",
            StoppedBy::Another => "Not while another cluster answers in place of its own.",
            StoppedBy::Away => "Not while its cluster does not answer: Berth looks as soon as it does.",
        };
        return view! {
            <p class="line">
                <button class="btn" disabled=true aria-describedby="no-sync">{icon(LuRefreshCw)}"Sync now"</button>
                <span class="small dim" id="no-sync">{reason}</span>
            </p>
        }
        .into_any();
    }
    // One that is suspended is restored, with what was in it, and not made again empty.
    let is_suspended = view.row.ending.is_some() || view.suspension.is_some();
    let is_missing =
        sync.condition.as_ref().is_some_and(|condition| condition.kind == Condition::Missing) && !is_suspended;
    if sync.is_ordered && sync.stopped.is_none() && is_missing {
        return note::note(Tone::Accent, "Sync queued", "The result is shown here.");
    }
    if sync.is_ordered && sync.stopped.is_none() {
        return note::note(Tone::Accent, "Sync queued", "Drift is corrected, and shown here.");
    }
    if !sync.can_sync {
        let who = "Developers and owners of the team, and Platform, can sync it now.";
        return view! { <p class="small dim">{who}</p> }.into_any();
    }
    let action = format!("{}/sync", url::namespace(&view.row.cluster, &view.row.name));
    let (drawing, text, help) = match is_missing {
        true => {
            (LuRotateCcw, "Recreate empty", "Its former contents are lost. Quota, policies and access are restored.")
        }
        false => (LuRefreshCw, "Sync now", "Berth also syncs periodically, and when it sees a change."),
    };
    view! {
        <form class="inline" method="post" action=post_to(action)>
            <button class="btn">{icon(drawing)}{text}</button>
            <span class="small dim">{help}</span>
        </form>
    }
    .into_any()
}

fn found(frame: &Frame, view: &NamespaceView) -> AnyView {
    let drift = &view.sync.drift;
    if drift.is_empty() {
        if view.sync.condition.is_some() {
            // It says what is known.
            return ().into_any();
        }
        // A check mark only where it was looked at and could be.
        let (drawing, headline) = match view.is_as_granted() && !view.sync.is_ordered {
            true => (LuCircleCheck, "No drift found"),
            false => (LuCircleDashed, "No known drift"),
        };
        return note::empty(
            drawing,
            headline,
            "Changes made on the cluster to objects that Berth manages are corrected, and show here with their author.",
            None,
        );
    }
    view! {
        <section aria-labelledby="drift">
            <div class="over"><h2 id="drift">"Drift"</h2></div>
            <div class="table stacks">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            <th scope="col">"Expected"</th>
                            <th scope="col">"Was"</th>
                            <th scope="col">"Set by"</th>
                            <th scope="col" class="end">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{drift.iter().map(|row| drift_row(frame, row)).collect_view()}</tbody>
                </table>
            </div>
            {ask_for_it(view)}
        </section>
    }
    .into_any()
}

fn drift_row(frame: &Frame, row: &DriftRow) -> AnyView {
    let value = |value: &Option<String>| match value {
        Some(text) => view! { <span class="mono">{text.clone()}</span> }.into_any(),
        None => view! { <span class="dim">"not there"</span> }.into_any(),
    };
    let field = if row.field.is_empty() { "the whole object".to_owned() } else { row.field.clone() };
    let manager = row.manager.clone().map_or_else(
        || view! { <span class="dim">"not known"</span> }.into_any(),
        |name| view! { <span class="mono">{name}</span> }.into_any(),
    );
    let state = match row.put_back_at {
        Some(at) => {
            view! { <span data-drift="put-back">{badge::badge(Tone::Ok, LuUndo2, "Corrected")}</span> <span class="dim">{when::ago(at, frame.now)}</span> }
                .into_any()
        }
        None => view! { <span data-drift="open">{badge::badge(Tone::Bad, LuTriangleAlert, "Not corrected yet")}</span> }.into_any(),
    };
    view! {
        <tr>
            <td><div class="cell-2"><b class="mono">{field}</b><span>{row.kind.clone()}" "{row.name.clone()}</span></div></td>
            <td data-label="Expected">{value(&row.desired)}</td>
            <td data-label="Was">{value(&row.found)}</td>
            <td data-label="Set by">
                <div class="cell-2"><span>{manager}</span><span>{row.changed_at.map(|at| when::ago(at, frame.now))}</span></div>
            </td>
            <td class="end" data-label="State"><div class="state">{state}</div></td>
        </tr>
    }
    .into_any()
}

/// Amounts that somebody set on the cluster by hand can be asked for instead.
fn ask_for_it(view: &NamespaceView) -> Option<AnyView> {
    let newest = view.sync.drift.first()?.seen_at;
    let amounts: BTreeMap<_, _> = view
        .sync
        .drift
        .iter()
        .filter(|row| row.seen_at == newest && row.kind == "ResourceQuota")
        .filter_map(|row| Some((form_field(&row.field)?, row.found.clone()?)))
        .collect();
    if amounts.is_empty() || !view.sync.can_sync {
        return None;
    }
    let mut pairs: Vec<_> = amounts.iter().map(|(name, amount)| (*name, amount.as_str())).collect();
    pairs.push(("size", "own"));
    let href = url::with_query(&format!("{}/quota", url::namespace(&view.row.cluster, &view.row.name)), &pairs);
    Some(
        view! {
            <p class="small apart-3">
                "Was the change meant? It lasts when it is granted: "
                <a class="link" href=href>"ask for the quota that was set by hand"</a>
            </p>
        }
        .into_any(),
    )
}

/// The form's field for what a field of a ResourceQuota bounds.
fn form_field(field: &str) -> Option<&'static str> {
    let hard = field.strip_prefix("spec.hard")?;
    let quoted = hard.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]"));
    Resource::of_quota_name(quoted.or_else(|| hard.strip_prefix('.'))?).map(Resource::typed_field)
}
