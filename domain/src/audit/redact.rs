//! Takes secrets out of what an event would keep for ever. What should not be there in the first place is caught here.

use serde_json::Value;

const GONE: &str = "[redacted]";
/// A field whose name ends in one of these words holds a secret.
const SECRET_WORDS: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "kubeconfig"];
/// Names that say it in two words.
const SECRET_NAMES: [&str; 5] = ["api_key", "private_key", "access_key", "secret_key", "client_key"];
/// Beginnings of well-known tokens, with the length from which on they are some.
const TOKEN_BEGINNINGS: [(&str, usize); 7] =
    [("berth_", 30), ("eyJ", 40), ("ghp_", 30), ("github_pat_", 30), ("glpat-", 20), ("xoxb-", 20), ("AKIA", 20)];

/// The same with every secret replaced: texts in fields with a telling name, and known shapes of tokens and keys anywhere.
pub fn redact(detail: Value) -> Value {
    match detail {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let value = if names_a_secret(&name) { hide(value) } else { redact(value) };
                    (name, value)
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(redact).collect(),
        Value::String(text) => Value::String(clean(&text)),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let last = name.rsplit('_').next().unwrap_or_default();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_WORDS.contains(&last)
}

/// Whatever text is in it; how many there are of something is no secret.
fn hide(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::String(text),
        Value::String(_) => GONE.into(),
        Value::Array(items) => items.into_iter().map(hide).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, hide(value))).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn clean(text: &str) -> String {
    if text.contains("PRIVATE KEY-----") {
        return GONE.into();
    }
    let words = text
        .split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '(' | ')' | '=' | ':'));
    let mut is_bearer = false;
    let mut cleaned = String::with_capacity(text.len());
    for word in words {
        let bare =
            word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/' | '+'));
        let is_secret = is_token(bare) || has_password(bare) || (is_bearer && bare.len() >= 8);
        is_bearer = bare.eq_ignore_ascii_case("bearer");
        if is_secret {
            cleaned.push_str(GONE);
            cleaned.push_str(&word[bare.len()..]);
        } else {
            cleaned.push_str(word);
        }
    }
    cleaned
}

fn is_token(word: &str) -> bool {
    TOKEN_BEGINNINGS.iter().any(|(begins, length)| word.starts_with(begins) && word.len() >= *length)
}

/// `//user:password@host`: the split above leaves `password@host`, which follows no blank.
fn has_password(word: &str) -> bool {
    word.split_once('@').is_some_and(|(before, _)| before.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_with_a_telling_name_lose_their_texts_and_keep_their_numbers() {
        let before = json!({
            "client_secret": "s", "Refresh-Token": "r", "n_token": 3, "api_key": "k", "credential": {"user": "a", "n": 1},
            "token_id": "0199", "prefix": "berth_abc123", "scope": "read", "password": "",
        });
        let after = json!({
            "client_secret": GONE, "Refresh-Token": GONE, "n_token": 3, "api_key": GONE,
            "credential": {"user": GONE, "n": 1},
            "token_id": "0199", "prefix": "berth_abc123", "scope": "read", "password": "",
        });
        assert_eq!(redact(before), after);
    }

    #[test]
    fn tokens_are_known_by_their_shape_wherever_they_stand() {
        let token = format!("berth_{}", "a".repeat(43));
        let jwt = format!("eyJ{}.eyJ{}.sig", "a".repeat(20), "b".repeat(20));
        let before = json!({ "comment": [format!("use {token}, please"), format!("Authorization: Bearer {jwt}")] });
        let after = json!({ "comment": [format!("use {GONE}, please"), format!("Authorization: Bearer {GONE}")] });
        assert_eq!(redact(before), after);
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----";
        assert_eq!(redact(json!({ "reason": key })), json!({ "reason": GONE }));
        assert_eq!(redact(json!("Bearer 0123456789abcdef")), json!(format!("Bearer {GONE}")));
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        let said = json!({
            "comment": "Is 2 CPU enough? Ask owner@berth.test; the bearer of this, see https://wiki.berth.test/a?b=c",
            "quota": {"cpu_m": 2000}, "groups": ["payments-owners"],
        });
        assert_eq!(redact(said.clone()), said);
    }
}
