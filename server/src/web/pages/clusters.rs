//! Clusters, for those who run Berth.

use super::{Reply, frame, ok, see};
use crate::app::{Ctx, Error, Result, clusters};
use crate::web::api::extract::{Path, name};
use crate::web::call::Call;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::name::{ClusterName, Comment};
use domain::refusal::FieldError;
use domain::view::{AddedCluster, NewClusterFields};
use domain::{Action, Refusal};
use frontend::pages;
use serde::Deserialize;

pub async fn list(ctx: Ctx, call: Call) -> Reply {
    let view = clusters::list(&ctx).await?;
    ok(pages::clusters::page(frame(&call, &ctx).await?, view))
}

pub async fn get(ctx: Ctx, call: Call, Path(cluster): Path<String>) -> Reply {
    let view = clusters::get(&ctx, &name(&cluster)?).await?;
    ok(pages::cluster::page(frame(&call, &ctx).await?, view))
}

pub async fn manifests(ctx: Ctx, call: Call, Path(cluster): Path<String>) -> Reply {
    let view = clusters::get(&ctx, &name(&cluster)?).await?;
    let yaml = clusters::manifests(&ctx)?;
    ok(pages::cluster_manifests::page(frame(&call, &ctx).await?, view, &yaml))
}

/// The form; with the settings of a cluster that is there, when its name is in the query.
pub async fn new(ctx: Ctx, call: Call, Query(mut fields): Query<NewClusterFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    if let Ok(known) = fields.name.parse::<ClusterName>()
        && let Ok(view) = clusters::get(&ctx, &known).await
    {
        fields.groups_prefix = view.groups_prefix;
        fields.users_prefix = view.users_prefix;
        fields.overcommit = view.row.overcommit_percent.to_string();
    }
    fields.kubeconfig.clear();
    ok(pages::new_cluster::page(frame(&call, &ctx).await?, fields, Vec::new()))
}

pub async fn add(ctx: Ctx, call: Call, Form(mut fields): Form<NewClusterFields>) -> Reply {
    ctx.allow(Action::SetUp)?;
    let errors = match try_add(&ctx, &mut fields).await {
        Ok(added) => return ok(pages::new_cluster::done(frame(&call, &ctx).await?, added)),
        Err(Error::Refused(refusal)) => refusal.fields(),
        Err(Error::Unavailable(why)) => vec![FieldError { field: "kubeconfig".into(), message: why }],
        Err(error) => return Err(error),
    };
    super::refused(pages::new_cluster::page(frame(&call, &ctx).await?, fields, errors))
}

/// The kubeconfig leaves the fields before anything else: it is shown to nobody again.
async fn try_add(ctx: &Ctx, fields: &mut NewClusterFields) -> Result<AddedCluster> {
    let kubeconfig = std::mem::take(&mut fields.kubeconfig);
    let name: ClusterName = fields.name.trim().parse().map_err(|refusal| under("name", &refusal))?;
    // The address of this very form.
    if name.as_str() == "new" {
        return Err(Refusal::invalid("name", "must be another: new is taken by Berth").into());
    }
    let overcommit = match fields.overcommit.trim() {
        "" => Ok(100),
        text => text.parse().map_err(|_| Refusal::invalid("overcommit", "must be a whole number of percent")),
    };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let new = clusters::NewCluster {
        name: name.clone(),
        kubeconfig: clusters::AdminConfig::Text(kubeconfig.into()),
        context: some(&fields.context),
        groups_prefix: fields.groups_prefix.trim().to_owned(),
        users_prefix: some(&fields.users_prefix),
        overcommit_percent: overcommit?,
        oidc: clusters::oidc_of(ctx, &name).await?,
    };
    Ok(AddedCluster { name: name.to_string(), done: clusters::add(ctx, new).await? })
}

fn under(field: &str, refusal: &Refusal) -> Refusal {
    let message = refusal.fields().into_iter().next().map(|error| error.message).unwrap_or_default();
    Refusal::invalid(field, &message)
}

pub async fn check(ctx: Ctx, Path(cluster): Path<String>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    clusters::check_and_keep(&ctx, &cluster).await?;
    see(&format!("/clusters/{cluster}"))
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

pub async fn pause(ctx: Ctx, call: Call, Path(cluster): Path<String>, Form(fields): Form<ChangeFields>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let paused = match fields.reason.trim().parse::<Comment>() {
        Ok(reason) => clusters::pause(&ctx, &cluster, &reason).await,
        Err(refusal) => Err(under("reason", &refusal).into()),
    };
    answer(ctx, call, &cluster, &format!("/clusters/{cluster}"), paused).await
}

pub async fn resume(ctx: Ctx, call: Call, Path(cluster): Path<String>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let resumed = clusters::resume(&ctx, &cluster).await;
    answer(ctx, call, &cluster, &format!("/clusters/{cluster}"), resumed).await
}

pub async fn remove(ctx: Ctx, call: Call, Path(cluster): Path<String>, Form(fields): Form<ChangeFields>) -> Reply {
    let cluster: ClusterName = name(&cluster)?;
    let removed = clusters::remove(&ctx, &cluster, &fields.confirm, fields.forget == "1").await;
    answer(ctx, call, &cluster, "/clusters", removed).await
}

/// On to where it leads; when it was refused, the cluster with the reason.
async fn answer(ctx: Ctx, call: Call, cluster: &ClusterName, then: &str, done: Result<()>) -> Reply {
    let refusal = match done {
        Ok(()) => return see(then),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    let mut view = clusters::get(&ctx, cluster).await?;
    view.refusal = Some(refusal.to_string());
    let page = pages::cluster::page(frame(&call, &ctx).await?, view);
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}
