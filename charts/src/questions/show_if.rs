//! When a question is asked: `a.b=c&&d!=e||f`.

use crate::fields::scalar;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const SHOW_IF_BYTES: usize = 2_000;
const N_CONDITIONS: usize = 50;

/// Alternatives, each of conditions that must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowIf {
    pub alternatives: Vec<Vec<Condition>>,
}

/// What one value must be, or must not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Path of the value, its parts separated by dots.
    pub variable: String,
    pub is_equal: bool,
    /// As text. Empty for a value that is empty or not there.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadShowIf {
    #[error("is longer than {SHOW_IF_BYTES} bytes or has more than {N_CONDITIONS} conditions")]
    TooLong,
    #[error("has {part:?} for a condition: one is as variable=value or variable!=value, with && or || between them")]
    Malformed { part: String },
}

impl ShowIf {
    pub fn parse(text: &str) -> Result<Self, BadShowIf> {
        let n_conditions = text.matches("||").count() + text.matches("&&").count() + 1;
        if text.len() > SHOW_IF_BYTES || n_conditions > N_CONDITIONS {
            return Err(BadShowIf::TooLong);
        }
        let all = |part: &str| part.split("&&").map(Condition::parse).collect();
        Ok(Self { alternatives: text.split("||").map(all).collect::<Result<_, _>>()? })
    }

    pub fn holds(&self, values: &Value) -> bool {
        self.alternatives.iter().any(|all| all.iter().all(|condition| condition.holds(values)))
    }
}

impl Condition {
    /// A variable alone is one that must be true.
    fn parse(text: &str) -> Result<Self, BadShowIf> {
        let text = text.trim();
        let (variable, is_equal, value) = match (text.split_once("!="), text.split_once('=')) {
            (Some((variable, value)), _) => (variable, false, value),
            (None, Some((variable, value))) => (variable, true, value.trim_start_matches('=')),
            (None, None) => match text.strip_prefix('!') {
                Some(variable) => (variable, false, "true"),
                None => (text, true, "true"),
            },
        };
        let (variable, value) = (variable.trim(), unquoted(value.trim()));
        let is_sign = |char: char| char.is_alphanumeric() || "._-[]/\"'".contains(char);
        match !variable.is_empty() && variable.chars().all(is_sign) {
            true => Ok(Self { variable: variable.to_owned(), is_equal, value: value.to_owned() }),
            false => Err(BadShowIf::Malformed { part: crate::yaml::cut(text) }),
        }
    }

    pub fn holds(&self, values: &Value) -> bool {
        let found = self.variable.split('.').try_fold(values, |value, part| value.get(part));
        let text = found.map_or(Some(String::new()), scalar);
        (text.as_deref() == Some(&self.value)) == self.is_equal
    }
}

fn unquoted(value: &str) -> &str {
    let between = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("a.b=c", true)]
    #[case("a.b = \"c\"", true)]
    #[case("a.b!=c", false)]
    #[case("a.b==c", true)]
    #[case("on=true", true)]
    #[case("on", true)]
    #[case("!on", false)]
    #[case("n=3", true)]
    #[case("missing=", true)]
    #[case("missing!=", false)]
    #[case("a=c", false)]
    #[case("a.b=x||n=3", true)]
    #[case("a.b=x||n=3&&on=false", false)]
    fn conditions_hold_for_values(#[case] text: &str, #[case] holds: bool) {
        let values = json!({"a": {"b": "c"}, "on": true, "n": 3});
        assert_eq!(ShowIf::parse(text).expect("is read").holds(&values), holds);
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_variable("=x")]
    #[case::half("a=b&&")]
    #[case::call("a(b)=c")]
    fn what_is_no_condition_is_refused(#[case] text: &str) {
        assert!(matches!(ShowIf::parse(text), Err(BadShowIf::Malformed { .. })), "{text}");
    }

    #[test]
    fn no_more_conditions_are_read_than_people_write() {
        assert_eq!(ShowIf::parse(&"a=b||".repeat(51)), Err(BadShowIf::TooLong));
        assert_eq!(ShowIf::parse(&"a".repeat(2_001)), Err(BadShowIf::TooLong));
    }
}
