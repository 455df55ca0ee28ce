//! The border to Kubernetes: only here is its API spoken.
//!
//! What goes out are typed objects made by pure functions ([`manifests`]) and applied step by step ([`apply`]); what
//! comes in are the small structs of [`domain::diagnosis`], kept fresh by [`watch`]. Berth has two identities on a
//! cluster, made by [`install`] and tested by [`check`]: an observer that reads and a provisioner that writes.
//!
//! Nothing here knows of Postgres, HTTP pages or jobs, and nothing decides who may do what.

pub mod allowed;
pub mod apply;
mod bounds;
pub mod check;
mod compare;
mod connections;
pub mod credentials;
pub mod delete;
mod error;
pub mod export;
mod identity;
pub mod inside;
pub mod install;
pub mod kubeconfig;
pub mod manifests;
mod object;
pub mod repair;
mod review;
pub mod suspend;
pub mod token;
mod verify;
pub mod watch;

pub use connections::Connections;
pub use credentials::{Connection, Credentials};
pub use error::Error;
pub use install::{creatable_by_deployers, may_deployers};
pub use object::{Object, to_yaml};

use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};

/// The field manager of everything Berth applies, and the value of [`MANAGED_BY`].
const BERTH: &str = "berth";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Says which row of Berth a namespace belongs to; only with the right one is a namespace ours.
const NAMESPACE_ID: &str = "berth.dev/namespace-id";

/// The slug of the team whose a namespace is.
const TEAM: &str = "berth.dev/team";
/// The name of the class of a namespace.
const CLASS: &str = "berth.dev/class";
/// What the class of a namespace allows beyond what the admission policies let through, in words apart by blanks.
const ALLOWS: &str = "berth.dev/allows";
/// Counts the desired states that a namespace was written with.
const REVISION: &str = "berth.dev/revision";
/// So many changes has no namespace in its life, and JSON has all numbers up to here.
const HIGHEST_REVISION: i64 = 1 << 53;
/// Set on a namespace that Berth takes back, before it is deleted.
const LEAVING: &str = "berth.dev/leaving";

/// Berth's own namespace on a cluster, and its two identities in it.
const SYSTEM_NAMESPACE: &str = "berth-system";
const OBSERVER: &str = "berth-observer";
const PROVISIONER: &str = "berth-provisioner";

/// The service account in each namespace that deployments run as, and its ClusterRole.
const DEPLOYER: &str = "berth-deployer";
/// The service accounts in each namespace that people's short-lived tokens speak for, one for each team role.
const ROLE_ACCOUNTS: [&str; 3] = ["berth-viewer", "berth-developer", "berth-owner"];
/// ClusterRoles of the team roles.
const VIEW: &str = "berth-view";
const DEVELOP: &str = "berth-develop";
const OWN: &str = "berth-own";

/// The platform team puts this label, with the value `true`, on the namespace of its ingress controller.
const INGRESS_CONTROLLER: &str = "berth.dev/ingress-controller";

/// Questions to one API server at the same time: enough to hide how far away it is, too few to be a burden.
const AT_ONCE: usize = 4;

/// What the annotation [`REVISION`] says; 0 where it is not there. None where nobody can say which revision it is.
fn revision(annotation: Option<&str>) -> Option<i64> {
    let Some(text) = annotation else { return Some(0) };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|revision| is_number && *revision <= HIGHEST_REVISION)
}

/// Asks what does not depend on each other, a few at a time. Of several errors the first in order is answered.
async fn some_at_once<T>(questions: Vec<BoxFuture<'_, Result<T, Error>>>) -> Result<Vec<T>, Error> {
    stream::iter(questions).buffered(AT_ONCE).try_collect().await
}
