//! Access reviews: asking the cluster whether somebody may do something.

use super::Error;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, ResourceRule, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SelfSubjectRulesReview,
    SelfSubjectRulesReviewSpec, SubjectAccessReview, SubjectAccessReviewSpec,
};
use kube::Client;
use kube::api::{Api, PostParams};

/// One thing somebody could do.
#[derive(Debug, Clone, Default)]
pub struct AccessCheck<'a> {
    pub verb: &'a str,
    pub group: &'a str,
    /// With its subresource: `pods`, `pods/log`.
    pub resource: &'a str,
    /// None: in every namespace.
    pub namespace: Option<&'a str>,
    /// None: whatever it is called.
    pub name: Option<&'a str>,
}

/// Whether the client's own identity may do it.
pub async fn may_i(client: &Client, access_check: &AccessCheck<'_>) -> Result<bool, Error> {
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(access_check.attributes()),
            ..Default::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// What an identity may do in one namespace, as far as its cluster can list it: some authorizers only know when asked.
pub struct Rules(Vec<ResourceRule>);

/// The rules of the client's own identity, also for a namespace that is not there yet.
pub async fn my_rules(client: &Client, namespace: &str) -> Result<Rules, Error> {
    let review = SelfSubjectRulesReview {
        spec: SelfSubjectRulesReviewSpec { namespace: Some(namespace.into()) },
        ..SelfSubjectRulesReview::default()
    };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(Rules(answer.status.map(|status| status.resource_rules).unwrap_or_default()))
}

impl Rules {
    /// Whether one of them allows it. Without one it may be allowed all the same.
    pub fn allow(&self, access_check: &AccessCheck<'_>) -> bool {
        let names = |listed: Option<&Vec<String>>, name: &str| {
            listed.is_some_and(|listed| listed.iter().any(|listed| listed == name || listed == "*"))
        };
        self.0.iter().any(|rule| {
            let of_name = rule.resource_names.as_ref().filter(|names| !names.is_empty());
            names(Some(&rule.verbs), access_check.verb)
                && names(rule.api_groups.as_ref(), access_check.group)
                && names(rule.resources.as_ref(), access_check.resource)
                && (of_name.is_none() || access_check.name.is_some_and(|name| names(of_name, name)))
        })
    }
}

/// Whom a review is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Somebody who is in this group and no other.
    Group(String),
    /// This person, in no group.
    User(String),
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(name) => write!(f, "group {name}"),
            Self::User(name) => write!(f, "user {name}"),
        }
    }
}

/// Whether somebody may do it.
pub async fn may(client: &Client, who: &Who, access_check: &AccessCheck<'_>) -> Result<bool, Error> {
    let all = "system:authenticated".to_owned();
    let (user, groups) = match who {
        Who::Group(group) => (None, vec![group.clone(), all]),
        Who::User(user) => (Some(user.clone()), vec![all]),
    };
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            resource_attributes: Some(access_check.attributes()),
            user,
            groups: Some(groups),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

impl AccessCheck<'_> {
    fn attributes(&self) -> ResourceAttributes {
        let (resource, subresource) = match self.resource.split_once('/') {
            Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
            None => (self.resource, None),
        };
        ResourceAttributes {
            verb: Some(self.verb.into()),
            group: Some(self.group.into()),
            resource: Some(resource.into()),
            subresource,
            namespace: self.namespace.map(String::from),
            name: self.name.map(String::from),
            ..ResourceAttributes::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn rule(verbs: &[&str], group: &str, resource: &str, names: &[&str]) -> ResourceRule {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        ResourceRule {
            verbs: owned(verbs),
            api_groups: Some(owned(&[group])),
            resources: Some(owned(&[resource])),
            resource_names: (!names.is_empty()).then(|| owned(names)),
        }
    }

    #[rstest]
    #[case::by_name("patch", "", "configmaps", Some("berth-info"), true)]
    #[case::another_name("patch", "", "configmaps", Some("other"), false)]
    #[case::any_name("patch", "", "configmaps", None, false)]
    #[case::another_verb("delete", "", "configmaps", Some("berth-info"), false)]
    #[case::another_group("patch", "apps", "configmaps", Some("berth-info"), false)]
    #[case::all_verbs("watch", "apps", "deployments", Some("any"), true)]
    #[case::of_a_subresource("get", "apps", "deployments/scale", Some("any"), false)]
    #[case::everything_of_a_group("get", "batch", "jobs", None, true)]
    fn a_rule_allows_what_it_lists(
        #[case] verb: &str,
        #[case] group: &str,
        #[case] resource: &str,
        #[case] name: Option<&str>,
        #[case] expected: bool,
    ) {
        let rules = Rules(vec![
            rule(&["get", "patch"], "", "configmaps", &["berth-info"]),
            rule(&["*"], "apps", "deployments", &[]),
            rule(&["get"], "batch", "*", &[]),
        ]);
        assert_eq!(rules.allow(&AccessCheck { verb, group, resource, namespace: Some("here"), name }), expected);
    }
}
