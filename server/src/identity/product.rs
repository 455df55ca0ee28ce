//! Which provider it is, and what it means there that somebody's groups are not told.
//!
//! Told by the issuer or by how the endpoints are named, so nobody has to set it. What each of them does is in
//! docs/identity.md, with how we know.

use super::discovery::Metadata;
use crate::config::MissingGroups;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    Keycloak,
    Dex,
    Entra,
    Okta,
    Google,
    /// Another, of which nothing is known.
    Other,
}

/// What it means that there is no groups claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    pub product: Product,
    /// Whether the settings say it; else it follows from the provider.
    pub is_set: bool,
    pub means: MissingGroups,
    /// Why there never is one, if that is sure: then it says of nobody that they are in no group.
    pub never: Option<Never>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// The provider tells nobody's groups.
    NotTold,
    /// It tells them for a scope that it is not asked for.
    NotAsked,
}

/// For which Dex tells groups.
const GROUPS: &str = "groups";

impl Product {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let token_endpoint = metadata.token_endpoint().map(|endpoint| endpoint.url().as_str());
        Self::known_by(metadata.issuer().as_str(), token_endpoint, metadata.jwks_uri().url().as_str())
    }

    fn known_by(issuer: &str, token_endpoint: Option<&str>, keys: &str) -> Self {
        let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
        let issuer = issuer.trim_end_matches('/');
        let has_token_endpoint = |path: &str| token_endpoint.is_some_and(|at| at.strip_prefix(issuer) == Some(path));
        match host.as_str() {
            "accounts.google.com" => Self::Google,
            "login.microsoftonline.com" | "login.microsoftonline.us" | "login.partner.microsoftonline.cn" => {
                Self::Entra
            }
            _ if is_below("okta.com") || is_below("oktapreview.com") || is_below("okta-emea.com") => Self::Okta,
            _ if has_token_endpoint("/protocol/openid-connect/token") => Self::Keycloak,
            _ if has_token_endpoint("/token") && keys.strip_prefix(issuer) == Some("/keys") => Self::Dex,
            _ => Self::Other,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Keycloak => "Keycloak",
            Self::Dex => "Dex",
            Self::Entra => "Entra ID",
            Self::Okta => "Okta",
            Self::Google => "Google",
            Self::Other => "this provider",
        }
    }

    /// Where nothing is set: somebody without the claim is in no group, unless it cannot be there. A provider that has more
    /// groups than it tells says so by itself, and is heard whatever is set.
    pub(super) fn missing(self, set: Option<MissingGroups>, scopes: &[&str]) -> Missing {
        let never = match self {
            Self::Google => Some(Never::NotTold),
            Self::Dex if !scopes.contains(&GROUPS) => Some(Never::NotAsked),
            Self::Keycloak | Self::Dex | Self::Entra | Self::Okta | Self::Other => None,
        };
        let of_product = if never.is_some() { MissingGroups::Unknown } else { MissingGroups::None };
        Missing { product: self, is_set: set.is_some(), means: set.unwrap_or(of_product), never }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "https://accounts.google.com",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com/oauth2/v3/certs",
        Product::Google
    )]
    #[case(
        "https://login.microsoftonline.com/t/v2.0",
        "https://login.microsoftonline.com/t/oauth2/v2.0/token",
        "https://login.microsoftonline.com/t/discovery/v2.0/keys",
        Product::Entra
    )]
    #[case(
        "https://org.okta.com",
        "https://org.okta.com/oauth2/v1/token",
        "https://org.okta.com/oauth2/v1/keys",
        Product::Okta
    )]
    #[case(
        "https://org.okta.com/oauth2/id",
        "https://org.okta.com/oauth2/id/v1/token",
        "https://org.okta.com/oauth2/id/v1/keys",
        Product::Okta
    )]
    #[case(
        "https://sso.example.org/realms/r",
        "https://sso.example.org/realms/r/protocol/openid-connect/token",
        "https://sso.example.org/realms/r/protocol/openid-connect/certs",
        Product::Keycloak
    )]
    #[case(
        "https://dex.example.org/dex",
        "https://dex.example.org/dex/token",
        "https://dex.example.org/dex/keys",
        Product::Dex
    )]
    #[case("http://127.0.0.1:5556", "http://127.0.0.1:5556/token", "http://127.0.0.1:5556/jwks", Product::Other)]
    #[case("https://notokta.com", "https://notokta.com/t", "https://notokta.com/k", Product::Other)]
    #[case(
        "https://accounts.google.com.example.org",
        "https://accounts.google.com.example.org/t",
        "https://accounts.google.com.example.org/k",
        Product::Other
    )]
    fn a_provider_is_known_by_what_it_says_of_itself(
        #[case] issuer: &str,
        #[case] token_endpoint: &str,
        #[case] keys: &str,
        #[case] expected: Product,
    ) {
        assert_eq!(Product::known_by(issuer, Some(token_endpoint), keys), expected);
    }

    #[rstest]
    #[case(Product::Keycloak, None, &[], MissingGroups::None)]
    #[case(Product::Entra, None, &[], MissingGroups::None)]
    #[case(Product::Okta, None, &[], MissingGroups::None)]
    #[case(Product::Other, None, &[], MissingGroups::None)]
    #[case(Product::Dex, None, &["profile", "groups"], MissingGroups::None)]
    #[case(Product::Dex, None, &["profile"], MissingGroups::Unknown)]
    #[case(Product::Google, None, &["groups"], MissingGroups::Unknown)]
    #[case(Product::Google, Some(MissingGroups::None), &[], MissingGroups::None)]
    #[case(Product::Keycloak, Some(MissingGroups::Unknown), &[], MissingGroups::Unknown)]
    fn what_cannot_be_there_is_not_known_and_a_setting_counts_more(
        #[case] product: Product,
        #[case] set: Option<MissingGroups>,
        #[case] scopes: &[&str],
        #[case] expected: MissingGroups,
    ) {
        assert_eq!(product.missing(set, scopes).means, expected);
    }
}
