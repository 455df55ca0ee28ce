//! What comes from outside, before it is believed: read within bounds, and refused in Berth's words.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, from_str_with_options};

/// Why a text is not taken as YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// None where it is about the whole.
    pub line: Option<u64>,
    pub says: String,
}

/// Nobody writes so many, and each may stand for much.
const MOST_ALIASES: usize = 50;
const DEEPEST: usize = 32;

/// YAML of one document with at most `most` nodes, those that aliases stand for included.
pub fn yaml<T: DeserializeOwned>(text: &str, most: usize) -> Result<T, Unread> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: most,
            max_events: most * 3,
            max_aliases: MOST_ALIASES,
            max_anchors: MOST_ALIASES,
            max_depth: DEEPEST,
            max_documents: 2,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: most,
            max_replay_stack_depth: DEEPEST,
        },
        with_snippet: false,
    };
    from_str_with_options(text, options).map_err(|error| unread(&error))
}

fn unread(error: &Error) -> Unread {
    let says = match error {
        Error::MultipleDocuments { .. } => {
            "has several documents: only one is read, so put each into a file of its own"
        }
        Error::Message { msg, .. } => return Unread { line: line(error), says: in_words(msg) },
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasError { .. } => "is too large, too deep, or has too many aliases",
        _ => "is no YAML that Berth reads",
    };
    Unread { line: line(error), says: says.into() }
}

fn line(error: &Error) -> Option<u64> {
    error.location().map(|location| location.line())
}

/// What `serde` says of a value that is of another kind, for whoever wrote it. What Berth's own types say passes.
pub fn in_words(message: &str) -> String {
    // Where it stands in the text is said by the field.
    let message = message.split(" at line ").next().unwrap_or(message);
    if let Some(field) = quoted(message, "missing field ") {
        return format!("{field} is missing");
    }
    if let Some(field) = quoted(message, "unknown field ") {
        return format!("{field} is not known here");
    }
    if let Some(field) = quoted(message, "duplicate field ") {
        return format!("{field} is there twice");
    }
    if let Some((_, known)) = message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected ")) {
        return format!("must be {}", known.trim_start_matches("one of ").replace('`', ""));
    }
    match message.strip_prefix("invalid ").and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((_, expected)) => format!("must be {}", kind(expected)),
        None => message.to_owned(),
    }
}

fn quoted<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    message.strip_prefix(beginning)?.split('`').nth(1)
}

fn kind(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" | "string" | "str" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a set of fields",
        other if other.starts_with("struct ") => "a set of fields",
        other if other.starts_with("enum ") => "one of the words that are known here",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde::Deserialize;
    use serde_json::Value;
    use std::time::{Duration, Instant};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Amounts {
        #[expect(dead_code, reason = "only read")]
        cpu_m: u64,
    }

    #[rstest]
    #[case::a_float(r#"{"cpu_m": 0.5}"#, "must be a whole number, zero or more")]
    #[case::negative(r#"{"cpu_m": -1}"#, "must be a whole number, zero or more")]
    #[case::a_text(r#"{"cpu_m": "1"}"#, "must be a whole number, zero or more")]
    #[case::missing("{}", "cpu_m is missing")]
    #[case::unknown(r#"{"cpu": 1}"#, "cpu is not known here")]
    #[case::twice(r#"{"cpu_m": 1, "cpu_m": 2}"#, "cpu_m is there twice")]
    #[case::another_kind("7", "must be a set of fields")]
    fn a_value_of_another_kind_is_refused_in_our_words(#[case] json: &str, #[case] says: &str) {
        let error = serde_json::from_str::<Amounts>(json).expect_err("is refused").to_string();
        assert_eq!(in_words(&error), says);
    }

    #[test]
    fn one_document_within_bounds_is_read_and_all_else_refused_at_once() {
        let lists = (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
        let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()).chain(lists).collect();
        let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(2000), "*a,".repeat(2000));
        let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
        let many = "- x\n".repeat(20_000);
        for hostile in [&bomb, &wide, &deep, &many, "a: 1\n---\na: 2\n", "a: ["] {
            let began = Instant::now();
            assert!(yaml::<Value>(hostile, 5000).is_err(), "{hostile:.40}");
            assert!(began.elapsed() < Duration::from_secs(2), "{hostile:.40} took {:?}", began.elapsed());
        }
        let several = yaml::<Value>("a: 1\n---\na: 2\n", 100).expect_err("is refused");
        assert!(several.says.contains("several documents"), "{several:?}");
        let sound = yaml::<Value>("a: &x {b: 1}\nc: *x\n", 100).expect("is read");
        assert_eq!(sound["c"]["b"], 1);
    }
}
