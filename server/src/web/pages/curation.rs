//! The catalog, for those who curate it.

use super::namespaces::errors;
use super::{Reply, again, framed, ok, see_done};
use crate::app::views::catalog as views;
use crate::app::{Ctx, Error, PAGE, Result, catalog};
use crate::web::archive::Archive;
use crate::web::extract::{Paging, Path, name};
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::{Multipart, Query};
use domain::Refusal;
use domain::catalog::Decided;
use domain::field_error::FieldErrors;
use domain::form::EntryFields;
use domain::id::IngestId;
use domain::name::{Comment, EntryName};
use domain::page::PageKind;
use domain::request::UntilDate;
use domain::view::CuratedEntry;
use frontend::{Again, pages};
use serde::Deserialize;
use uuid::Uuid;

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    waiting: String,
    after: Option<String>,
}

pub async fn list(ctx: Ctx, context: RequestContext, Query(narrowed): Query<Narrowed>) -> Reply {
    let (waiting_only, after) = (!narrowed.waiting.is_empty(), narrowed.after.as_deref());
    let (frame, view) = framed(&context, &ctx, views::curated(&ctx, waiting_only, after, PAGE)).await?;
    ok(pages::curation::page(frame, view, waiting_only, after.is_none()))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(entry): Path<String>, Query(paging): Query<Paging>) -> Reply {
    let (entry, after) = (name(&entry)?, paging.after.as_deref());
    let (frame, view) = framed(&context, &ctx, views::curated_entry(&ctx, &entry, after, PAGE)).await?;
    ok(pages::curation::entry::page(frame, view, after.is_none(), Again::default()))
}

/// What the form of a new entry begins with.
#[derive(Debug, Deserialize)]
pub struct Begun {
    #[serde(default)]
    source: String,
    #[serde(default)]
    chart: String,
}

pub async fn new(ctx: Ctx, context: RequestContext, Query(begun): Query<Begun>) -> Reply {
    ctx.allow(domain::Action::SetUp)?;
    let (frame, sources) = framed(&context, &ctx, views::source_names(&ctx)).await?;
    let fields = EntryFields { source: begun.source, chart: begun.chart, ..EntryFields::default() };
    ok(pages::curation::edit::new(frame, fields, Vec::new(), &sources))
}

pub async fn add(ctx: Ctx, context: RequestContext, Form(fields): Form<EntryFields>) -> Reply {
    match try_add(&ctx, &fields).await {
        Ok(entry) => see_done(&format!("/admin/catalog/{entry}"), format!("You have created {entry}.")),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, sources) = framed(&context, &ctx, views::source_names(&ctx)).await?;
            super::refused(pages::curation::edit::new(frame, fields, errors(&refusal), &sources))
        }
        Err(error) => Err(error),
    }
}

async fn try_add(ctx: &Ctx, fields: &EntryFields) -> Result<EntryName> {
    let mut wrong = FieldErrors::default();
    let entry = wrong.parse_at::<EntryName>("name", &fields.name);
    let spec = wrong.keep(fields.read(None));
    wrong.finish()?;
    let (Some(entry), Some(spec)) = (entry, spec) else { return Err(Error::NotFound) };
    catalog::add(ctx, &entry, &spec).await?;
    Ok(entry)
}

pub async fn edit(ctx: Ctx, context: RequestContext, Path(entry): Path<String>) -> Reply {
    ctx.allow(domain::Action::SetUp)?;
    let entry: EntryName = name(&entry)?;
    let (frame, view) = framed(&context, &ctx, views::curated_entry(&ctx, &entry, None, 1)).await?;
    let fields = EntryFields::of(entry.as_str(), view.version, &view.spec);
    let sources = views::source_names(&ctx).await?;
    let picture = picture(&view);
    ok(pages::curation::edit::page(frame, &entry, fields, Vec::new(), None, &sources, picture))
}

pub async fn change(
    ctx: Ctx,
    context: RequestContext,
    Path(entry): Path<String>,
    Form(fields): Form<EntryFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let refusal = match try_change(&ctx, &entry, &fields).await {
        Ok(()) => return see_done(&format!("/admin/catalog/{entry}"), format!("{entry} is saved.")),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    let errors = refusal.fields();
    let why = errors.is_empty().then(|| refusal.to_string());
    let (frame, view) = framed(&context, &ctx, views::curated_entry(&ctx, &entry, None, 1)).await?;
    let sources = views::source_names(&ctx).await?;
    let html = pages::curation::edit::page(frame, &entry, fields, errors, why, &sources, picture(&view));
    again(&refusal, html)
}

async fn try_change(ctx: &Ctx, entry: &EntryName, fields: &EntryFields) -> Result<()> {
    ctx.allow(domain::Action::SetUp)?;
    let before = views::curated_entry(ctx, entry, None, 1).await?;
    let spec = fields.read(Some(&before.spec))?;
    let read = fields.version.parse().map_err(|_| Refusal::invalid("version", "is missing"))?;
    catalog::change(ctx, entry, read, &spec).await
}

/// Its picture, and whether it is its own.
fn picture(view: &CuratedEntry) -> (Option<String>, bool) {
    (view.icon.clone(), view.has_own_icon)
}

/// Gives it the picture in the field `icon`.
pub async fn set_icon(ctx: Ctx, context: RequestContext, Path(entry): Path<String>, parts: Option<Multipart>) -> Reply {
    let entry: EntryName = name(&entry)?;
    ctx.allow(domain::Action::SetUp)?;
    let done = match bytes_of(parts).await {
        Ok(bytes) => catalog::set_icon(&ctx, &entry, bytes).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => see_done(&format!("/admin/catalog/{entry}"), format!("{entry} has another icon.")),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, view) = framed(&context, &ctx, views::curated_entry(&ctx, &entry, None, 1)).await?;
            let fields = EntryFields::of(entry.as_str(), view.version, &view.spec);
            let sources = views::source_names(&ctx).await?;
            let html =
                pages::curation::edit::page(frame, &entry, fields, refusal.fields(), None, &sources, picture(&view));
            again(&refusal, html)
        }
        Err(error) => Err(error),
    }
}

async fn bytes_of(parts: Option<Multipart>) -> Result<Vec<u8>, Refusal> {
    let broken = |_| Refusal::invalid("icon", "did not arrive whole: send it again");
    let mut parts = parts.ok_or_else(|| Refusal::invalid("icon", "is missing: choose the file"))?;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() == Some("icon") {
            return Ok(part.bytes().await.map_err(broken)?.into());
        }
    }
    Err(Refusal::invalid("icon", "is missing: choose the file"))
}

/// Lets it have that of its chart.
pub async fn remove_icon(ctx: Ctx, Path(entry): Path<String>) -> Reply {
    let entry: EntryName = name(&entry)?;
    catalog::remove_icon(&ctx, &entry).await?;
    see_done(&format!("/admin/catalog/{entry}"), format!("{entry} has the icon of its chart."))
}

#[derive(Debug, Deserialize)]
pub struct ReasonFields {
    #[serde(default)]
    reason: String,
}

pub async fn withdraw(
    ctx: Ctx,
    context: RequestContext,
    Path(entry): Path<String>,
    Form(fields): Form<ReasonFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done = async { catalog::withdraw(&ctx, &entry, &reason("reason", &fields.reason)?).await }.await;
    let typed = vec![("reason", fields.reason)];
    entry_again(&ctx, &context, &entry, done, typed, format!("{entry} is withdrawn.")).await
}

pub async fn restore(ctx: Ctx, context: RequestContext, Path(entry): Path<String>) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done = catalog::restore(&ctx, &entry).await;
    entry_again(&ctx, &context, &entry, done, vec![], format!("{entry} is offered again.")).await
}

/// Takes an archive in; its page follows what is done.
pub async fn upload(ctx: Ctx, context: RequestContext, Path(entry): Path<String>, archive: Archive) -> Reply {
    let entry: EntryName = name(&entry)?;
    match archive.upload(&ctx, &entry).await {
        Ok(id) => see_done(&format!("/admin/catalog/{entry}/ingests/{id}"), "The archive is here."),
        Err(error) => entry_again(&ctx, &context, &entry, Err(error), vec![], String::new()).await,
    }
}

pub async fn remove(ctx: Ctx, context: RequestContext, Path(entry): Path<String>) -> Reply {
    let entry: EntryName = name(&entry)?;
    match catalog::remove(&ctx, &entry).await {
        Ok(()) => see_done(PageKind::Curation.path(), format!("{entry} is deleted.")),
        done => entry_again(&ctx, &context, &entry, done, vec![], String::new()).await,
    }
}

pub async fn remove_version(
    ctx: Ctx,
    context: RequestContext,
    Path((entry, version)): Path<(String, String)>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    match catalog::remove_version(&ctx, &entry, &version).await {
        Ok(()) => see_done(&PageKind::CuratedEntry.filled(&[entry.as_str()]), format!("{version} is deleted.")),
        Err(error) => {
            let fields = DecisionFields::default();
            version_again(&ctx, &context, (&entry, &version), Err(error), fields).await
        }
    }
}

/// On with a word, or the entry's page again with why not.
pub(super) async fn entry_again(
    ctx: &Ctx,
    context: &RequestContext,
    entry: &EntryName,
    done: Result<()>,
    typed: Vec<(&'static str, String)>,
    word: String,
) -> Reply {
    match done {
        Ok(()) => see_done(&format!("/admin/catalog/{entry}"), word),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, view) = framed(context, ctx, views::curated_entry(ctx, entry, None, PAGE)).await?;
            let said = Again::of(&refusal, typed);
            again(&refusal, pages::curation::entry::page(frame, view, true, said))
        }
        Err(error) => Err(error),
    }
}

pub async fn ingest(ctx: Ctx, context: RequestContext, Path((entry, id)): Path<(String, Uuid)>) -> Reply {
    let entry: EntryName = name(&entry)?;
    let (frame, view) = framed(&context, &ctx, views::ingest(&ctx, &entry, IngestId(id))).await?;
    ok(pages::curation::ingest::page(frame, view))
}

pub async fn review(ctx: Ctx, context: RequestContext, Path((entry, version)): Path<(String, String)>) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::review(&ctx, &name(&entry)?, &version, true)).await?;
    ok(pages::curation::review::page(frame, view, Again::default()))
}

/// What all forms of a version's page send, each its own part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionFields {
    digest: String,
    round: String,
    comment: String,
    sunset_on: String,
    reason: String,
    block_reason: String,
    reopen_reason: String,
}

pub async fn approve(
    ctx: Ctx,
    context: RequestContext,
    Path((entry, version)): Path<(String, String)>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done = try_approve(&ctx, &entry, &version, &fields).await.map(|decided| match decided {
        Decided::AnotherNeeded => format!("You have approved {version}. Another person must, too."),
        Decided::Now(_) => format!("{version} is approved: teams see it now."),
    });
    version_again(&ctx, &context, (&entry, &version), done, fields).await
}

async fn try_approve(ctx: &Ctx, entry: &EntryName, version: &str, fields: &DecisionFields) -> Result<Decided> {
    let comment = match fields.comment.trim() {
        "" => None,
        text => Some(text.parse::<Comment>().map_err(|errors| errors.at("comment"))?),
    };
    // One that no page of ours sends is of no round.
    let seen = (fields.digest.as_str(), fields.round.parse().unwrap_or_default());
    catalog::approve(ctx, entry, version, seen, comment.as_ref()).await
}

pub async fn deprecate(
    ctx: Ctx,
    context: RequestContext,
    Path((entry, version)): Path<(String, String)>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done = try_deprecate(&ctx, &entry, &version, &fields).await.map(|()| format!("{version} ends."));
    version_again(&ctx, &context, (&entry, &version), done, fields).await
}

async fn try_deprecate(ctx: &Ctx, entry: &EntryName, version: &str, fields: &DecisionFields) -> Result<()> {
    let mut wrong = FieldErrors::default();
    let day = wrong.parse_at::<UntilDate>("sunset_on", &fields.sunset_on);
    let reason = wrong.parse_at::<Comment>("reason", &fields.reason);
    wrong.finish()?;
    let (Some(day), Some(reason)) = (day, reason) else { return Err(Error::NotFound) };
    catalog::deprecate(ctx, entry, version, day.date(), &reason).await
}

pub async fn block(
    ctx: Ctx,
    context: RequestContext,
    Path((entry, version)): Path<(String, String)>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done =
        async { catalog::block(&ctx, &entry, &version, &reason("block_reason", &fields.block_reason)?).await }.await;
    let done = done.map(|()| format!("{version} is blocked."));
    version_again(&ctx, &context, (&entry, &version), done, fields).await
}

pub async fn reopen(
    ctx: Ctx,
    context: RequestContext,
    Path((entry, version)): Path<(String, String)>,
    Form(fields): Form<DecisionFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let done =
        async { catalog::reopen(&ctx, &entry, &version, &reason("reopen_reason", &fields.reopen_reason)?).await }.await;
    let done = done.map(|state| format!("{version} is {} again.", state.as_str()));
    version_again(&ctx, &context, (&entry, &version), done, fields).await
}

fn reason(field: &str, text: &str) -> Result<Comment> {
    Ok(text.trim().parse::<Comment>().map_err(|errors| errors.at(field))?)
}

/// On with a word, or the version's page again with why not.
async fn version_again(
    ctx: &Ctx,
    context: &RequestContext,
    (entry, version): (&EntryName, &str),
    done: Result<String>,
    fields: DecisionFields,
) -> Reply {
    match done {
        Ok(word) => see_done(&PageKind::ReviewVersion.filled(&[entry.as_str(), version]), word),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let (frame, view) = framed(context, ctx, views::review(ctx, entry, version, true)).await?;
            let typed = vec![
                ("comment", fields.comment),
                ("sunset_on", fields.sunset_on),
                ("reason", fields.reason),
                ("block_reason", fields.block_reason),
                ("reopen_reason", fields.reopen_reason),
            ];
            let said = Again::of(&refusal, typed);
            again(&refusal, pages::curation::review::page(frame, view, said))
        }
        Err(error) => Err(error),
    }
}
