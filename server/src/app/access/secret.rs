//! Secrets that are handed out once and kept as a hash: 256 random bits need no salt and no slow hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Purposes of sealed tokens of the provider.
pub const ID_TOKEN: &str = "id token";
pub const REFRESH_TOKEN: &str = "refresh token";

/// Characters of 32 bytes in base64.
pub const LENGTH: usize = 43;

/// 32 random bytes, as text that fits a cookie and a header.
pub fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whether `text` can be one of ours at all.
pub fn is_shaped(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_secret_has_our_shape_and_is_never_the_same() {
        let (one, other) = (fresh(), fresh());
        assert!(is_shaped(&one) && is_shaped(&other));
        assert_ne!(one, other);
        assert_ne!(hash(&one), hash(&other));
    }

    #[test]
    fn other_texts_are_told_apart_before_any_look_up() {
        assert!(!is_shaped(""));
        assert!(!is_shaped(&"a".repeat(LENGTH + 1)));
        assert!(!is_shaped(&" ".repeat(LENGTH)));
    }
}
