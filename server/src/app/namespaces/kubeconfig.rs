//! Files by which a person's `kubectl` finds a namespace: with a token for an hour, or with the way to sign in.
//!
//! Berth never keeps what it gives out here, and the audit event says of it only whose it is and until when.

use crate::app::audit::CorrelationId;
use crate::app::{Ctx, Error, Result, clusters};
use crate::cluster;
use crate::cluster::kubeconfig::{Login, Place, write};
use crate::store;
use crate::store::clusters::Cluster;
use crate::store::namespaces::Stored;
use domain::actor::{Person, TeamRole};
use domain::audit::EventKind;
use domain::audit::detail::IssuedToken;
use domain::name::{ClusterName, NamespaceName};
use domain::namespace::NamespaceState;
use domain::view::{KubeconfigForm, KubeconfigView};
use domain::{Action, Refusal};
use time::format_description::well_known::Rfc3339;

/// A file to hand out.
pub struct KubeconfigFile {
    /// What to call it.
    pub name: String,
    pub yaml: String,
}

/// What the one who looks could take; none for who has no role in the team, or only a reading token.
pub(in crate::app) fn offer(ctx: &Ctx, stored: &Stored, on: &Cluster) -> Option<KubeconfigView> {
    let team = stored.namespace.team.id;
    ctx.allow(Action::UseNamespace(team)).ok()?;
    let role = ctx.actor.person()?.role_in(team)?;
    let account = cluster::token::account(&stored.namespace, role)?;
    Some(KubeconfigView { role, account: account.to_owned(), has_oidc: on.oidc.is_some() })
}

/// Makes the file. A token is asked for at the cluster, outside of any transaction.
pub async fn kubeconfig(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    form: KubeconfigForm,
) -> Result<KubeconfigFile> {
    let stored = find(ctx, cluster, name).await?;
    ctx.allow(Action::UseNamespace(stored.namespace.team.id))?;
    let person = ctx.person()?;
    let role = person.role_in(stored.namespace.team.id).ok_or(Error::NotFound)?;
    if stored.state != NamespaceState::Ready {
        return Err(Refusal::invalid("namespace", "is not ready yet").into());
    }
    if let Some(condition) = stored.condition.filter(|condition| condition.is_gone()) {
        return Err(Refusal::NotPossible(format!("there is nothing to reach: {}", condition.says())).into());
    }
    if cluster::token::account(&stored.namespace, role).is_none() {
        let why = format!("the class gives a {} of the team no access to the cluster", role.title());
        return Err(Refusal::NotAllowed(why).into());
    }
    let file = match form {
        KubeconfigForm::Token => with_token(ctx, &stored, person, role).await?,
        KubeconfigForm::Oidc => with_sign_in(ctx, &stored, person, role).await?,
    };
    Ok(KubeconfigFile { name: format!("{name}.{cluster}.kubeconfig.yaml"), yaml: file })
}

async fn find(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName) -> Result<Stored> {
    let mut conn = ctx.db().acquire().await?;
    store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)
}

async fn with_token(ctx: &Ctx, stored: &Stored, person: &Person, role: TeamRole) -> Result<String> {
    let namespace = &stored.namespace;
    let cluster = store::clusters::get(ctx.db(), namespace.cluster.id).await?;
    if let Some(why) = clusters::other(&cluster) {
        return Err(Error::Unavailable(why));
    }
    let berth = clusters::open(ctx, &cluster.provisioner)?;
    let correlation_id = CorrelationId::of_token(namespace.request);
    let connection = clusters::connection(ctx, &cluster)?;
    let given = cluster::token::request(&connection, namespace, role, &correlation_id.to_string())
        .await
        .map_err(unavailable)?;
    let until = given.expires_at.format(&Rfc3339).map_err(Error::internal)?;
    let (account, mark) = (given.account.to_owned(), correlation_id.event.clone());
    let issued = IssuedToken { account, until: until.clone(), mark };
    record_event(ctx, stored, KubeconfigForm::Token, role, Some(issued)).await?;
    let (user, title) = (format!("{}-until-{until}", role.title()), title(stored, person, role));
    let login = Login::Token { title: &user, mark: &correlation_id.event, token: &given.token };
    Ok(write(&place(stored), &berth, &login, &format!("{title}\nGood until {until}. After that, take a new one.")))
}

async fn with_sign_in(ctx: &Ctx, stored: &Stored, person: &Person, role: TeamRole) -> Result<String> {
    let namespace = &stored.namespace;
    let cluster = store::clusters::get(ctx.db(), namespace.cluster.id).await?;
    let oidc = cluster.oidc.as_ref().ok_or_else(|| {
        Refusal::invalid("form", "this cluster takes no sign-in that Berth knows of: take a token instead")
    })?;
    let berth = clusters::open(ctx, &cluster.provisioner)?;
    let is_for_people = |scope: &&String| !matches!(scope.as_str(), "openid" | "offline_access");
    let scopes: Vec<_> = ctx.berth.config.oidc.scopes.iter().filter(is_for_people).cloned().collect();
    let login = Login::Oidc { issuer: &oidc.issuer, client_id: &oidc.client_id, scopes: &scopes };
    record_event(ctx, stored, KubeconfigForm::Oidc, role, None).await?;
    let title = title(stored, person, role);
    let text =
        format!("{title}\nYou sign in at {} with the plugin oidc-login; no secret is in this file.", oidc.issuer);
    Ok(write(&place(stored), &berth, &login, &text))
}

/// Nothing is handed out that is not in the trail.
async fn record_event(
    ctx: &Ctx,
    stored: &Stored,
    form: KubeconfigForm,
    role: TeamRole,
    token: Option<IssuedToken>,
) -> Result<()> {
    let namespace = &stored.namespace;
    let subject = format!("{}/{}", namespace.cluster.name, namespace.name);
    ctx.record(subject, Some(namespace.team.id), EventKind::KubeconfigIssued { form, role, token }).await?;
    Ok(())
}

fn place(stored: &Stored) -> Place<'_> {
    Place { cluster: &stored.namespace.cluster.name, namespace: &stored.namespace.name }
}

fn title(stored: &Stored, person: &Person, role: TeamRole) -> String {
    let namespace = &stored.namespace;
    format!("{} on {}, for {} as {}", namespace.name, namespace.cluster.name, person.name, role.title())
}

fn unavailable(error: cluster::Error) -> Error {
    match error {
        cluster::Error::Unreachable { .. } => Error::Unavailable(
            "The cluster does not answer right now, so there is no token. Try again in a moment.".into(),
        ),
        cluster::Error::Refused { .. } | cluster::Error::Collision { .. } => Error::Unavailable(format!(
            "There is no token: {error}. Berth may have to bring the namespace or the cluster up to date; tell Platform."
        )),
    }
}
