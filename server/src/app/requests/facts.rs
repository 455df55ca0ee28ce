//! What the rules look at, looked up.

use super::{Lock, obstacle};
use crate::app::usage::used;
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use crate::store::people::DeciderCounts;
use domain::Refusal;
use domain::class::Class;
use domain::cluster::{OvercommitRatio, Placement};
use domain::form::Amount;
use domain::id::{ClusterId, PersonId, TeamId};
use domain::name::SizeName;
use domain::namespace::{ClusterRef, Namespace};
use domain::plan::Plan;
use domain::policy;
use domain::quota::{Quota, Shortfall};
use domain::refusal::FieldError;
use domain::request::{Kind, Obstacle};
use domain::usage::Leaves;

/// Whose ask it is, for which team and where, and who may not decide it: who has a hand in it.
pub struct Parties<'a> {
    pub team: TeamId,
    pub cluster: ClusterId,
    pub requester: PersonId,
    pub excluded: &'a [PersonId],
}

/// Who must agree, where `subject` is asked for.
pub async fn plan(conn: &mut Conn, class: &Class, parties: &Parties<'_>, subject: policy::Subject<'_>) -> Result<Plan> {
    let Parties { team, excluded, .. } = *parties;
    let DeciderCounts { n_owners, n_platform } = store::people::count_deciders(conn, team, excluded).await?;
    Ok(policy::plan(&policy::Facts { class, n_owners, n_platform, subject }))
}

/// What the rules for quotas look at.
pub async fn quota_facts<'a>(
    conn: &mut Conn,
    parties: &Parties<'_>,
    asked: Quota,
    placement: &'a Placement,
) -> Result<policy::QuotaFacts<'a>> {
    let Parties { team, cluster, requester, .. } = *parties;
    let automatic = store::teams::get_automatic(&mut *conn, requester, team, cluster).await?;
    Ok(policy::QuotaFacts { asked, placement, automatic })
}

/// The cluster's capacity as it is for whoever stands at the end of the line there.
pub async fn placement(
    conn: &mut Conn,
    ctx: &Ctx,
    cluster: &ClusterRef,
    lock: Lock,
    held: Quota,
    overcommit: OvercommitRatio,
) -> Result<Placement> {
    let capacity = match lock {
        Lock::None => store::clusters::find_capacity(conn, cluster.id).await?,
        Lock::Grants => store::clusters::lock_capacity(conn, cluster.id).await?,
    };
    let Some(capacity) = capacity else { return Err(without_capacity(conn, ctx, cluster).await?) };
    let needs = store::line::list_needs(&mut *conn, cluster.id).await?;
    Ok(Placement { capacity: capacity.behind(&needs), held, overcommit })
}

/// What another quota leaves of what is used.
pub fn leaves(ctx: &Ctx, namespace: &Namespace, asked: &Quota) -> Leaves {
    Leaves::of(used(ctx, namespace).as_ref(), &namespace.quota, asked)
}

pub fn amount(class: &Class, amount: &Amount) -> Result<(Option<SizeName>, Quota)> {
    match amount {
        Amount::Size(name) => Ok((Some(name.clone()), class.size(name)?.quota)),
        Amount::Own(quota) => {
            let over = quota.beyond(&class.spec.ceiling);
            if over.is_empty() {
                require_a_container(class, quota)?;
                return Ok((None, *quota));
            }
            let error = |s: &Shortfall| FieldError {
                field: s.resource.field().into(),
                message: format!(
                    "class {} allows up to {}",
                    class.name,
                    s.resource.format(class.spec.ceiling.get(s.resource))
                ),
            };
            Err(Refusal::Invalid(over.iter().map(error).collect()).into())
        }
    }
}

/// One container at least must fit that names nothing.
pub fn require_a_container(class: &Class, quota: &Quota) -> Result<()> {
    Ok(class.spec.container.check_fits(quota)?)
}

/// Why nothing is granted on a cluster whose capacity is not known.
async fn without_capacity(conn: &mut Conn, ctx: &Ctx, cluster: &ClusterRef) -> Result<Error> {
    let found = obstacle::of_cluster(ctx, Kind::Quota, &store::clusters::get(conn, cluster.id).await?);
    Ok(found.unwrap_or(Obstacle::CapacityUnknown { why: None }).refusal(&cluster.name).into())
}
