//! What stands in the way of what is still to be decided, whatever room there is: in one request, and in all rows of a page
//! at once.

use super::obstacle::stopped;
use crate::app::clusters::{disagreement, freshness};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use crate::store::wants::Subject;
use domain::Refusal;
use domain::cluster::Freshness;
use domain::id::{ClassId, ClusterId};
use domain::name::NamespaceName;
use domain::request::{Kind, Obstacle, can_have_quota};
use domain::view::{Disagreement, Hindrance, RequestRow};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What would be looked at first: what ends it for good, then what somebody has to do something about.
pub(super) fn of(
    stopped: Option<&Obstacle>,
    is_gone: bool,
    is_away: bool,
    disagreement: Option<&Disagreement>,
) -> Option<Hindrance> {
    match stopped {
        Some(Obstacle::Removed) => return Some(Hindrance::Removed),
        Some(Obstacle::Replaced) => return Some(Hindrance::Another),
        Some(_) | None if is_gone => return Some(Hindrance::NamespaceGone),
        Some(Obstacle::Paused { .. }) => return Some(Hindrance::Paused),
        Some(Obstacle::RoomUnknown { .. } | Obstacle::Namespace(_)) | None => {}
    }
    if is_away {
        return Some(Hindrance::Away);
    }
    disagreement.map(|found| match found.missing {
        Some(_) => Hindrance::NotAgreed,
        None => Hindrance::AgreementUnknown,
    })
}

pub(super) fn is_away(ctx: &Ctx, cluster: ClusterId) -> bool {
    matches!(freshness(ctx, cluster), Freshness::Unreachable { .. })
}

/// Says it in each row.
pub(super) async fn say(conn: &mut Conn, ctx: &Ctx, rows: &mut [RequestRow]) -> Result<()> {
    let clusters = store::clusters::list(&mut *conn).await?;
    let numbers: Vec<_> = rows.iter().map(|row| row.number.0).collect();
    let subjects = store::wants::list_subjects(&mut *conn, &numbers).await?;
    let mut disagreements = Disagreements::default();
    for row in rows {
        let Some(subject) = subjects.iter().find(|subject| subject.number == row.number.0) else { continue };
        // Those that were removed are not listed.
        row.hindrance = match clusters.iter().find(|cluster| cluster.name.as_str() == row.cluster) {
            None => Some(Hindrance::Removed),
            Some(cluster) => {
                let disagreement = match row.kind {
                    Kind::NewNamespace => disagreements.find(conn, ctx, subject.class, cluster).await?,
                    Kind::Quota => None,
                };
                let is_gone = row.kind == Kind::Quota && is_gone(&subject.name, subject);
                of(stopped(cluster).as_ref(), is_gone, is_away(ctx, cluster.id), disagreement)
            }
        };
    }
    Ok(())
}

fn is_gone(name: &NamespaceName, subject: &Subject) -> bool {
    matches!(can_have_quota(name, subject.found), Err(Refusal::NamespaceGone { .. }))
}

/// Of each class on each cluster, looked up once.
#[derive(Default)]
struct Disagreements(HashMap<(ClassId, ClusterId), Option<Disagreement>>);

impl Disagreements {
    async fn find(
        &mut self,
        conn: &mut Conn,
        ctx: &Ctx,
        class: ClassId,
        cluster: &Cluster,
    ) -> Result<Option<&Disagreement>> {
        let found = match self.0.entry((class, cluster.id)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let class = store::classes::get(&mut *conn, class).await?;
                place.insert(disagreement(conn, ctx, &class, (cluster.id, &cluster.name)).await?)
            }
        };
        Ok(found.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_it_is_said_before_what_passes_and_what_is_not_known_is_not_passed_over() {
        let unknown = Disagreement {
            cluster: "harbour-1".into(),
            class: "edge".into(),
            missing: None,
            checked_at: None,
            agreement: None,
        };
        let missing = Disagreement { missing: Some(vec!["node-ports".into()]), ..unknown.clone() };
        let paused = Obstacle::Paused { reason: String::new() };
        assert_eq!(of(Some(&Obstacle::Removed), true, true, Some(&missing)), Some(Hindrance::Removed));
        assert_eq!(of(Some(&Obstacle::Replaced), true, true, Some(&missing)), Some(Hindrance::Another));
        assert_eq!(of(Some(&paused), true, true, Some(&missing)), Some(Hindrance::NamespaceGone));
        assert_eq!(of(Some(&paused), false, true, Some(&missing)), Some(Hindrance::Paused));
        assert_eq!(of(None, false, true, Some(&missing)), Some(Hindrance::Away));
        assert_eq!(of(None, false, false, Some(&missing)), Some(Hindrance::NotAgreed));
        assert_eq!(of(None, false, false, Some(&unknown)), Some(Hindrance::AgreementUnknown));
        assert_eq!(of(Some(&Obstacle::RoomUnknown { why: None }), false, false, None), None);
    }
}
