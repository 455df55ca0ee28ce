//! The identity provider, spoken to in OpenID Connect: signing in, asking again who somebody is, and what it tells by
//! itself when a session there ends.
//!
//! Knows nothing of Berth's sessions, of Postgres or of pages; what the provider said is handed on as it was said.

mod check;
mod claims;
mod discovery;
mod error;
mod logout_token;
mod oauth;
mod product;
mod provider;
mod revoke;
mod signed;
mod transport;
mod userinfo;

pub use check::{Checked, Secret};
pub use error::ProviderError;
pub use logout_token::{LogoutToken, OLDEST as LOGOUT_TOKEN_LIFE};
pub use product::{Missing, Never, Product};
pub use provider::Provider;

use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::Duration;

/// How far the provider's clock may be from ours, whatever token tells of it.
const SKEW: Duration = Duration::minutes(5);

/// What the provider vouched for.
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider says, or is trusted to have made sure, that the address is theirs.
    pub email_verified: bool,
    pub name: Option<String>,
    /// None when the provider did not say all of them: then those it said before stay.
    pub groups: Option<Vec<String>>,
    /// Whether it was userinfo that told them.
    pub userinfo_has_groups: bool,
    /// Handed back to the provider at sign-out; none when it gave none this time.
    pub id_token: Option<String>,
    /// The provider's own session, by which it says that it ended.
    pub sid: Option<String>,
    /// By which to ask again; none when the provider gives none.
    pub refresh_token: Option<SecretString>,
}

/// What came of asking again who somebody is.
pub enum Again {
    Vouched(Box<Identity>),
    /// What came may be true, but cannot be judged now: the provider's keys cannot be read, or one of the two clocks is
    /// wrong. The token to ask with next time came over the provider's own connection.
    Unjudged {
        why: String,
        refresh_token: Option<SecretString>,
    },
}

/// What must be remembered of a sign-in until the browser comes back.
#[derive(Serialize, Deserialize)]
pub struct Challenge {
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

/// What the provider's redirect brings back (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
pub struct Answer {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}
