//! Teams: the list, one team with its memberships, the form to make or change one.

use super::{Reply, frame, framed, ok, see_done};
use crate::app::memberships::{self, NewMembership, Whom};
use crate::app::{Ctx, Error, PAGE, Result, teams, views};
use crate::web::extract::{Paging, Path, name};
use crate::web::kept::Kept;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use domain::actor::TeamRole;
use domain::field_error::FieldErrors;
use domain::form::{MembershipFields, TeamFields};
use domain::id::PersonId;
use domain::name::TeamSlug;
use domain::setup::TeamSetup;
use domain::view::{TeamFilter, TeamForm, TeamPage};
use domain::{Action, Refusal};
use frontend::pages;
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    text: String,
    /// `1` for archived ones too.
    #[serde(default)]
    archived: String,
}

pub async fn list(
    ctx: Ctx,
    context: RequestContext,
    Query(which): Query<Which>,
    Query(paging): Query<Paging>,
) -> Reply {
    let filter = TeamFilter { text: which.text, archived: which.archived == "1" };
    let (frame, view) = framed(&context, &ctx, views::teams::list(&ctx, filter, paging.after.as_deref(), PAGE)).await?;
    ok(pages::teams::page(frame, view))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(slug): Path<String>) -> Reply {
    ok(page(&ctx, context, &name(&slug)?, MembershipFields::default(), None).await?)
}

pub async fn new(ctx: Ctx, context: RequestContext, Kept(kept): Kept<TeamFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let form = TeamForm { team: None, fields: kept.unwrap_or_default(), errors: Vec::new(), refusal: None };
    ok(pages::team_form::page(frame(&context, &ctx).await?, form))
}

pub async fn create(ctx: Ctx, context: RequestContext, Form(fields): Form<TeamFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    match try_create(&ctx, &fields).await {
        Ok(slug) => see_done(&format!("/teams/{slug}"), format!("You have made the team {slug}.")),
        Err(error) => again(&ctx, context, None, fields, error).await,
    }
}

pub async fn edit(ctx: Ctx, context: RequestContext, Path(slug): Path<String>, Kept(kept): Kept<TeamFields>) -> Reply {
    let (setup, version) = views::teams::get_setup(&ctx, &name(&slug)?).await?;
    let form = TeamForm {
        team: Some((setup.slug.to_string(), setup.title.to_string())),
        fields: kept.unwrap_or_else(|| TeamFields::of(&setup, version)),
        errors: Vec::new(),
        refusal: None,
    };
    ok(pages::team_form::page(frame(&context, &ctx).await?, form))
}

pub async fn change(
    ctx: Ctx,
    context: RequestContext,
    Path(slug): Path<String>,
    Form(fields): Form<TeamFields>,
) -> Reply {
    let (known, _) = views::teams::get_setup(&ctx, &name(&slug)?).await?;
    let fields = TeamFields { slug: known.slug.to_string(), ..fields };
    let changed = match TeamSetup::from_fields(&fields, known.archived) {
        Ok(wanted) => teams::change(&ctx, &known.slug, Some(fields.version), &wanted).await,
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(()) => see_done(&format!("/teams/{}", known.slug), format!("You have changed the team {}.", known.slug)),
        Err(error) => again(&ctx, context, Some(&known), fields, error).await,
    }
}

pub async fn archive(ctx: Ctx, Path(slug): Path<String>) -> Reply {
    let slug = name(&slug)?;
    teams::archive(&ctx, &slug).await?;
    see_done(&format!("/teams/{slug}"), format!("The team {slug} is archived."))
}

pub async fn restore(ctx: Ctx, Path(slug): Path<String>) -> Reply {
    let slug = name(&slug)?;
    teams::restore(&ctx, &slug).await?;
    see_done(&format!("/teams/{slug}"), format!("The team {slug} is back."))
}

pub async fn give_membership(
    ctx: Ctx,
    context: RequestContext,
    Path(slug): Path<String>,
    Form(fields): Form<MembershipFields>,
) -> Reply {
    let slug: TeamSlug = name(&slug)?;
    ctx.allow(Action::SetUp)?;
    let given = match membership(&fields) {
        Ok(new) => memberships::give(&ctx, &slug, new).await,
        Err(refusal) => Err(refusal.into()),
    };
    match given {
        Ok(()) => {
            see_done(&format!("/teams/{slug}#memberships"), format!("{} has a membership now.", fields.person.trim()))
        }
        // Who comes here may give roles, but not every role to everybody.
        Err(Error::Refused(refusal)) => {
            super::again(&refusal, page(&ctx, context, &slug, fields, Some(refusal.clone())).await?)
        }
        Err(error) => Err(error),
    }
}

pub async fn end_membership(ctx: Ctx, Path((slug, person)): Path<(String, Uuid)>) -> Reply {
    let slug = name(&slug)?;
    memberships::end(&ctx, &slug, PersonId(person)).await?;
    see_done(&format!("/teams/{slug}#memberships"), "The membership has ended.")
}

async fn page(
    ctx: &Ctx,
    context: RequestContext,
    slug: &TeamSlug,
    fields: MembershipFields,
    refusal: Option<Refusal>,
) -> Result<String> {
    let team = views::teams::get(ctx, slug).await?;
    let errors = refusal.as_ref().map(Refusal::fields).unwrap_or_default();
    let refusal = refusal.filter(|_| errors.is_empty()).map(|refusal| refusal.to_string());
    Ok(pages::team::page(frame(&context, ctx).await?, TeamPage { team, fields, errors, refusal }))
}

/// The form again, with what was typed and what was wrong; also when somebody else was faster.
async fn again(
    ctx: &Ctx,
    context: RequestContext,
    known: Option<&TeamSetup>,
    fields: TeamFields,
    error: Error,
) -> Reply {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        other => return Err(other),
    };
    let errors = refusal.fields();
    let form = TeamForm {
        team: known.map(|team| (team.slug.to_string(), team.title.to_string())),
        fields,
        refusal: errors.is_empty().then(|| refusal.to_string()),
        errors,
    };
    super::again(&refusal, pages::team_form::page(frame(&context, ctx).await?, form))
}

async fn try_create(ctx: &Ctx, fields: &TeamFields) -> Result<TeamSlug> {
    let wanted = TeamSetup::from_fields(fields, false)?;
    teams::create(ctx, &wanted).await?;
    Ok(wanted.slug)
}

/// Reads the form, with every mistake at once.
fn membership(fields: &MembershipFields) -> Result<NewMembership, Refusal> {
    let mut mistakes = FieldErrors::default();
    let person = fields.person.trim();
    let role = match fields.role.as_str() {
        "viewer" => Some(TeamRole::Viewer),
        "developer" => Some(TeamRole::Developer),
        "owner" => Some(TeamRole::Owner),
        _ => None,
    };
    let until = end_of_day(fields.until.trim());
    let reason = fields.why.trim().parse();
    mistakes.unless(!person.is_empty(), "person", "is missing");
    mistakes.unless(role.is_some(), "role", "choose viewer, developer or owner");
    mistakes.unless(until.is_some(), "until", "write the last day as 2026-12-31");
    mistakes.unless(reason.is_ok(), "why", "say in a few words why it is not by a group");
    match (role, until, reason) {
        (Some(role), Some(until), Ok(reason)) if mistakes.is_empty() => {
            Ok(NewMembership { person: Whom::Email(person.to_owned()), role, until, reason })
        }
        _ => Err(mistakes.into()),
    }
}

/// The day that is typed is the last one that counts.
fn end_of_day(text: &str) -> Option<OffsetDateTime> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    day.midnight().assume_utc().checked_add(Duration::DAY)
}
