//! Clusters, for those who run Berth.

use super::upload::FormWithFile;
use super::{Reply, again, frame, framed, ok, refused_as, see_done};
use crate::app::{Ctx, Error, Result, clusters, views};
use crate::web::extract::{Path, name};
use crate::web::kept::Kept;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::field_error::FieldErrors;
use domain::form::{ClusterSettingsFields, NewClusterFields, RenewClusterFields};
use domain::name::{ClusterName, Comment};
use domain::refusal::FieldError;
use domain::setup::{ClusterChanges, ClusterSetup};
use domain::view::{AddedCluster, ClusterSettingsForm};
use domain::{Action, Refusal};
use frontend::{Again, pages};
use serde::Deserialize;

pub async fn list(ctx: Ctx, context: RequestContext) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::clusters::list(&ctx)).await?;
    ok(pages::clusters::page(frame, view))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(cluster): Path<String>) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::clusters::get(&ctx, &name(&cluster)?)).await?;
    ok(pages::cluster::page(frame, view, Again::default()))
}

pub async fn manifests(ctx: Ctx, context: RequestContext, Path(cluster): Path<String>) -> Reply {
    let view = views::clusters::get(&ctx, &name(&cluster)?).await?;
    let yaml = clusters::manifests(&ctx)?;
    ok(pages::cluster_manifests::page(frame(&context, &ctx).await?, view, &yaml))
}

/// The form; with the settings of a cluster that is there, when its name is in the query.
pub async fn new(ctx: Ctx, context: RequestContext, Query(mut fields): Query<NewClusterFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    if let Ok(known) = fields.name.parse::<ClusterName>()
        && let Ok(form) = clusters::settings_form(&ctx, &known).await
    {
        fields.settings = form.fields.settings;
    }
    fields.kubeconfig.clear();
    fields.kubeconfig_file.clear();
    ok(pages::new_cluster::page(frame(&context, &ctx).await?, fields, Vec::new()))
}

pub async fn add(ctx: Ctx, context: RequestContext, FormWithFile(mut fields): FormWithFile<NewClusterFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let why = match try_add(&ctx, &mut fields).await {
        Ok(added) => return ok(pages::new_cluster::done(frame(&context, &ctx).await?, added)),
        Err(error) => NotReached::of(error)?,
    };
    let page = pages::new_cluster::page(frame(&context, &ctx).await?, fields, why.under_kubeconfig());
    why.answer(page)
}

/// The kubeconfig leaves the fields before anything else: it is shown to nobody again.
async fn try_add(ctx: &Ctx, fields: &mut NewClusterFields) -> Result<AddedCluster> {
    let kubeconfig = one_of(&mut fields.kubeconfig, &mut fields.kubeconfig_file)?;
    let name: ClusterName = fields.name.trim().parse().map_err(|errors: FieldErrors| errors.at("name"))?;
    // The address of this very form.
    if name.as_str() == "new" {
        return Err(Refusal::invalid("name", "must be another: new is taken by Berth").into());
    }
    let new = clusters::NewCluster {
        name: name.clone(),
        kubeconfig,
        context: said(&fields.context),
        changes: ClusterChanges::from_fields(name.clone(), &fields.settings)?,
    };
    Ok(AddedCluster { name: name.to_string(), done: clusters::add(ctx, new).await? })
}

/// Takes them out of the fields, so that they are shown to nobody again.
fn one_of(pasted: &mut String, file: &mut String) -> Result<clusters::AdminConfig> {
    let text = match (std::mem::take(pasted), std::mem::take(file)) {
        (pasted, file) if pasted.trim().is_empty() && file.trim().is_empty() => {
            return Err(Refusal::invalid("kubeconfig", "is missing").into());
        }
        (pasted, file) if file.trim().is_empty() => pasted,
        (pasted, file) if pasted.trim().is_empty() => file,
        (_, _) => return Err(Refusal::invalid("kubeconfig", "choose a file or paste it, not both").into()),
    };
    Ok(clusters::AdminConfig::Text(text.into()))
}

fn said(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The form.
pub async fn renewal(ctx: Ctx, context: RequestContext, Path(cluster): Path<String>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let view = views::clusters::get(&ctx, &name(&cluster)?).await?;
    let frame = frame(&context, &ctx).await?;
    ok(pages::renew_cluster::page(frame, &view.row.name, RenewClusterFields::default(), Vec::new()))
}

pub async fn renew(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    FormWithFile(mut fields): FormWithFile<RenewClusterFields>,
) -> Reply {
    ctx.allow(Action::SetUp)?;
    let cluster: ClusterName = name(&cluster)?;
    let why = match try_renew(&ctx, &cluster, &mut fields).await {
        Ok(()) => {
            let did = format!("Credentials and rights on {cluster} are renewed.");
            return see_done(&format!("/clusters/{cluster}"), did);
        }
        Err(error) => NotReached::of(error)?,
    };
    let page =
        pages::renew_cluster::page(frame(&context, &ctx).await?, cluster.as_str(), fields, why.under_kubeconfig());
    why.answer(page)
}

async fn try_renew(ctx: &Ctx, cluster: &ClusterName, fields: &mut RenewClusterFields) -> Result<()> {
    let kubeconfig = one_of(&mut fields.kubeconfig, &mut fields.kubeconfig_file)?;
    let context = said(&fields.context);
    let renewal = clusters::Renewal { kubeconfig, context, is_rebuilt: fields.rebuilt == "1" };
    clusters::renew(ctx, cluster, renewal).await.map(drop)
}

/// Why a kubeconfig led nowhere: what the form says of it, with the status that the API has for it.
enum NotReached {
    Refused(Refusal),
    Late(String),
}

impl NotReached {
    fn of(error: Error) -> Result<Self> {
        match error {
            Error::Refused(refusal) => Ok(Self::Refused(refusal)),
            Error::Unavailable(why) => Ok(Self::Late(why)),
            entangled @ Error::Entangled => Ok(Self::Late(entangled.to_string())),
            error @ (Error::SignInFirst | Error::NotFound | Error::Internal(_)) => Err(error),
        }
    }

    /// What is about no field is about the cluster that the kubeconfig leads to.
    fn under_kubeconfig(&self) -> Vec<FieldError> {
        let (fields, message) = match self {
            Self::Refused(refusal) => (refusal.fields(), refusal.to_string()),
            Self::Late(why) => (Vec::new(), why.clone()),
        };
        if fields.is_empty() { vec![FieldError { field: "kubeconfig".into(), message }] } else { fields }
    }

    fn answer(&self, page: String) -> Reply {
        match self {
            Self::Refused(refusal) => again(refusal, page),
            Self::Late(_) => Ok((StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct AcceptFields {
    #[serde(default)]
    uid: String,
}

pub async fn accept(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    Form(fields): Form<AcceptFields>,
) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let accepted = clusters::accept(&ctx, &cluster, fields.uid.trim()).await;
    let done = accepted.map(|()| format!("Berth continues with {cluster}."));
    answer(ctx, context, &cluster, &format!("/clusters/{cluster}"), Vec::new(), done).await
}

pub async fn check(ctx: Ctx, context: RequestContext, Path(cluster): Path<String>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let checked = clusters::check_and_keep(&ctx, &cluster).await;
    let done = checked.map(|_| format!("Berth has checked {cluster}."));
    answer(ctx, context, &cluster, &format!("/clusters/{cluster}"), Vec::new(), done).await
}

pub async fn settings(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    Kept(kept): Kept<ClusterSettingsFields>,
) -> Reply {
    let form = clusters::settings_form(&ctx, &name(&cluster)?).await?;
    let form = ClusterSettingsForm { fields: kept.unwrap_or_else(|| form.fields.clone()), ..form };
    ok(pages::cluster_settings::page(frame(&context, &ctx).await?, form))
}

pub async fn change(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    Form(fields): Form<ClusterSettingsFields>,
) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let form = clusters::settings_form(&ctx, &cluster).await?;
    let changed = match ClusterSetup::from_fields(cluster.clone(), &fields.settings) {
        Ok(wanted) => clusters::change(&ctx, &cluster, Some(fields.version), &wanted).await,
        Err(refusal) => Err(refusal.into()),
    };
    let refusal = match changed {
        Ok(()) => return see_done(&format!("/clusters/{cluster}"), format!("The settings of {cluster} are saved.")),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    let (errors, code) = (refusal.fields(), refused_as(refusal.code()));
    let status = if errors.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let refusal = errors.is_empty().then(|| refusal.to_string());
    let page = pages::cluster_settings::page(
        frame(&context, &ctx).await?,
        ClusterSettingsForm { fields, errors, refusal, ..form },
    );
    Ok((status, code, Html(page)).into_response())
}

#[derive(Debug, Default, Deserialize)]
pub struct ChangeFields {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm: String,
    #[serde(default)]
    forget: String,
}

pub async fn pause(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    Form(fields): Form<ChangeFields>,
) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let paused = match fields.reason.trim().parse::<Comment>() {
        Ok(reason) => clusters::pause(&ctx, &cluster, &reason).await,
        Err(errors) => Err(errors.at("reason").into()),
    };
    let done = paused.map(|()| format!("{cluster} is paused."));
    let typed = vec![("reason", fields.reason)];
    answer(ctx, context, &cluster, &format!("/clusters/{cluster}"), typed, done).await
}

pub async fn resume(ctx: Ctx, context: RequestContext, Path(cluster): Path<String>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let resumed = clusters::resume(&ctx, &cluster).await;
    let done = resumed.map(|()| format!("{cluster} is no longer paused."));
    answer(ctx, context, &cluster, &format!("/clusters/{cluster}"), Vec::new(), done).await
}

pub async fn remove(
    ctx: Ctx,
    context: RequestContext,
    Path(cluster): Path<String>,
    Form(fields): Form<ChangeFields>,
) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let removed = clusters::remove(&ctx, &cluster, &fields.confirm, fields.forget == "1").await;
    let done = removed.map(|()| format!("{cluster} is removed from Berth."));
    let typed = vec![("confirm", fields.confirm), ("forget", fields.forget)];
    answer(ctx, context, &cluster, "/clusters", typed, done).await
}

/// On to where it leads; when it was refused, the cluster with the reason, and the form as it was typed.
async fn answer(
    ctx: Ctx,
    context: RequestContext,
    cluster: &ClusterName,
    then: &str,
    typed: Vec<(&'static str, String)>,
    done: Result<String>,
) -> Reply {
    let refusal = match done {
        Ok(did) => return see_done(then, did),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    let view = views::clusters::get(&ctx, cluster).await?;
    let page = pages::cluster::page(frame(&context, &ctx).await?, view, Again::of(&refusal, typed));
    again(&refusal, page)
}
