//! Entries: what the platform team says of a chart.

use super::{entry_form, judging, listings, lock, subject};
use crate::app::{Change, Ctx, Error, Result, change};
use crate::store;
use domain::audit::EventKind;
use domain::catalog::EntrySpec;
use domain::field_error::FieldErrors;
use domain::name::{Comment, EntryName};
use domain::{Action, Refusal};
use std::collections::BTreeSet;
use values::Secrets;

/// Begins an entry. Nothing of it is offered before a version is taken in and approved.
pub async fn add(ctx: &Ctx, name: &EntryName, spec: &EntrySpec) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    // The address of the form for a new one.
    if name.as_str() == "new" {
        return Err(Refusal::invalid("name", "must be another: new is taken by Berth").into());
    }
    spec.check()?;
    let overlay = entry_form::read(spec)?;
    let given = entry_form::kept(&entry_form::given(&overlay)?);
    let told = entry_form::without_secrets(spec, None, &Secrets::of(&overlay, &[]))?;
    change!(ctx, |tx| {
        require_known(tx, None, spec).await?;
        hold_source(tx, spec).await?;
        let is_added =
            store::catalog_entries::insert(&mut **tx, name, spec, &given, ctx.actor.person_id(), ctx.now()).await?;
        if !is_added {
            return Err(Refusal::invalid("name", "is the name of an entry already").into());
        }
        follow_origin(tx, ctx, None, spec).await?;
        tx.record(ctx, subject(name), None, EventKind::EntryAdded { after: told.clone() });
        Ok(())
    })
}

/// Says something else of it. `read` is the entry's version that was changed.
pub async fn change(ctx: &Ctx, name: &EntryName, read: i32, spec: &EntrySpec) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    spec.check()?;
    let overlay = entry_form::read(spec)?;
    let given = entry_form::kept(&entry_form::given(&overlay)?);
    let secrets = entry_form::secrets(ctx, name, &overlay).await?;
    change!(ctx, |tx| {
        let entry = lock(tx, name).await?;
        if entry.version != read {
            let by = entry.editor.unwrap_or_else(|| "the operator".into());
            return Err(Refusal::ChangedSince { what: subject(name), by }.into());
        }
        if entry.spec == *spec {
            return Ok(());
        }
        require_known(tx, Some(&entry.spec), spec).await?;
        hold_source(tx, spec).await?;
        let changed = (given.as_str(), entry.spec.is_eased_by(spec));
        store::catalog_entries::save(&mut **tx, name, spec, changed, ctx.actor.person_id(), ctx.now()).await?;
        judging::order(tx, name).await?;
        follow_origin(tx, ctx, Some(&entry.spec), spec).await?;
        let secrets = secrets.clone().with(Secrets::of(&entry_form::read(&entry.spec)?, &[]));
        let before = entry_form::without_secrets(&entry.spec, None, &secrets)?;
        let after = entry_form::without_secrets(spec, Some(&entry.spec), &secrets)?;
        tx.record(ctx, subject(name), None, EventKind::EntryChanged { before, after });
        Ok(())
    })
}

/// Teams and classes that it names, and did not name before, are there.
async fn require_known(tx: &mut Change, before: Option<&EntrySpec>, spec: &EntrySpec) -> Result<()> {
    fn named<T: Ord + ToString>(now: &BTreeSet<T>, before: Option<&BTreeSet<T>>) -> Vec<String> {
        now.iter().filter(|name| before.is_none_or(|before| !before.contains(name))).map(ToString::to_string).collect()
    }
    let in_form = |spec: &EntrySpec| -> Result<BTreeSet<String>> {
        let overlay = entry_form::read(spec)?;
        let defaults = overlay.defaults.into_iter().flat_map(|default| default.classes);
        Ok(defaults.chain(overlay.imposed.into_iter().flat_map(|imposed| imposed.classes)).collect())
    };
    let before_in_form = before.map(in_form).transpose()?;
    let in_form = named(&in_form(spec)?, before_in_form.as_ref());
    let teams = named(&spec.teams, before.map(|before| &before.teams));
    let classes = named(&spec.classes, before.map(|before| &before.classes));
    let all_classes: Vec<_> = classes.iter().chain(&in_form).cloned().collect();
    let (no_teams, no_classes) = store::catalog_entries::list_unknown(&mut **tx, &teams, &all_classes).await?;
    let mut errors = FieldErrors::default();
    for (field, says, named, unknown) in [
        ("teams", "are not there", &teams, &no_teams),
        ("classes", "are not there", &classes, &no_classes),
        ("form", "names classes that are not there", &in_form, &no_classes),
    ] {
        let unknown: Vec<_> = named.iter().filter(|name| unknown.contains(name)).map(String::as_str).collect();
        if !unknown.is_empty() {
            errors.add(field, format!("{says}: {}", unknown.join(", ")));
        }
    }
    Ok(errors.finish()?)
}

/// Its source is there, and stays until the change is made.
async fn hold_source(tx: &mut Change, spec: &EntrySpec) -> Result<()> {
    let Some(origin) = &spec.origin else { return Ok(()) };
    match store::chart_sources::hold(&mut **tx, &origin.source).await? {
        true => Ok(()),
        false => Err(Refusal::invalid("source", &format!("is not there: {}", origin.source)).into()),
    }
}

/// What its source has is asked for when it comes from there now.
async fn follow_origin(tx: &mut Change, ctx: &Ctx, before: Option<&EntrySpec>, spec: &EntrySpec) -> Result<()> {
    if let Some(former) = before.and_then(|before| before.origin.as_ref())
        && spec.origin.as_ref() != Some(former)
    {
        store::chart_listings::drop_unused(&mut **tx, former).await?;
    }
    match &spec.origin {
        Some(origin) if before.and_then(|before| before.origin.as_ref()) != Some(origin) => {
            listings::order(tx, ctx, origin).await
        }
        Some(_) | None => Ok(()),
    }
}

/// Takes it off the offer as a whole. What runs of it stays, and can still be changed.
pub async fn withdraw(ctx: &Ctx, name: &EntryName, reason: &Comment) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        if lock(tx, name).await?.withdrawn_reason.is_some() {
            return Err(Refusal::NotPossible(format!("{name} is withdrawn already")).into());
        }
        store::catalog_entries::set_withdrawn(&mut **tx, name, Some(reason.as_str()), ctx.actor.person_id(), ctx.now())
            .await?;
        tx.record(ctx, subject(name), None, EventKind::EntryWithdrawn { reason: reason.clone() });
        Ok(())
    })
}

/// Takes away one that was made by mistake, with what was taken in for it: nobody has approved any of it.
pub async fn remove(ctx: &Ctx, name: &EntryName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    let secrets = match store::catalog_entries::find(ctx.db(), name).await? {
        Some(entry) => entry_form::secrets(ctx, name, &entry_form::read(&entry.spec)?).await?,
        None => return Err(Error::NotFound),
    };
    change!(ctx, |tx| {
        let entry = lock(tx, name).await?;
        if !store::catalog_entries::is_removable(&mut **tx, name, None).await? {
            let why = format!("somebody approved a version of {name}: withdraw the entry, or block the version");
            return Err(Refusal::NotPossible(why).into());
        }
        if let Some(origin) = &entry.spec.origin {
            store::chart_listings::drop_unused(&mut **tx, origin).await?;
        }
        store::catalog_entries::remove(tx, name).await?;
        let before = entry_form::without_secrets(&entry.spec, None, &secrets)?;
        tx.record(ctx, subject(name), None, EventKind::EntryRemoved { before });
        Ok(())
    })
}

/// Puts it on offer again.
pub async fn restore(ctx: &Ctx, name: &EntryName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        if lock(tx, name).await?.withdrawn_reason.is_none() {
            return Err(Refusal::NotPossible(format!("{name} is not withdrawn")).into());
        }
        store::catalog_entries::set_withdrawn(&mut **tx, name, None, ctx.actor.person_id(), ctx.now()).await?;
        tx.record(ctx, subject(name), None, EventKind::EntryRestored {});
        Ok(())
    })
}

/// Makes an entry what a file says, and answers what that took: `added`, `changed` or `as it was`.
pub async fn apply(ctx: &Ctx, name: &EntryName, spec: &EntrySpec) -> Result<&'static str> {
    ctx.allow(Action::SetUp)?;
    match store::catalog_entries::find(ctx.db(), name).await? {
        None => add(ctx, name, spec).await.map(|()| "added"),
        Some(entry) if entry.spec == *spec => Ok("as it was"),
        Some(entry) => change(ctx, name, entry.version, spec).await.map(|()| "changed"),
    }
}
