//! What the provider says about a person, from the ID token and, where that is silent, from userinfo.

use domain::name::GroupName;
use domain::text;
use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, IdTokenClaims, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Claims that are not of the standard: among them the groups, under a name of the provider's choice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Extra {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Extra {}

pub type Claims = IdTokenClaims<Extra, CoreGenderClaim>;
pub type Info = UserInfoClaims<Extra, CoreGenderClaim>;

/// What the provider said about a person so far.
#[derive(Default)]
pub struct Said {
    pub email: Option<String>,
    pub name: Option<String>,
    /// Those that a binding can name.
    pub groups: Option<Vec<String>>,
}

impl Said {
    pub fn from(claims: &Claims, groups_claim: &str) -> Self {
        let name = claims.name().and_then(|name| name.get(None)).map(|name| shown(name));
        Self {
            email: claims.email().map(|email| shown(email)),
            name: name.or_else(|| claims.preferred_username().map(|name| shown(name))),
            groups: claims.additional_claims().groups(groups_claim),
        }
    }

    pub fn lacks_something(&self) -> bool {
        self.email.is_none() || self.name.is_none() || self.groups.is_none()
    }

    pub fn fill(&mut self, info: &Info, groups_claim: &str) {
        let name = || info.name().and_then(|name| name.get(None)).map(|name| shown(name));
        let username = || info.preferred_username().map(|name| shown(name));
        self.email = self.email.take().or_else(|| info.email().map(|email| shown(email)));
        self.name = self.name.take().or_else(name).or_else(username);
        self.groups = self.groups.take().or_else(|| info.additional_claims().groups(groups_claim));
    }
}

impl Extra {
    /// The provider's own session.
    pub fn sid(&self) -> Option<String> {
        self.all.get("sid").and_then(Value::as_str).map(str::to_owned)
    }

    /// Whether the provider says that it keeps the whole list elsewhere (OpenID Connect Core, 5.6.2; so does Entra).
    fn says_elsewhere(&self, claim: &str) -> bool {
        let is_elsewhere = self.all.get("_claim_names").and_then(|names| names.get(claim)).is_some();
        is_elsewhere || self.all.get("hasgroups").is_some_and(|has| *has == Value::Bool(true))
    }

    /// The groups, or none when the claim is missing or cannot be read as a whole. A provider that has
    /// more groups than fit in a token leaves the claim out: half a list would be a wrong one.
    fn groups(&self, claim: &str) -> Option<Vec<String>> {
        if self.says_elsewhere(claim) {
            return None;
        }
        let groups: Option<Vec<_>> = match self.all.get(claim)? {
            Value::String(group) => Some(vec![group.clone()]),
            Value::Array(groups) => groups.iter().map(|group| group.as_str().map(str::to_owned)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        };
        groups.map(bindable)
    }
}

/// Names and addresses stand in pages, logs and the audit trail.
fn shown(said: &str) -> String {
    text::shown(said.trim(), text::LONGEST_NAME)
}

/// Those that a binding can name, each once: the others give no role.
fn bindable(groups: Vec<String>) -> Vec<String> {
    let mut groups: Vec<_> = groups.into_iter().filter(|group| group.parse::<GroupName>().is_ok()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(json!({ "groups": ["a", "b"] }), Some(vec!["a", "b"]))]
    #[case(json!({ "groups": [] }), Some(vec![]))]
    #[case(json!({ "groups": "a" }), Some(vec!["a"]))]
    #[case(json!({}), None)]
    #[case(json!({ "groups": null }), None)]
    #[case(json!({ "groups": ["a", 1] }), None)]
    #[case(json!({ "hasgroups": true, "_claim_names": { "groups": "src1" } }), None)]
    #[case(json!({ "groups": ["a"], "_claim_names": { "groups": "src1" } }), None)]
    #[case(json!({ "groups": ["a"], "hasgroups": true }), None)]
    #[case(json!({ "groups": ["a"], "_claim_names": { "roles": "src1" } }), Some(vec!["a"]))]
    fn groups_are_all_there_or_unknown(#[case] claims: Value, #[case] expected: Option<Vec<&str>>) {
        let extra: Extra = serde_json::from_value(claims).expect("reads");
        assert_eq!(extra.groups("groups"), expected.map(|groups| groups.into_iter().map(str::to_owned).collect()));
    }

    #[test]
    fn a_name_is_shown_in_one_line_of_bounded_length() {
        assert_eq!(shown(" Some\r\nbody \u{1b}[31m"), "Some  body \u{fffd}[31m");
        assert_eq!(shown(&"x".repeat(200_000)).chars().count(), text::LONGEST_NAME + 1);
    }

    #[test]
    fn groups_that_no_binding_can_name_are_left_out() {
        let groups = vec!["b".into(), "a".into(), "b".into(), String::new(), "x".repeat(257), "a\u{202e}".into()];
        assert_eq!(bindable(groups), ["a", "b"]);
    }
}
