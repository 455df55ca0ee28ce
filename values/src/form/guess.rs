//! What names and defaults tell where no schema does.

use crate::path::{Path, Segment};
use crate::value::{Type, Value};

/// Whether what stands under this name is most likely a secret itself, not the name of one or something about it: by the last
/// words of the name. What stands in a list is called like the list.
pub fn is_secret(path: &Path) -> bool {
    let mut names = path.segments().iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(words(key)),
        Segment::Index(_) => None,
    });
    let Some(mut words) = names.next() else { return false };
    if words == ["key"] {
        words.splice(0..0, names.next().unwrap_or_default());
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.iter().any(|word| ["existing", "pull"].contains(word)) {
        return false;
    }
    match words.as_slice() {
        ["secret" | "secrets"] => true,
        [.., "password" | "passwords" | "passwd" | "passphrase" | "pass" | "pwd" | "token" | "tokens"] => true,
        [.., "credentials" | "dsn" | "apikey" | "secretkey" | "privatekey" | "accesskey" | "clientsecret"] => true,
        [.., kind, "key" | "keys"] => [
            "secret",
            "api",
            "private",
            "access",
            "encryption",
            "signing",
            "master",
            "ssh",
            "tls",
            "shared",
            "auth",
            "account",
        ]
        .contains(kind),
        [.., kind, "secret" | "secrets"] => {
            ["client", "jwt", "cookie", "shared", "session", "api", "app", "oauth", "hmac", "webhook", "consumer"]
                .contains(kind)
        }
        [.., "secret" | "password", "value" | "hash"] => true,
        [.., "database" | "db" | "connection", "url" | "uri" | "string"] => true,
        _ => false,
    }
}

/// Of a name as people write it: `clientSecret`, `DB_PASSWORD`, `api-key`, `APIKey`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (place, c) in chars.iter().enumerate() {
        let before = place.checked_sub(1).map(|place| chars[place]);
        let after = chars.get(place + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_numeric() || after.is_some_and(|after| after.is_lowercase())
            });
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
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

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("password", true)]
    #[case("refreshToken", true)]
    #[case("profilePassword", true)]
    #[case("DB_PASSWORD", true)]
    #[case("keycloakPathPassword", true)]
    #[case("jwtSecret", true)]
    #[case("APIKey", true)]
    #[case("encryption-key", true)]
    #[case("tls.key", true)]
    #[case("databaseUrl", true)]
    #[case("tokens[0]", true)]
    #[case("secret", true)]
    #[case("existingSecret", false)]
    #[case("existingSecretPasswordKey", false)]
    #[case("secretName", false)]
    #[case("passwordSecret", false)]
    #[case("auth.secretKeys.adminPasswordKey", false)]
    #[case("imagePullSecrets[0]", false)]
    #[case("tokenTtl", false)]
    #[case("passwordFile", false)]
    #[case("tokenUrl", false)]
    #[case("publicKey", false)]
    #[case("bypass", false)]
    #[case("key", false)]
    fn names_of_secrets_and_of_what_is_about_them(#[case] name: &str, #[case] is: bool) {
        assert_eq!(is_secret(&Path::from_dotted(name)), is);
    }
}
