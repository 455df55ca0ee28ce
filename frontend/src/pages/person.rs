//! One person, for Platform: who they are to Berth, their sessions and tokens, and ending them.

use super::me::{browser, incomplete};
use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::form::{Again, Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{badge, when};
use domain::actor::Scope;
use domain::page::PageKind;
use domain::view::PersonDetail;
use leptos::prelude::*;

/// `again`: its form that was refused.
pub fn page(frame: Frame, view: PersonDetail, again: Again) -> String {
    document::render(frame, |frame| Page {
        title: view.row.name.clone(),
        kind: Some(PageKind::Person),
        crumbs: vec![Crumb::to(PageKind::People), Crumb::here(view.row.name.clone())],
        refresh: None,
        body: body(frame, &view, &again),
    })
}

fn body(frame: &Frame, view: &PersonDetail, again: &Again) -> AnyView {
    view! {
        {Head::new(view.row.name.clone(), view.row.email.clone()).view()}
        <div class="split">
            <div class="stack">
                {again.note()}
                {sessions(frame, view)}
                {tokens(frame, view)}
                {view.can_end.then(|| end_form(view, again))}
            </div>
            <aside class="stack" aria-label="Roles and groups">{roles(view)} {groups(frame, view)}</aside>
        </div>
    }
    .into_any()
}

fn sessions(frame: &Frame, view: &PersonDetail) -> AnyView {
    let rows = view.sessions.iter().map(|session| {
        view! {
            <tr>
                <td><div class="cell-2"><b>{browser(&session.user_agent)}</b><span class="mono">{session.id.clone()}</span></div></td>
                <td class="num">{when::ago(session.last_seen_at, frame.now)}</td>
                <td class="num">{when::ago(session.expires_at, frame.now)}</td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    listed("Sessions", ["Browser", "Last seen", "Ends"], rows)
}

fn tokens(frame: &Frame, view: &PersonDetail) -> AnyView {
    let rows = view.tokens.iter().map(|token| {
        let scope = match token.scope {
            Scope::Read => "read",
            Scope::Write => "write",
        };
        let used = match token.last_used_at {
            Some(at) => when::ago(at, frame.now),
            None => "never".into_any(),
        };
        view! {
            <tr>
                <td>
                    <div class="cell-2">
                        <b>{token.name.clone()}" "{badge::tag(scope)}</b>
                        <span class="mono">{token.prefix.clone()}"…"</span>
                    </div>
                </td>
                <td class="num">{used}</td>
                <td class="num">{when::ago(token.expires_at, frame.now)}</td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    listed("Tokens", ["Token", "Last used", "Ends"], rows)
}

fn listed(title: &'static str, heads: [&'static str; 3], rows: Vec<impl IntoView + 'static>) -> AnyView {
    let body = if rows.is_empty() {
        view! { <p class="body dim">"None."</p> }.into_any()
    } else {
        let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
        view! {
            <div class="table inside">
                <table><thead><tr>{heads.into_iter().collect_view()}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        }
        .into_any()
    };
    view! { <section class="panel"><header><h2>{title}</h2></header>{body}</section> }.into_any()
}

/// One form: what ends, and why. A choice names what and which: `session:ID`.
fn end_form(view: &PersonDetail, again: &Again) -> AnyView {
    let errors = Errors(&again.errors);
    let option = |value: String, title: String| (value, title);
    let sessions = view
        .sessions
        .iter()
        .map(|s| option(format!("session:{}", s.id), format!("Session {} ({})", s.id, browser(&s.user_agent))));
    let tokens = view.tokens.iter().map(|t| option(format!("token:{}", t.id), format!("Token {}", t.name)));
    let all = [("all_sessions:", "All sessions"), ("all_tokens:", "All tokens")];
    let all = all.into_iter().map(|(value, title)| option(value.to_owned(), title.to_owned()));
    let options = all.chain(sessions).chain(tokens).collect();
    view! {
        <section class="panel">
            <header><h2>"End access"</h2></header>
            <form class="body stack-2" method="post" action=post_to(format!("/admin/people/{}/end", view.row.id))>
                {Field::new("what", "Session or token", errors).select(options, again.typed("what"))}
                {Field::new("why", "Reason", errors).help("It stays in the audit trail.").text(again.typed("why"))}
                <div class="buttons"><button class="btn danger">"End access"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn roles(view: &PersonDetail) -> AnyView {
    let rows: Vec<_> = view.row.roles.iter().map(|role| view! { <li>{role.clone()}</li> }).collect();
    let none = rows.is_empty().then(|| view! { <li class="dim">"none"</li> });
    view! {
        <section class="panel"><header><h2>"Roles"</h2></header><ul class="body plain-list">{rows}{none}</ul></section>
    }
    .into_any()
}

fn groups(frame: &Frame, view: &PersonDetail) -> AnyView {
    let known = &view.groups;
    let rows: Vec<_> = known.groups.iter().map(|group| view! { <li class="mono">{group.clone()}</li> }).collect();
    let none = rows.is_empty().then(|| view! { <li class="dim">"none"</li> });
    view! {
        <section class="panel">
            <header><h2>"Groups"</h2></header>
            <div class="body stack-2">
                {known.incomplete_since.map(|since| incomplete(since, known.are_known))}
                <ul class="plain-list">{rows}{none}</ul>
                <p class="small dim">"As of "{when::ago(known.at, frame.now)}"."</p>
            </div>
        </section>
    }
    .into_any()
}
