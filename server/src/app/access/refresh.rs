//! Groups, asked for again: a session's person is vouched for anew every quarter of an hour, and roles follow.
//!
//! A refresh token is good once, so one session is in one hand at a time. What the provider gave in exchange is written
//! down at once; should Berth die in between, that session ends at its next refresh and its person signs in again.

use super::secret::{ID_TOKEN, REFRESH_TOKEN};
use super::session::{named, short_id, vouched, window};
use super::{later, revoke};
use crate::app::{Ctx, Error, Result, change};
use crate::identity::{Again, Identity, ProviderError};
use crate::jobs::Job;
use crate::store;
use crate::store::sessions::{Due, Refreshed};
use domain::Action;
use domain::audit::EventKind;
use domain::audit::detail::Groups;
use domain::id::PersonId;
use secrecy::{ExposeSecret, SecretString};
use time::Duration;
use uuid::Uuid;

/// How old what the provider said may become.
const EVERY: Duration = Duration::minutes(15);
/// Longer than the provider may take to answer all questions of one refresh.
const LEASE: Duration = Duration::minutes(2);
/// Sessions of one run; those that are left are taken by the next.
const BATCH: usize = 100;
/// So many in a row that come to nothing for a reason that is not their own: the others may not fare better now. They come
/// before these next time, should it be these ones' own after all.
const ENOUGH: u32 = 3;
/// What came of asking for one session.
enum Outcome {
    /// It is vouched for, or has ended.
    Settled,
    /// It is put off, and the reason may be everybody's.
    InVain(String),
}

/// Asks for everybody whose time has come. As a job. One who cannot be asked for holds up nobody else.
pub async fn refresh_groups(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let (mut n_in_vain, mut why) = (0, None);
    for _ in 0..BATCH {
        let now = ctx.now();
        let due =
            store::sessions::lease_to_refresh(ctx.db(), now - EVERY, now + LEASE, window(&ctx.berth, now)).await?;
        let Some(due) = due else { break };
        match refresh(ctx, &due).await? {
            Outcome::Settled => n_in_vain = 0,
            Outcome::InVain(cause) => {
                n_in_vain += 1;
                why = Some(cause);
            }
        }
        if n_in_vain >= ENOUGH {
            break;
        }
    }
    why.map_or(Ok(()), |why| Err(Error::Unavailable(why)))
}

async fn refresh(ctx: &Ctx, due: &Due) -> Result<Outcome> {
    let Some(token) = open(ctx, &due.refresh_token) else {
        // Sealed with another key: it will never open, and the session goes on until its own end.
        store::sessions::save_refreshed(ctx.db(), &due.hash, Refreshed::default(), ctx.now()).await?;
        return Ok(Outcome::Settled);
    };
    let session = short_id(&due.hash);
    match ctx.berth.provider.refresh(&token, &due.subject, due.userinfo_has_groups).await {
        Ok(Again::Vouched(identity)) => save(ctx, due, &identity).await.map(|()| Outcome::Settled),
        Ok(Again::Unjudged { why, refresh_token }) => {
            tracing::warn!(cause = why, session, "what the provider said of a session cannot be judged now");
            put_off(ctx, due, refresh_token.as_ref()).await?;
            Ok(Outcome::InVain(why))
        }
        Err(error @ ProviderError::Unreachable(_)) => {
            put_off(ctx, due, None).await?;
            Ok(Outcome::InVain(error.to_string()))
        }
        Err(error @ ProviderError::SetUp(_)) => {
            tracing::error!(cause = %error, session, "the groups were not asked for again");
            put_off(ctx, due, None).await?;
            Ok(Outcome::InVain(error.to_string()))
        }
        Err(error @ ProviderError::Over(_)) => {
            tracing::info!(cause = %error, session, "a session has ended");
            end(ctx, due).await.map(|()| Outcome::Settled)
        }
        Err(
            error @ (ProviderError::Unproven(_)
            | ProviderError::OtherAttempt
            | ProviderError::Declined(_)
            | ProviderError::ClocksApart { .. }),
        ) => {
            // The token is used up and what came for it proves nothing.
            tracing::warn!(cause = %error, session, "a session was not refreshed");
            end(ctx, due).await.map(|()| Outcome::Settled)
        }
    }
}

/// `renewed`: the token to ask with next time, where one came.
async fn put_off(ctx: &Ctx, due: &Due, renewed: Option<&SecretString>) -> Result<()> {
    let sealed = renewed.map(|token| ctx.berth.seal.seal(REFRESH_TOKEN, token.expose_secret().as_bytes()));
    let now = ctx.now();
    let until = now + later(due.n_failures);
    let is_going = store::sessions::put_off_refresh(ctx.db(), &due.hash, sealed.as_deref(), until).await?;
    if !is_going && let Some(token) = sealed {
        // It ended meanwhile.
        store::left_tokens::insert(ctx.db(), &token, None, now).await?;
        revoke::in_background(ctx);
    }
    Ok(())
}

async fn save(ctx: &Ctx, due: &Due, identity: &Identity) -> Result<()> {
    let seal = |purpose, plain: &[u8]| ctx.berth.seal.seal(purpose, plain);
    let refresh_token = identity.refresh_token.as_ref().map(|t| seal(REFRESH_TOKEN, t.expose_secret().as_bytes()));
    let id_token = identity.id_token.as_ref().map(|token| seal(ID_TOKEN, token.as_bytes()));
    let now = ctx.now();
    let is_going = change!(ctx, |tx| {
        let refreshed = Refreshed {
            refresh_token: refresh_token.as_deref(),
            id_token: id_token.as_deref(),
            userinfo_has_groups: identity.userinfo_has_groups,
        };
        let is_going = store::sessions::save_refreshed(&mut **tx, &due.hash, refreshed, now).await?;
        if !is_going {
            // It ended meanwhile, and took the former token back: what was said for it says nothing any more.
            if let Some(token) = &refresh_token {
                store::left_tokens::insert(&mut **tx, token, identity.sid.as_deref(), now).await?;
            }
            return Ok(false);
        }
        let before = store::people::lock_by_subject(&mut **tx, &due.issuer, &due.subject).await?;
        let said = Identity {
            // What a refresh leaves out has not changed.
            email: identity.email.clone().or_else(|| Some(before.email.clone())),
            email_verified: if identity.email.is_some() { identity.email_verified } else { before.email_verified },
            name: identity.name.clone().or_else(|| Some(before.name.clone())),
            groups: identity.groups.clone(),
            userinfo_has_groups: identity.userinfo_has_groups,
            issuer: due.issuer.clone(),
            subject: due.subject.clone(),
            id_token: None,
            sid: None,
            refresh_token: None,
        };
        store::people::save(&mut **tx, PersonId(Uuid::now_v7()), &vouched(&said, now)).await?;
        if let Some(groups) = &identity.groups
            && *groups != before.groups
        {
            let ctx = Ctx { on_behalf_of: Some((before.id, before.name.clone())), ..ctx.clone() };
            let (subject, groups) = (named(&before.name, &before.email), Groups { groups: groups.clone() });
            let before = Groups { groups: before.groups };
            tx.record(&ctx, subject, None, EventKind::PersonGroupsChanged { before, after: groups });
        }
        Ok(true)
    })?;
    if !is_going {
        revoke::in_background(ctx);
    }
    Ok(())
}

async fn end(ctx: &Ctx, due: &Due) -> Result<()> {
    change!(ctx, |tx| {
        let person = store::people::lock_by_subject(&mut **tx, &due.issuer, &due.subject).await?;
        if store::sessions::delete_by_hash(&mut **tx, &due.hash).await? {
            let reason = Some("the identity provider vouches no longer for it".into());
            let kind = EventKind::SessionEnded { session: short_id(&due.hash), reason };
            tx.record(ctx, named(&person.name, &person.email), None, kind);
        }
        Ok(())
    })
}

fn open(ctx: &Ctx, sealed: &[u8]) -> Option<SecretString> {
    let plain = ctx.berth.seal.open(REFRESH_TOKEN, sealed).ok()?;
    String::from_utf8(plain).ok().map(SecretString::from)
}

/// Asks the identity provider again for the groups of who is signed in. Each session has its own quarter of an hour.
pub struct RefreshGroups;

impl Job<Ctx> for RefreshGroups {
    const NAME: &'static str = "refresh_groups";
    const EVERY: Option<Duration> = Some(Duration::minutes(1));

    async fn run(ctx: &Ctx, _: Uuid) -> crate::jobs::Outcome {
        refresh_groups(ctx).await.into()
    }
}
