//! What a team may still be granted: nothing more once it is archived, and no more than its limits.
//!
//! The order of locks is the same everywhere: request, team, who asks, the cluster's capacity, jobs (in one statement, by key), and last
//! the end of the audit trail, for which everybody waits.

use crate::app::Result;
use crate::app::requests::Lock;
use crate::store;
use crate::store::Conn;
use domain::Refusal;
use domain::id::{PersonId, TeamId};
use domain::namespace::TeamRef;
use domain::quota::Quota;
use domain::request::{Progress, Request, State};
use domain::team::{Held, Limits};

/// Of one team, as read; with a lock, nobody else grants to the team before the transaction ends.
pub(in crate::app) struct TeamQuota {
    team: TeamId,
    title: String,
    limits: Limits,
    is_archived: bool,
}

pub(in crate::app::requests) async fn team_quota(conn: &mut Conn, team: &TeamRef, lock: Lock) -> Result<TeamQuota> {
    let stored = match lock {
        Lock::None => store::teams::get_limits(conn, team.id).await?,
        Lock::Grants => store::teams::lock_limits(conn, team.id).await?,
    };
    Ok(TeamQuota::new(team, stored))
}

/// With a lock, nothing else of theirs is granted automatically before the transaction ends, in any of their teams: what
/// is counted of a person holds.
pub(in crate::app::requests) async fn hold_requester(conn: &mut Conn, requester: PersonId, lock: Lock) -> Result<()> {
    match lock {
        Lock::None => Ok(()),
        Lock::Grants => Ok(store::people::lock(conn, requester).await?),
    }
}

impl TeamQuota {
    pub fn new(team: &TeamRef, stored: store::teams::TeamLimits) -> Self {
        let store::teams::TeamLimits { limits, is_archived } = stored;
        Self { team: team.id, title: team.title.clone(), limits, is_archived }
    }

    /// Whether it still asks for anything.
    pub fn require_active(&self) -> Result<(), Refusal> {
        if self.is_archived {
            let message = format!("{} is archived and asks for nothing more: Platform can bring it back", self.title);
            return Err(Refusal::invalid("team", &message));
        }
        Ok(())
    }

    /// Whether so many namespaces and so much may be added to what the team holds.
    pub fn admits(&self, held: &Held, n_more: u64, more: &Quota) -> Result<(), Refusal> {
        if n_more == 0 && *more == Quota::ZERO {
            return Ok(());
        }
        self.require_active()?;
        self.limits.admit(held, n_more, more).map_err(|over| Refusal::TeamLimit { team: self.title.clone(), over })
    }

    /// Whether one namespace with this quota may be added.
    pub async fn admit_namespace(&self, conn: &mut Conn, quota: &Quota) -> Result<()> {
        self.admit(conn, 1, quota).await
    }

    /// Whether a namespace that holds so much may have `after`.
    pub async fn admit_change(&self, conn: &mut Conn, held: &Quota, after: &Quota) -> Result<()> {
        self.admit(conn, 0, &after.minus(held)).await
    }

    /// Whether what a request was granted by its last decision may be held. What is not decided yet always may.
    pub async fn admit_decided(&self, conn: &mut Conn, request: &Request) -> Result<()> {
        let State::Granted { grant, progress: Progress::Approved | Progress::Waiting } = &request.state else {
            return Ok(());
        };
        match (grant.quota(), request.namespace) {
            (None, _) => Ok(()),
            (Some(quota), Some(namespace)) => {
                let held = store::namespaces::get(conn, namespace).await?.held();
                self.admit_change(conn, &held, &quota).await
            }
            (Some(quota), None) => self.admit_namespace(conn, &quota).await,
        }
    }

    async fn admit(&self, conn: &mut Conn, n_more: u64, more: &Quota) -> Result<()> {
        if n_more == 0 && *more == Quota::ZERO {
            return Ok(());
        }
        let held = store::teams::get_held(conn, self.team).await?;
        Ok(self.admits(&held, n_more, more)?)
    }
}
