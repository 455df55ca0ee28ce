//! Your own page: who you are to Berth, access tokens, sessions.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::copy::copy;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{note, url, when};
use domain::actor::Scope;
use domain::page::PageKind;
use domain::view::{MePage, MeView, NewToken, SessionView, TokenView};
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: MePage) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Me, body(frame, &view)))
}

fn body(frame: &Frame, page: &MePage) -> AnyView {
    let me = &page.me;
    view! {
        {Head::new(me.viewer.name.clone(), me.viewer.email.clone()).view()}
        <div class="split">
            <div class="stack">
                {Errors(&page.errors).summary()}
                {page.new_token.as_ref().map(new_token)}
                {tokens(&me.tokens, frame.now)}
                {token_form(page)}
                {sessions(&me.sessions, frame.now)}
            </div>
            <aside class="stack" aria-label="Your roles and groups">{roles(me)} {groups(me, frame.now)}</aside>
        </div>
    }
    .into_any()
}

fn new_token(token: &NewToken) -> AnyView {
    let content = view! {
        <p>"Copy it now: it is shown this once, Berth keeps only its hash."</p>
        <div class="secret"><code class="mono" tabindex="0">{token.token.clone()}</code>{copy(token.token.clone())}</div>
    };
    note::coded(
        "new-token",
        note::note_with(Tone::Ok, format!("Token {} is made", token.view.name), content.into_any()),
    )
}

fn tokens(tokens: &[TokenView], now: OffsetDateTime) -> AnyView {
    let list = if tokens.is_empty() {
        view! { <p class="body dim">"None. A token lets a script or a pipeline use the API in your name."</p> }
            .into_any()
    } else {
        let rows = tokens.iter().map(|t| token(t, now));
        view! {
            <div class="table inside">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Token"</th>
                            <th scope="col" class="wide">"Last used"</th>
                            <th scope="col">"Ends"</th>
                            <th scope="col" class="end"><span class="unseen">"Action"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="tokens">
            <header><h2 id="tokens">"Access tokens"</h2><a class="link" href="/api/docs">"API"</a></header>
            {list}
        </section>
    }
    .into_any()
}

fn token(token: &TokenView, now: OffsetDateTime) -> AnyView {
    let ends = if token.expires_at <= now {
        badge::badge(Tone::Neutral, LuClock, "Ended")
    } else {
        when::ago(token.expires_at, now)
    };
    let used = match token.last_used_at {
        Some(at) => when::ago(at, now),
        None => "never".into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <b>{token.name.clone()}" "{badge::tag(scope(token.scope))}</b>
                    <span class="mono">{token.prefix.clone()}"…"</span>
                </div>
            </td>
            <td class="wide">{used}</td>
            <td>{ends}</td>
            <td class="end">
                <form method="post" action=post_to(format!("/me/tokens/{}/revoke", token.id))>
                    <button class="btn small danger">"Revoke"<span class="unseen">" "{token.name.clone()}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "read and write",
    }
}

fn token_form(page: &MePage) -> AnyView {
    let errors = Errors(&page.errors);
    let fields = &page.fields;
    let scopes = vec![("read".to_owned(), "read".to_owned()), ("write".to_owned(), "read and write".to_owned())];
    let days = if fields.days.is_empty() { "30" } else { &fields.days };
    view! {
        <section class="panel" aria-labelledby="new-token">
            <header><h2 id="new-token">"New token"</h2></header>
            <form class="form body inline" method="post" action=post_to("/me/tokens")>
                {Field::new("name", "Name", errors).help("For example the program that uses it.").text(&fields.name)}
                {Field::new("scope", "May", errors).select(scopes, &fields.scope)}
                {Field::new("days", "Expires after days", errors).help("1 to 365").text(days)}
                <div class="buttons"><button class="btn">{icon(LuKeyRound)}"Create token"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn sessions(sessions: &[SessionView], now: OffsetDateTime) -> AnyView {
    let rows = sessions.iter().map(|session| {
        let this = session.is_this.then(|| badge::badge(Tone::Ok, LuCircleCheck, "This one"));
        let end = (!session.is_this).then(|| {
            view! {
                <form method="post" action=post_to(format!("/me/sessions/{}/end", session.id))>
                    <button class="btn small">"End"<span class="unseen">" the session in "{browser(&session.user_agent)}</span></button>
                </form>
            }
        });
        view! {
            <tr>
                <td>
                    <div class="cell-2">
                        <b title=session.user_agent.clone()>{browser(&session.user_agent)}</b>
                        <span>"signed in "{when::ago(session.created_at, now)}", ends "{when::ago(session.expires_at, now)}</span>
                    </div>
                </td>
                <td class="wide">"seen "{when::ago(session.last_seen_at, now)}</td>
                <td class="end">{this}{end}</td>
            </tr>
        }
    });
    view! {
        <section class="panel" aria-labelledby="sessions">
            <header><h2 id="sessions">"Sessions"</h2></header>
            <div class="table inside">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Browser"</th>
                            <th scope="col" class="wide">"Activity"</th>
                            <th scope="col" class="end"><span class="unseen">"Action"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Browser and system, as far as its name for itself tells them.
pub(super) fn browser(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let program = find(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Windows", "Windows"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(program), None) => program.to_owned(),
        (None, _) if user_agent.is_empty() => "unknown".to_owned(),
        (None, _) => user_agent.chars().take(60).collect(),
    }
}

fn roles(me: &MeView) -> AnyView {
    let platform =
        me.viewer.platform.iter().map(|role| view! { <li>{badge::tag(role.title())}" of the platform"</li> });
    let teams = me.viewer.teams.iter().map(|team| {
        view! { <li>{badge::tag(team.role.title())}" in "<a class="link" href=url::team(&team.slug)>{team.title.clone()}</a></li> }
    });
    let none = me.viewer.platform.is_empty() && me.viewer.teams.is_empty();
    view! {
        <section class="panel">
            <header><h2>"Roles"</h2></header>
            <ul class="body plain-list">
                {platform.collect_view()}
                {teams.collect_view()}
                {none.then(|| view! { <li class="dim">"None yet. Ask "{me.viewer.contact.clone()}"."</li> })}
            </ul>
        </section>
    }
    .into_any()
}

/// What Berth does when it is not told all groups.
pub(super) fn incomplete(since: OffsetDateTime, are_known: bool) -> AnyView {
    let (headline, text) = match are_known {
        true => ("Not all groups are known", "The provider omits some, so the last complete list counts."),
        false => ("Groups are not known", "The provider has never sent a complete list, so they give no role."),
    };
    let content = view! { <p>{text}" Since "{when::stamp(since)}"."</p> };
    note::note_with(Tone::Warn, headline, content.into_any())
}

fn groups(me: &MeView, now: OffsetDateTime) -> AnyView {
    let known = &me.groups;
    let rows = known.groups.iter().map(|group| view! { <li class="mono">{group.clone()}</li> });
    let none = known.groups.is_empty().then(|| view! { <li class="dim">"none"</li> });
    view! {
        <section class="panel">
            <header><h2>"Groups"</h2><span class="dim">"as last sent by your identity provider"</span></header>
            <div class="body stack-2">
                {known.incomplete_since.map(|since| incomplete(since, known.are_known))}
                <ul class="plain-list">{rows.collect_view()}{none}</ul>
                <p class="small dim">"As of "{when::ago(known.at, now)}". Asked for again every quarter of an hour while you are signed in, where your provider allows it."</p>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_what_people_call_it() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(browser(firefox), "Firefox on Linux");
        assert_eq!(browser("curl/8.5"), "curl/8.5");
        assert_eq!(browser(""), "unknown");
    }
}
