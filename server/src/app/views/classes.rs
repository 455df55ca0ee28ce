//! Classes as Platform works on them: a row of each, and one with its history.
//!
//! What is on offer to those who ask is [`super::offer::classes`].

use crate::app::clusters::disagreements_of_all;
use crate::app::{Ctx, Error, LARGEST_PAGE, Result, paginate};
use crate::store;
use crate::store::classes::WhichClasses;
use domain::Action;
use domain::name::ClassName;
use domain::view::{ClassDetail, ClassRow, Page};

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
