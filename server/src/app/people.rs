//! Ending the ways in of people who signed in.

use super::access::{self, named};
use super::{Ctx, Error, Result, change};
use crate::store;
use domain::Action;
use domain::audit::EventKind;
use domain::id::{PersonId, TokenId};
use domain::name::Comment;

/// What of somebody's access is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By its id in the list.
    Session(String),
    AllSessions,
    Token(TokenId),
    AllTokens,
}

/// Ends it at once, with the reason in the trail. What streams stops within a moment.
pub async fn end(ctx: &Ctx, id: PersonId, ending: Ending, reason: &Comment) -> Result<()> {
    ctx.allow(Action::SeePeople)?;
    ctx.allow(Action::EndAccess)?;
    change!(ctx, |tx| {
        let person = store::directory::get(&mut **tx, access::window(&ctx.berth, ctx.now()), id).await?;
        let kind = match &ending {
            Ending::Session(session) => {
                let begins = access::parse_short_id(session).ok_or(Error::NotFound)?;
                if !store::sessions::delete_listed(&mut **tx, id, &begins).await? {
                    return Err(Error::NotFound);
                }
                EventKind::SessionEnded { session: session.clone(), reason: Some(reason.to_string()) }
            }
            Ending::AllSessions => {
                let n = store::sessions::delete_of_person(&mut **tx, id).await?;
                EventKind::SessionsEnded { n_sessions: n, reason: reason.clone() }
            }
            Ending::Token(token) => {
                let revoked = store::tokens::revoke(&mut **tx, id, *token, ctx.now()).await?;
                let name = revoked.ok_or(Error::NotFound)?;
                EventKind::TokenRevoked { id: *token, name: Some(name), reason: Some(reason.clone()) }
            }
            Ending::AllTokens => {
                let n = store::tokens::revoke_of_person(&mut **tx, id, ctx.now()).await?;
                EventKind::TokensRevoked { n_tokens: n, reason: reason.clone() }
            }
        };
        tx.record(ctx, named(&person.name, &person.email), None, kind);
        Ok(())
    })?;
    access::revoke_in_background(ctx);
    Ok(())
}
