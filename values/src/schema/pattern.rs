//! Patterns of schemas, which are written for JavaScript, run by an engine that cannot be made slow.

use regex::{Regex, RegexBuilder};

use crate::limits::{MAX_PATTERN_BYTES, MAX_PATTERN_SIZE};

/// A pattern that was compiled, or `None` for one that is too large or wants what the engine does not have (looking around,
/// back references).
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return None;
    }
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    RegexBuilder::new(&translated)
        .size_limit(MAX_PATTERN_SIZE)
        .dfa_size_limit(MAX_PATTERN_SIZE)
        .nest_limit(50)
        .build()
        .ok()
}
