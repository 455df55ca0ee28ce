//! Access reviews: asking the cluster whether somebody may do something.

use super::Error;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SubjectAccessReview,
    SubjectAccessReviewSpec,
};
use kube::Client;
use kube::api::{Api, PostParams};

/// One thing somebody could do.
#[derive(Debug, Clone, Default)]
pub struct Deed<'a> {
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
pub async fn may_i(client: &Client, deed: &Deed<'_>) -> Result<bool, Error> {
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec { resource_attributes: Some(deed.attributes()), ..Default::default() },
        ..SelfSubjectAccessReview::default()
    };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
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
pub async fn may(client: &Client, who: &Who, deed: &Deed<'_>) -> Result<bool, Error> {
    let all = "system:authenticated".to_owned();
    let (user, groups) = match who {
        Who::Group(group) => (None, vec![group.clone(), all]),
        Who::User(user) => (Some(user.clone()), vec![all]),
    };
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            resource_attributes: Some(deed.attributes()),
            user,
            groups: Some(groups),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let answer = Api::all(client.clone()).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

impl Deed<'_> {
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
