//! The draft of a class's next version: begun, saved, published, or thrown away.

use super::subject;
use crate::app::{Ctx, Error, LARGEST_PAGE, Result, change};
use crate::store;
use domain::audit::EventKind;
use domain::audit::detail::{Drafted, Published};
use domain::class::{Class, ClassFields, ClassSpec};
use domain::form::NewClassFields;
use domain::id::ClassId;
use domain::name::{ClassName, Comment};
use domain::refusal::FieldError;
use domain::view::{DraftPage, DraftView, NewClassPage};
use domain::{Action, Refusal};
use uuid::Uuid;

pub async fn draft(ctx: &Ctx, name: &ClassName) -> Result<DraftView> {
    ctx.allow(Action::SeeSetUp)?;
    let draft = store::class_drafts::find(ctx.db(), name).await?.ok_or(Error::NotFound)?;
    let problems = draft.spec.check().err().unwrap_or_default().0;
    Ok(DraftView { name: name.clone(), mark: draft.mark, spec: draft.spec, problems })
}

/// Begins a new class as a draft, with what another one says or with nothing.
pub async fn begin(ctx: &Ctx, name: &ClassName, copy_of: Option<&ClassName>) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let taken = || Refusal::invalid("name", &format!("class {name} is there already"));
        if store::classes::find_latest(&mut **tx, name).await?.is_some() {
            return Err(taken().into());
        }
        let spec = match copy_of {
            Some(other) => store::classes::find_latest(&mut **tx, other).await?.map(|class| class.spec),
            None => Some(ClassSpec::blank()),
        };
        let spec = spec.ok_or_else(|| Refusal::invalid("copy_of", "there is no such class"))?;
        if !store::class_drafts::insert(&mut **tx, name, &spec, ctx.actor.person_id(), ctx.now()).await? {
            return Err(taken().into());
        }
        let draft = Drafted::Begun { copy_of: copy_of.cloned() };
        tx.record(ctx, subject(name), None, EventKind::ClassDrafted { draft });
        Ok(())
    })
}

/// Saves the draft, finished or not. `read` is the version of the draft that was changed; none begins one.
/// Answers the draft's version from now on.
pub async fn save(ctx: &Ctx, name: &ClassName, read: Option<i32>, spec: &ClassSpec) -> Result<i32> {
    ctx.allow(Action::SetUp)?;
    spec.check_texts()?;
    change!(ctx, |tx| {
        let before = store::class_drafts::lock(&mut **tx, name).await?;
        let editor = ctx.actor.person_id();
        let is_saved = match read {
            Some(read) => store::class_drafts::save(&mut **tx, name, read, spec, editor, ctx.now()).await?,
            None => store::class_drafts::insert(&mut **tx, name, spec, editor, ctx.now()).await?,
        };
        if !is_saved {
            return Err(stale(read, before.map(|draft| draft.mark.version)).into());
        }
        let version = read.map_or(1, |read| read + 1);
        let changes = before.map(|draft| spec.changes_since(&draft.spec));
        let draft = Drafted::Saved { draft: version, changes };
        tx.record(ctx, subject(name), None, EventKind::ClassDrafted { draft });
        Ok(version)
    })
}

/// Makes the draft the class's next version, for everything asked from now on. `read` is the version of the draft
/// that was looked at. Answers the number of the new version.
pub async fn publish(ctx: &Ctx, name: &ClassName, read: i32, note: Option<&Comment>) -> Result<i32> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let draft = store::class_drafts::lock(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if draft.mark.version != read {
            return Err(stale(Some(read), Some(draft.mark.version)).into());
        }
        draft.spec.check()?;
        let latest = store::classes::find_latest(&mut **tx, name).await?;
        if latest.as_ref().is_some_and(|class| class.spec == draft.spec) {
            return Err(
                Refusal::NotPossible("the draft says what the latest version says: nothing to publish".into()).into()
            );
        }
        let version = latest.as_ref().map_or(1, |class| class.version + 1);
        let class = Class { id: ClassId(Uuid::now_v7()), name: name.clone(), version, spec: draft.spec };
        store::classes::insert(&mut **tx, &class, note.map(Comment::as_str), ctx.now()).await?;
        store::class_drafts::delete(&mut **tx, name).await?;
        let changes = latest.map(|before| class.spec.changes_since(&before.spec));
        let from = Published::Draft { note: note.cloned(), changes };
        tx.record(ctx, subject(name), None, EventKind::ClassPublished { version, spec: class.spec, from });
        Ok(version)
    })
}

/// Throws the draft away. What is published stays.
pub async fn discard(ctx: &Ctx, name: &ClassName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let draft = store::class_drafts::lock(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        store::class_drafts::delete(&mut **tx, name).await?;
        let kind = EventKind::ClassDraftDiscarded { draft: draft.mark.version, spec: draft.spec };
        tx.record(ctx, subject(name), None, kind);
        Ok(())
    })
}

/// The form of the draft: as it was left, as it was saved, or as the latest version says.
pub async fn draft_page(ctx: &Ctx, name: &ClassName, left: Option<(Option<i32>, ClassFields)>) -> Result<DraftPage> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.db().acquire().await?;
    let (version, fields) = match left {
        Some(left) => left,
        None => match store::class_drafts::find(&mut *conn, name).await? {
            Some(draft) => (Some(draft.mark.version), ClassFields::of(&draft.spec)),
            None => {
                let latest = store::classes::find_latest(&mut *conn, name).await?.ok_or(Error::NotFound)?;
                (None, ClassFields::of(&latest.spec))
            }
        },
    };
    let clusters = store::clusters::list(&mut *conn).await?.into_iter().map(|cluster| cluster.name).collect();
    Ok(DraftPage { name: name.clone(), version, fields, clusters, errors: Vec::new(), refusal: None })
}

/// The form of a new class, with the classes it may begin as a copy of.
pub async fn new_page(ctx: &Ctx, fields: NewClassFields, errors: Vec<FieldError>) -> Result<NewClassPage> {
    ctx.allow(Action::SetUp)?;
    let mut conn = ctx.db().acquire().await?;
    let rows = store::classes::list_rows(&mut conn, store::classes::WhichClasses::All, None, LARGEST_PAGE).await?;
    let classes = rows.into_iter().filter(|row| row.latest.is_some()).map(|row| row.name).collect();
    Ok(NewClassPage { classes, fields, errors })
}

fn stale(read: Option<i32>, now: Option<i32>) -> Refusal {
    Refusal::NotPossible(match (read, now) {
        (_, None) => "the draft is gone: somebody has published it or thrown it away".into(),
        (None, Some(_)) => "somebody else has begun a draft of this class: look at theirs first".into(),
        (Some(_), Some(_)) => "somebody else has saved the draft since you read it: look at theirs first".into(),
    })
}
