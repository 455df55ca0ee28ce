//! One namespace: what runs in it, what it uses, who may do what.

mod sync;

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::Live;
use crate::parts::badge::{self, Tone};
use crate::parts::copy::copy;
use crate::parts::form::post_to;
use crate::parts::list::{Head, TabLink, tabs};
use crate::parts::slot::{slot, spoken_slot};
use crate::parts::{fresh, list, note, problems, quota, stages, timeline, url, warnings, when, workloads};
use crate::shell::Section;
use domain::namespace::NamespaceState;
use domain::view::{AccessRow, ActivityEntry, KubeconfigView, NamespaceView, StoppedBy, TimelineKind};
use leptos::prelude::*;

/// Each is a page of its own under the namespace's URL. Its quota is one too: see [`super::quota`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Workloads,
    Events,
    Access,
    Sync,
    Activity,
}

/// Where the quota's page stands among the tabs.
const QUOTA_PLACE: usize = 3;

impl Tab {
    pub const ALL: [Tab; 6] = [Self::Overview, Self::Workloads, Self::Events, Self::Access, Self::Sync, Self::Activity];

    /// Last part of its URL; empty for the overview.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Workloads => "workloads",
            Self::Events => "events",
            Self::Access => "access",
            Self::Sync => "sync",
            Self::Activity => "activity",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Workloads => "Workloads",
            Self::Events => "Warnings",
            Self::Access => "Access",
            Self::Sync => "Sync",
            Self::Activity => "Activity",
        }
    }

    fn count(self, view: &NamespaceView) -> Option<i64> {
        match self {
            Self::Workloads => view.row.n_workloads,
            Self::Events => view.n_warnings,
            Self::Access => i64::try_from(view.access.len() + view.members.len()).ok(),
            Self::Overview | Self::Sync | Self::Activity => None,
        }
    }
}

pub fn page(frame: Frame, view: NamespaceView, tab: Tab) -> String {
    document::render(frame, |frame| {
        let name = view.row.name.clone();
        let here = url::namespace(&view.row.cluster, &name);
        let crumbs = match tab {
            Tab::Overview => vec![Crumb::link("Namespaces", "/namespaces"), Crumb::here(name.clone())],
            other => {
                vec![
                    Crumb::link("Namespaces", "/namespaces"),
                    Crumb::link(name.clone(), here),
                    Crumb::here(other.title()),
                ]
            }
        };
        Page {
            title: match tab {
                Tab::Overview => name,
                other => format!("{} · {name}", other.title()),
            },
            section: Section::Namespaces,
            crumbs,
            refresh: is_under_way(&view).then_some(2),
            body: body(frame, &view, tab),
        }
    })
}

/// Whether it will soon look otherwise.
fn is_under_way(view: &NamespaceView) -> bool {
    let is_moving = view.row.state == NamespaceState::Provisioning || view.sync.is_ordered;
    is_moving && view.sync.stopped.is_none()
}

fn body(frame: &Frame, view: &NamespaceView, tab: Tab) -> AnyView {
    let row = &view.row;
    view! {
        <Live page=href(view, tab) events=format!("/api/v1/namespaces/{}/{}/events", row.cluster, row.name)/>
        {head(frame, view)}
        {bar(view, Some(tab))}
        {match tab {
            Tab::Overview => overview(frame, view),
            Tab::Workloads => all_workloads(frame, view),
            Tab::Events => events(frame, view),
            Tab::Access => access(frame, view),
            Tab::Sync => sync::tab(frame, view),
            Tab::Activity => activity(frame, view),
        }}
    }
    .into_any()
}

/// The tabs; none lit is the quota's.
pub(super) fn bar(view: &NamespaceView, here: Option<Tab>) -> AnyView {
    slot("tabs", "", tabs("Parts of the namespace", tab_links(view, here)))
}

pub(super) fn head(frame: &Frame, view: &NamespaceView) -> AnyView {
    let row = &view.row;
    let below = view! {
        "Team "<a class="link" href=url::team(&row.team)>{row.team.clone()}</a>
        " · made by "<a class="link" href=url::request(view.request)>{view.request.to_string()}</a>" "
        {when::ago(view.created_at, frame.now)}
    };
    let above = view! {
        {slot("state", "line", view! { {badge::namespace(row)} {fresh::fresh(&row.freshness, frame.now)} })}
        {badge::tag(format!("{} v{}", row.class, view.class_version))}
        {badge::tag(row.cluster.clone())}
    };
    let actions = Some(star(frame, view));
    let head = Head { above: Some(above.into_any()), title: row.name.clone(), below: below.into_any(), actions };
    view! { {head.view()} {spoken_slot("stopped", "stopped", stopped_note(view))} }.into_any()
}

/// On every part of the namespace: why Berth does nothing there now.
fn stopped_note(view: &NamespaceView) -> Option<AnyView> {
    let stopped = view.sync.stopped.as_ref()?;
    let headline = match stopped.by {
        StoppedBy::Paused => "Its cluster is paused",
        StoppedBy::Another => "Another cluster answers in place of its own",
        // Said beside the state, and where what is shown is old.
        StoppedBy::Away => return None,
    };
    Some(note::note(Tone::Warn, headline, stopped.says.clone()))
}

/// Keeps it at hand, or no longer.
fn star(frame: &Frame, view: &NamespaceView) -> AnyView {
    let row = &view.row;
    let favourites = frame.viewer.iter().flat_map(|viewer| &viewer.favourites);
    let is_starred = favourites.into_iter().any(|f| f.cluster == row.cluster && f.name == row.name);
    let (text, on) = if is_starred { ("Favourite", "no") } else { ("Add to favourites", "yes") };
    let title = if is_starred { "Take it away from your favourites" } else { "Keep it in the menu and on Home" };
    view! {
        <form class="star" method="post" action=post_to(format!("{}/star", url::namespace(&row.cluster, &row.name)))>
            <button class="btn" name="on" value=on title=title aria-pressed=if is_starred { "true" } else { "false" }>
                {icon(LuStar)}{text}
            </button>
        </form>
    }
    .into_any()
}

fn href(view: &NamespaceView, tab: Tab) -> String {
    let base = url::namespace(&view.row.cluster, &view.row.name);
    if tab == Tab::Overview { base } else { format!("{base}/{}", tab.as_str()) }
}

fn tab_links(view: &NamespaceView, here: Option<Tab>) -> Vec<TabLink> {
    let link = |tab: Tab| TabLink {
        href: href(view, tab),
        text: tab.title(),
        count: tab.count(view),
        is_here: here == Some(tab),
    };
    let quota = TabLink {
        href: url::quota(&view.row.cluster, &view.row.name),
        text: "Quota",
        count: None,
        is_here: here.is_none(),
    };
    let mut links: Vec<_> = Tab::ALL.into_iter().map(link).collect();
    links.insert(QUOTA_PLACE, quota);
    links
}

fn overview(frame: &Frame, view: &NamespaceView) -> AnyView {
    view! {
        <div class="split">
            <div class="stack">
                {spoken_slot("problems", "stack-2", view! {
                    {state_note(view)}
                    {sync::trouble_note(frame, view)}
                    {caution(frame, view)}
                    {problems::problems(frame, view)}
                })}
                {slot("workloads", "", (view.row.state == NamespaceState::Ready).then(|| brief_workloads(frame, view)))}
                {slot("warnings", "", warnings::warnings(&view.warnings, true, frame.now))}
            </div>
            <aside class="stack" aria-label="Quota and facts">
                <section class="panel">
                    <header>
                        <h2>"Quota"</h2>
                        <a class="link" href=url::quota(&view.row.cluster, &view.row.name)>{quota_link(frame, view)}</a>
                    </header>
                    {slot("quota", "body", quota::used(&view.lines))}
                </section>
                {about(frame, view)}
            </aside>
        </div>
    }
    .into_any()
}

/// Who may ask changes it; all others look.
fn quota_link(frame: &Frame, view: &NamespaceView) -> &'static str {
    if problems::may_ask(frame, view) { "Change quota" } else { "See quota" }
}

fn brief_workloads(frame: &Frame, view: &NamespaceView) -> AnyView {
    view! {
        <section aria-labelledby="workloads">
            <div class="over"><h2 id="workloads">"Workloads"</h2></div>
            {workloads::workloads(view, true, frame.now)}
        </section>
    }
    .into_any()
}

/// A namespace that is not there yet says so, and nothing about what runs in it.
fn state_note(view: &NamespaceView) -> Option<AnyView> {
    let href = url::request(view.request);
    let follow = |text: &'static str| view! { <p><a class="link" href=href>{text}</a></p> }.into_any();
    let goes_on = view.sync.stopped.is_none();
    let tone = if goes_on { badge::Tone::Info } else { badge::Tone::Warn };
    match view.row.state {
        NamespaceState::Ready => None,
        NamespaceState::Provisioning => {
            let headline = if goes_on { "Berth is making this namespace" } else { "This namespace is not made yet" };
            Some(note::note_with(tone, headline, follow("Follow the steps")))
        }
        NamespaceState::Failed => {
            let failures = view.activity.entries.iter().filter(|row| row.entry.kind == TimelineKind::Failed);
            let why = failures.filter_map(|row| row.entry.comment.as_deref()).next();
            let why = why.map(|why| view! { <p data-failure="">{stages::sentence(why)}</p> });
            let content = view! { {why} {follow("Try again, or undo it")} };
            Some(note::note_with(badge::Tone::Bad, "Berth could not make this namespace", content.into_any()))
        }
        NamespaceState::Removing => {
            let headline =
                if goes_on { "Berth takes this namespace back" } else { "This namespace is to be taken back" };
            Some(note::note_with(tone, headline, follow("Follow it")))
        }
    }
}

fn about(frame: &Frame, view: &NamespaceView) -> AnyView {
    let synced = slot("as-granted", "synced", as_granted(frame, view));
    view! {
        <section class="panel">
            <header><h2>"About"</h2></header>
            <dl class="kv body">
                <dt>"Purpose"</dt><dd class="prose">{view.purpose.clone()}</dd>
                <dt>"Environment"</dt><dd>{view.row.environment.as_str()}</dd>
                <dt>"Pod security"</dt><dd>{view.pod_security.as_str()}</dd>
                <dt>"Network"</dt><dd>{view.network.title()}</dd>
                <dt>"As granted"</dt><dd>{synced}</dd>
                {view.expires_at.map(|at| view! { <dt>"Meant to end"</dt><dd>{when::ago(at, frame.now)}</dd> })}
            </dl>
        </section>
    }
    .into_any()
}

/// Only what was looked at, is in order and is still looked after is said to be so.
fn as_granted(frame: &Frame, view: &NamespaceView) -> AnyView {
    let last = view.synced_at.map(|at| view! { "; last verified "{when::ago(at, frame.now)} });
    match (view.row.trouble, &view.sync.stopped, view.row.state, view.synced_at) {
        (Some(_), ..) => view! { {icon(LuTriangleAlert)} "no" {last} }.into_any(),
        (None, Some(_), ..) => view! { {icon(LuCircleDashed)} "not known now" {last} }.into_any(),
        (None, None, NamespaceState::Ready, Some(at)) => {
            view! { <span class="ok">{icon(LuCircleCheck)}</span> "verified "{when::ago(at, frame.now)} }.into_any()
        }
        (None, None, _, _) => "not yet".into_any(),
    }
}

fn all_workloads(frame: &Frame, view: &NamespaceView) -> AnyView {
    let pods = (!view.pods.is_empty()).then(|| {
        view! {
            <section aria-labelledby="pods">
                <div class="over"><h2 id="pods">"Pods"</h2></div>
                {workloads::pods(&view.pods, frame.now)}
                {view.n_pods.and_then(|n| list::first_of(view.pods.len(), n))}
            </section>
        }
    });
    let content = view! {
        {caution(frame, view)}
        <section aria-labelledby="workloads">
            <div class="over"><h2 id="workloads">"Workloads"</h2></div>
            {workloads::workloads(view, false, frame.now)}
        </section>
        {pods}
    };
    slot("workloads", "stack", content)
}

fn events(frame: &Frame, view: &NamespaceView) -> AnyView {
    slot(
        "warnings",
        "stack",
        view! {
            {caution(frame, view)}
            {match view.n_warnings {
                Some(n) => view! {
                    {warnings::warnings(&view.warnings, false, frame.now)}
                    {list::first_of(view.warnings.len(), n)}
                }
                .into_any(),
                None => workloads::unknown(view),
            }}
        },
    )
}

fn caution(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let stale = fresh::caution(&view.row.cluster, &view.row.freshness, frame.now);
    let not_shown = fresh::not_shown(&view.not_shown);
    (stale.is_some() || not_shown.is_some()).then(|| view! { {stale}{not_shown} }.into_any())
}

fn access(frame: &Frame, view: &NamespaceView) -> AnyView {
    view! {
        <div class="stack narrow">
            {groups(view)}
            {(!view.members.is_empty()).then(|| members(frame, view))}
            {kubectl(view)}
        </div>
    }
    .into_any()
}

fn groups(view: &NamespaceView) -> AnyView {
    if view.access.is_empty() {
        let why = "No group of the identity provider is bound to this team.";
        let headline = if view.members.is_empty() { "Nobody has access" } else { "No group has access" };
        return note::empty(LuUsers, headline, why, None);
    }
    let on_cluster = (!view.groups_prefix.is_empty()).then(|| {
        view! { " On the cluster their names begin with "<code class="mono">{view.groups_prefix.clone()}</code>"." }
    });
    view! {
        <section aria-labelledby="groups">
            <div class="over"><h2 id="groups">"Groups"</h2></div>
            {access_table(&view.access)}
            <p class="small dim apart-2">
                "Groups are called as "<span class="mono">{view.provider.clone()}</span>" says them, and their people are those who have signed in to Berth."
                {on_cluster}
            </p>
        </section>
    }
    .into_any()
}

/// People with a role of their own.
fn members(frame: &Frame, view: &NamespaceView) -> AnyView {
    let rows = view.members.iter().map(|member| {
        view! {
            <tr>
                <td><div class="cell-2"><b>{member.person.name.clone()}</b><span>{member.reason.clone()}</span></div></td>
                <td>{badge::tag(member.role.title())}</td>
                <td>{when::ago(member.until, frame.now)}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="members">
            <div class="over"><h2 id="members">"People with a membership"</h2></div>
            <div class="table">
                <table>
                    <thead><tr><th scope="col">"Person"</th><th scope="col">"Role"</th><th scope="col">"Ends"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Credentials for one's own role, where one has one.
fn kubectl(view: &NamespaceView) -> Option<AnyView> {
    let offer = view.kubeconfig.as_ref()?;
    let body = match (view.row.state, view.row.trouble) {
        (NamespaceState::Ready, Some(trouble)) if trouble.is_gone() => {
            view! { <p class="dim">{format!("There is nothing to reach: {}.", trouble.says())}</p> }.into_any()
        }
        (NamespaceState::Ready, _) if is_replaced(view) => {
            view! { <p class="dim">"Another cluster answers in place of its own: nothing is given out for it."</p> }
                .into_any()
        }
        (NamespaceState::Ready, _) => kubeconfigs(view, offer),
        (NamespaceState::Provisioning | NamespaceState::Failed | NamespaceState::Removing, _) => {
            view! { <p class="dim">"There is nothing to reach yet: this namespace is not ready."</p> }.into_any()
        }
    };
    let section = view! {
        <section class="panel" aria-labelledby="kubectl">
            <header><h2 id="kubectl">"With kubectl"</h2><span class="dim">"as "{offer.role.title()}</span></header>
            <div class="body stack-2">{body}</div>
        </section>
    };
    Some(section.into_any())
}

fn is_replaced(view: &NamespaceView) -> bool {
    view.sync.stopped.as_ref().is_some_and(|stopped| stopped.by == StoppedBy::Another)
}

fn kubeconfigs(view: &NamespaceView, offer: &KubeconfigView) -> AnyView {
    let action = format!("{}/kubeconfig", url::namespace(&view.row.cluster, &view.row.name));
    let file = format!("{}.{}.kubeconfig.yaml", view.row.name, view.row.cluster);
    let command = format!("kubectl --kubeconfig {file} get pods");
    let merge = format!("export KUBECONFIG=\"${{KUBECONFIG:-$HOME/.kube/config}}:$PWD/{file}\"");
    let button = |form: &'static str, text: &'static str| {
        view! {
            <form method="post" action=post_to(action.clone()) data-answer="file">
                <button class="btn" name="form" value=form>{icon(LuDownload)}{text}</button>
            </form>
        }
    };
    let oidc = offer.has_oidc.then(|| {
        view! {
            <p>"Or sign in each time, for as long as you are in the team. It needs the plugin "<code class="mono">"oidc-login"</code>": "
                <code class="mono">"kubectl krew install oidc-login"</code>"."</p>
            {button("oidc", "Kubeconfig that signs in")}
        }
    });
    view! {
        <p>"The file holds a token that is good for an hour at most; the names of its user and context say until when. It acts as "
            <code class="mono">{offer.account.clone()}</code>" in this namespace only. Keep it to yourself."</p>
        {button("token", "Kubeconfig for an hour")}
        {oidc}
        <p>"Then, where you saved it:"</p>
        <div class="secret"><code class="mono" tabindex="0">{command.clone()}</code>{copy(command)}</div>
        <p>"Or beside what you have; no name in it is in another file. Then choose it: "<code class="mono">"kubectl config use-context"</code></p>
        <div class="secret"><code class="mono" tabindex="0">{merge.clone()}</code>{copy(merge)}</div>
    }
    .into_any()
}

/// The people of a group; where it has none, the group that may have been meant.
pub(super) fn people_of(people: &[String], near: Option<&str>) -> AnyView {
    match (people, near) {
        ([], Some(near)) => {
            let near = near.to_owned();
            view! {
                <span class="differs">{badge::badge(Tone::Warn, LuTriangleAlert, "nobody has it")}</span>
                " People do have "<span class="mono">{near}</span>": was that meant?"
            }
            .into_any()
        }
        ([], None) => "nobody seen yet".into_any(),
        (people, _) => people.join(", ").into_any(),
    }
}

pub(super) fn access_table(rows: &[AccessRow]) -> AnyView {
    let rows = rows.iter().map(|row| {
        let people = people_of(&row.people, row.near.as_deref());
        view! {
            <tr>
                <td><span class="mono">{row.group.clone()}</span></td>
                <td>{badge::tag(row.role.title())}</td>
                <td>{people}</td>
            </tr>
        }
    });
    view! {
        <div class="table">
            <table>
                <thead><tr><th scope="col">"Group"</th><th scope="col">"Role"</th><th scope="col">"People"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn activity(frame: &Frame, view: &NamespaceView) -> AnyView {
    let entries = view.activity.entries.iter().map(|ActivityEntry { request, entry }| (*request, entry));
    let more = view.activity.has_more.then(|| {
        view! { <p class="small dim apart-2">"What is older is in the audit trail."</p> }
    });
    let content = view! {
        <section class="panel narrow"><div class="body">{timeline::activity(entries, frame.now)}{more}</div></section>
    };
    slot("activity", "", content)
}
