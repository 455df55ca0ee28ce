//! Who a cluster is: the UID of its namespace `kube-system`, which lives as long as the cluster and which no other one has.

use k8s_openapi::api::core::v1::Namespace;
use kube::api::Api;
use kube::{Client, ResourceExt};

const OLDEST_NAMESPACE: &str = "kube-system";
/// What is longer is none.
const LONGEST: usize = 64;

pub(super) async fn uid(client: &Client) -> Result<String, kube::Error> {
    let found = Api::<Namespace>::all(client.clone()).get_metadata(OLDEST_NAMESPACE).await?;
    let uid =
        found.uid().filter(|uid| uid.len() <= LONGEST && uid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    uid.filter(|uid| !uid.is_empty()).ok_or_else(|| {
        let nameless = std::io::Error::other("its namespace kube-system has no UID");
        kube::Error::Service(nameless.into())
    })
}
