//! One cluster: its capacity, and how it is read.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::Tone;
use crate::parts::disagreement::{Of, several};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::stages::sentence;
use crate::parts::{badge, capacity, fresh, note, stopped, unknown, url, when};
use domain::page::PageKind;
use domain::view::{CheckOutcome, CheckRow, ClusterCheck, ClusterDetail, ClusterView, ForgottenNamespace};
use leptos::prelude::*;

/// `again`: the form on it that was refused.
pub fn page(frame: Frame, view: ClusterDetail, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: view.row.name.clone(),
        kind: Some(PageKind::Cluster),
        crumbs: vec![Crumb::to(PageKind::Clusters), Crumb::here(view.row.name.clone())],
        refresh: None,
        body: body(frame, &view, &again),
    })
}

fn body(frame: &Frame, detail: &ClusterDetail, again: &Again) -> AnyView {
    let view = &detail.row;
    let above = fresh::fresh(&view.freshness, frame.now);
    let below = "Capacity is what its nodes can take, times the overcommit factor.".into_any();
    let head = Head { above: Some(above), title: view.name.clone(), below, actions: None };
    let bars = if view.lines.is_empty() {
        view! { <p class="dim">"Not read yet."</p> }.into_any()
    } else {
        capacity::lines(&view.lines)
    };
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {view.paused.as_deref().map(|why| paused(frame, view, why))}
                {detail.seen_uid.as_deref().map(|seen| another(detail, seen))}
                {view.capacity_unknown.clone().map(|why| note::note(Tone::Bad, "Nothing can be granted here", sentence(&why)))}
                {fresh::caution(&view.name, &view.freshness, frame.now)}
                {fresh::not_shown(&detail.not_shown)}
                {detail.forgotten.as_deref().and_then(forgotten)}
                {several(
                    "Classes with exceptions not agreed to here",
                    &detail.disagreements,
                    Of::Classes,
                    None,
                    frame.now,
                )}
                <section class="panel">
                    <header><h2>"Granted to namespaces"</h2></header>
                    <div class="body">{bars}</div>
                </section>
                {checks(frame, detail)}
            </div>
            <aside class="stack" aria-label="Facts">
                <section class="panel">
                    <header><h2>"About"</h2></header>
                    <dl class="kv body">
                        <dt>"Kubernetes"</dt><dd>{view.version.clone().unwrap_or_else(|| "not read yet".into())}</dd>
                        <dt>"Nodes"</dt><dd>{nodes(view)}</dd>
                        <dt>"Namespaces"</dt><dd>{view.n_namespaces}</dd>
                        <dt>"UID"</dt><dd class="mono">{detail.uid.clone().unwrap_or_else(|| "not asked yet".into())}</dd>
                        <dt>"Address"</dt><dd class="mono">{detail.api_url.clone()}</dd>
                        <dt>"Groups"</dt><dd>{prefix(&detail.groups_prefix)}</dd>
                        <dt>"People"</dt><dd>{prefix(&detail.users_prefix)}</dd>
                        <dt>"kubectl signs in at"</dt><dd>{detail.oidc.as_ref().map_or_else(|| "no identity provider".to_owned(), |oidc| oidc.issuer.clone())}</dd>
                        <dt>"Overcommit"</dt><dd>{overcommit(view.overcommit_percent)}</dd>
                    </dl>
                </section>
                {detail.can_change.then(|| actions(view, again))}
            </aside>
        </div>
    }
    .into_any()
}

fn paused(frame: &Frame, view: &ClusterView, why: &str) -> AnyView {
    let content = view! { <p>{why.to_owned()}</p><p>{stopped::who(view.paused_by.as_ref(), frame.now)}</p> }.into_any();
    note::coded(
        "paused",
        note::note_with(Tone::Warn, "Paused: nothing is provisioned, nothing may be asked for", content),
    )
}

/// How many there are, once they were read.
fn nodes(view: &ClusterView) -> AnyView {
    if view.version.is_some() { view.n_nodes.into_any() } else { unknown::unknown() }
}

/// Somebody has to say which cluster it is; who may not reads that others must.
fn another(detail: &ClusterDetail, seen: &str) -> AnyView {
    let known = detail.uid.clone().unwrap_or_else(|| "not known".into());
    let says = format!(
        "The namespace kube-system has the UID {seen} there; that of {} is {known}. Nothing is provisioned, put back or \
         believed there until Platform says which it is. If it was built anew, its namespaces are missing until they are \
         made again.",
        detail.row.name
    );
    let choice = |uid: &str, says: &str| {
        view! {
            <form method="post" action=post_to(format!("{}/accept", url::cluster(&detail.row.name)))>
                <input r#type="hidden" name="uid" value=uid.to_owned()/>
                <button class="btn">{says.to_owned()}</button>
            </form>
        }
    };
    let choices = detail.can_change.then(|| {
        view! {
            <div class="buttons">
                {choice(seen, "The cluster was rebuilt: continue with this one")}
                {detail.uid.as_deref().map(|uid| choice(uid, "The original cluster is back: continue with it"))}
            </div>
        }
    });
    let body = view! { <p>{says}</p>{choices} }.into_any();
    view! { <div data-slot="another-cluster">{note::note_with(Tone::Bad, "Another cluster answers at its address", body)}</div> }
        .into_any()
}

/// What Berth made there and its database does not know, with the way to have it back.
fn forgotten(namespaces: &[ForgottenNamespace]) -> Option<AnyView> {
    if namespaces.is_empty() {
        return None;
    }
    let row = |namespace: &ForgottenNamespace| {
        view! {
            <tr><td class="mono">{namespace.name.clone()}</td><td>{namespace.team.clone()}</td><td>{namespace.class.clone()}</td></tr>
        }
    };
    let body = view! {
        <p>
            "They carry Berth's marks, and its database knows nothing of them, as after a restore from a backup. Nothing keeps \
             them in order, and no quota counts them. Their team takes one over by asking for a namespace of its name here; \
             what runs in it stays. One that is not needed can be deleted on the cluster."
        </p>
        <div class="table">
            <table>
                <thead><tr><th scope="col">"Namespace"</th><th scope="col">"Team"</th><th scope="col">"Class"</th></tr></thead>
                <tbody>{namespaces.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    };
    let note = note::note_with(Tone::Warn, "Namespaces missing from Berth's database", body.into_any());
    Some(view! { <div data-slot="forgotten">{note}</div> }.into_any())
}

fn overcommit(percent: i32) -> String {
    match percent {
        100 => "none: no more than its nodes have".to_owned(),
        percent => format!("{percent}\u{a0}% of its nodes' CPU and memory"),
    }
}

fn prefix(prefix: &str) -> String {
    if prefix.is_empty() { "as the identity provider spells them".to_owned() } else { format!("with {prefix} before") }
}

fn checks(frame: &Frame, detail: &ClusterDetail) -> AnyView {
    let list = match &detail.check {
        None => view! { <p class="body dim">"Not checked yet. Berth checks every half hour."</p> }.into_any(),
        Some(check) => found(check),
    };
    let at = detail.check.as_ref().map(|check| view! { <span class="dim">{when::ago(check.at, frame.now)}</span> });
    let again = detail.can_change.then(|| {
        view! {
            <form method="post" action=post_to(format!("{}/check", url::cluster(&detail.row.name)))>
                <button class="btn small">{icon(LuRefreshCw)}"Check now"</button>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="checks">
            <header><h2 id="checks">"Health checks"</h2>{at}{again}</header>
            {list}
        </section>
    }
    .into_any()
}

/// What is wrong, and what nobody knows, is on the table; what is right is counted, and opens.
fn found(check: &ClusterCheck) -> AnyView {
    let of = |outcome| check.checks.iter().filter(|row| row.outcome == outcome).collect::<Vec<_>>();
    let open = [of(CheckOutcome::Failed), of(CheckOutcome::NotVerified)].concat();
    let open = (!open.is_empty()).then(|| list(&open));
    let passed = of(CheckOutcome::Passed);
    view! {
        <p class="body">{badge::checks(check)}</p>
        {open}
        {(!passed.is_empty()).then(|| view! {
            <details class="more body"><summary>{format!("{} passed", passed.len())}</summary>{list(&passed)}</details>
        })}
    }
    .into_any()
}

fn list(rows: &[&CheckRow]) -> AnyView {
    let rows = rows.iter().map(|row| {
        let (class, drawing, word, outcome) = match row.outcome {
            CheckOutcome::Passed => ("sign ok", LuCircleCheck, "Passed: ", "passed"),
            CheckOutcome::Failed => ("sign bad", LuCircleX, "Failed: ", "failed"),
            CheckOutcome::NotVerified => ("sign warn", LuCircleDashed, "Not verified: ", "not-verified"),
        };
        view! {
            <li data-outcome=outcome>
                <span class=class>{icon(drawing)}<span class="unseen">{word}</span></span>
                <div class="cell-2"><b>{row.what.clone()}</b><span>{row.detail.clone()}</span></div>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

fn actions(view: &ClusterView, again: &Again) -> AnyView {
    let base = url::cluster(&view.name);
    let errors = Errors(&again.errors);
    let pause = if view.paused.is_some() {
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/resume"))>
                <div class="buttons"><button class="btn">{icon(LuRotateCcw)}"Resume"</button></div>
            </form>
        }
        .into_any()
    } else {
        let reason = Field::new("reason", "Reason for the pause", errors)
            .help("Shown to everybody who requests something there.");
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/pause"))>
                {reason.area(again.typed("reason"))}
                <div class="buttons"><button class="btn">{icon(LuCirclePause)}"Pause"</button></div>
            </form>
        }
        .into_any()
    };
    let forget = (view.n_namespaces > 0).then(|| {
        let says = format!(
            "Forget its {} namespaces: what of them is on the cluster stays as it is, and Berth no longer knows them",
            view.n_namespaces
        );
        view! { <label class="tick"><input r#type="checkbox" name="forget" value="1" checked=again.typed("forget") == "1"/><span>{says}</span></label> }
    });
    view! {
        <section class="panel" aria-labelledby="change">
            <header><h2 id="change">"Change"</h2></header>
            <div class="body plain-list">
                <a class="link" href=format!("{base}/renew")>"Renew credentials and rights"</a>
                <a class="link" href=format!("{base}/settings")>"Change its settings"</a>
                <a class="link" href=format!("{base}/manifests")>"Installed manifests"</a>
            </div>
            {pause}
            <form class="form body" method="post" action=post_to(format!("{base}/remove"))>
                {Field::new("confirm", format!("Type {} to remove it", view.name), errors).help("Its credentials are deleted. Objects on the cluster stay.").text(again.typed("confirm"))}
                {forget}
                <div class="buttons"><button class="btn danger">"Remove"</button></div>
            </form>
        </section>
    }
    .into_any()
}
