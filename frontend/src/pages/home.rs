//! Home: what waits for you, what needs attention, and what is yours.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::favourites::favourites;
use crate::parts::list::{Head, grouped, primary};
use crate::parts::slot::{live, slot};
use crate::parts::stages::{capitalized, sentence};
use crate::parts::{amounts, ask, badge, hits, namespaces, note, stopped, url, when};
use domain::page::PageKind;
use domain::view::{EndingRow, Hit, HomeView, RequestRow};
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: HomeView) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Home, body(frame, &view)))
}

fn body(frame: &Frame, view: &HomeView) -> AnyView {
    let can_ask = frame.viewer.as_ref().is_some_and(|viewer| viewer.can_ask);
    let duties = frame.viewer.as_ref().map(|viewer| (viewer.n_failed, viewer.n_stopped, viewer.n_versions));
    let (n_failed, n_stopped, n_versions) = duties.unwrap_or_default();
    let said = summary(view, n_failed > 0, n_stopped, n_versions);
    let waits = if said.is_some() { "something" } else { "nothing" };
    let said = said.unwrap_or_else(|| "No action needed from you.".to_owned());
    let summary = slot("summary", "", view! { <span data-waits=waits>{said}</span> });
    let head = Head { above: None, title: "Home".into(), below: summary, actions: None };
    let head = if can_ask && !view.namespaces.is_empty() {
        head.action(primary("/namespaces/new", LuPlus, "New namespace"))
    } else {
        head
    };
    view! {
        {live("/".to_owned())}
        {head.view()}
        <div class="split">
            {slot("home", "stack", view! {
                {(!view.to_decide.is_empty()).then(|| to_decide(view, frame.now))}
                {(!view.to_answer.is_empty()).then(|| to_answer(view, frame.now))}
                {versions(n_versions)}
                {needs_attention(view).then(|| attention(view, frame))}
                <section aria-labelledby="namespaces">
                    <div class="over"><h2 id="namespaces">"Namespaces"</h2><a class="link" href="/namespaces">"All"</a></div>
                    {own_namespaces(view, frame)}
                </section>
            })}
            <aside class="stack" aria-label="Your requests, favourites and recent pages">
                {slot("mine", "", own_requests(view, frame.now))}
                {at_hand("Favourites", &favourites(frame))}
                {at_hand("Recent", &frame.recent)}
            </aside>
        </div>
    }
    .into_any()
}

/// The state of things in one sentence; none where nothing waits.
fn summary(view: &HomeView, retries: bool, n_stopped: i64, n_versions: i64) -> Option<String> {
    let n_at_rest = i64::try_from(view.stopped.len()).unwrap_or(i64::MAX) - n_stopped;
    let failed = match retries {
        true => (
            "failed request waits for you to try it again or give it up",
            "failed requests wait for you to try them again or give them up",
        ),
        false => ("request of your teams has failed", "requests of your teams have failed"),
    };
    let counted = [
        (view.n_to_decide, "request waits for your decision", "requests wait for your decision"),
        (view.n_to_answer, "request waits for your answer", "requests wait for your answer"),
        (n_versions, "version of a chart waits for your decision", "versions of charts wait for your decision"),
        (n_stopped, "cluster waits for you to resume it", "clusters wait for you to resume them"),
        (n_at_rest, "cluster of your teams is stopped", "clusters of your teams are stopped"),
        (view.n_failed, failed.0, failed.1),
        (view.n_troubled, "namespace has a problem", "namespaces have problems"),
        (view.n_ending, "namespace expires or is suspended", "namespaces expire or are suspended"),
        (view.n_attention, "workload needs attention", "workloads need attention"),
    ];
    let said = counted.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| match n {
        1 => format!("one {one}"),
        n => format!("{} {many}", grouped(n)),
    });
    let mut said: Vec<_> = said.collect();
    if !view.unknown.is_empty() {
        said.push(format!("workloads on {} are unknown", view.unknown.join(", ")));
    }
    (!said.is_empty()).then(|| format!("{}.", capitalized(&said.join(", "))))
}

fn needs_attention(view: &HomeView) -> bool {
    !view.stopped.is_empty()
        || view.n_failed > 0
        || view.n_troubled > 0
        || view.n_ending > 0
        || view.n_attention > 0
        || !view.unknown.is_empty()
}

fn to_decide(view: &HomeView, now: OffsetDateTime) -> AnyView {
    let rows = view.to_decide.iter().map(|row| {
        view! {
            <li>
                <span class="sign info">{icon(LuUserCheck)}</span>
                <div class="cell-2">
                    <a class="row" href=url::request(row.number)>{row.title.clone()}</a>
                    <span>{format!("{} · {} on {} · {}", ask::brief_of(row), row.class, row.cluster, row.purpose)}</span>
                </div>
                {badge::chance(row).map(|chance| view! { <span class="fits">{chance}</span> })}
                <div class="side"><span>{row.requester.name.clone()}</span>{when::ago(row.submitted_at, now)}</div>
            </li>
        }
    });
    view! {
        <section class="panel" aria-labelledby="to-decide">
            <header><h2 id="to-decide">"Waits for your decision"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
            {more(view.n_to_decide, view.to_decide.len(), "/requests?queue=to_decide")}
        </section>
    }
    .into_any()
}

/// What waits in the catalog for who curates it.
fn versions(n: i64) -> Option<AnyView> {
    let text = match n {
        ..=0 => return None,
        1 => "One version of a chart waits for your decision".to_owned(),
        n => format!("{} versions of charts wait for your decision", grouped(n)),
    };
    let panel = view! {
        <section class="panel" aria-labelledby="versions">
            <header><h2 id="versions">"Catalog"</h2></header>
            <ul class="rows">
                <li>
                    <span class="sign info">{icon(LuPackageCheck)}</span>
                    <div class="cell-2"><a class="row" href="/admin/catalog?waiting=on">{text}</a></div>
                </li>
            </ul>
        </section>
    };
    Some(panel.into_any())
}

/// One's own, sent back.
fn to_answer(view: &HomeView, now: OffsetDateTime) -> AnyView {
    let rows = view.to_answer.iter().map(|row| {
        view! {
            <li>
                <span class="sign warn">{icon(LuUndo2)}</span>
                <div class="cell-2">
                    <a class="row" href=url::request(row.number)>{row.title.clone()}</a>
                    <span>{format!("{} · {} · {}", row.number, ask::brief_of(row), row.purpose)}</span>
                </div>
                <div class="side">{when::ago(row.updated_at, now)}</div>
            </li>
        }
    });
    view! {
        <section class="panel" aria-labelledby="to-answer">
            <header><h2 id="to-answer">"Changes are requested of you"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
            {more(view.n_to_answer, view.to_answer.len(), "/requests?queue=mine&state=changes_requested")}
        </section>
    }
    .into_any()
}

fn attention(view: &HomeView, frame: &Frame) -> AnyView {
    let now = frame.now;
    let failed = view.failed.iter().map(|row| {
        view! {
            <li>
                <span class="sign bad">{icon(LuCircleX)}</span>
                <div class="cell-2">
                    <a class="row" href=url::request(row.number)>{format!("{} failed: {}", row.number, row.title)}</a>
                    <span>{format!("{} · {} on {} · waits for Platform", row.team, row.class, row.cluster)}</span>
                    {row.failure.as_deref().map(|why| view! { <span data-failure="">{sentence(why)}</span> })}
                </div>
                <div class="side">{when::ago(row.updated_at, now)}</div>
            </li>
        }
    });
    let troubled = view.troubled.iter().map(|row| {
        view! {
            <li>
                <span class="sign bad">{icon(LuTriangleAlert)}</span>
                <div class="cell-2">
                    <a class="row" href=format!("{}/sync", url::namespace(&row.cluster, &row.namespace))>
                        {format!("{}: {}", row.namespace, row.condition.says())}
                    </a>
                    <span>{format!("on {}", row.cluster)}</span>
                </div>
            </li>
        }
    });
    let ending = view.ending.iter().map(|row| ending(row, now));
    let sees_clusters = frame.viewer.as_ref().is_some_and(|viewer| viewer.can_see_clusters);
    let stopped = view.stopped.iter().map(|cluster| stopped::row(cluster, sees_clusters, now));
    let unknown = view.unknown.iter().map(|cluster| {
        view! {
            <li data-unknown=cluster.clone()>
                <span class="sign">{icon(LuCircleDashed)}</span>
                <div class="cell-2">
                    <b>{format!("Workloads on {cluster} are unknown now")}</b>
                    <span>"It does not answer, or was read only in part: workloads of your namespaces there may be missing here."</span>
                </div>
            </li>
        }
    });
    let rows = view.attention.iter().map(|row| {
        view! {
            <li>
                <span class="sign bad">{icon(LuCircleX)}</span>
                <div class="cell-2">
                    <a class="row" href=url::namespace(&row.cluster, &row.namespace)>
                        {format!("{}: {}", row.workload, row.diagnosis.cause)}
                    </a>
                    <span class="evidence">{format!("{} on {} · {}", row.namespace, row.cluster, row.diagnosis.main_evidence())}</span>
                </div>
            </li>
        }
    });
    view! {
        <section class="panel" aria-labelledby="attention">
            <header><h2 id="attention">"Needs attention"</h2></header>
            <ul class="rows" data-slot="attention">
                {stopped.collect_view()}{failed.collect_view()}{troubled.collect_view()}{rows.collect_view()}{ending.collect_view()}{unknown.collect_view()}
            </ul>
            {more(view.n_failed, view.failed.len(), "/requests?queue=failed")}
            {more(
                view.n_attention + view.n_troubled + view.n_ending,
                view.attention.len() + view.troubled.len() + view.ending.len(),
                "/namespaces",
            )}
        </section>
    }
    .into_any()
}

/// When it is suspended, or deleted.
fn ending(row: &EndingRow, now: OffsetDateTime) -> AnyView {
    let (code, tone, drawing) = match row.ending {
        Some(_) => ("suspended", "sign bad", LuCirclePause),
        None => ("expires", "sign warn", LuClock),
    };
    let says = match (row.ending, row.expires_at) {
        (Some(ending), _) if ending.is_in_grace(now) => {
            view! { "is suspended, and deleted "{when::ago(ending.delete_at, now)} }.into_any()
        }
        (Some(_), _) => view! { "is suspended, and about to be deleted" }.into_any(),
        (None, Some(at)) if at <= now => view! { "was due to expire "{when::ago(at, now)} }.into_any(),
        (None, Some(at)) => view! { "expires "{when::ago(at, now)} }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <li data-ending=code>
            <span class=tone>{icon(drawing)}</span>
            <div class="cell-2">
                <a class="row" href=url::namespace(&row.cluster, &row.namespace)>{row.namespace.clone()}" "{says}</a>
                <span>{format!("on {}", row.cluster)}</span>
            </div>
        </li>
    }
    .into_any()
}

/// The way to those that are not shown.
fn more(n: i64, shown: usize, href: &'static str) -> Option<AnyView> {
    let hidden = n - i64::try_from(shown).unwrap_or(n);
    (hidden > 0).then(|| {
        let says = format!("{} more", grouped(hidden));
        view! { <p class="body"><a class="link" href=href>{says}</a></p> }.into_any()
    })
}

fn own_namespaces(view: &HomeView, frame: &Frame) -> AnyView {
    let (can_ask, now) = (frame.viewer.as_ref().is_some_and(|viewer| viewer.can_ask), frame.now);
    if !view.namespaces.is_empty() {
        let more = more(view.n_namespaces, view.namespaces.len(), "/namespaces");
        return view! { {namespaces::table(&view.namespaces, now)} {more} }.into_any();
    }
    if can_ask {
        let text =
            "A namespace is your team's part of a cluster, with its own quota. A small sandbox is ready in seconds.";
        return note::empty(
            LuBox,
            "No namespace yet",
            text,
            Some(primary("/namespaces/new", LuPlus, "Request a namespace")),
        );
    }
    let has_team = frame.viewer.as_ref().is_some_and(|viewer| !viewer.teams.is_empty());
    let text = match has_team {
        true => "Developers and owners of your team ask for one; it shows here.",
        false => "You are in no team, so none is yours. Those of all teams that you may see are in the list.",
    };
    let all = view! { <a class="btn" href="/namespaces">"All namespaces"</a> }.into_any();
    note::empty(LuBox, "None of your own", text, Some(all))
}

fn own_requests(view: &HomeView, now: OffsetDateTime) -> AnyView {
    let rows = &view.mine;
    let content = if rows.is_empty() {
        view! { <p class="body dim">"Your requests show here, with their approvers and progress."</p> }.into_any()
    } else {
        view! { <ul class="rows tight">{rows.iter().map(|row| own_request(row, now)).collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="panel">
            <header><h2>"Your requests"</h2><a class="link" href="/requests?queue=mine">"All"</a></header>
            {content}
            {more(view.n_mine, rows.len(), "/requests?queue=mine")}
        </section>
    }
    .into_any()
}

fn at_hand(title: &'static str, rows: &[Hit]) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        view! { <section class="panel"><header><h2>{title}</h2></header>{hits::hits(rows)}</section> }.into_any()
    })
}

fn own_request(row: &RequestRow, now: OffsetDateTime) -> AnyView {
    let waits = amounts::waits(row);
    view! {
        <li>
            <div class="request">
                <a class="row" href=url::request(row.number)>{row.title.clone()}</a>
                <span class="dim">{row.number.to_string()}</span>
                {badge::request(row)}
                <span class="dim">{when::ago(row.updated_at, now)}</span>
                {waits.map(|waits| view! { <span class="dim full">{waits}</span> })}
            </div>
        </li>
    }
    .into_any()
}
