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

/// Whether a person who is in this group and no other may do it.
pub async fn may_group(client: &Client, group: &str, deed: &Deed<'_>) -> Result<bool, Error> {
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            resource_attributes: Some(deed.attributes()),
            groups: Some(vec![group.into(), "system:authenticated".into()]),
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
