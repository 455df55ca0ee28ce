//! A sign-in under way: what Berth must remember until the browser comes back, sealed into its cookie.

use crate::identity::Challenge;
use crate::seal::Seal;
use crate::web::return_to::ReturnTo;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long somebody may take at the provider.
pub const LIFE_S: u32 = 10 * 60;
const PURPOSE: &str = "sign-in";

#[derive(Serialize, Deserialize)]
pub struct Attempt {
    #[serde(flatten)]
    pub challenge: Challenge,
    pub return_to: ReturnTo,
    pub begun_at: i64,
}

impl Attempt {
    pub fn new(challenge: Challenge, return_to: ReturnTo) -> Self {
        Self { challenge, return_to, begun_at: OffsetDateTime::now_utc().unix_timestamp() }
    }

    pub fn to_cookie(&self, seal: &Seal) -> String {
        let plain = serde_json::to_vec(self).expect("texts and a number serialize");
        URL_SAFE_NO_PAD.encode(seal.seal(PURPOSE, &plain))
    }

    /// None when it is not one of ours, or too old.
    pub fn from_cookie(seal: &Seal, cookie: &str, now: OffsetDateTime) -> Option<Self> {
        let plain = seal.open(PURPOSE, &URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
        let attempt: Self = serde_json::from_slice(&plain).ok()?;
        let begun_at = OffsetDateTime::from_unix_timestamp(attempt.begun_at).ok()?;
        (now - begun_at <= Duration::seconds(LIFE_S.into())).then_some(attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;

    fn attempt() -> Attempt {
        let challenge = serde_json::json!({"state": "state", "nonce": "nonce", "verifier": "v".repeat(43)});
        Attempt::new(serde_json::from_value(challenge).expect("reads"), ReturnTo::parse("/me"))
    }

    #[test]
    fn an_attempt_comes_back_whole_and_only_under_the_same_key() {
        let (seal, now) = (Seal::new(&Key::generate()), OffsetDateTime::now_utc());
        let cookie = attempt().to_cookie(&seal);
        let read = Attempt::from_cookie(&seal, &cookie, now).expect("reads");
        let challenge = &read.challenge;
        assert_eq!((challenge.state.secret().as_str(), challenge.nonce.secret().as_str()), ("state", "nonce"));
        assert_eq!(read.return_to.as_str(), "/me");
        assert!(Attempt::from_cookie(&Seal::new(&Key::generate()), &cookie, now).is_none());
        assert!(Attempt::from_cookie(&seal, "nonsense", now).is_none());
    }

    #[test]
    fn an_attempt_is_over_after_ten_minutes() {
        let seal = Seal::new(&Key::generate());
        let cookie = attempt().to_cookie(&seal);
        let later = |minutes| OffsetDateTime::now_utc() + Duration::minutes(minutes);
        assert!(Attempt::from_cookie(&seal, &cookie, later(9)).is_some());
        assert!(Attempt::from_cookie(&seal, &cookie, later(11)).is_none());
    }
}
