//! What names and defaults tell where no schema does.

use crate::path::Path;
use crate::value::{Type, Value};

/// Whether a text under this name is most likely a secret itself, not the name of one.
pub fn is_secret(path: &Path) -> bool {
    const SECRET: [&str; 9] =
        ["password", "passwd", "passphrase", "token", "secretkey", "apikey", "privatekey", "accesskey", "clientsecret"];
    const OTHER: [&str; 20] = [
        "existing",
        "name",
        "ref",
        "path",
        "file",
        "url",
        "ttl",
        "expir",
        "enabled",
        "length",
        "policy",
        "mount",
        "audience",
        "header",
        "endpoint",
        "issuer",
        "keyin",
        "secretkeys",
        "timeout",
        "passwordkey",
    ];
    let Some(key) = path.last_key() else { return false };
    let key: String = key.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let is_other = OTHER.iter().any(|other| key.contains(other));
    !is_other && (key == "secret" || SECRET.iter().any(|secret| key.contains(secret)))
}

/// Whether a map under this name has texts under keys that people choose.
pub(super) fn is_text_map(path: &Path) -> bool {
    const NAMES: [&str; 5] = ["labels", "annotations", "nodeSelector", "matchLabels", "matchExpressions"];
    path.last_key().is_some_and(|key| NAMES.contains(&key) || key.ends_with("Labels") || key.ends_with("Annotations"))
        && path.last_key() != Some("matchExpressions")
}

/// Whether it holds requests and limits of a container.
pub(super) fn is_resources(path: &Path) -> bool {
    path.last_key().is_some_and(|key| key == "resources" || key.ends_with("Resources"))
}

/// The types that a default leads to. Nothing says much less than something.
pub(super) fn types(hint: Option<&Value>) -> Vec<Type> {
    match hint.map(Value::kind) {
        None | Some(Type::Null) => vec![Type::String, Type::Integer, Type::Number, Type::Boolean],
        Some(kind) => vec![kind],
    }
}

/// Whether all items of a list are of one kind: maps, or scalars of one type.
pub(super) fn is_alike(items: &[Value]) -> bool {
    let Some(first) = items.first().map(Value::kind) else { return false };
    first != Type::Array && first != Type::Null && items.iter().all(|item| item.kind() == first)
}

/// A label made of a key: `replicaCount` → `Replica count`.
pub(super) fn label(key: &str) -> String {
    let mut label = String::new();
    let chars: Vec<char> = key.chars().take(100).collect();
    for (place, c) in chars.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(place + 1);
        let starts_word = c.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase())));
        let is_separator = matches!(c, '_' | '-') && place > 0 && after.is_some();
        if starts_word {
            label.push(' ');
        }
        match c {
            _ if is_separator => label.push(' '),
            _ if starts_word && !after.is_some_and(|after| after.is_uppercase()) => label.extend(c.to_lowercase()),
            _ if place == 0 => label.extend(c.to_uppercase()),
            _ => label.push(*c),
        }
    }
    label
}
