//! Classes as Platform works on them: what is published, what is being drafted, what is retired, and who follows.
//!
//! What is on offer to those who ask is [`super::views::offer::classes`].

mod drafts;
mod moves;
mod preview;

pub use crate::store::classes::WhichClasses;
pub use drafts::{begin, discard, draft, draft_page, new_page, publish, save};
pub use moves::{follow, move_view};
pub use preview::preview;

use super::{Ctx, Error, Result, change};
use crate::store;
use domain::audit::EventKind;
use domain::name::{ClassName, Comment};
use domain::{Action, Refusal};

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
