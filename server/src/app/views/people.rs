//! Everybody who ever signed in, and the groups they are in.

use super::me;
use crate::app::{Ctx, Result, access, paginate};
use crate::store;
use crate::store::Conn;
use domain::id::PersonId;
use domain::name::GroupName;
use domain::view::{Page, PeopleView, PersonDetail, PersonRow};
use domain::{Action, Refusal};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A page by name. `after` is the place that the page before ended with.
pub async fn list(ctx: &Ctx, text: &str, after: Option<&str>, limit: i64) -> Result<PeopleView> {
    ctx.allow(Action::SeePeople)?;
    let text = text.trim().to_owned();
    let after = after.map(place).transpose()?;
    let after = after.as_ref().map(|(id, name)| (name.as_str(), *id));
    let window = access::window(&ctx.berth, ctx.now());
    let mut items = store::directory::list(&mut *ctx.db().acquire().await?, window, &text, after, limit + 1).await?;
    let next = paginate(&mut items, limit, |row: &PersonRow| format!("{}/{}", row.id, row.name));
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
        groups: me::groups(store::people::get_groups(ctx.db(), id).await?),
        tokens: store::tokens::list_live(ctx.db(), id, ctx.now()).await?,
        sessions: me::sessions_of(ctx, id).await?,
        can_end: ctx.allow(Action::EndAccess).is_ok(),
    })
}

/// Of groups that nobody has: which group of people may have been meant.
pub(in crate::app::views) async fn near_groups<'a>(
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
