//! What a form carries to show that Berth gave it out to this session, for this address.
//!
//! Markup that somebody brings into a page may hold a form of its own, or send one that is there to another address: it
//! comes from the same origin, with the cookie. It cannot hold this: the token follows from the session and the path it
//! is sent to, and whoever wrote the markup knows neither the session nor, of another path, the token.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// Of the query of the address that a form is sent to.
pub const NAME: &str = "form_token";
/// Bytes of the token: 128 bits cannot be guessed.
const LENGTH: usize = 16;

/// What the tokens of one session follow from. Never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FormKey([u8; 32]);

impl FormKey {
    /// `session` is what the session is known by, and nobody else knows.
    pub fn of_session(session: &[u8; 32]) -> Self {
        Self(digest(session, "form key"))
    }

    /// For a form that is sent to this path.
    pub fn token(&self, path: &str) -> String {
        digest(&self.0, path)[..LENGTH].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The address of a form, with its token. It has no query of its own.
    pub fn address(&self, path: &str) -> String {
        format!("{path}?{NAME}={}", self.token(path))
    }

    /// Whether what was sent to `path` with this query came from a form of this session.
    pub fn is_from_form(&self, path: &str, query: &str) -> bool {
        let sent = query.split('&').find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='));
        sent.is_some_and(|sent| is_same(sent.as_bytes(), self.token(path).as_bytes()))
    }
}

/// The address of the page that a form was sent to: no link and no other form repeats the token.
pub fn without(address: &str) -> &str {
    match address.split_once('?') {
        Some((path, query)) if query.starts_with(NAME) => path,
        Some(_) | None => address,
    }
}

impl fmt::Debug for FormKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormKey")
    }
}

fn digest(key: &[u8; 32], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Takes as long whatever differs.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_for_its_session_and_its_path_only() {
        let (key, other) = (FormKey::of_session(&[1; 32]), FormKey::of_session(&[2; 32]));
        let address = key.address("/requests/1/approve");
        let (path, query) = address.split_once('?').expect("has a query");
        assert!(key.is_from_form(path, query) && key.is_from_form(path, &format!("a=b&{query}")));
        assert!(!key.is_from_form("/requests/1/reject", query));
        assert!(!key.is_from_form("/requests/1/approve/", query));
        assert!(!other.is_from_form(path, query));
    }

    #[test]
    fn nothing_and_half_a_token_are_none() {
        let key = FormKey::of_session(&[1; 32]);
        let token = key.token("/me/tokens");
        for query in
            ["", "form_token", "form_token=", &format!("form_token={}", &token[1..]), &format!("x{NAME}={token}")]
        {
            assert!(!key.is_from_form("/me/tokens", query), "{query}");
        }
    }

    #[test]
    fn an_address_loses_its_token_and_nothing_else() {
        assert_eq!(without(&FormKey::of_session(&[1; 32]).address("/me/tokens")), "/me/tokens");
        assert_eq!(without("/requests?queue=all"), "/requests?queue=all");
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", FormKey::of_session(&[7; 32])), "FormKey");
    }
}
