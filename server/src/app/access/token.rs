//! Access tokens for scripts: `berth_` and 43 characters, shown once, kept as a hash.

use super::{NOTED_EVERY, secret};
use crate::app::{Berth, Ctx, Error, Result, change};
use crate::store;
use domain::actor::Scope;
use domain::audit::EventKind;
use domain::id::TokenId;
use domain::name::TokenName;
use domain::view::{NewToken, TokenView};
use domain::{Action, Actor, Refusal};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// What every token begins with, so that scanners of leaked secrets know it.
const MARK: &str = "berth_";
/// Characters of a token that are kept to tell it apart.
const PREFIX: usize = MARK.len() + 6;
const MOST_TOKENS: i64 = 50;
const MOST_DAYS: i64 = 365;
/// A token acts with the groups that its person had last, but not for ever: the provider must have vouched for them
/// within this time, by a sign-in or a refresh.
const VOUCHED_WITHIN: Duration = Duration::days(30);

/// Makes a token; the only time its secret is shown.
pub async fn create_token(ctx: &Ctx, name: TokenName, scope: Scope, days: i64) -> Result<NewToken> {
    ctx.allow(Action::ManageAccess)?;
    let person = ctx.person()?.id;
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refusal::invalid("days", "must be 1 to 365").into());
    }
    let (text, now) = (format!("{MARK}{}", secret::fresh()), ctx.now());
    let view = TokenView {
        id: TokenId(Uuid::now_v7()),
        name: name.into(),
        scope,
        prefix: text[..PREFIX].to_owned(),
        created_at: now,
        expires_at: now + Duration::days(days),
        last_used_at: None,
    };
    let token = store::tokens::NewToken {
        id: view.id,
        person,
        name: &view.name,
        hash: secret::hash(&text),
        prefix: &view.prefix,
        scope,
        at: view.created_at,
        expires_at: view.expires_at,
    };
    change!(ctx, |tx| {
        store::people::lock(&mut **tx, person).await?;
        if store::tokens::count_live(&mut **tx, person, now).await? >= MOST_TOKENS {
            return Err(Refusal::invalid("name", "you have 50 tokens already: revoke one first").into());
        }
        store::tokens::insert(&mut **tx, &token).await?;
        let kind = EventKind::TokenCreated { id: view.id, prefix: view.prefix.clone(), scope, days };
        tx.record(ctx, subject(&view.name), None, kind);
        Ok(())
    })?;
    Ok(NewToken { token: text, view })
}

/// Ends one of one's own tokens.
pub async fn revoke_token(ctx: &Ctx, id: TokenId) -> Result<()> {
    ctx.allow(Action::ManageAccess)?;
    let person = ctx.person()?.id;
    change!(ctx, |tx| {
        let name = store::tokens::revoke(&mut **tx, person, id, ctx.now()).await?.ok_or(Error::NotFound)?;
        tx.record(ctx, subject(&name), None, EventKind::TokenRevoked { id, name: None, reason: None });
        Ok(())
    })
}

/// Who a token speaks for, and its id; none when there is no such token, or it has ended.
pub async fn by_token(berth: &Berth, token: &str, now: OffsetDateTime) -> Result<Option<(Actor, Uuid)>> {
    if !token.strip_prefix(MARK).is_some_and(secret::is_shaped) {
        return Ok(None);
    }
    let Some(live) = store::tokens::find(&berth.db, &secret::hash(token), now, now - VOUCHED_WITHIN).await? else {
        return Ok(None);
    };
    if live.last_used_at.is_none_or(|at| now - at >= NOTED_EVERY) {
        store::tokens::touch(&berth.db, live.id, now).await?;
    }
    Ok(Some((Actor::Person(live.person), live.id.0)))
}

pub(super) fn subject(name: &str) -> String {
    format!("token {name}")
}
