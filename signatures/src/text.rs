//! What is written of bytes and texts from outside.

use std::fmt::Write;

/// How much is shown of a text, in characters.
const SHOWN: usize = 100;

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Short, and without what would move a terminal's cursor.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(SHOWN).collect()
}

/// What serde says of a wrong value, without the value, which may be half of a key.
pub(crate) fn without_values(message: &str) -> String {
    let mut parts = message.split('"');
    let message = match (parts.next(), parts.next_back()) {
        (Some(before), Some(after)) => format!("{before}…{after}"),
        (Some(_) | None, _) => message.to_owned(),
    };
    match message.split('`').nth(1).filter(|name| name.chars().count() > SHOWN / 4) {
        Some(name) => message.replace(name, "…"),
        None => message,
    }
}
