//! Settings of a cluster: in setup files, over the API, and in the form in the browser.

use crate::field_error::FieldErrors;
use crate::form::ClusterFields;
use crate::name::ClusterName;
use crate::text::{Lines, check_characters};
use serde::{Deserialize, Serialize};

/// Settings of a cluster that was added before; its credentials are in no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterSetup {
    pub name: ClusterName,
    /// How much of the nodes' CPU and memory may be granted.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub overcommit_percent: i32,
    /// What the cluster puts before the names of groups and of people.
    pub groups_prefix: String,
    pub users_prefix: String,
    /// The identity provider whose ID tokens the cluster takes, for people who sign in there with `kubectl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Begins with `https://`.
    pub issuer: String,
    /// What it calls kubectl: a public client with PKCE.
    pub client_id: String,
}

/// Characters of a prefix, and of what names the identity provider, at most.
const LONGEST_PREFIX: usize = 100;
const LONGEST_OIDC: usize = 500;
/// Groups and people that begin with this have rights of their own, such as `system:masters`.
const KUBERNETES_OWN: &str = "system:";

impl ClusterSetup {
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        self.collect(&mut errors);
        errors.finish()
    }

    fn collect(&self, errors: &mut FieldErrors) {
        if !(1..=1000).contains(&self.overcommit_percent) {
            errors.add("overcommit_percent", "must be between 1 and 1000 percent");
        }
        for (field, prefix) in [("groups_prefix", &self.groups_prefix), ("users_prefix", &self.users_prefix)] {
            if !is_line(prefix, LONGEST_PREFIX) {
                errors.add(field, "must be at most 100 characters on one line");
            } else if prefix.starts_with(KUBERNETES_OWN) {
                errors.add(field, "must not begin with system:, which makes them Kubernetes' own");
            }
        }
        if let Some(oidc) = &self.oidc {
            oidc.collect(errors);
        }
    }

    /// Reads the form, with every mistake at once. An empty prefix of people is that of groups.
    pub fn from_fields(name: ClusterName, fields: &ClusterFields) -> Result<Self, FieldErrors> {
        let groups_prefix = fields.groups_prefix.trim().to_owned();
        let users_prefix = match fields.users_prefix.trim() {
            "" => groups_prefix.clone(),
            prefix => prefix.to_owned(),
        };
        let oidc = match (fields.oidc_issuer.trim(), fields.oidc_client_id.trim()) {
            ("", "") => None,
            (issuer, client_id) => Some(Oidc { issuer: issuer.to_owned(), client_id: client_id.to_owned() }),
        };
        let percent = match fields.overcommit_percent.trim() {
            "" => Some(100),
            text => text.trim_end_matches('%').trim_end().parse().ok(),
        };
        let setup = Self { name, overcommit_percent: percent.unwrap_or(100), groups_prefix, users_prefix, oidc };
        let mut errors = FieldErrors::default();
        errors.unless(percent.is_some(), "overcommit_percent", "must be a whole number of percent");
        setup.collect(&mut errors);
        errors.finish().map(|()| setup)
    }
}

/// Settings that are said, where others may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterChanges {
    pub overcommit_percent: Option<i32>,
    pub groups_prefix: Option<String>,
    pub users_prefix: Option<String>,
    pub oidc: Option<Oidc>,
}

impl ClusterChanges {
    /// What is left out stays as it was; of a new cluster it is the usual, and people are spelt as groups are.
    pub fn over(self, name: &ClusterName, before: Option<&ClusterSetup>) -> ClusterSetup {
        let groups_prefix = self.groups_prefix.or_else(|| before.map(|b| b.groups_prefix.clone())).unwrap_or_default();
        let users_prefix = self.users_prefix.or_else(|| before.map(|b| b.users_prefix.clone()));
        ClusterSetup {
            name: name.clone(),
            overcommit_percent: self.overcommit_percent.or(before.map(|b| b.overcommit_percent)).unwrap_or(100),
            users_prefix: users_prefix.unwrap_or_else(|| groups_prefix.clone()),
            groups_prefix,
            oidc: self.oidc.or_else(|| before.and_then(|b| b.oidc.clone())),
        }
    }

    /// Reads the form, with every mistake at once. What is empty is left out.
    pub fn from_fields(name: ClusterName, fields: &ClusterFields) -> Result<Self, FieldErrors> {
        let whole = ClusterSetup::from_fields(name, fields)?;
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Self {
            overcommit_percent: said(&fields.overcommit_percent).map(|_| whole.overcommit_percent),
            groups_prefix: said(&fields.groups_prefix),
            users_prefix: said(&fields.users_prefix),
            oidc: whole.oidc,
        })
    }
}

impl Oidc {
    fn collect(&self, errors: &mut FieldErrors) {
        errors.unless(
            is_issuer(&self.issuer),
            "oidc.issuer",
            "must be an address like https://login.example.org/realm, without a query, as the cluster demands it",
        );
        errors.unless(
            !self.client_id.is_empty() && is_line(&self.client_id, LONGEST_OIDC),
            "oidc.client_id",
            "is needed where there is an identity provider: what it calls kubectl",
        );
    }
}

impl ClusterFields {
    pub fn of(setup: &ClusterSetup) -> Self {
        let oidc = setup.oidc.clone();
        let (oidc_issuer, oidc_client_id) = oidc.map(|oidc| (oidc.issuer, oidc.client_id)).unwrap_or_default();
        Self {
            groups_prefix: setup.groups_prefix.clone(),
            users_prefix: setup.users_prefix.clone(),
            overcommit_percent: setup.overcommit_percent.to_string(),
            oidc_issuer,
            oidc_client_id,
        }
    }
}

/// `https://`, a host, perhaps a port, perhaps a path; nothing that a shell, a browser or a log reads otherwise.
fn is_issuer(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").filter(|_| text.len() <= LONGEST_OIDC) else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    is_host(host)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
        && path.chars().all(|c| c.is_ascii_alphanumeric() || "-._~%:@+,=/".contains(c))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        let is_edge = |c: char| c.is_ascii_alphanumeric();
        label.starts_with(is_edge)
            && label.ends_with(is_edge)
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    host.split('.').all(is_label)
}

fn is_line(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && check_characters(text, Lines::One).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn name() -> ClusterName {
        "harbour-1".parse().expect("is a name")
    }

    #[test]
    fn a_form_that_is_read_back_is_the_same_settings() {
        let fields = ClusterFields {
            groups_prefix: " oidc: ".into(),
            overcommit_percent: "150 %".into(),
            oidc_issuer: "https://login.example.org".into(),
            oidc_client_id: "kubectl".into(),
            ..ClusterFields::default()
        };
        let setup = ClusterSetup::from_fields(name(), &fields).expect("reads");
        assert_eq!((setup.overcommit_percent, setup.users_prefix.as_str()), (150, "oidc:"));
        assert_eq!(ClusterSetup::from_fields(name(), &ClusterFields::of(&setup)), Ok(setup));
    }

    #[rstest]
    #[case("https://login.example.org", true)]
    #[case("https://login.example.org:8443/realms/berth-1", true)]
    #[case("https://127.0.0.1:9443/", true)]
    #[case("https://[::1]:9443", true)]
    #[case("https://localhost/a%20b", true)]
    #[case("http://login.example.org", false)]
    #[case("https://", false)]
    #[case("https:///realm", false)]
    #[case("https://evil\"; rm -rf /", false)]
    #[case("https://a b.example.org", false)]
    #[case("https://user:secret@login.example.org", false)]
    #[case("https://login.example.org?x=1", false)]
    #[case("https://login.example.org/#x", false)]
    #[case("https://login.example.org/`id`", false)]
    #[case("https://login.example.org/$(id)", false)]
    #[case("https://login.example.org:99999", false)]
    #[case("https://login..example.org", false)]
    #[case("https://-login.example.org", false)]
    fn an_issuer_is_an_address_and_nothing_else(#[case] issuer: &str, #[case] is_one: bool) {
        assert_eq!(is_issuer(issuer), is_one);
    }

    #[test]
    fn what_is_put_before_names_makes_nobody_kubernetes_own() {
        for prefix in ["system:", "system:serviceaccount:"] {
            let fields = ClusterFields { groups_prefix: prefix.into(), ..ClusterFields::default() };
            let errors = ClusterSetup::from_fields(name(), &fields).expect_err("is Kubernetes' own");
            let named: Vec<_> = errors.0.into_iter().map(|error| error.field).collect();
            assert_eq!(named, ["groups_prefix", "users_prefix"]);
        }
    }

    #[test]
    fn what_is_left_out_stays_as_it_was_and_is_the_usual_where_there_was_nothing() {
        let before = ClusterSetup {
            name: name(),
            overcommit_percent: 150,
            groups_prefix: "oidc:".into(),
            users_prefix: "people:".into(),
            oidc: Some(Oidc { issuer: "https://login.example.org".into(), client_id: "kubectl".into() }),
        };
        assert_eq!(ClusterChanges::default().over(&name(), Some(&before)), before);
        let empty = ClusterChanges::from_fields(name(), &ClusterFields::default()).expect("reads");
        assert_eq!(empty.over(&name(), Some(&before)), before);
        let one = ClusterChanges { overcommit_percent: Some(200), ..ClusterChanges::default() };
        assert_eq!(one.over(&name(), Some(&before)), ClusterSetup { overcommit_percent: 200, ..before });
        let prefix = ClusterChanges { groups_prefix: Some("oidc:".into()), ..ClusterChanges::default() };
        let new = prefix.over(&name(), None);
        assert_eq!((new.overcommit_percent, new.users_prefix.as_str(), new.oidc), (100, "oidc:", None));
    }

    #[test]
    fn every_mistake_in_the_form_is_named_at_its_field() {
        let fields = ClusterFields {
            groups_prefix: "two\nlines".into(),
            overcommit_percent: "1e3".into(),
            oidc_issuer: "http://login.example.org".into(),
            ..ClusterFields::default()
        };
        let errors = ClusterSetup::from_fields(name(), &fields).expect_err("is wrong");
        let named: Vec<_> = errors.0.into_iter().map(|error| error.field).collect();
        assert_eq!(named, ["overcommit_percent", "groups_prefix", "users_prefix", "oidc.issuer", "oidc.client_id"]);
    }
}
