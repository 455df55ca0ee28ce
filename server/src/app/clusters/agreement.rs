//! What a class loosens that a cluster's administrator has to agree to: known from the last check of the cluster.

use crate::app::Result;
use crate::cluster::{allowed, install, to_yaml};
use crate::store;
use crate::store::Conn;
use domain::class::{Class, ClassSpec};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::view::{ClusterCheck, Disagreement};

/// Why a namespace of this class would not be made there, as far as that is known; none where nothing stands in the way.
pub async fn disagreement(
    conn: &mut Conn,
    spec: &ClassSpec,
    (id, name): (ClusterId, &ClusterName),
) -> Result<Option<Disagreement>> {
    let wanted = allowed::loosened(spec);
    if wanted.is_empty() {
        return Ok(None);
    }
    let check = store::clusters::find_check(conn, id).await?;
    Ok(compare(&wanted, name, check.as_ref()))
}

/// The same for every cluster that the class may be used on.
pub async fn disagreements(conn: &mut Conn, spec: &ClassSpec) -> Result<Vec<Disagreement>> {
    let mut found = Vec::new();
    if allowed::loosened(spec).is_empty() {
        return Ok(found);
    }
    for cluster in store::clusters::list(&mut *conn).await? {
        if spec.may_be_on(&cluster.name) {
            found.extend(disagreement(&mut *conn, spec, (cluster.id, &cluster.name)).await?);
        }
    }
    Ok(found)
}

/// What an administrator of a cluster applies to agree to all that the class loosens.
pub fn agreement(class: &Class) -> String {
    to_yaml(&install::agreement(class.name.as_str(), &allowed::loosened(&class.spec)))
}

fn compare(wanted: &[&'static str], cluster: &ClusterName, check: Option<&ClusterCheck>) -> Option<Disagreement> {
    let missing = check.and_then(ClusterCheck::agreed).map(|agreed| {
        let lacks = |word: &&&'static str| !agreed.iter().any(|agreed| agreed == **word);
        wanted.iter().filter(lacks).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    });
    if missing.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    Some(Disagreement { cluster: cluster.to_string(), missing, checked_at: check.map(|check| check.at) })
}
