//! Classes as Platform works on them: what is published, what is being drafted, what is retired, and who follows.
//!
//! What is on offer to those who ask is [`super::teams::classes`].

mod drafts;
mod moves;
mod preview;

pub use crate::store::classes::WhichClasses;
pub use drafts::{begin, discard, draft, draft_page, new_page, publish, save};
pub use moves::{follow, move_view};
pub use preview::preview;

use super::clusters::disagreements_of_all;
use super::{Ctx, Error, LARGEST_PAGE, Result, change, paginate};
use crate::store;
use domain::audit::EventKind;
use domain::name::{ClassName, Comment};
use domain::view::{ClassDetail, ClassRow, Page};
use domain::{Action, Refusal};

/// Classes by name.
pub async fn list(ctx: &Ctx, which: WhichClasses, after: Option<&str>, limit: i64) -> Result<Page<ClassRow>> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.db().acquire().await?;
    let mut items = store::classes::list_rows(&mut conn, which, after, limit + 1).await?;
    let next = paginate(&mut items, limit, |row| row.name.to_string());
    Ok(Page { items, next })
}

/// One class with its history. One that is only drafted has none yet.
pub async fn get(ctx: &Ctx, name: &ClassName) -> Result<ClassDetail> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let versions = store::classes::list_versions(&mut *conn, name, LARGEST_PAGE).await?;
    let draft = store::class_drafts::find(&mut *conn, name).await?;
    if versions.is_empty() && draft.is_none() {
        return Err(Error::NotFound);
    }
    let latest = store::classes::find_latest(&mut *conn, name).await?;
    Ok(ClassDetail {
        name: name.clone(),
        n_behind: versions.iter().skip(1).map(|version| version.n_namespaces).sum(),
        versions,
        disagreements: match &latest {
            Some(class) => disagreements_of_all(&mut conn, ctx, class).await?,
            None => Vec::new(),
        },
        lines: latest.as_ref().map(|class| class.spec.lines()).unwrap_or_default(),
        spec: latest.map(|class| class.spec),
        draft: draft.map(|draft| draft.mark),
        retired: store::classes::find_retired(&mut *conn, name).await?,
    })
}

/// Takes a class off the offer. Namespaces that have it keep it.
pub async fn retire(ctx: &Ctx, name: &ClassName, reason: &Comment) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        store::classes::find_latest(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if !store::classes::retire(&mut **tx, name, reason.as_str(), ctx.now()).await? {
            return Err(Refusal::NotPossible(format!("class {name} is retired already")).into());
        }
        tx.record(ctx, subject(name), None, EventKind::ClassRetired { reason: reason.clone() });
        Ok(())
    })
}

/// Puts a retired class on offer again.
pub async fn restore(ctx: &Ctx, name: &ClassName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        store::classes::find_latest(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if !store::classes::restore(&mut **tx, name).await? {
            return Err(Refusal::NotPossible(format!("class {name} is not retired")).into());
        }
        tx.record(ctx, subject(name), None, EventKind::ClassRestored {});
        Ok(())
    })
}

fn subject(name: &ClassName) -> String {
    format!("class {name}")
}
