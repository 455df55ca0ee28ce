//! A version reviewed by its difference to the one that is offered now, and what is decided on it.

use super::difference;
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::{self, Tone};
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{catalog, note, stages, url, when};
use domain::catalog::{Findings, Gravity, Judging, Signature, VersionState};
use domain::page::PageKind;
use domain::view::{VersionBefore, VersionReview};
use leptos::prelude::*;
use std::collections::BTreeSet;
use time::OffsetDateTime;

/// `again`: its form that was refused.
pub fn page(frame: Frame, view: VersionReview, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: format!("{} {}", view.title, view.version),
        kind: Some(PageKind::ReviewVersion),
        crumbs: vec![
            Crumb::to(PageKind::Curation),
            Crumb::link(view.entry.to_string(), url::curated_entry(&view.entry)),
            Crumb::here(view.version.clone()),
        ],
        refresh: None,
        body: body(frame, &view, &again),
    })
}

fn body(frame: &Frame, view: &VersionReview, again: &Again) -> AnyView {
    let below = match &view.before {
        Some(before) if before.is_itself => {
            "Compared with what was approved of it: the entry gives other values since.".to_owned()
        }
        Some(before) if before.is_offered => format!("Compared with {}, which teams install now.", before.version),
        Some(before) => format!("Compared with {}, which teams were offered before.", before.version),
        None if view.is_offered => "Teams install it now. What follows is all that is in it.".to_owned(),
        None => "Nothing else of this entry was offered: what follows is all that is in it.".to_owned(),
    };
    let mut head = Head::new(format!("{} {}", view.title, view.version), below);
    let today = frame.now.date();
    let app = view.metadata.app_version.clone().map(badge::tag);
    head.above = Some(view! { {catalog::state(view.state, today)} {app} }.into_any());
    view! {
        {head.view()}
        <div class="split review">
            <div class="stack">
                {again.note()}
                {reason(view)}
                {judging(view)}
                {findings(view)}
                {violations(&view.findings)}
                {catalog::news(&view.news)}
                {difference::all(view)}
            </div>
            <aside class="stack" aria-label="Decision">
                {decide(view, again, frame.now, may_set_up(frame))}
                {provenance(view, frame.now)}
                {classes(view)}
            </aside>
        </div>
    }
    .into_any()
}

fn reason(view: &VersionReview) -> Option<AnyView> {
    let reason = view.reason.clone()?;
    let headline = match view.state {
        VersionState::Candidate => "Waits for a decision again",
        VersionState::Approved => "Approved",
        VersionState::Deprecated { .. } => "Deprecated",
        VersionState::Blocked => "Blocked",
    };
    let text = view! { <p class="prose">{reason}</p> };
    Some(note::note_with(Tone::Neutral, headline, text.into_any()))
}

/// What was found is of values that the entry gave before.
fn judging(view: &VersionReview) -> Option<AnyView> {
    match &view.judging {
        Judging::Done => None,
        Judging::Waits => Some(note::coded(
            "judging",
            note::note(
                Tone::Info,
                "Being judged anew",
                "The entry gives other values since this was rendered. What follows is of the former ones.",
            ),
        )),
        Judging::Failed { why } => {
            let text = view! {
                <p class="prose">{why.clone()}</p>
                <p class="dim">"What follows is of the values that the entry gave before. It is tried again when the form changes, or when it is blocked and opened again."</p>
            };
            let note = note::note_with(Tone::Warn, "Not judged with the values of now", text.into_any());
            Some(note::coded("judging-failed", note))
        }
    }
}

/// A line of the table: what, then, now, and how it is told.
struct Line {
    code: &'static str,
    what: &'static str,
    before: Option<String>,
    now: String,
    /// Worse than before, or than nothing.
    is_grave: bool,
}

fn findings(view: &VersionReview) -> AnyView {
    let before = view.before.as_ref().map(|before| &before.findings);
    let lines = lines(&view.findings, before, &view.gravity);
    let label = |before: &VersionBefore| match before.is_itself {
        true => "As approved".to_owned(),
        false => before.version.clone(),
    };
    let before_label = view.before.as_ref().map(label);
    let head = before_label.clone().map(|label| view! { <th scope="col">{label}</th> });
    let labels = (before_label, view.version.clone());
    let rows = lines.into_iter().map(|line| row(line, &labels));
    view! {
        <section class="panel" aria-labelledby="findings">
            <header><h2 id="findings">{if view.before.is_some() { "What is different" } else { "What was found" }}</h2></header>
            <div class="table inside stacks">
                <table data-table="findings">
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            {head}
                            <th scope="col">{view.version.clone()}</th>
                            <th scope="col" class="end">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// `labels`: the versions, the offered one first, if there is one.
fn row(line: Line, (before_label, now_label): &(Option<String>, String)) -> AnyView {
    let has_before = before_label.is_some();
    let (before_label, now_label) = (before_label.clone().unwrap_or_default(), now_label.clone());
    let is_same = line.before.as_ref() == Some(&line.now);
    let change = match (has_before, is_same, line.is_grave) {
        (_, _, true) => badge::badge(Tone::Warn, LuTriangleAlert, "Two people decide"),
        (true, true, false) => badge::badge(Tone::Neutral, LuMinus, "Same"),
        (true, false, false) => badge::badge(Tone::Info, LuInfo, "Changed"),
        (false, _, false) => ().into_any(),
    };
    let both = format!("{before_label} and {now_label}");
    let cells = match line.before.filter(|_| has_before) {
        // Said once where it is the same: a long list in half the width is read twice to see that nothing differs.
        Some(_) if is_same => view! { <td class="prose" colspan="2" data-label=both>{line.now}</td> }.into_any(),
        Some(before) => view! {
            <td class="prose" data-label=before_label>{before}</td>
            <td class="prose" data-label=now_label>{line.now}</td>
        }
        .into_any(),
        None => view! { <td class="prose" data-label=now_label>{line.now}</td> }.into_any(),
    };
    view! {
        <tr data-finding=line.code>
            <th scope="row">{line.what}</th>
            {cells}
            <td class="end">{change}</td>
        </tr>
    }
    .into_any()
}

fn lines(now: &Findings, before: Option<&Findings>, gravity: &[Gravity]) -> Vec<Line> {
    let is = |any: &[Gravity]| gravity.iter().any(|found| any.contains(found));
    let line = |code, what, of: fn(&Findings) -> String, grave: &[Gravity]| Line {
        code,
        what,
        before: before.map(of),
        now: of(now),
        is_grave: is(grave),
    };
    vec![
        line("images", "Images", |found| or_none(&found.images, "\n"), &[Gravity::NewRepositories]),
        line("rights", "Rights it asks for", rights, &[Gravity::NewRights]),
        line(
            "cluster_scoped",
            "Objects outside of the namespace",
            |found| or_none(&found.cluster_scoped, "\n"),
            &[Gravity::ClusterScoped],
        ),
        line("pod_security", "Pod security", |found| found.pod_security.as_str().to_owned(), &[Gravity::PodSecurity]),
        line(
            "not_creatable",
            "Objects that teams may not make",
            |found| or_none(&found.not_creatable, "\n"),
            &[Gravity::NotCreatable],
        ),
        line("needs", "Needs at least", |found| catalog::needs(&found.needs).unwrap_or_else(|| "nothing".into()), &[]),
        line("hooks", "Hooks", |found| or_none(&found.hooks, "\n"), &[]),
        line("custom_resources", "Kinds it defines", |found| or_none(&found.custom_resources, "\n"), &[]),
        line("n_objects", "Objects", |found| found.n_objects.to_string(), &[]),
        line("signature", "Signature", |found| signature(&found.signature), &[Gravity::OtherSigner]),
    ]
}

fn or_none(names: &[String], between: &str) -> String {
    if names.is_empty() { "none".into() } else { names.join(between) }
}

fn rights(found: &Findings) -> String {
    let words = |right: &domain::catalog::Right| {
        let grave = if right.is_grave { " (reads secrets, does everything or gives rights)" } else { "" };
        format!("{}{grave}", right.words)
    };
    let told: BTreeSet<_> = found.rights.iter().map(words).collect();
    or_none(&told.into_iter().collect::<Vec<_>>(), "\n")
}

fn signature(signature: &Signature) -> String {
    match signature {
        Signature::NotRequired => "not demanded".into(),
        Signature::Verified { by } => format!("by {by}"),
        Signature::Missing => "missing".into(),
        Signature::Failed { why } => format!("does not hold: {why}"),
    }
}

fn violations(found: &Findings) -> Option<AnyView> {
    if found.pod_security_violations.is_empty() {
        return None;
    }
    let rows =
        found.pod_security_violations.iter().map(|violation| view! { <li class="prose">{violation.clone()}</li> });
    let panel = view! {
        <details class="panel more">
            <summary>"What keeps it from a stricter level of pod security"</summary>
            <ul class="body">{rows.collect_view()}</ul>
        </details>
    };
    Some(panel.into_any())
}

fn provenance(view: &VersionReview, now: OffsetDateTime) -> AnyView {
    let by = view.taken_in_by.clone().map(|by| view! { <dt>"Taken in by"</dt><dd>{by}</dd> });
    let is_deprecated =
        view.metadata.is_deprecated.then(|| view! { <dt>"The chart says"</dt><dd>"it is deprecated"</dd> });
    let kube =
        view.metadata.kube_version.clone().map(|kube| view! { <dt>"Kubernetes"</dt><dd class="num">{kube}</dd> });
    view! {
        <section class="panel" aria-labelledby="provenance">
            <header><h2 id="provenance">"Where it comes from"</h2></header>
            <dl class="kv body">
                <dt>"Source"</dt><dd class="prose">{view.origin.clone()}</dd>
                <dt>"Our copy"</dt>
                <dd class="prose"><code>{format!("sha256:{}", view.digest)}</code>" · "{format!("{} kB", view.n_bytes.div_euclid(1000) + 1)}</dd>
                <dt>"Taken in"</dt><dd>{when::ago(view.taken_in_at, now)}</dd>
                {by}{kube}{is_deprecated}
            </dl>
        </section>
    }
    .into_any()
}

fn classes(view: &VersionReview) -> AnyView {
    let rows = view.classes.iter().map(|fit| {
        let badge = match (fit.is_offered, fit.starts) {
            (false, _) => badge::badge(Tone::Neutral, LuLock, "Not offered"),
            (true, true) => badge::badge(Tone::Ok, LuCircleCheck, "Its pods start"),
            (true, false) => badge::badge(Tone::Warn, LuTriangleAlert, "Its pods are refused"),
        };
        view! {
            <li>
                <div class="cell-2"><b>{fit.class.to_string()}</b><span>{fit.pod_security.as_str()}</span></div>
                {badge}
            </li>
        }
    });
    view! {
        <section class="panel" aria-labelledby="classes">
            <header><h2 id="classes">"Where its pods start"</h2></header>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What was said so far, and the forms of those who decide.
fn decide(view: &VersionReview, again: &Again, now: OffsetDateTime, may_decide: bool) -> AnyView {
    let forms = match view.state {
        _ if !may_decide => view! { <p class="body dim">"Platform decides."</p> }.into_any(),
        VersionState::Candidate => view! { {approve(view, again)} {block(view, again)} {remove(view)} }.into_any(),
        VersionState::Approved => view! { {deprecate(view, again, now)} {block(view, again)} }.into_any(),
        VersionState::Deprecated { .. } => {
            view! { {deprecate(view, again, now)} {reopen(view, again, "End no more")} {block(view, again)} }.into_any()
        }
        VersionState::Blocked => view! { {reopen(view, again, "Open again")} {remove(view)} }.into_any(),
    };
    let given = view.approvals.iter().map(|approval| {
        let comment = approval.comment.clone().map(|comment| view! { <p class="prose">{comment}</p> });
        view! { <li>"Approved by "<b>{approval.name.clone()}</b>", "{when::ago(approval.at, now)}{comment}</li> }
    });
    let given = (!view.approvals.is_empty())
        .then(|| view! { <ul class="body plain" data-list="approvals">{given.collect_view()}</ul> });
    let needed = match view.approvals_needed {
        0 => "approved by rule".to_owned(),
        1 => "one person".to_owned(),
        n => format!("{n} people"),
    };
    view! {
        <section class="panel" aria-labelledby="decide">
            <header><h2 id="decide">"Decide"</h2>{badge::tag(needed)}</header>
            {why(&view.gravity)}
            {given}
            {forms}
        </section>
    }
    .into_any()
}

/// Why two people decide.
fn why(gravity: &[Gravity]) -> Option<AnyView> {
    if gravity.is_empty() {
        return None;
    }
    let rows = gravity.iter().map(|reason| {
        let text = match reason {
            Gravity::Risk => "the entry's risk is elevated or high",
            Gravity::ClusterScoped => "it makes objects outside of the namespace",
            Gravity::NotCreatable => "it makes objects that teams may not make",
            Gravity::NewRights => "it asks for new rights",
            Gravity::PodSecurity => "it needs a lower level of pod security, or more of what its level lets in",
            Gravity::NewRepositories => "its images come from other repositories",
            Gravity::OtherSigner => "it is signed by somebody else, or by nobody",
            Gravity::NotAllListed => "there is more in it than is listed here",
            Gravity::Eased => {
                "the entry's risk was lowered, or its rule switched on, and two people have approved nothing since"
            }
        };
        view! { <li>{text}</li> }
    });
    Some(view! { <ul class="body" data-list="gravity">{rows.collect_view()}</ul> }.into_any())
}

fn address(view: &VersionReview, what: &str) -> String {
    post_to(format!("{}/{what}", url::review_version(&view.entry, &view.version)))
}

fn approve(view: &VersionReview, again: &Again) -> AnyView {
    if let Some(why) = &view.cannot_approve {
        return view! { <p class="body dim" data-note="cannot-approve">{stages::sentence(why)}</p> }.into_any();
    }
    let comment = Field::new("comment", "Comment", Errors(&again.errors)).help("Optional.");
    let blind = view.is_difference_late.then(|| {
        view! { <p class="body dim" data-note="blind">"What differs is not known: compare again before you approve."</p> }
    });
    view! {
        <form class="form body" method="post" action=address(view, "approve")>
            <input type="hidden" name="digest" value=view.digest.clone()/>
            <input type="hidden" name="round" value=view.round.to_string()/>
            {blind}
            {comment.area(again.typed("comment"))}
            <div class="buttons"><button class="btn primary">{icon(LuCheck)}{format!("Approve {}", view.version)}</button></div>
        </form>
    }
    .into_any()
}

fn deprecate(view: &VersionReview, again: &Again, now: OffsetDateTime) -> AnyView {
    let tomorrow = now.date().next_day().map(|day| day.to_string());
    let sunset =
        Field::new("sunset_on", "Sunset", Errors(&again.errors)).help("From that day on nobody installs it anew.");
    let reason = Field::new("reason", "Reason, and what to use instead", Errors(&again.errors));
    view! {
        <details class="more body" open=again.errors.iter().any(|error| ["sunset_on", "reason"].contains(&error.field.as_str()))>
            <summary>{icon(LuHourglass)}"Deprecate"</summary>
            <form class="form" method="post" action=address(view, "deprecate")>
                {sunset.date(again.typed("sunset_on"), tomorrow)}
                {reason.area(again.typed("reason"))}
                <div class="buttons"><button class="btn">"Deprecate"</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn block(view: &VersionReview, again: &Again) -> AnyView {
    let reason = Field::new("block_reason", "Reason", Errors(&again.errors))
        .help("Shown to everybody who runs it. What runs stays and can be changed.");
    view! {
        <details class="more body" open=again.errors.iter().any(|error| error.field == "block_reason")>
            <summary>{icon(LuBan)}"Block"</summary>
            <form class="form" method="post" action=address(view, "block")>
                {reason.area(again.typed("block_reason"))}
                <div class="buttons"><button class="btn danger">"Block"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// One that was taken in by mistake: somebody approved it, and it stays.
fn remove(view: &VersionReview) -> Option<AnyView> {
    view.approvals.is_empty().then(|| {
        let form = view! {
            <details class="more body">
                <summary>{icon(LuX)}"Delete"</summary>
                <form class="form" method="post" action=address(view, "remove")>
                    <p class="help">"For one that was taken in by mistake. One that somebody approved stays, and can be blocked."</p>
                    <div class="buttons"><button class="btn danger">"Delete this version"</button></div>
                </form>
            </details>
        };
        form.into_any()
    })
}

fn reopen(view: &VersionReview, again: &Again, text: &'static str) -> AnyView {
    let reason = Field::new("reopen_reason", "Reason", Errors(&again.errors));
    view! {
        <details class="more body" open=again.errors.iter().any(|error| error.field == "reopen_reason")>
            <summary>{icon(LuRotateCcw)}{text}</summary>
            <form class="form" method="post" action=address(view, "reopen")>
                {reason.area(again.typed("reopen_reason"))}
                <div class="buttons"><button class="btn">{text}</button></div>
            </form>
        </details>
    }
    .into_any()
}
