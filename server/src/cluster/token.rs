//! Short-lived tokens for people, in the name of a role's account in one namespace.

use super::manifests::account_of;
use super::{Connection, Error};
use domain::actor::TeamRole;
use domain::namespace::Namespace;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{Api, PostParams};
use secrecy::SecretString;
use time::OffsetDateTime;

/// How long a token is asked for. The API server may give less.
const LIFE_S: i64 = 60 * 60;

pub struct Token {
    pub token: SecretString,
    /// The account it speaks for.
    pub account: &'static str,
    /// As the API server said.
    pub expires_at: OffsetDateTime,
}

/// The account that a token of somebody with this role speaks for; none where the class gives the role no access.
pub fn account(namespace: &Namespace, role: TeamRole) -> Option<&'static str> {
    account_of(namespace, role)
}

/// A token of the role's account. `correlation_id` is what the API server's audit log shows of it
/// ([`Connection::correlated`]).
pub async fn request(
    provisioner: &Connection,
    namespace: &Namespace,
    role: TeamRole,
    correlation_id: &str,
) -> Result<Token, Error> {
    let none = || Error::refused(format!("in this namespace a {} has no access to the cluster", role.title()));
    let account = account_of(namespace, role).ok_or_else(none)?;
    of_account(provisioner, namespace, account, correlation_id).await
}

/// A token of one of the accounts that Berth made in the namespace.
pub(super) async fn of_account(
    provisioner: &Connection,
    namespace: &Namespace,
    account: &'static str,
    correlation_id: &str,
) -> Result<Token, Error> {
    let accounts: Api<ServiceAccount> =
        Api::namespaced(provisioner.correlated(correlation_id)?, namespace.name.as_str());
    let wanted = TokenRequest {
        spec: TokenRequestSpec { expiration_seconds: Some(LIFE_S), ..TokenRequestSpec::default() },
        ..TokenRequest::default()
    };
    let given =
        accounts.create_token_request(account, &PostParams::default(), &wanted).await.map_err(
            |error| match Error::from(error) {
                Error::Refused { message, .. } => {
                    let renew = if message.contains("forbidden") { "; run `berth cluster renew`" } else { "" };
                    Error::refused(format!("the cluster gives no token for {account}: {message}{renew}"))
                }
                other => other,
            },
        )?;
    let given = given.status.filter(|status| !status.token.is_empty());
    let given = given.ok_or_else(|| Error::unreachable("it answered without a token"))?;
    let expires_at = OffsetDateTime::from_unix_timestamp(given.expiration_timestamp.0.as_second())
        .map_err(|_| Error::refused("the cluster does not say until when its token is good"))?;
    Ok(Token { token: given.token.into(), account, expires_at })
}
