//! What a session leaves at the provider when it ends: a refresh token, which is taken back as well as it can be.
//!
//! Nobody waits for it. What could not be taken back ends at the provider by itself.

use super::session::REFRESH_TOKEN;
use crate::app::Ctx;
use crate::identity::Trouble;
use crate::store;
use crate::store::sessions::Left;
use secrecy::SecretString;
use tokio::sync::Semaphore;

/// At the same time; when all are under way, the provider is slow, and more questions would not help.
static HANDS: Semaphore = Semaphore::const_new(8);

/// Takes back what ended sessions left, beside whatever comes next.
pub(in crate::app) fn in_background(ctx: &Ctx, all: Vec<Left>) {
    if all.iter().all(|left| left.refresh_token.is_none()) {
        return;
    }
    let Ok(hand) = HANDS.try_acquire() else {
        tracing::warn!(n = all.len(), "refresh tokens of ended sessions were not taken back: the provider is slow");
        return;
    };
    let ctx = ctx.clone();
    tokio::spawn(async move {
        take_back(&ctx, all).await;
        drop(hand);
    });
}

/// Until the provider does not answer.
pub(super) async fn take_back(ctx: &Ctx, all: Vec<Left>) {
    for left in all {
        match one(ctx, left).await {
            Ok(()) => {}
            Err(trouble @ Trouble::Unreachable(_)) => {
                tracing::warn!(cause = %trouble, "refresh tokens of ended sessions were not taken back");
                return;
            }
            Err(trouble) => tracing::warn!(cause = %trouble, "a refresh token of an ended session was not taken back"),
        }
    }
}

async fn one(ctx: &Ctx, left: Left) -> Result<(), Trouble> {
    let sealed = left.refresh_token.as_deref();
    let Some(token) = sealed.and_then(|sealed| ctx.berth.seal.open(REFRESH_TOKEN, sealed).ok()) else { return Ok(()) };
    let Ok(token) = String::from_utf8(token).map(SecretString::from) else { return Ok(()) };
    if is_shared(ctx, left.sid.as_deref()).await {
        return Ok(());
    }
    ctx.berth.provider.revoke(&token).await
}

/// All tokens of one session at the provider go with any of them: whoever signed in there twice goes on with the other.
async fn is_shared(ctx: &Ctx, sid: Option<&str>) -> bool {
    match sid {
        Some(sid) => store::sessions::has_sid(ctx.db(), sid).await.unwrap_or(true),
        None => false,
    }
}
