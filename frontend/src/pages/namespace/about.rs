//! What a namespace is: purpose, class, whether it is as granted, and when it ends.

use crate::frame::Frame;
use crate::icon::*;
use crate::parts::slot::slot;
use crate::parts::{amounts, problems, url, when};
use domain::namespace::NamespaceState;
use domain::request::Kind;
use domain::view::NamespaceView;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn panel(frame: &Frame, view: &NamespaceView) -> AnyView {
    let synced = slot("as-granted", "synced", as_granted(frame, view));
    let desired = view.former_version().map(|before| {
        let says = format!(
            "The class values shown here are of version {}. In version {before}, pod security, network and devices may differ.",
            view.class_version
        );
        view! { <dt>"Not in force yet"</dt><dd data-desired-version=view.class_version>{says}</dd> }
    });
    view! {
        <section class="panel">
            <header><h2>"About"</h2></header>
            <dl class="kv body">
                <dt>"Purpose"</dt><dd class="prose">{view.purpose.clone()}</dd>
                <dt>"Environment"</dt><dd>{view.row.environment.as_str()}</dd>
                {desired}
                <dt>"Pod security"</dt><dd>{view.pod_security.as_str()}</dd>
                <dt>"Network"</dt><dd>{view.network.title()}</dd>
                {amounts::devices(&view.devices).map(|says| view! { <dt>"Devices"</dt><dd data-devices="">{says}</dd> })}
                <dt>"As granted"</dt><dd>{synced}</dd>
                {ends(view, frame.now)}
            </dl>
            {problems::may_ask(frame, view).then(|| lifetime_links(view))}
        </section>
    }
    .into_any()
}

/// When it goes by itself: what is suspended is deleted, whatever its expiry was.
fn ends(view: &NamespaceView, now: OffsetDateTime) -> Option<AnyView> {
    let row = &view.row;
    let (title, code, says) = match (row.ending, row.expires_at) {
        (Some(_), _) if row.state == NamespaceState::Removing => return None,
        (Some(ending), _) if ending.is_in_grace(now) => {
            ("Deleted", "deleted", view! { {when::ago(ending.delete_at, now)} }.into_any())
        }
        (Some(ending), _) => ("Deleted", "deleted", view! { "due "{when::ago(ending.delete_at, now)} }.into_any()),
        (None, Some(at)) if at <= now => ("Expires", "expires", view! { "due "{when::ago(at, now)} }.into_any()),
        (None, Some(at)) => ("Expires", "expires", view! { {when::ago(at, now)} }.into_any()),
        (None, None) => return None,
    };
    Some(view! { <dt>{title}</dt><dd data-ends=code>{says}</dd> }.into_any())
}

/// What can still be asked about its end.
fn lifetime_links(view: &NamespaceView) -> Option<AnyView> {
    let (cluster, name) = (&view.row.cluster, &view.row.name);
    let extend = view
        .row
        .takes(Kind::Extend)
        .then(|| view! { <a class="link" data-asks="extend" href=url::extend(cluster, name)>"Extend"</a> });
    let delete = view
        .row
        .takes(Kind::Delete)
        .then(|| view! { <a class="link" data-asks="delete" href=url::delete(cluster, name)>"Delete namespace"</a> });
    (extend.is_some() || delete.is_some()).then(|| view! { <div class="body links">{extend}{delete}</div> }.into_any())
}

/// Only what was looked at, is in order and is still looked after is said to be so.
fn as_granted(frame: &Frame, view: &NamespaceView) -> AnyView {
    let last = view.synced_at.map(|at| view! { "; last verified "{when::ago(at, frame.now)} });
    let is_awaited = view.former_version().is_some() || view.has_unapplied_quota();
    if view.row.condition.is_none() && is_awaited {
        return view! { {icon(LuCircleDashed)} "not yet" {last} }.into_any();
    }
    match (view.row.condition, &view.sync.stopped, view.row.state, view.synced_at) {
        (Some(_), ..) => view! { {icon(LuTriangleAlert)} "no" {last} }.into_any(),
        (None, Some(_), ..) => view! { {icon(LuCircleDashed)} "not known now" {last} }.into_any(),
        (None, None, NamespaceState::Ready, Some(_)) if !view.is_as_granted() => {
            view! { {icon(LuCircleDashed)} "not known" {last} }.into_any()
        }
        (None, None, NamespaceState::Ready, Some(at)) => {
            view! { <span class="ok">{icon(LuCircleCheck)}</span> "verified "{when::ago(at, frame.now)} }.into_any()
        }
        (None, None, _, _) => "not yet".into_any(),
    }
}
