//! What the provider's refusals mean (RFC 6749, 4.1.2.1 and 5.2; OpenID Connect Core, 3.1.2.6), and how it is told who we are.

use super::ProviderError;
use super::transport::Unanswered;
use anyhow::anyhow;
use openidconnect::core::{CoreClientAuthMethod, CoreErrorResponseType};
use openidconnect::{AuthType, RequestTokenError, StandardErrorResponse};

pub(super) type Refused = RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>;

/// What the browser brings back instead of a code.
pub(super) fn provider_error(error: &str, description: Option<&str>) -> ProviderError {
    let said = in_words(error, description);
    match error {
        "server_error" | "temporarily_unavailable" => ProviderError::Unreachable(anyhow!(said)),
        "access_denied"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => ProviderError::Declined(said),
        _ => ProviderError::SetUp(said),
    }
}

/// Why there are no tokens for a code. Only a code can be somebody else's doing; all other refusals are about how we ask.
pub(super) fn not_exchanged(error: Refused) -> ProviderError {
    match said(&error) {
        Some((_, words)) if is_passing(&error) => ProviderError::Unreachable(anyhow!(words)),
        Some((code, words)) if code == "invalid_grant" => {
            ProviderError::Unproven(anyhow!("the code was not taken: {words}"))
        }
        Some((code, words)) if code == "not_allowed" || code == "access_denied" => ProviderError::Declined(words),
        Some((_, words)) => ProviderError::SetUp(words),
        None => match error {
            RequestTokenError::Request(cause) => ProviderError::Unreachable(cause.into()),
            unreadable => ProviderError::Unproven(anyhow::Error::new(unreadable).context("the code was not exchanged")),
        },
    }
}

/// Why a session was not vouched for again. What is about us says nothing about the person; every other refusal does: the
/// provider was asked, and said no.
pub(super) fn not_refreshed(error: Refused) -> ProviderError {
    match said(&error) {
        Some((_, words)) if is_passing(&error) => ProviderError::Unreachable(anyhow!(words)),
        Some((code, words)) if is_about_us(&code) => ProviderError::SetUp(words),
        Some((_, words)) => ProviderError::Over(words),
        // Or what stands before it answered in its place.
        None => ProviderError::Unreachable(anyhow::Error::new(error).context("the groups were not asked for again")),
    }
}

/// Whoever's session it is, the answer would be the same.
pub(super) fn is_about_us(code: &str) -> bool {
    matches!(
        code,
        "invalid_client"
            | "unauthorized_client"
            | "unsupported_grant_type"
            | "invalid_request"
            | "invalid_dpop_proof"
            | "use_dpop_nonce"
    )
}

fn is_passing(error: &Refused) -> bool {
    said(error)
        .is_some_and(|(code, _)| matches!(code.as_str(), "server_error" | "temporarily_unavailable" | "slow_down"))
}

/// The provider's code and its words, if it answered as the standard wants.
pub(super) fn said(error: &Refused) -> Option<(String, String)> {
    let RequestTokenError::ServerResponse(said) = error else { return None };
    let code = said.error().to_string();
    let words = in_words(&code, said.error_description().map(String::as_str));
    Some((code, words))
}

/// As much of it as a log should hold.
fn in_words(error: &str, description: Option<&str>) -> String {
    const LONGEST: usize = 500;
    let said = match description {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    };
    said.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// The secret goes into the header, unless the provider takes it in the body only.
pub(super) fn auth_type(methods: Option<&[CoreClientAuthMethod]>) -> AuthType {
    let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretBasic) || !takes(CoreClientAuthMethod::ClientSecretPost) {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn refused(code: &str) -> Refused {
        let code = serde_json::from_value(code.into()).expect("is a code");
        RequestTokenError::ServerResponse(StandardErrorResponse::new(code, Some("in words".into()), None))
    }

    #[test]
    fn a_refusal_of_the_provider_is_told_apart_from_its_trouble_and_from_ours() {
        assert!(matches!(provider_error("access_denied", None), ProviderError::Declined(_)));
        assert!(matches!(provider_error("temporarily_unavailable", None), ProviderError::Unreachable(_)));
        for ours in ["invalid_scope", "unauthorized_client", "invalid_request", "unsupported_response_type"] {
            assert!(matches!(provider_error(ours, Some("no such scope")), ProviderError::SetUp(_)), "{ours}");
        }
    }

    #[rstest]
    #[case("invalid_client")]
    #[case("unauthorized_client")]
    #[case("invalid_request")]
    #[case("invalid_dpop_proof")]
    fn what_is_about_us_is_never_laid_at_a_persons_door(#[case] code: &str) {
        assert!(matches!(not_exchanged(refused(code)), ProviderError::SetUp(_)));
        assert!(matches!(not_refreshed(refused(code)), ProviderError::SetUp(_)));
    }

    #[rstest]
    #[case("invalid_grant")]
    #[case("invalid_scope")]
    #[case("interaction_required")]
    #[case("consent_required")]
    #[case("not_allowed")]
    fn a_no_to_a_session_ends_it(#[case] code: &str) {
        let ProviderError::Over(said) = not_refreshed(refused(code)) else { panic!("{code} ends nothing") };
        assert_eq!(said, format!("{code}: in words"));
    }

    #[test]
    fn what_passes_is_waited_for() {
        for code in ["server_error", "temporarily_unavailable"] {
            assert!(matches!(not_refreshed(refused(code)), ProviderError::Unreachable(_)));
            assert!(matches!(not_exchanged(refused(code)), ProviderError::Unreachable(_)));
        }
        assert!(matches!(not_exchanged(refused("invalid_grant")), ProviderError::Unproven(_)));
    }

    #[test]
    fn the_secret_goes_where_the_provider_takes_it() {
        use CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost};
        let in_body = |methods| matches!(auth_type(methods), AuthType::RequestBody);
        assert!(!in_body(None));
        assert!(!in_body(Some(&[ClientSecretPost, ClientSecretBasic])));
        assert!(in_body(Some(&[ClientSecretPost])));
    }
}
