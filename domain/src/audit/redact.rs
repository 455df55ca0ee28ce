//! Takes secrets out of what an event would keep for ever. What should not be there in the first place is caught here.

use regex::{Captures, Regex};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::LazyLock;

const GONE: &str = "[redacted]";
/// What is longer is no word of a language.
const LONGEST_WORD: usize = 24;
/// A field whose name ends in one of these words holds a secret.
const SECRET_WORDS: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "credential", "kubeconfig"];
/// Names that say it in two words.
const SECRET_NAMES: [&str; 5] = ["api_key", "private_key", "access_key", "secret_key", "client_key"];
/// What has the shape of a secret wherever it stands, and what of it may stay (`$1`).
static SHAPES: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        // Private keys, also without their end.
        (r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)", ""),
        // Addresses with a password: `postgres://user:password@host`.
        (r"(://[^\s/:@]*:)\S+(@)", "$2"),
        // What stands in a header.
        (r#"(?i)(\bauthorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest|token|negotiate|apikey)\s+)[^\s"',;]+"#, ""),
        // Tokens that say by their beginning whose they are: of Berth, JSON Web Tokens, AWS, GitHub, GitLab, Google,
        // npm, Slack, Stripe, Vault.
        (
            r"(?-u)\b(?:berth_[\w-]{25,}|eyJ[\w.+/=-]{37,}|A[KS]IA[0-9A-Z]{16}|gh[oprsu]_\w{26,}|github_pat_\w{20,}|glpat-[\w-]{14,}|AIza[\w-]{30,}|npm_\w{30,}|xox[abeprs]-[\w-]{14,}|[rs]k_live_\w{16,}|hv[bs]\.[\w-]{20,})",
            "",
        ),
    ]
    .map(|(shape, after)| (regex(shape), after))
});
/// `password=…`, `DB_PASSWORD: …`, `"client_secret": "…"`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?i)([\w.-]*(?:password|passwd|passphrase|pwd|secret|token|authorization|cookie|credentials?|api[_-]?key|private[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?key))(["']?\s*(?:[:=]+|\bis\b)\s*)("[^"]+"|'[^']+'|[^\s,;&"')}\]]+)"#,
    )
});
static BEARER: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\b(bearer\s+)([0-9a-z_.~+/=-]{8,})"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("is one of ours")
}

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
        Value::String(text) => Value::String(redact_text(&text)),
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

/// A text of people with every secret in it replaced. Ordinary sentences stay as they are.
pub fn redact_text(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (shape, after) in SHAPES.iter() {
        let with = if shape.captures_len() > 1 { format!("${{1}}{GONE}{after}") } else { GONE.to_owned() };
        text = shape.replace_all(&text, with).into_owned().into();
    }
    let text = BEARER.replace_all(&text, |found: &Captures<'_>| {
        let is_secret = looks_random(&found[2]) || found[2].len() > LONGEST_WORD;
        if is_secret { format!("{}{GONE}", &found[1]) } else { found[0].to_owned() }
    });
    let text = NAMED.replace_all(&text, |found: &Captures<'_>| {
        let (name, between, value) = (&found[1], &found[2], &found[3]);
        let is_secret = !value.starts_with("[redacted") && is_given_away(name, between, value);
        if is_secret { format!("{name}{between}{GONE}") } else { found[0].to_owned() }
    });
    text.into_owned()
}

/// Whether what stands behind the name of a secret is one. `=` says so; behind a colon or `is` a sentence may go on, but
/// for passwords, which may be words.
fn is_given_away(name: &str, between: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_password = ["password", "passwd", "passphrase", "pwd"].iter().any(|word| name.ends_with(word));
    let is_quoted = value.starts_with(['"', '\'']);
    match between.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
        sign if sign.contains('=') => true,
        ":" => is_password || is_quoted || looks_random(value),
        _ => looks_random(value),
    }
}

/// Letters and digits mixed, and no address: words, numbers and links are none.
fn looks_random(value: &str) -> bool {
    let has = |of: fn(&char) -> bool| value.chars().any(|c| of(&c));
    value.len() >= 6 && !value.contains("://") && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
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

    #[rstest]
    #[case("password=hunter2", "password=[redacted]")]
    #[case("the password is hunter22.", "the password is [redacted]")]
    #[case("Password: swordfish", "Password: [redacted]")]
    #[case("DB_PASSWORD = correct, then", "DB_PASSWORD = [redacted], then")]
    #[case("{\"client_secret\": \"a b c\"}", "{\"client_secret\": [redacted]}")]
    #[case("token: 9f8e7d6c5b", "token: [redacted]")]
    #[case("api-key:abc123def", "api-key:[redacted]")]
    #[case("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [redacted]")]
    #[case("AKIAIOSFODNN7EXAMPLE is it", "[redacted] is it")]
    #[case("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]")]
    #[case("curl -H 'Authorization: Bearer abcdefgh' x", "curl -H 'Authorization: Bearer [redacted]' x")]
    #[case("postgres://berth:p@ss/word@db/berth?x=1", "postgres://berth:[redacted]@db/berth?x=1")]
    #[case("Server=db;User=sa;Pwd=x;Port=1", "Server=db;User=sa;Pwd=[redacted];Port=1")]
    #[case("see -----BEGIN PRIVATE KEY-----\nMHc\nno end", "see [redacted]")]
    #[case("ghp_0123456789abcdef0123456789abcdef0123", "[redacted]")]
    fn what_people_write_loses_its_secrets(#[case] said: &str, #[case] kept: &str) {
        assert_eq!(redact_text(said), kept);
        assert_eq!(redact_text(kept), kept, "once more changes nothing");
    }

    #[rstest]
    #[case("The token: it expired, and the secret is safe. Is a password needed? Passwords: none.")]
    #[case("Rotate the credentials: tomorrow; cookie: yes. The bearer certificates are new.")]
    #[case("tokens: 12, secrets: 200, access key: none")]
    #[case("token: https://wiki.berth.test/tokens2026")]
    #[case("ssh://git@host/repo, mail a:b to owner@berth.test, 10:30@office")]
    fn sentences_about_secrets_stay(#[case] said: &str) {
        assert_eq!(redact_text(said), said);
    }

    proptest! {
        #[test]
        fn ordinary_sentences_stay(
            said in "([A-Za-zäöüß]{1,12}|[0-9]{1,6}|[a-z]{2,8}-[a-z0-9]{1,5}|REQ-[0-9]{1,4}|[a-z]{2,6}@[a-z]{2,8}\\.test)([,.;:?!]? ([A-Za-zäöüß]{1,12}|[0-9]{1,6} GiB|payments-dev|\\(yes\\)|\"so\")){0,30}[.?!]?"
        ) {
            let names_none = !["pass", "pwd", "secret", "token", "cookie", "bearer", "credential"]
                .iter().any(|word| said.to_lowercase().contains(word));
            prop_assume!(names_none);
            prop_assert_eq!(redact_text(&said), said);
        }

        #[test]
        fn no_named_secret_stays(
            name in "(db_|DB-|)(password|PASSWD|token|secret|api_key|client-key|cookie)",
            sign in "( ?= ?|=)",
            value in "[a-zA-Z0-9_/+.!%*-]{4,40}",
        ) {
            let said = format!("Use {name}{sign}{value} for now");
            prop_assert!(!redact_text(&said).contains(&value), "{}", redact_text(&said));
        }
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
