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

/// What came of asking the userinfo endpoint.
pub enum UserInfo {
    Said(Box<Info>),
    /// The provider has no such endpoint.
    None,
    /// It was not to be had: what it would have said is not known.
    Failed,
}

/// What the provider said about a person so far.
#[derive(Default)]
pub struct Said {
    pub email: Option<String>,
    /// Whether it says that the address is theirs.
    pub email_verified: bool,
    pub name: Option<String>,
    pub groups: Groups,
    /// Whether userinfo told them.
    pub userinfo_has_groups: bool,
}

/// What it said of the groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Groups {
    /// Those that a binding can name, of all there are.
    All(Vec<String>),
    /// Everything was read, and no claim is there. What that means is a setting.
    Missing,
    /// Not all of them: it keeps them elsewhere, they cannot be read, or it was not to be heard.
    #[default]
    NotAll,
}

impl Said {
    pub fn from(claims: &Claims, groups_claim: &str) -> Self {
        let name = claims.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        let username = claims.preferred_username().map(|name| name.as_str());
        let extra = claims.additional_claims();
        Self {
            email: claims.email().and_then(|email| shown(email)),
            email_verified: extra.says_verified(claims.email_verified()),
            name: name.and_then(shown).or_else(|| username.and_then(shown)),
            groups: extra.groups(groups_claim),
            userinfo_has_groups: false,
        }
    }

    /// Of an answer without an ID token. Then userinfo is all there is, and enough if it told the groups before.
    pub fn without_token(userinfo_has_groups: bool) -> Self {
        let groups = if userinfo_has_groups { Groups::Missing } else { Groups::NotAll };
        Self { groups, userinfo_has_groups, ..Self::default() }
    }

    pub fn lacks_something(&self) -> bool {
        let has_groups = matches!(self.groups, Groups::All(_));
        self.email.is_none() || self.name.is_none() || !has_groups
    }

    /// Adds what userinfo says.
    pub fn fill(&mut self, info: UserInfo, groups_claim: &str) {
        let info = match info {
            UserInfo::Said(info) => info,
            UserInfo::None => return,
            UserInfo::Failed => {
                // It may be there that the groups are.
                self.groups = std::mem::take(&mut self.groups).and(Groups::NotAll);
                return;
            }
        };
        if self.email.is_none() {
            self.email = info.email().and_then(|email| shown(email));
            self.email_verified = info.additional_claims().says_verified(info.email_verified());
        }
        let name = info.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        let username = info.preferred_username().map(|name| name.as_str());
        let given = || name.and_then(shown).or_else(|| username.and_then(shown));
        self.name = self.name.take().or_else(given);
        let groups = info.additional_claims().groups(groups_claim);
        self.userinfo_has_groups |= matches!(groups, Groups::All(_));
        self.groups = std::mem::take(&mut self.groups).and(groups);
    }
}

impl Groups {
    /// With what is said in a second place. That no claim is there must be so in both.
    fn and(self, there: Self) -> Self {
        match (self, there) {
            (Self::All(groups), _) | (_, Self::All(groups)) => Self::All(groups),
            (Self::Missing, Self::Missing) => Self::Missing,
            (Self::NotAll, _) | (_, Self::NotAll) => Self::NotAll,
        }
    }
}

impl Extra {
    /// The provider's own session.
    pub fn sid(&self) -> Option<String> {
        self.all.get("sid").and_then(Value::as_str).map(str::to_owned)
    }

    /// Entra says it in a claim of its own, `xms_edov`, as a boolean, a number or a text.
    fn says_verified(&self, email_verified: Option<bool>) -> bool {
        let owned = self.all.get("xms_edov");
        let owned = owned.is_some_and(|said| *said == true || *said == 1 || *said == "1" || *said == "true");
        email_verified.unwrap_or(owned)
    }

    /// Whether the provider says that it keeps the whole list elsewhere (OpenID Connect Core, 5.6.2; so does Entra).
    fn says_elsewhere(&self, claim: &str) -> bool {
        let outermost = claim.split('.').next().unwrap_or_default();
        let is_elsewhere =
            self.all.get("_claim_names").is_some_and(|names| names.get(claim).or(names.get(outermost)).is_some());
        is_elsewhere || self.all.get("hasgroups").is_some_and(|has| *has == Value::Bool(true))
    }

    /// The groups, when the claim can be read as a whole. A provider that has more groups than fit in a token leaves the
    /// claim out, and says so: half a list would be a wrong one.
    fn groups(&self, claim: &str) -> Groups {
        if self.says_elsewhere(claim) {
            return Groups::NotAll;
        }
        let groups: Option<Vec<_>> = match find(&self.all, claim) {
            None | Some(Value::Null) => return Groups::Missing,
            Some(Value::String(group)) => Some(vec![group.clone()]),
            Some(Value::Array(groups)) => groups.iter().map(|group| group.as_str().map(str::to_owned)).collect(),
            Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => None,
        };
        groups.map_or(Groups::NotAll, |groups| Groups::All(bindable(groups)))
    }
}

/// A claim by its name, which may have dots in it, or by the names on the way to it with dots between them.
fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let within = |(at, _): (usize, &str)| {
        let inner = claims.get(&name[..at])?.as_object()?;
        find(inner, &name[at + 1..])
    };
    claims.get(name).or_else(|| name.match_indices('.').find_map(within))
}

/// Those that a binding can name, each once: the others give no role.
fn bindable(groups: Vec<String>) -> Vec<String> {
    let mut groups: Vec<_> = groups.into_iter().filter(|group| group.parse::<GroupName>().is_ok()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Names and addresses stand in pages, logs and the audit trail. None when there is nothing to stand there.
fn shown(said: &str) -> Option<String> {
    let shown = text::shown(said.trim(), text::LONGEST_NAME);
    shown.chars().any(|c| c != text::REPLACEMENT && !c.is_whitespace()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn extra(claims: Value) -> Extra {
        serde_json::from_value(claims).expect("reads")
    }

    fn all(groups: &[&str]) -> Groups {
        Groups::All(groups.iter().map(|group| (*group).to_owned()).collect())
    }

    #[rstest]
    #[case(json!({ "groups": ["a", "b"] }), all(&["a", "b"]))]
    #[case(json!({ "groups": [] }), all(&[]))]
    #[case(json!({ "groups": "a" }), all(&["a"]))]
    #[case(json!({}), Groups::Missing)]
    #[case(json!({ "groups": null }), Groups::Missing)]
    #[case(json!({ "groups": ["a", 1] }), Groups::NotAll)]
    #[case(json!({ "groups": { "a": true } }), Groups::NotAll)]
    #[case(json!({ "hasgroups": true, "_claim_names": { "groups": "src1" } }), Groups::NotAll)]
    #[case(json!({ "hasgroups": true }), Groups::NotAll)]
    #[case(json!({ "_claim_names": { "groups": "src1" } }), Groups::NotAll)]
    #[case(json!({ "groups": ["a"], "_claim_names": { "groups": "src1" } }), Groups::NotAll)]
    #[case(json!({ "groups": ["a"], "hasgroups": true }), Groups::NotAll)]
    #[case(json!({ "groups": ["a"], "_claim_names": { "roles": "src1" } }), all(&["a"]))]
    fn groups_are_all_there_missing_or_not_all_there(#[case] claims: Value, #[case] expected: Groups) {
        assert_eq!(extra(claims).groups("groups"), expected);
    }

    #[rstest]
    #[case("realm_access.roles", json!({ "realm_access": { "roles": ["a"] } }))]
    #[case("resource_access.my.client.roles", json!({ "resource_access": { "my.client": { "roles": ["a"] } } }))]
    #[case("https://example.org/groups", json!({ "https://example.org/groups": ["a"] }))]
    #[case("https://example.org/x.y", json!({ "https://example.org/x": { "y": ["a"] } }))]
    #[case("a.b", json!({ "a.b": ["a"], "a": { "b": ["other"] } }))]
    fn a_claim_within_another_is_found(#[case] name: &str, #[case] claims: Value) {
        assert_eq!(extra(claims).groups(name), all(&["a"]));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_a_missing_claim() {
        for claims in [json!({}), json!({ "realm_access": {} }), json!({ "realm_access": ["roles"] })] {
            assert_eq!(extra(claims).groups("realm_access.roles"), Groups::Missing);
        }
        let elsewhere = json!({ "_claim_names": { "realm_access": "src1" } });
        assert_eq!(extra(elsewhere).groups("realm_access.roles"), Groups::NotAll);
    }

    #[test]
    fn a_claim_is_missing_only_if_everything_was_read() {
        use Groups::{Missing, NotAll};
        for (token, userinfo, together) in [
            (Missing, Missing, Missing),
            (Missing, NotAll, NotAll),
            (NotAll, Missing, NotAll),
            (Missing, all(&["a"]), all(&["a"])),
            (NotAll, all(&["a"]), all(&["a"])),
            (all(&["a"]), NotAll, all(&["a"])),
        ] {
            assert_eq!(token.and(userinfo), together);
        }
        let without_token = |has_groups, there| Said::without_token(has_groups).groups.and(there);
        assert_eq!(without_token(false, Missing), NotAll, "an answer without an ID token says nothing");
        assert_eq!(without_token(true, Missing), Missing, "it is userinfo that tells them");
        assert_eq!(without_token(true, NotAll), NotAll);
    }

    #[rstest]
    #[case(Some(true), json!({}), true)]
    #[case(Some(false), json!({ "xms_edov": true }), false)]
    #[case(None, json!({}), false)]
    #[case(None, json!({ "xms_edov": true }), true)]
    #[case(None, json!({ "xms_edov": "1" }), true)]
    #[case(None, json!({ "xms_edov": false }), false)]
    fn an_address_is_verified_only_if_the_provider_says_so(
        #[case] email_verified: Option<bool>,
        #[case] claims: Value,
        #[case] expected: bool,
    ) {
        assert_eq!(extra(claims).says_verified(email_verified), expected);
    }

    #[test]
    fn a_name_is_one_line_of_what_can_be_seen() {
        assert_eq!(shown(" Some\r\nbody \u{1b}[31m").as_deref(), Some("Some  body \u{fffd}[31m"));
        assert_eq!(shown(&"x".repeat(200_000)).expect("is a name").chars().count(), text::LONGEST_NAME + 1);
        assert_eq!((shown(""), shown(" \u{200f}\n")), (None, None), "then somebody is called by what else is known");
    }

    #[test]
    fn groups_that_no_binding_can_name_are_left_out() {
        let groups = vec!["b".into(), "a".into(), "b".into(), String::new(), "x".repeat(257)];
        assert_eq!(bindable(groups), ["a", "b"]);
    }
}
