//! Work in one namespace as somebody of its team could do it: with a token, for a short time, of an account that Berth made
//! there for the team. Berth's own provisioner may not touch what a team runs, nor read its Secrets, and need not.

use super::manifests::worker_of;
use super::{Connection, Credentials, DEPLOYER, Error, token};
use domain::namespace::Namespace;
use kube::api::{Api, ListParams};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Objects of one kind that are read of a namespace at most.
const MOST_OF_A_KIND: usize = 5000;
/// Objects in one answer.
const PAGE: u32 = 250;

/// One namespace, with the rights of its team's strongest account.
pub struct Inside {
    pub(super) client: Client,
    /// As the account for deployments, which alone makes roles; none where the cluster gives no token of it.
    pub(super) deployer: Option<Client>,
    pub(super) namespace: String,
}

impl Inside {
    /// `credentials` say where the cluster is; `provisioner` asks for the token.
    pub async fn enter(
        credentials: &Credentials,
        provisioner: &Connection,
        namespace: &Namespace,
        correlation_id: &str,
    ) -> Result<Self, Error> {
        let act_as = async |account| {
            let token = token::of_account(provisioner, namespace, account, correlation_id).await?;
            Credentials { token: token.token, ..credentials.clone() }.connect()?.correlated(correlation_id)
        };
        let client = act_as(worker_of(namespace)).await?;
        let deployer = match act_as(DEPLOYER).await {
            Ok(client) => Some(client),
            Err(error) if error.is_answer() => None,
            Err(error) => return Err(error),
        };
        Ok(Self { client, deployer, namespace: namespace.name.to_string() })
    }

    /// All of one kind, read in pages.
    pub(super) async fn list<K>(&self, api: &Api<K>) -> Result<Vec<K>, Error>
    where
        K: Resource + Clone + DeserializeOwned + Debug,
    {
        let (mut all, mut params) = (Vec::new(), ListParams::default().limit(PAGE));
        loop {
            let page = api.list(&params).await?;
            all.extend(page.items);
            if all.len() > MOST_OF_A_KIND {
                return Err(Error::refused(format!("there are more than {MOST_OF_A_KIND} objects of one kind")));
            }
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => return Ok(all),
            }
        }
    }
}
