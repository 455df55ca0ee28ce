//! One namespace: what runs in it, what it uses, who may do what.

mod about;
mod access;
mod ending;
mod sync;

pub(super) use access::{access_table, people_of};

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::form::post_to;
use crate::parts::list::{Head, TabLink, tabs};
use crate::parts::slot::{live, slot, spoken_slot};
use crate::parts::{fresh, list, note, problems, quota, stages, stopped, timeline, url, warnings, when, workloads};
use domain::namespace::NamespaceState;
use domain::page::PageKind;
use domain::request::Kind;
use domain::view::{ActivityEntry, ClaimView, NamespaceView, OpenAsk, StoppedBy, TimelineKind};
use leptos::prelude::*;
use time::OffsetDateTime;

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

/// Which of a namespace's pages is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Tab(Tab),
    Quota,
    /// None of those that have a tab.
    Form,
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

    fn kind(self) -> PageKind {
        match self {
            Self::Overview => PageKind::Namespace,
            Self::Sync => PageKind::NamespaceSync,
            Self::Workloads | Self::Events | Self::Access | Self::Activity => PageKind::NamespaceTab,
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
            Self::Access => {
                let own = i64::try_from(view.access.len() + view.members.len()).ok();
                own.zip(view.n_others).map(|(own, others)| own + others)
            }
            Self::Overview | Self::Sync | Self::Activity => None,
        }
    }
}

pub fn page(frame: Frame, view: NamespaceView, tab: Tab) -> String {
    document::render(frame, |frame| {
        let name = view.row.name.clone();
        let here = url::namespace(&view.row.cluster, &name);
        let crumbs = match tab {
            Tab::Overview => vec![Crumb::to(PageKind::Namespaces), Crumb::here(name.clone())],
            other => {
                vec![Crumb::to(PageKind::Namespaces), Crumb::link(name.clone(), here), Crumb::here(other.title())]
            }
        };
        Page {
            title: match tab {
                Tab::Overview => name,
                other => format!("{} · {name}", other.title()),
            },
            kind: Some(tab.kind()),
            crumbs,
            refresh: is_under_way(&view).then_some(2),
            body: body(frame, &view, tab),
        }
    })
}

/// Whether it will soon look otherwise.
fn is_under_way(view: &NamespaceView) -> bool {
    let is_restoring = view.row.ending.is_none() && view.suspension.is_some();
    let is_moving = view.row.state == NamespaceState::Provisioning || view.sync.is_ordered || is_restoring;
    is_moving && view.sync.stopped.is_none()
}

fn body(frame: &Frame, view: &NamespaceView, tab: Tab) -> AnyView {
    view! {
        {live(href(view, tab))}
        {head(frame, view)}
        {bar(view, Here::Tab(tab))}
        {match tab {
            Tab::Overview => overview(frame, view),
            Tab::Workloads => all_workloads(frame, view),
            Tab::Events => events(frame, view),
            Tab::Access => access::tab(frame, view),
            Tab::Sync => sync::tab(frame, view),
            Tab::Activity => activity(frame, view),
        }}
    }
    .into_any()
}

/// The tabs; none lit is the quota's.
/// A page of its own under the namespace's head and tabs. The way to it calls it by its kind.
pub(super) fn beside_tabs(
    frame: Frame,
    namespace: &NamespaceView,
    kind: PageKind,
    title: String,
    here: Here,
    content: impl FnOnce(&Frame) -> AnyView,
) -> String {
    document::render(frame, |frame| {
        let row = &namespace.row;
        Page {
            title,
            kind: Some(kind),
            crumbs: vec![
                Crumb::to(PageKind::Namespaces),
                Crumb::link(row.name.clone(), url::namespace(&row.cluster, &row.name)),
                Crumb::here(kind.title()),
            ],
            refresh: None,
            body: view! { {head(frame, namespace)} {bar(namespace, here)} {content(frame)} }.into_any(),
        }
    })
}

fn bar(view: &NamespaceView, here: Here) -> AnyView {
    slot("tabs", "", tabs("Parts of the namespace", tab_links(view, here)))
}

fn head(frame: &Frame, view: &NamespaceView) -> AnyView {
    let row = &view.row;
    let below = view! {
        "Team "<a class="link" href=url::team(&row.team)>{row.team.clone()}</a>
        " · made by "<a class="link" href=url::request(view.request)>{view.request.to_string()}</a>" "
        {when::ago(view.created_at, frame.now)}
    };
    let above = view! {
        {slot("state", "line", view! { {state(view)} {fresh::fresh(&row.freshness, frame.now)} })}
        {slot("version", "line", version(view))}
        {badge::tag(row.cluster.clone())}
    };
    let actions = Some(star(frame, view));
    let head = Head { above: Some(above.into_any()), title: row.name.clone(), below: below.into_any(), actions };
    view! { {head.view()} {spoken_slot("stopped", "stopped", stopped_note(frame, view))} <div class="ending">{spoken_slot("ending", "stack-2", ending::banner(frame, view))} {ending::ways_out(frame, view)}</div> }.into_any()
}

fn state(view: &NamespaceView) -> AnyView {
    let row = &view.row;
    let is_restoring = row.ending.is_none() && view.suspension.is_some() && row.state == NamespaceState::Ready;
    if row.condition.is_none() && is_restoring {
        return badge::badge(Tone::Accent, LuLoader, "Being restored");
    }
    badge::namespace(row)
}

/// The version it is to have; and the one it has, where the cluster has not taken that.
fn version(view: &NamespaceView) -> AnyView {
    let before = view.former_version().map(|before| {
        let badge = badge::badge(Tone::Warn, LuHourglass, format!("v{before} still in force"));
        view! { <span data-applied-version=before>{badge}</span> }
    });
    view! { {badge::tag(format!("{} v{}", view.row.class, view.class_version))} {before} }.into_any()
}

fn version_note(view: &NamespaceView) -> Option<AnyView> {
    let before = view.former_version()?;
    let href = format!("{}/sync", url::namespace(&view.row.cluster, &view.row.name));
    let class = &view.row.class;
    let content = view! {
        <p>{format!("The cluster still has version {before} of class {class}. ")}<a class="link" href=href>"Show sync state"</a></p>
    };
    let headline = format!("Version {} is not in force yet", view.class_version);
    Some(note::note_with(Tone::Warn, headline, content.into_any()))
}

/// On every part of the namespace: why Berth does nothing there now.
fn stopped_note(frame: &Frame, view: &NamespaceView) -> Option<AnyView> {
    let why = view.sync.stopped.as_ref()?;
    let headline = match why.by {
        StoppedBy::Paused => "Its cluster is paused",
        StoppedBy::Another => "Another cluster answers at the address of its cluster",
        // Said beside the state, and where what is shown is old.
        StoppedBy::Away => return None,
    };
    let who = (why.by == StoppedBy::Paused).then(|| view! { <p>{stopped::who(why.paused_by.as_ref(), frame.now)}</p> });
    let content = view! { <p>{why.says.clone()}</p>{who} }.into_any();
    Some(note::note_with(Tone::Warn, headline, content))
}

/// Keeps it at hand, or no longer.
fn star(frame: &Frame, view: &NamespaceView) -> AnyView {
    let row = &view.row;
    let favourites = frame.viewer.iter().flat_map(|viewer| &viewer.favourites);
    let is_starred = favourites.into_iter().any(|f| f.cluster == row.cluster && f.name == row.name);
    let (text, on) = if is_starred { ("Favourite", "no") } else { ("Add to favourites", "yes") };
    let title = if is_starred { "Remove from your favourites" } else { "Add to the menu and Home" };
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

fn tab_links(view: &NamespaceView, here: Here) -> Vec<TabLink> {
    let link = |tab: Tab| TabLink {
        href: href(view, tab),
        text: tab.title(),
        count: tab.count(view),
        is_here: here == Here::Tab(tab),
    };
    let quota = TabLink {
        href: url::quota(&view.row.cluster, &view.row.name),
        text: "Quota",
        count: None,
        is_here: here == Here::Quota,
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
                    {view.open.iter().map(open_ask).collect_view()}
                    {sync::condition_note(frame, view)}
                    {ending::leaving(view)}
                    {version_note(view)}
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
                        {slot("quota-link", "", view! { <a class="link" href=url::quota(&view.row.cluster, &view.row.name)>{quota_link(frame, view)}</a> })}
                    </header>
                    {slot("quota", "body", quota::used(&view.lines))}
                </section>
                {slot("about", "", about::panel(frame, view))}
            </aside>
        </div>
    }
    .into_any()
}

/// Who may ask changes it; all others look.
fn quota_link(frame: &Frame, view: &NamespaceView) -> &'static str {
    if problems::may_ask(frame, view) && view.row.takes(Kind::Quota) { "Change quota" } else { "See quota" }
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
            let headline =
                if goes_on { "Berth is creating this namespace" } else { "This namespace is not created yet" };
            Some(note::note_with(tone, headline, follow("Follow the steps")))
        }
        NamespaceState::Failed => {
            let entries = view.activity.iter().flat_map(|activity| &activity.entries);
            let failures = entries.filter(|row| row.entry.kind == TimelineKind::Failed);
            let why = failures.filter_map(|row| row.entry.comment.as_deref()).next();
            let why = why.map(|why| view! { <p data-failure="">{stages::sentence(why)}</p> });
            let content = view! { {why} {follow("Show next actions")} };
            Some(note::note_with(badge::Tone::Bad, "Berth could not create this namespace", content.into_any()))
        }
        // That its life is over is said on every part of it.
        NamespaceState::Removing if view.row.ending.is_some() => None,
        NamespaceState::Removing => {
            let headline =
                if goes_on { "Berth is removing this namespace" } else { "This namespace is waiting to be removed" };
            Some(note::note_with(tone, headline, follow("Follow it")))
        }
    }
}

/// What somebody asked of it, and nobody has granted.
fn open_ask(ask: &OpenAsk) -> AnyView {
    let headline = format!("{} requested: {}", ask.kind.name(), ask.state.title().to_lowercase());
    let content = view! {
        <p>
            "It is not granted yet: "
            <a class="link" href=url::request(ask.number)>{ask.number.to_string()}</a>
            " says who decides."
        </p>
    };
    note::coded("open-ask", note::note_with(Tone::Info, headline, content.into_any()))
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
        {view.claims.as_deref().filter(|claims| !claims.is_empty()).map(|claims| volume_claims(claims, frame.now))}
    };
    slot("workloads", "stack", content)
}

/// Where the storage goes, and what waits for some.
fn volume_claims(claims: &[ClaimView], now: OffsetDateTime) -> AnyView {
    view! {
        <section aria-labelledby="claims">
            <div class="over"><h2 id="claims">"Volume claims"</h2></div>
            {workloads::claims(claims, now)}
        </section>
    }
    .into_any()
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

fn activity(frame: &Frame, view: &NamespaceView) -> AnyView {
    let entries = view.activity.iter().flat_map(|activity| &activity.entries);
    let entries = entries.map(|ActivityEntry { request, entry }| (*request, entry));
    let more = view.activity.as_ref().is_some_and(|activity| activity.has_more).then(|| {
        view! { <p class="small dim apart-2">"Older events are in the audit trail."</p> }
    });
    let content = view! {
        <section class="panel narrow"><div class="body">{timeline::activity(entries, frame.now)}{more}</div></section>
    };
    slot("activity", "", content)
}
