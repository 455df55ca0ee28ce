//! Sessions of the browser: made at sign-in, found by cookie, ended by hand or by time.

use super::secret::{ID_TOKEN, REFRESH_TOKEN};
use super::{NOTED_EVERY, revoke, secret};
use crate::app::{Berth, Ctx, Error, Result, change};
use crate::identity::{Identity, LogoutToken};
use crate::jobs::{Job, Outcome};
use crate::store::{self, people::SignIn, sessions::NewSession, sessions::SessionWindow};
use domain::audit::EventKind;
use domain::id::PersonId;
use domain::text;
use domain::{Action, Actor};
use secrecy::{ExposeSecret, SecretString};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Bytes of a session's hash that name it in its owner's list.
const SHORT_ID: usize = 8;
const LONGEST_USER_AGENT: usize = 300;

/// What a session left behind when its person signed out.
#[derive(Default)]
pub struct SignedOut {
    pub id_token: Option<String>,
}

/// Lets go of sessions that ended by themselves. As a job.
pub async fn clear_sessions(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    while store::sessions::delete_over(ctx.db(), window(&ctx.berth, ctx.now())).await? {}
    // Twice as long as one could be sent again.
    let before = ctx.now() - crate::identity::LOGOUT_TOKEN_LIFE * 2;
    Ok(store::sessions::delete_logout_tokens(ctx.db(), before).await?)
}

/// Starts a session for whom the provider vouched, and ends the one the browser came with. Answers
/// the cookie's value.
pub async fn sign_in(ctx: &Ctx, identity: &Identity, user_agent: &str) -> Result<SecretString> {
    let (cookie, now) = (secret::fresh(), ctx.now());
    let hash = secret::hash(&cookie);
    let seal = |purpose, plain: &[u8]| ctx.berth.seal.seal(purpose, plain);
    let id_token = identity.id_token.as_ref().map(|token| seal(ID_TOKEN, token.as_bytes()));
    let refresh_token = identity.refresh_token.as_ref().map(|t| seal(REFRESH_TOKEN, t.expose_secret().as_bytes()));
    change!(ctx, |tx| {
        if let Some(before) = &ctx.session {
            store::sessions::delete(&mut **tx, before).await?;
        }
        let person = store::people::save(&mut **tx, PersonId(Uuid::now_v7()), &vouched(identity, now)).await?;
        let session = NewSession {
            hash,
            person,
            user_agent: &shortened(user_agent),
            id_token: id_token.as_deref(),
            sid: identity.sid.as_deref(),
            refresh_token: refresh_token.as_deref(),
            userinfo_has_groups: identity.userinfo_has_groups,
            at: now,
            expires_at: now + ctx.berth.config.session.absolute,
        };
        store::sessions::insert(&mut **tx, &session).await?;
        let live = store::sessions::find(&mut **tx, &hash, window(&ctx.berth, now)).await?.ok_or(Error::NotFound)?;
        let signed_in = Ctx { actor: Actor::Person(live.person), session: Some(hash), ..ctx.clone() };
        let kind = EventKind::PersonSignedIn { groups: identity.groups.clone(), session: short_id(&hash) };
        tx.record(&signed_in, subject(&signed_in), None, kind);
        Ok(())
    })?;
    if ctx.session.is_some() {
        revoke::in_background(ctx);
    }
    Ok(cookie.into())
}

/// Ends the session the browser came with.
pub async fn sign_out(ctx: &Ctx) -> Result<SignedOut> {
    let Some(hash) = &ctx.session else { return Ok(SignedOut::default()) };

    let ended = change!(ctx, |tx| {
        let ended = store::sessions::delete(&mut **tx, hash).await?;
        if ended.is_some() {
            tx.record(ctx, subject(ctx), None, EventKind::PersonSignedOut { session: short_id(hash) });
        }
        Ok(ended)
    })?;
    let Some(ended) = ended else { return Ok(SignedOut::default()) };
    revoke::in_background(ctx);
    Ok(SignedOut { id_token: ended.id_token.and_then(|sealed| open_id_token(ctx, &sealed)) })
}

/// Ends one of one's own sessions by the id in the list.
pub async fn end_session(ctx: &Ctx, id: &str) -> Result<()> {
    ctx.allow(Action::ManageAccess)?;
    let person = ctx.person()?;
    let begins = parse_short_id(id).ok_or(Error::NotFound)?;
    change!(ctx, |tx| {
        if !store::sessions::delete_listed(&mut **tx, person.id, &begins).await? {
            return Err(Error::NotFound);
        }
        tx.record(ctx, subject(ctx), None, EventKind::SessionEnded { session: id.to_owned(), reason: None });
        Ok(())
    })?;
    revoke::in_background(ctx);
    Ok(())
}

/// Ends what the provider says has ended there. False when the token was taken before; sessions that are gone already are
/// no reason to refuse it.
pub async fn logged_out(ctx: &Ctx, token: &LogoutToken) -> Result<bool> {
    let ctx = Ctx { request_id: ctx.request_id.clone(), ..Ctx::system(ctx.berth.clone(), "back_channel_logout") };
    ctx.allow(Action::Provision)?;

    let is_first = change!(&ctx, |tx| {
        if !store::sessions::insert_logout_token(&mut **tx, &secret::hash(&token.jti), ctx.now()).await? {
            return Ok(false);
        }
        let (sid, subject) = (token.sid.as_deref(), token.subject.as_deref());
        for ended in store::sessions::delete_of_provider(&mut **tx, &token.issuer, sid, subject).await? {
            let reason = Some("signed out at the identity provider".into());
            let kind = EventKind::SessionEnded { session: short_id(&ended.hash), reason };
            tx.record(&ctx, named(&ended.name, &ended.email), None, kind);
        }
        Ok(true)
    })?;
    if is_first {
        revoke::in_background(&ctx);
    }
    Ok(is_first)
}

/// Who a cookie belongs to, with the session's hash; none when there is no such session, or no longer.
pub async fn by_cookie(berth: &Berth, cookie: &str, now: OffsetDateTime) -> Result<Option<(Actor, [u8; 32])>> {
    if !secret::is_shaped(cookie) {
        return Ok(None);
    }
    let hash = secret::hash(cookie);
    let Some(live) = store::sessions::find(&berth.db, &hash, window(berth, now)).await? else { return Ok(None) };
    if now - live.last_seen_at >= NOTED_EVERY {
        store::sessions::touch(&berth.db, &hash, now).await?;
    }
    Ok(Some((Actor::Person(live.person), hash)))
}

pub(in crate::app) fn window(berth: &Berth, now: OffsetDateTime) -> SessionWindow {
    SessionWindow { now, used_since: now - berth.config.session.idle }
}

pub(super) fn vouched(identity: &Identity, at: OffsetDateTime) -> SignIn<'_> {
    let email = identity.email.as_deref().unwrap_or("");
    let name =
        [identity.name.as_deref(), identity.email.as_deref()].into_iter().flatten().find(|t| !t.trim().is_empty());
    SignIn {
        issuer: &identity.issuer,
        subject: &identity.subject,
        email,
        email_verified: identity.email_verified,
        name: name.unwrap_or(&identity.subject),
        groups: identity.groups.as_deref(),
        at,
    }
}

/// How the audit trail names the person who acts.
fn subject(ctx: &Ctx) -> String {
    match ctx.actor.person() {
        Some(person) => named(&person.name, &person.email),
        None => format!("person {}", ctx.actor.label()),
    }
}

/// How the audit trail names a person something is done to.
pub(in crate::app) fn named(name: &str, email: &str) -> String {
    format!("person {}", if email.is_empty() { name } else { email })
}

fn open_id_token(ctx: &Ctx, sealed: &[u8]) -> Option<String> {
    // Without it the provider asks whether to sign out there: no reason to fail here.
    String::from_utf8(ctx.berth.seal.open(ID_TOKEN, sealed).ok()?).ok()
}

pub(in crate::app) fn short_id(hash: &[u8]) -> String {
    hash.iter().take(SHORT_ID).map(|byte| format!("{byte:02x}")).collect()
}

pub(in crate::app) fn parse_short_id(id: &str) -> Option<[u8; SHORT_ID]> {
    let is_hex = id.len() == 2 * SHORT_ID && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u64::from_str_radix(id, 16).ok().map(u64::to_be_bytes) } else { None }
}

fn shortened(user_agent: &str) -> String {
    text::shown(user_agent, LONGEST_USER_AGENT)
}

/// Deletes sessions that ran out.
pub struct ClearSessions;

impl Job<Ctx> for ClearSessions {
    const NAME: &'static str = "clear_sessions";
    const EVERY: Option<Duration> = Some(Duration::minutes(10));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        clear_sessions(ctx).await.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_the_beginning_of_its_hash() {
        let hash = secret::hash("cookie");
        let id = short_id(&hash);
        assert_eq!(parse_short_id(&id).expect("parses"), hash[..SHORT_ID]);
        assert_eq!(parse_short_id(""), None);
        assert_eq!(parse_short_id("zzzzzzzzzzzzzzzz"), None);
        assert_eq!(parse_short_id("+123456789abcdef"), None);
    }

    #[test]
    fn a_person_without_a_name_is_called_by_what_is_known() {
        let mut identity = Identity {
            issuer: "https://login.example.org".into(),
            subject: "4711".into(),
            email: Some("developer@berth.test".into()),
            email_verified: true,
            name: Some(" ".into()),
            groups: None,
            userinfo_has_groups: false,
            id_token: None,
            sid: None,
            refresh_token: None,
        };
        let now = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(vouched(&identity, now).name, "developer@berth.test");
        identity.email = None;
        assert_eq!(vouched(&identity, now).name, "4711");
    }
}
