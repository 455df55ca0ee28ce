//! What a session leaves at the provider when it ends: a refresh token, which is taken back there.
//!
//! It is written down as the session ends, so nothing is forgotten when the provider is slow or away. Nobody waits for it.
//! What could not be taken back within a day ends at the provider by itself.

use super::later;
use super::secret::REFRESH_TOKEN;
use crate::app::{Ctx, Error, Result};
use crate::identity::ProviderError;
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::left_tokens::Left;
use domain::Action;
use secrecy::SecretString;
use time::Duration;
use uuid::Uuid;

/// Of one run; the next takes those that are left.
const BATCH: usize = 100;
/// Longer than the provider may take to answer.
const LEASE: Duration = Duration::minutes(1);
const GIVEN_UP_AFTER: Duration = Duration::DAY;

/// Takes back what ended sessions left. As a job.
pub async fn revoke_tokens(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let n = store::left_tokens::delete_old(ctx.db(), ctx.now() - GIVEN_UP_AFTER).await?;
    if n > 0 {
        tracing::warn!(n, "refresh tokens of ended sessions were not taken back within a day");
    }
    revoke_left(ctx).await
}

/// The same at once, beside whatever comes next.
pub(in crate::app) fn in_background(ctx: &Ctx) {
    let Ok(hand) = ctx.berth.revoking.clone().try_acquire_owned() else { return };
    let ctx = ctx.clone();
    tokio::spawn(async move {
        if let Err(error) = revoke_left(&ctx).await {
            tracing::info!(%error, "refresh tokens of ended sessions are not taken back yet");
        }
        drop(hand);
    });
}

/// Until the provider does not answer.
async fn revoke_left(ctx: &Ctx) -> Result<()> {
    for _ in 0..BATCH {
        let now = ctx.now();
        let Some(left) = store::left_tokens::lease(ctx.db(), now, now + LEASE).await? else { break };
        let error = match one(ctx, &left).await? {
            Ok(()) => {
                store::left_tokens::delete(ctx.db(), left.id).await?;
                continue;
            }
            Err(error) => error,
        };
        store::left_tokens::put_off(ctx.db(), left.id, ctx.now() + later(left.n_failures)).await?;
        if let ProviderError::Unreachable(_) = error {
            return Err(Error::Unavailable(error.to_string()));
        }
        tracing::warn!(cause = %error, "a refresh token of an ended session was not taken back");
    }
    Ok(())
}

async fn one(ctx: &Ctx, left: &Left) -> Result<std::result::Result<(), ProviderError>> {
    // Sealed with another key: nobody can.
    let Ok(token) = ctx.berth.seal.open(REFRESH_TOKEN, &left.refresh_token) else { return Ok(Ok(())) };
    let Ok(token) = String::from_utf8(token).map(SecretString::from) else { return Ok(Ok(())) };
    if is_shared(ctx, left.sid.as_deref()).await? {
        return Ok(Ok(()));
    }
    Ok(ctx.berth.provider.revoke(&token).await)
}

/// All tokens of one session at the provider go with any of them: whoever signed in there twice goes on with the other.
async fn is_shared(ctx: &Ctx, sid: Option<&str>) -> Result<bool> {
    match sid {
        Some(sid) => Ok(store::sessions::has_sid(ctx.db(), sid).await?),
        None => Ok(false),
    }
}

/// Revokes at the identity provider what ended sessions left there and could not be revoked at once.
pub struct RevokeTokens;

impl Job<Ctx> for RevokeTokens {
    const NAME: &'static str = "take_back_tokens";
    const EVERY: Option<Duration> = Some(Duration::minutes(1));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        revoke_tokens(ctx).await.into()
    }
}
