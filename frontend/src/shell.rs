//! The frame around every page: rail, top bar, landmarks. Works without script: the drawer on small screens is a popover.

use crate::crumb::Crumb;
use crate::frame::{Frame, Theme};
use crate::icon::*;
use crate::islands::{Connection, LocalTimes, Palette, Shortcuts};
use crate::parts::badge::Tone;
use crate::parts::favourites::favourites;
use crate::parts::form::post_to;
use crate::parts::note::note;
use crate::parts::person::avatar;
use crate::parts::when;
use domain::page::{PageKind, Section};
use domain::view::{Hit, Viewer};
use leptos::prelude::*;

pub(crate) fn body(frame: &Frame, page: Option<PageKind>, crumbs: Vec<Crumb>, main: AnyView) -> AnyView {
    let rail = frame.viewer.as_ref().map(|viewer| rail(frame, viewer, page));
    let class = if rail.is_some() { "app" } else { "app alone" };
    view! {
        <body data-page=page.map(PageKind::path)>
            <a class="skip" href="#main">"Skip to content"</a>
            {patterns()}
            <div class=class>
                {rail}
                <div class="page">
                    {top(frame, crumbs)}
                    <Connection/>
                    {at_load(frame)}
                    {frame.done.clone().map(toast)}
                    <main id="main" tabindex="-1">{frame.brings_back.then(brought_back)}{main}</main>
                </div>
            </div>
            <LocalTimes now=frame.now.unix_timestamp()/>
        </body>
    }
    .into_any()
}

/// What was done, said once. What needs reading stands on the page.
fn toast(done: String) -> AnyView {
    view! { <div class="toast" role="status">{icon(LuCircleCheck)}<p>{done}</p></div> }.into_any()
}

/// Without script nothing on the page moves. Style takes it away once the script says that it is awake (`boot.js`): one that
/// is refused, missing or broken never does.
fn at_load(frame: &Frame) -> AnyView {
    let says = format!("As of {}. Reload the page to see changes.", when::exact(frame.now));
    view! { <p class="at-load">{says}</p> }.into_any()
}

fn brought_back() -> AnyView {
    let says = "It was not sent because you were signed out. Check it, and submit it again.";
    note(Tone::Neutral, "What you typed is here again", says)
}

fn rail(frame: &Frame, viewer: &Viewer, page: Option<PageKind>) -> AnyView {
    let lit = page.and_then(|page| page.about().section);
    let group = |wanted: Group| entries(viewer, lit).filter_map(move |(group, item)| (group == wanted).then_some(item));
    let platform: Vec<_> = group(Group::Platform).collect();
    let platform = (!platform.is_empty()).then(|| view! { <li class="group">"Platform"</li> {platform} });
    view! {
        <nav class="rail" id="rail" popover="auto" aria-label="Main">
            {brand()}
            <ul>
                {group(Group::Main).collect_view()}
                {platform}
                {(lit != Some(Section::Home)).then(|| places_at_hand(frame))}
            </ul>
            <ul class="low">{group(Group::Low).collect_view()}</ul>
            {theme(frame)}
            {foot(viewer, page)}
        </nav>
    }
    .into_any()
}

/// Where in the rail an entry stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Main,
    Platform,
    Low,
}

/// The entries whose pages are there for them.
fn entries(viewer: &Viewer, lit: Option<Section>) -> impl Iterator<Item = (Group, AnyView)> {
    let open = Section::all().into_iter().filter(|(_, page)| page.is_open_to(viewer));
    open.map(move |(section, page)| {
        let (group, drawing, text) = drawn(section);
        let href = if section == Section::Requests { requests_href(viewer) } else { page.path() };
        (group, item(lit == Some(section), href, drawing, text, count(section, viewer, lit)))
    })
}

fn drawn(section: Section) -> (Group, Icon, &'static str) {
    match section {
        Section::Home => (Group::Main, LuHouse, "Home"),
        Section::Namespaces => (Group::Main, LuBox, "Namespaces"),
        Section::Requests => (Group::Main, LuInbox, "Requests"),
        Section::Catalog => (Group::Main, LuLayoutGrid, "Catalog"),
        Section::Clusters => (Group::Main, LuServer, "Clusters"),
        Section::Teams => (Group::Main, LuUsers, "Teams"),
        Section::Classes => (Group::Platform, LuRuler, "Classes"),
        Section::Curation => (Group::Platform, LuPackageCheck, "Curation"),
        Section::PlatformRoles => (Group::Platform, LuShieldCheck, "Roles"),
        Section::Audit => (Group::Platform, LuScrollText, "Audit"),
        Section::People => (Group::Platform, LuUserCheck, "People"),
        Section::Jobs => (Group::Platform, LuCog, "Jobs"),
        Section::Api => (Group::Low, LuBookOpen, "API"),
    }
}

/// Rows of each that the rail has; the rest is on Home and in the search.
const FAVOURITES: usize = 6;
const RECENT: usize = 4;

/// Home has them in its own place.
fn places_at_hand(frame: &Frame) -> AnyView {
    view! {
        {at_hand("Favourites", LuStar, &favourites(frame), &frame.path, FAVOURITES)}
        {at_hand("Recent", LuHistory, &frame.recent, &frame.path, RECENT)}
    }
    .into_any()
}

fn at_hand(title: &'static str, drawing: Icon, hits: &[Hit], path: &str, most: usize) -> Option<AnyView> {
    let rows = hits.iter().filter(|hit| hit.href != path).take(most).map(|hit| {
        let full = format!("{} · {}", hit.title, hit.detail);
        view! {
            <li class="hand">
                <a class="item" href=hit.href.clone() title=full>
                    {icon(drawing)}<span class="text ellipsis">{hit.title.clone()}</span>
                </a>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| view! { <li class="group">{title}</li> {rows} }.into_any())
}

/// Whoever has something to decide, or to try again, lands where it waits.
fn requests_href(viewer: &Viewer) -> &'static str {
    match (viewer.n_to_decide, viewer.n_failed) {
        (0, 0) => "/requests",
        (0, _) => "/requests?queue=failed",
        _ => "/requests?queue=to_decide",
    }
}

/// What waits behind an entry. It changes by itself on pages whose stream is of the reader alone; that of a namespace is of all
/// who may see the same, and knows nothing of what waits for one of them.
fn count(section: Section, viewer: &Viewer, lit: Option<Section>) -> Option<AnyView> {
    let (name, n) = match section {
        Section::Requests => ("n-waiting", viewer.n_to_decide + viewer.n_failed),
        Section::Clusters => ("n-stopped", viewer.n_stopped),
        Section::Curation => ("n-versions", viewer.n_versions),
        _ => return None,
    };
    let says = (n > 0).then(|| view! { <span class="count">{n}<span class="unseen">" wait for you"</span></span> });
    if matches!(lit, Some(Section::Home | Section::Requests)) {
        return Some(view! { <span class="waiting" data-slot=name>{says}</span> }.into_any());
    }
    says.map(IntoAny::into_any)
}

fn item(is_here: bool, href: &'static str, drawing: Icon, text: &'static str, count: Option<AnyView>) -> AnyView {
    view! {
        <li>
            <a class="item" href=href title=text aria-current=is_here.then_some("page")>
                {icon(drawing)}<span class="text">{text}</span>{count}
            </a>
        </li>
    }
    .into_any()
}

fn brand() -> AnyView {
    view! { <a class="brand" href="/" title="Berth">{mark()}<span class="text">"Berth"</span></a> }.into_any()
}

fn foot(viewer: &Viewer, page: Option<PageKind>) -> AnyView {
    let is_here = (page == Some(PageKind::Me)).then_some("page");
    view! {
        <div class="foot">
            <a class="person" href=PageKind::Me.path() title=PageKind::Me.title() aria-current=is_here>
                {avatar(&viewer.name)}
                <span class="text cell-2"><b>{viewer.name.clone()}</b><span>{whose(viewer)}</span></span>
            </a>
            <form method="post" action=post_to("/auth/logout")>
                <button class="icon-btn" title="Sign out">{icon(LuLogOut)}<span class="unseen">"Sign out"</span></button>
            </form>
        </div>
    }
    .into_any()
}

/// Teams or platform roles, as they fit under the name.
fn whose(viewer: &Viewer) -> String {
    let roles: Vec<_> = viewer.platform.iter().map(|role| role.title()).collect();
    let teams: Vec<_> = viewer.teams.iter().map(|team| team.slug.as_str()).collect();
    match (roles.as_slice(), teams.as_slice()) {
        ([], []) => "no team yet".to_owned(),
        ([], [team]) => format!("team {team}"),
        ([], teams) => format!("teams {}", teams.join(", ")),
        (roles, _) => roles.join(", "),
    }
}

fn top(frame: &Frame, crumbs: Vec<Crumb>) -> AnyView {
    let is_known = frame.viewer.is_some();
    let menu = is_known.then(|| {
        view! {
            <button class="icon-btn menu" r#type="button" popovertarget="rail">
                {icon(LuMenu)}<span class="unseen">"Menu"</span>
            </button>
        }
    });
    let path = if is_known { trail(crumbs) } else { brand() };
    view! {
        <header class="top">
            {menu}
            {path}
            <div class="end">
                {is_known.then(|| view! { <Palette/> <Shortcuts/> }.into_any())}
                {theme(frame)}
            </div>
        </header>
    }
    .into_any()
}

fn trail(crumbs: Vec<Crumb>) -> AnyView {
    let steps = crumbs.into_iter().map(|crumb| match crumb.href {
        Some(href) => view! { <li><a href=href>{crumb.text}</a>{icon(LuChevronRight)}</li> }.into_any(),
        None => view! { <li><span aria-current="page">{crumb.text}</span></li> }.into_any(),
    });
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{steps.collect_view()}</ol></nav> }.into_any()
}

fn theme(frame: &Frame) -> AnyView {
    let buttons = Theme::ALL.into_iter().map(|theme| {
        let (drawing, text) = match theme {
            Theme::System => (LuMonitor, "Theme of your system"),
            Theme::Light => (LuSun, "Light theme"),
            Theme::Dark => (LuMoon, "Dark theme"),
        };
        let pressed = if theme == frame.theme { "true" } else { "false" };
        view! {
            <button name="theme" value=theme.as_str() title=text aria-pressed=pressed>
                {icon(drawing)}<span class="unseen">{text}</span>
            </button>
        }
    });
    view! {
        <form class="seg icons" method="post" action=post_to("/theme")>
            <input r#type="hidden" name="return_to" value=frame.path.clone()/>
            {buttons.collect_view()}
        </form>
    }
    .into_any()
}

/// Fills that bars refer to.
fn patterns() -> AnyView {
    view! {
        <svg class="unseen" width="0" height="0" aria-hidden="true">
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(25)">
                    <rect class="hatch" width="3.5" height="6"/>
                </pattern>
                <pattern id="hatch-over" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(25)">
                    <rect class="hatch over" width="3.5" height="6"/>
                </pattern>
            </defs>
        </svg>
    }
    .into_any()
}
