//! What `berth doctor` finds about the identity provider: what it says of itself, what it thinks of the client, and what
//! the settings mean together with it.

use super::{Finding, note, ok, problem};
use crate::config::{Config, MissingGroups, Oidc};
use crate::identity::{Checked, Missing, Never, Product, Provider, Secret};

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let what = "identity provider";
    let checked = match Provider::new(config) {
        Ok(provider) => provider.check_all().await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(checked) => {
            let mut findings = vec![ok(what, &config.oidc.issuer), client(&checked.secret), scopes(&checked)];
            findings.extend(lasting(&checked));
            findings.extend([groups(&config.oidc.groups_claim, &checked.missing), addresses(&config.oidc)]);
            findings
        }
        Err(error) => {
            vec![problem(what, format!("{error:#}. Check oidc.issuer: it must be spelt as the provider spells it"))]
        }
    }
}

fn client(secret: &Secret) -> Finding {
    let what = "client";
    match secret {
        Secret::Taken => ok(what, "the provider knows it, and its secret is right"),
        Secret::Refused(words) => problem(
            what,
            format!(
                "the provider refuses it ({words}). Check oidc.client_id, oidc.client_secret_file, and that the client may use the authorization code flow"
            ),
        ),
        Secret::Unclear(words) => note(
            what,
            format!(
                "whether its secret is right is not known: the provider answers {words:?} to a code that nobody was given"
            ),
        ),
    }
}

/// A provider need not name all that it gives, so this may be well.
fn scopes(checked: &Checked) -> Finding {
    let what = "scopes";
    if checked.unknown_scopes.is_empty() {
        return ok(what, "the provider names all that are asked for, or names none");
    }
    let unknown = checked.unknown_scopes.join(", ");
    note(
        what,
        format!(
            "the provider does not name {unknown} among those it gives. If signing in ends with invalid_scope, take it out of oidc.scopes"
        ),
    )
}

/// Whether groups are asked for again, and what stays behind.
fn lasting(checked: &Checked) -> Vec<Finding> {
    let what = "refresh tokens";
    let mut findings = Vec::new();
    if checked.could_be_offline {
        findings.push(note(what, "offline_access is not asked for. If the provider gives no refresh token without it (the log of a sign-in says so), groups count as they were at sign-in; then add it to oidc.scopes".into()));
    }
    if !checked.takes_back_tokens {
        findings.push(note(
            what,
            "the provider takes none back (no revocation_endpoint): those of ended sessions end there by themselves"
                .into(),
        ));
    }
    findings
}

fn groups(claim: &str, missing: &Missing) -> Finding {
    let what = "groups";
    let provider = missing.product.title();
    match (missing.never, missing.means) {
        (Some(Never::NotAsked), _) => problem(
            what,
            format!(
                "{provider} tells them for the scope groups only: add it to oidc.scopes, or nobody's are ever known"
            ),
        ),
        (Some(Never::NotTold), MissingGroups::Unknown) => problem(
            what,
            format!(
                "{provider} tells nobody's groups, so nobody has a role by one. Set oidc.missing_groups = none and give roles by memberships, or put a provider in between that tells groups"
            ),
        ),
        (Some(Never::NotTold), MissingGroups::None) => note(
            what,
            format!("{provider} tells nobody's groups: roles come by memberships only (oidc.missing_groups = none)"),
        ),
        (None, MissingGroups::Unknown) => note(
            what,
            format!(
                "read from {claim}; whoever has no such claim keeps the groups of before, also who was taken out of the last one (oidc.missing_groups = unknown)"
            ),
        ),
        (None, MissingGroups::None) if missing.is_set => ok(
            what,
            &format!("read from {claim}; whoever has no such claim is in no group (oidc.missing_groups = none)"),
        ),
        (None, MissingGroups::None) => of_product(claim, missing.product),
    }
}

/// What is known of those who leave the claim out, where nothing is set.
fn of_product(claim: &str, product: Product) -> Finding {
    let (what, provider) = ("groups", product.title());
    let in_none = format!("read from {claim}; whoever has no such claim is in no group");
    match product {
        Product::Keycloak | Product::Dex => ok(what, &format!("{in_none}: so {provider} says it")),
        Product::Entra => ok(
            what,
            &format!(
                "{in_none}. {provider} says when there are more than it tells (200), and then the groups of before stay"
            ),
        ),
        Product::Okta | Product::Google | Product::Other => note(
            what,
            format!(
                "{in_none}. Whether {provider} leaves it out for another reason is not known to Berth: look it up, and set oidc.missing_groups to none or unknown"
            ),
        ),
    }
}

fn addresses(oidc: &Oidc) -> Finding {
    let what = "e-mail addresses";
    if oidc.trust_emails {
        note(what, "all count as verified (oidc.trust_emails): only right where nobody can choose their own".into())
    } else {
        ok(what, "count for memberships if the provider says email_verified")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::view::CheckOutcome;

    fn checked(unknown_scopes: &[&str]) -> Checked {
        Checked {
            unknown_scopes: unknown_scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            could_be_offline: true,
            takes_back_tokens: false,
            missing: missing(Product::Keycloak, None, MissingGroups::None, false),
            secret: Secret::Taken,
        }
    }

    fn missing(product: Product, never: Option<Never>, means: MissingGroups, is_set: bool) -> Missing {
        Missing { product, is_set, means, never }
    }

    #[test]
    fn groups_that_never_come_are_a_problem_and_what_is_not_known_of_a_provider_is_not_well() {
        use MissingGroups::{None as InNone, Unknown};
        let outcome = |product, never, means, is_set| groups("groups", &missing(product, never, means, is_set)).outcome;
        assert_eq!(outcome(Product::Keycloak, None, InNone, false), Some(CheckOutcome::Passed));
        assert_eq!(outcome(Product::Entra, None, InNone, false), Some(CheckOutcome::Passed));
        assert_eq!(outcome(Product::Other, None, InNone, false), None);
        assert_eq!(outcome(Product::Okta, None, InNone, false), None);
        assert_eq!(outcome(Product::Other, None, InNone, true), Some(CheckOutcome::Passed));
        assert_eq!(outcome(Product::Keycloak, None, Unknown, true), None);
        assert_eq!(outcome(Product::Google, Some(Never::NotTold), Unknown, false), Some(CheckOutcome::Failed));
        assert_eq!(outcome(Product::Google, Some(Never::NotTold), InNone, true), None);
        for means in [InNone, Unknown] {
            assert_eq!(outcome(Product::Dex, Some(Never::NotAsked), means, true), Some(CheckOutcome::Failed));
        }
    }

    #[test]
    fn only_a_refused_secret_is_a_problem_and_what_is_not_known_is_not_well() {
        assert_eq!(client(&Secret::Taken).outcome, Some(CheckOutcome::Passed));
        assert_eq!(client(&Secret::Refused("invalid_client".into())).outcome, Some(CheckOutcome::Failed));
        assert_eq!(client(&Secret::Unclear("invalid_request".into())).outcome, None);
    }

    #[test]
    fn a_scope_that_the_provider_does_not_name_is_told() {
        assert_eq!(scopes(&checked(&[])).outcome, Some(CheckOutcome::Passed));
        let told = scopes(&checked(&["groups"]));
        assert!(told.outcome.is_none() && told.says.contains("groups"), "{}", told.says);
        assert_eq!(lasting(&checked(&[])).len(), 2);
    }
}
