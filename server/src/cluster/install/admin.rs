//! A cluster's administrator, as their kubeconfig says: asked who the cluster is, before anything is made there.

use super::kubeconfig::{self, Plain};
use super::{Installed, install, read_kubeconfig};
use crate::cluster::credentials::{limited, limited_to_status};
use crate::cluster::error::status_of;
use crate::cluster::{Error, identity};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use std::path::Path;

pub struct Admin {
    pub(super) config: Config,
    pub(super) client: Client,
}

impl Admin {
    /// With the operator's own file, which may name files and programs.
    pub async fn of_file(file: &Path, context: Option<&str>, plain: Plain) -> Result<Self, Error> {
        let config = read_kubeconfig(file, context, plain).await?;
        Ok(Self { client: limited(config.clone())?, config })
    }

    /// With a kubeconfig that somebody sent: only with what [`kubeconfig`] lets through.
    pub async fn of_text(text: &str, context: Option<&str>, plain: Plain) -> Result<Self, Error> {
        let unreadable = || Error::refused("it is no kubeconfig");
        let clean = kubeconfig::read(text, context, plain).map_err(not_taken)?;
        let clean: Kubeconfig = serde_json::from_value(clean).map_err(|_| unreadable())?;
        let config = Config::from_custom_kubeconfig(clean, &KubeConfigOptions::default()).await;
        let mut config = config.map_err(|_| unreadable())?;
        config.proxy_url = None;
        Ok(Self { client: limited_to_status(config.clone())?, config })
    }

    /// Who the cluster is. Nothing is changed there.
    pub async fn uid(&self) -> Result<String, Error> {
        identity::uid(&self.client).await.map_err(|error| refused_to(error, "read the namespace kube-system"))
    }

    /// Applies [`super::objects`] and returns the credentials of Berth's identities.
    pub async fn install(&self, public_url: &str) -> Result<Installed, Error> {
        install(self, public_url).await
    }
}

/// What kubectl would say, too, or what Berth does not take from outside.
pub(super) fn not_taken(reasons: Vec<String>) -> Error {
    Error::refused(format!("Berth does not take this: {}", reasons.join("; ")))
}

/// Whose fault it is when the administrator is refused something.
pub(super) fn refused_to(error: kube::Error, what: &str) -> Error {
    let status = status_of(&error);
    match (status, Error::from(error)) {
        (Some(401), _) => Error::refused("the cluster does not accept the kubeconfig's credentials (HTTP 401)"),
        (Some(403), error) => {
            Error::refused(format!("whom the kubeconfig speaks for may not {what}: {}", error.reason()))
        }
        (_, error) => error,
    }
}
