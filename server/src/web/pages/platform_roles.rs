//! Which groups have a role for all of Berth: the list, and its two forms.

use super::{Reply, again, frame, ok, see_done};
use crate::app::{Ctx, Error, Result, platform_roles, views};
use crate::web::request_context::RequestContext;
use axum::Form;
use domain::actor::PlatformRole;
use domain::form::PlatformRoleFields;
use domain::setup::PlatformBinding;
use domain::view::PlatformRolesPage;
use domain::{Action, Refusal, allow};
use frontend::pages;

const PATH: &str = "/admin/platform-roles";

pub async fn list(ctx: Ctx, context: RequestContext) -> Reply {
    ok(page(&ctx, context, PlatformRoleFields::default(), None).await?)
}

pub async fn add(ctx: Ctx, context: RequestContext, Form(fields): Form<PlatformRoleFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let added = match binding(&fields) {
        Ok(binding) => platform_roles::add(&ctx, &binding).await,
        Err(refusal) => Err(refusal.into()),
    };
    let did = format!("{} has a role now.", fields.group.trim());
    answer(&ctx, context, fields, &did, added).await
}

pub async fn remove(ctx: Ctx, context: RequestContext, Form(fields): Form<PlatformRoleFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let removed = match binding(&fields) {
        Ok(binding) => platform_roles::remove(&ctx, &binding).await,
        Err(refusal) => Err(refusal.into()),
    };
    let did = format!("{} has lost the role.", fields.group.trim());
    answer(&ctx, context, PlatformRoleFields::default(), &did, removed).await
}

async fn answer(ctx: &Ctx, context: RequestContext, fields: PlatformRoleFields, did: &str, done: Result<()>) -> Reply {
    match done {
        Ok(()) => see_done(PATH, did),
        // Who comes here may give roles, but none to themselves.
        Err(Error::Refused(refusal)) => again(&refusal, page(ctx, context, fields, Some(refusal.clone())).await?),
        Err(error) => Err(error),
    }
}

async fn page(
    ctx: &Ctx,
    context: RequestContext,
    fields: PlatformRoleFields,
    refusal: Option<Refusal>,
) -> Result<String> {
    let errors = refusal.as_ref().map(Refusal::fields).unwrap_or_default();
    let view = PlatformRolesPage {
        rows: views::platform_roles::list(ctx).await?,
        can_change: allow(&ctx.actor, Action::SetUp).is_ok(),
        fields,
        refusal: refusal.filter(|_| errors.is_empty()).map(|refusal| refusal.to_string()),
        errors,
    };
    Ok(pages::platform_roles::page(frame(&context, ctx).await?, view))
}

fn binding(fields: &PlatformRoleFields) -> Result<PlatformBinding, Refusal> {
    let role = match fields.role.as_str() {
        "platform" => PlatformRole::Platform,
        "approver" => PlatformRole::Approver,
        "auditor" => PlatformRole::Auditor,
        _ => return Err(Refusal::invalid("role", "choose platform, approver or auditor")),
    };
    Ok(PlatformBinding { group: fields.group.trim().parse()?, role })
}
