//! What charts may be called.

/// Helm's own bound.
const NAME_BYTES: usize = 250;

/// What `helm create` takes: a folder's name everywhere.
pub fn is_name(name: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && name.len() <= NAME_BYTES && name.bytes().all(is_sign) && !matches!(name, "." | "..")
}
