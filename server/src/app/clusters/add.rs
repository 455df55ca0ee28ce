//! Adding a cluster, and renewing the credentials and rights of one that is there.

use super::{AdminConfig, NewCluster, columns, first_look, from_outside, outside, public_url, seal, settings, subject};
use crate::app::{Ctx, Error, Result, change};
use crate::cluster::install::{Admin, Installed, Plain};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::{Access, Cluster};
use domain::audit::EventKind;
use domain::audit::detail::{ClusterAccess, ClusterState};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::{Action, Refusal};
use secrecy::ExposeSecret;
use std::time::Duration;
use uuid::Uuid;

/// All of the work on the cluster when it is done over HTTP; an answer takes no longer.
const LIMIT: Duration = Duration::from_secs(25);

/// What a cluster is reached with from now on.
pub struct Renewal {
    /// Of an administrator; read once, never kept.
    pub kubeconfig: AdminConfig,
    pub context: Option<String>,
    /// Whether it may be another cluster than before, built anew in its place.
    pub is_rebuilt: bool,
}

/// Berth's identities on a cluster, and who it is.
struct Prepared {
    uid: String,
    installed: Installed,
}

/// Installs Berth's roles and identities with the administrator's kubeconfig, and keeps the identities' credentials.
/// Of one that is there, only the settings that are said are changed. Answers what was done, in lines.
pub async fn add(ctx: &Ctx, new: NewCluster) -> Result<Vec<String>> {
    ctx.allow(Action::SetUp)?;
    let NewCluster { name, kubeconfig, context, changes } = new;
    // One that was removed comes back as what it was.
    let known = find(ctx, &name).await?;
    changes.clone().over(&name, known.as_ref().map(Cluster::settings).as_ref()).check()?;
    // Nothing is done on one that was removed: it may have been built anew meanwhile.
    let is_rebuilt = known.as_ref().is_some_and(|known| known.removed_at.is_some());
    let renewal = Renewal { kubeconfig, context, is_rebuilt };
    let prepared = prepare(ctx, &name, known.as_ref(), &renewal).await?;
    let (nodes, version) = first_look(&name, &prepared.installed.observer).await?;
    let id = known.as_ref().map_or_else(|| ClusterId(Uuid::now_v7()), |known| known.id);
    let sealed = Sealed::new(ctx, &prepared)?;
    change!(ctx, |tx| {
        let known = hold(tx, &name, known.as_ref(), &sealed).await?;
        let settings = changes.clone().over(&name, known.as_ref().map(Cluster::settings).as_ref());
        settings.check()?;
        settings::refuse_own_roles(tx, ctx, known.as_ref().map(Cluster::settings).as_ref(), &settings).await?;
        if !store::clusters::save(&mut **tx, id, &settings, sealed.access(), ctx.actor.label(), ctx.now()).await? {
            return Err(changed_since(&name, None));
        }
        let n_nodes = columns(nodes.n_nodes);
        store::clusters::save_observed(&mut **tx, id, Some(&nodes.quota), n_nodes, version.as_deref(), ctx.now())
            .await?;
        let uid = Some(sealed.uid.clone());
        let after = ClusterState::Whole { api_url: sealed.api_url.clone(), settings: settings.clone(), uid };
        let kind = match &known {
            Some(before) => EventKind::ClusterChanged { before: whole(before), after },
            None => EventKind::ClusterAdded { after },
        };
        settings::resync_affected(tx, id, known.map(|before| before.settings()).as_ref(), &settings).await?;
        tx.admit_waiting();
        tx.record(ctx, subject(&name), None, kind);
        Ok(())
    })?;
    Ok(vec![
        format!("cluster {name} ({}), Kubernetes {}", sealed.api_url, version.unwrap_or_default()),
        format!("{} nodes offer {}", nodes.n_nodes, nodes.quota.describe()),
        IN_PLACE.into(),
    ])
}

const IN_PLACE: &str =
    "identities berth-observer and berth-provisioner are in place; the administrator's kubeconfig was not kept";

/// Gives a cluster that is there new credentials, and brings Berth's rights on it up to date. No setting is touched.
pub async fn renew(ctx: &Ctx, name: &ClusterName, renewal: Renewal) -> Result<Vec<String>> {
    ctx.allow(Action::SetUp)?;
    let known = store::clusters::find(ctx.db(), name).await?.ok_or(Error::NotFound)?;
    let prepared = prepare(ctx, name, Some(&known), &renewal).await?;
    let sealed = Sealed::new(ctx, &prepared)?;
    change!(ctx, |tx| {
        let before = hold(tx, name, Some(&known), &sealed).await?.ok_or(Error::NotFound)?;
        store::clusters::save_access(&mut **tx, before.id, sealed.access()).await?;
        let before = ClusterAccess { api_url: before.api_url, uid: before.uid };
        let after = ClusterAccess { api_url: sealed.api_url.clone(), uid: Some(sealed.uid.clone()) };
        tx.record(ctx, subject(name), None, EventKind::ClusterRenewed { before, after });
        Ok(())
    })?;
    Ok(vec![format!("credentials and rights on cluster {name} ({}) are renewed", sealed.api_url), IN_PLACE.into()])
}

fn whole(cluster: &Cluster) -> ClusterState {
    let (api_url, uid) = (cluster.api_url.clone(), cluster.uid.clone());
    ClusterState::Whole { api_url, settings: cluster.settings(), uid }
}

/// Removed or not.
async fn find(ctx: &Ctx, name: &ClusterName) -> Result<Option<Cluster>> {
    Ok(match store::clusters::find_id(ctx.db(), name).await? {
        Some(id) => Some(store::clusters::get(ctx.db(), id).await?),
        None => None,
    })
}

/// The cluster as it is now, and nobody else changes it before the transaction ends: what is kept is put over this, and not
/// over what was read before the cluster was asked. Refused where it was added, removed or given away meanwhile.
async fn hold(tx: &mut Conn, name: &ClusterName, read: Option<&Cluster>, sealed: &Sealed) -> Result<Option<Cluster>> {
    let held = match store::clusters::find_id(&mut *tx, name).await? {
        Some(id) => Some(store::clusters::lock_known(tx, id).await?),
        None => None,
    };
    let is_same = match (read, &held) {
        (None, None) => true,
        (Some(read), Some(held)) => {
            let is_who_it_was = held.uid == read.uid || held.uid.as_ref() == Some(&sealed.uid);
            held.id == read.id && held.removed_at == read.removed_at && is_who_it_was
        }
        (None, Some(_)) | (Some(_), None) => false,
    };
    if is_same { Ok(held) } else { Err(changed_since(name, held)) }
}

fn changed_since(name: &ClusterName, held: Option<Cluster>) -> Error {
    let by = held.and_then(|held| held.changed_by).unwrap_or_else(|| "somebody".into());
    Refusal::ChangedSince { what: format!("cluster {name}"), by }.into()
}

/// Nothing is made on a cluster that is another than it should be.
async fn prepare(ctx: &Ctx, name: &ClusterName, known: Option<&Cluster>, renewal: &Renewal) -> Result<Prepared> {
    let plain = match ctx.berth.config.clusters.allow_http_on_loopback {
        true => Plain::OnLoopback,
        false => Plain::Refused,
    };
    let context = renewal.context.as_deref();
    match &renewal.kubeconfig {
        AdminConfig::File(file) => {
            let admin = Admin::of_file(file, context, plain).await.map_err(outside)?;
            install(ctx, name, known, renewal.is_rebuilt, &admin, outside).await
        }
        AdminConfig::Text(text) => {
            let late = |_| Error::Unavailable("the cluster took too long to answer; try again".into());
            let work = async {
                let admin = Admin::of_text(text.expose_secret(), context, plain).await.map_err(from_outside)?;
                install(ctx, name, known, renewal.is_rebuilt, &admin, from_outside).await
            };
            tokio::time::timeout(LIMIT, work).await.map_err(late)?
        }
    }
}

async fn install(
    ctx: &Ctx,
    name: &ClusterName,
    known: Option<&Cluster>,
    is_rebuilt: bool,
    admin: &Admin,
    explain: fn(crate::cluster::Error) -> Error,
) -> Result<Prepared> {
    let uid = admin.uid().await.map_err(explain)?;
    let namesake = store::clusters::find_by_uid(ctx.db(), &uid).await?;
    if let Some(other) = namesake.filter(|other| other != name) {
        return Err(Refusal::SameCluster { known_as: Some(other.to_string()) }.into());
    }
    let is_another = known.is_some_and(|known| known.uid.as_ref().is_some_and(|before| *before != uid));
    if is_another && !is_rebuilt {
        return Err(Refusal::OtherCluster { cluster: name.to_string() }.into());
    }
    let installed = admin.install(&public_url(ctx)).await.map_err(explain)?;
    Ok(Prepared { uid, installed })
}

/// As the table keeps it.
struct Sealed {
    api_url: String,
    uid: String,
    observer: Vec<u8>,
    provisioner: Vec<u8>,
}

impl Sealed {
    fn new(ctx: &Ctx, prepared: &Prepared) -> Result<Self> {
        let Prepared { uid, installed } = prepared;
        Ok(Self {
            api_url: installed.observer.server.clone(),
            uid: uid.clone(),
            observer: seal(ctx, &installed.observer)?,
            provisioner: seal(ctx, &installed.provisioner)?,
        })
    }

    fn access(&self) -> Access<'_> {
        Access { api_url: &self.api_url, uid: &self.uid, observer: &self.observer, provisioner: &self.provisioner }
    }
}
