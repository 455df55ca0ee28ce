//! Everybody who ever signed in: who they are to Berth, and ending their ways in.

use super::access::{self, named};
use super::{Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use domain::audit::EventKind;
use domain::id::{PersonId, TokenId};
use domain::name::{Comment, GroupName};
use domain::view::{Page, PeopleView, PersonDetail, PersonRow};
use domain::{Action, Refusal};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What of somebody's access is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By its id in the list.
    Session(String),
    AllSessions,
    Token(TokenId),
    AllTokens,
}

/// A page by name. `after` is the place that the page before ended with.
pub async fn list(ctx: &Ctx, text: &str, after: Option<&str>, limit: i64) -> Result<PeopleView> {
    ctx.allow(Action::SeePeople)?;
    let text = text.trim().to_owned();
    let after = after.map(place).transpose()?;
    let after = after.as_ref().map(|(id, name)| (name.as_str(), *id));
    let window = access::window(&ctx.berth, ctx.now());
    let mut items = store::directory::list(&mut *ctx.db().acquire().await?, window, &text, after, limit + 1).await?;
    let next = super::paginate(&mut items, limit, |row: &PersonRow| format!("{}/{}", row.id, row.name));
    Ok(PeopleView { text, page: Page { items, next } })
}

fn place(text: &str) -> Result<(PersonId, String)> {
    let parts = text.split_once('/').and_then(|(id, name)| Some((id.parse::<Uuid>().ok()?, name)));
    let (id, name) = parts.ok_or_else(|| Refusal::invalid("after", "is no place in this list"))?;
    Ok((PersonId(id), name.to_owned()))
}

pub async fn get(ctx: &Ctx, id: PersonId) -> Result<PersonDetail> {
    ctx.allow(Action::SeePeople)?;
    let row = store::directory::get(ctx.db(), access::window(&ctx.berth, ctx.now()), id).await?;
    Ok(PersonDetail {
        row,
        groups: access::groups(store::people::get_groups(ctx.db(), id).await?),
        tokens: store::tokens::list_live(ctx.db(), id, ctx.now()).await?,
        sessions: access::sessions_of(ctx, id).await?,
        can_end: ctx.allow(Action::EndAccess).is_ok(),
    })
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

/// Of groups that nobody has: which group of people may have been meant.
pub(super) async fn near_groups<'a>(
    conn: &mut Conn,
    groups: impl Iterator<Item = &'a GroupName>,
    people: &BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<String, String>> {
    let lonely: Vec<_> = groups.filter(|group| !people.contains_key(group.as_str())).collect();
    if lonely.is_empty() {
        return Ok(BTreeMap::new());
    }
    let bare: Vec<_> = lonely.iter().map(|group| group.bare()).collect();
    let like = store::people::list_groups_like(&mut *conn, &bare).await?;
    let near = |group: &&GroupName| {
        let meant = like.iter().find(|other| group.is_near(other))?;
        Some((group.to_string(), meant.clone()))
    };
    Ok(lonely.iter().filter_map(near).collect())
}
