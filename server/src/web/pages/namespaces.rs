//! Namespaces: the list, one of them, and the form that asks for a new one.

use super::{Reply, again, form_key, framed, ok, refused, see_done};
use crate::app::{Ctx, Error, PAGE, favourites, namespaces, requests, views};
use crate::web::api::namespaces::download;
use crate::web::extract::{Paging, Path, name};
use crate::web::kept::Kept;
use crate::web::recent::Visit;
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use axum::response::IntoResponse;
use domain::drift::Keep;
use domain::field_error::FieldErrors;
use domain::form::{New, NewNamespace, NewNamespaceFields};
use domain::name::RequestNumber;
use domain::refusal::FieldError;
use domain::view::KubeconfigForm;
use domain::{Action, Refusal};
use frontend::pages;
use frontend::pages::namespace::Tab;
use serde::Deserialize;

pub async fn list(ctx: Ctx, context: RequestContext, Query(paging): Query<Paging>) -> Reply {
    let (frame, view) = framed(&context, &ctx, views::namespaces::list(&ctx, paging.after.as_deref(), PAGE)).await?;
    ok(pages::namespaces::page(frame, view))
}

pub async fn overview(ctx: Ctx, context: RequestContext, Path((cluster, namespace)): Path<(String, String)>) -> Reply {
    show(ctx, context, &cluster, &namespace, Tab::Overview).await
}

pub async fn tab(
    ctx: Ctx,
    context: RequestContext,
    Path((cluster, namespace, tab)): Path<(String, String, String)>,
) -> Reply {
    let tab = Tab::parse(&tab).ok_or(Error::NotFound)?;
    show(ctx, context, &cluster, &namespace, tab).await
}

pub async fn sync_tab(ctx: Ctx, context: RequestContext, Path((cluster, namespace)): Path<(String, String)>) -> Reply {
    show(ctx, context, &cluster, &namespace, Tab::Sync).await
}

pub async fn sync(ctx: Ctx, Path((cluster, namespace)): Path<(String, String)>) -> Reply {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::sync_now(&ctx, &cluster, &namespace).await?;
    see_done(&format!("/namespaces/{cluster}/{namespace}/sync"), format!("Sync of {namespace} queued."))
}

#[derive(Debug, Deserialize)]
pub struct Restoring {
    #[serde(default)]
    leave_rest: bool,
}

pub async fn restore(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Form(Restoring { leave_rest }): Form<Restoring>,
) -> Reply {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::restore(&ctx, &cluster, &namespace, leave_rest).await?;
    let done = if leave_rest { "is restored as far as it is." } else { "is being restored." };
    see_done(&format!("/namespaces/{cluster}/{namespace}"), format!("{namespace} {done}"))
}

#[derive(Debug, Deserialize)]
pub struct ResolveAhead {
    keep: Keep,
    revision: i64,
}

pub async fn resolve_ahead(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Form(chosen): Form<ResolveAhead>,
) -> Reply {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    namespaces::resolve_ahead(&ctx, &cluster, &namespace, chosen.keep, chosen.revision).await?;
    see_done(&format!("/namespaces/{cluster}/{namespace}/sync"), format!("Berth writes to {namespace} again."))
}

async fn show(ctx: Ctx, context: RequestContext, cluster: &str, namespace: &str, tab: Tab) -> Reply {
    let (cluster, namespace) = (name(cluster)?, name(namespace)?);
    let (frame, view) = match tab {
        Tab::Activity => framed(&context, &ctx, views::namespaces::get(&ctx, &cluster, &namespace)).await?,
        Tab::Overview | Tab::Workloads | Tab::Events | Tab::Access | Tab::Sync => {
            framed(&context, &ctx, views::namespaces::get_without_activity(&ctx, &cluster, &namespace)).await?
        }
    };
    context.visit(&Visit::Namespace { cluster: view.row.cluster.clone(), name: view.row.name.clone() });
    ok(pages::namespace::page(frame, view, tab))
}

#[derive(Debug, Deserialize)]
pub struct Star {
    /// `yes`, or anything else.
    #[serde(default)]
    on: String,
}

/// Keeps it at hand, or no longer.
pub async fn star(ctx: Ctx, Path((cluster, namespace)): Path<(String, String)>, Form(wanted): Form<Star>) -> Reply {
    let (cluster, namespace) = (name(&cluster)?, name(&namespace)?);
    let is_starred = wanted.on == "yes";
    favourites::star(&ctx, &cluster, &namespace, is_starred).await?;
    let what = if is_starred { "is among your favourites" } else { "is no favourite any more" };
    see_done(&format!("/namespaces/{cluster}/{namespace}"), format!("{namespace} {what}."))
}

#[derive(Debug, Deserialize)]
pub struct Kubeconfig {
    form: KubeconfigForm,
}

/// A file, not a page: the browser saves it and stays where it is.
pub async fn kubeconfig(
    ctx: Ctx,
    Path((cluster, namespace)): Path<(String, String)>,
    Form(wanted): Form<Kubeconfig>,
) -> Reply {
    let file = namespaces::kubeconfig(&ctx, &name(&cluster)?, &name(&namespace)?, wanted.form).await?;
    Ok(download(file).into_response())
}

#[derive(Debug, Default, Deserialize)]
pub struct Check {
    /// Set when the form asks for the verdict.
    check: Option<String>,
}

impl Check {
    pub(super) fn is_asked(&self) -> bool {
        self.check.is_some()
    }
}

/// The form, as it was typed, with the verdict on it. A verdict that says no is an answer, not a mistake.
pub async fn new(
    ctx: Ctx,
    context: RequestContext,
    Query(check): Query<Check>,
    Query(fields): Query<NewNamespaceFields>,
    Kept(kept): Kept<NewNamespaceFields>,
) -> Reply {
    ctx.allow(Action::SeeOffer)?;
    let mut fields = kept.unwrap_or(fields);
    if fields.mark.is_empty() {
        fields.mark = form_key::fresh();
    }
    let (frame, view) = framed(&context, &ctx, views::requests::new_form(&ctx, fields, check.is_asked())).await?;
    ok(pages::new_namespace::page(frame, view))
}

pub async fn ask(ctx: Ctx, context: RequestContext, Form(fields): Form<NewNamespaceFields>) -> Reply {
    ctx.allow(Action::SeeOffer)?;
    let new = NewNamespace::from_fields(&fields).map(New::Namespace);
    match submit(&ctx, new, form_key::of(&fields.mark, &fields)).await {
        Ok(number) => see_submitted(number),
        Err(Error::Refused(refusal)) => {
            let form = views::requests::refused_new_form(&ctx, fields, errors(&refusal));
            let (frame, view) = framed(&context, &ctx, form).await?;
            refused_or_forbidden(&refusal, pages::new_namespace::page(frame, view))
        }
        Err(error) => Err(error),
    }
}

/// What was typed, if it could be read. `key` is the form's own mark of it: sent twice, it is asked once.
pub(super) async fn submit(
    ctx: &Ctx,
    new: Result<New, FieldErrors>,
    key: Option<String>,
) -> crate::app::Result<RequestNumber> {
    requests::submit(ctx, &new?, key.as_deref()).await
}

pub(super) fn see_submitted(number: RequestNumber) -> Reply {
    see_done(&format!("/requests/{}", number.0), format!("Submitted as {number}."))
}

/// The form again. Who may not ask for this reads it there, too.
pub(super) fn refused_or_forbidden(refusal: &Refusal, html: String) -> Reply {
    if refusal.is_about_rights() { again(refusal, html) } else { refused(html) }
}

/// A refusal that is about no field stands at the top of the form.
pub(super) fn errors(refusal: &Refusal) -> Vec<FieldError> {
    let fields = refusal.fields();
    if fields.is_empty() { vec![FieldError { field: String::new(), message: refusal.to_string() }] } else { fields }
}
