//! The mark of a form that asks for something: sent twice as it is, by a double click or from the page before, it is one ask.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// For a form that is given out.
pub fn fresh() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The key of what was sent: other fields are another ask, also from the same form. None for a form without a mark.
pub fn of(mark: &str, fields: &impl Serialize) -> Option<String> {
    if mark.is_empty() {
        return None;
    }
    let fields = serde_json::to_vec(fields).expect("fields are texts");
    let digest = Sha256::digest(fields);
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
