//! Namespaces of one's teams: what something of the catalog may be installed into.

use crate::app::{Ctx, LARGEST_PAGE, Result, views};
use crate::store;
use crate::store::Visible;
use crate::store::namespaces::Stored;
use domain::Quota;
use domain::actor::TeamRole;
use domain::catalog::{EntryFit, EntrySpec, Findings, Place, Requirements};
use domain::class::PodSecurity;
use domain::namespace::NamespaceState;
use domain::view::{NamespacePlace, NamespaceRow};

/// A namespace of one's teams, with what decides whether something fits.
pub struct KnownPlace {
    pub view: NamespacePlace,
    pod_security: PodSecurity,
    /// What the cluster enforces, or else what was granted.
    quota: Quota,
    used: Option<Quota>,
}

impl KnownPlace {
    fn of(stored: &Stored, row: &NamespaceRow) -> Self {
        let quota = row.enforced.unwrap_or(row.quota);
        let pod_security = stored.namespace.class.spec.pod_security;
        Self { view: place_of(stored), pod_security, quota, used: row.used }
    }

    pub fn place(&self) -> Place<'_> {
        Place {
            team: &self.view.team,
            class: &self.view.class,
            environment: self.view.environment,
            pod_security: self.pod_security,
            quota: self.quota,
            used: self.used,
        }
    }

    pub fn fit(&self, spec: &EntrySpec, findings: &Findings) -> EntryFit {
        EntryFit::of(spec, &Requirements::of(findings), &self.place())
    }
}

pub fn place_of(stored: &Stored) -> NamespacePlace {
    let namespace = &stored.namespace;
    NamespacePlace {
        cluster: namespace.cluster.name.clone(),
        name: namespace.name.clone(),
        team: namespace.team.slug.clone(),
        class: namespace.class.name.clone(),
        environment: namespace.class.spec.environment,
    }
}

/// The namespaces of one's own teams, by name. At most a page of the largest.
pub async fn own_namespaces(ctx: &Ctx) -> Result<Vec<Stored>> {
    let Some(person) = ctx.actor.person() else { return Ok(Vec::new()) };
    let mut conn = ctx.db().acquire().await?;
    Ok(store::namespaces::list(&mut conn, &Visible::own(person), None, LARGEST_PAGE).await?)
}

/// Those of them that one may install into: they are there, and one is a developer of their team.
pub fn known(ctx: &Ctx, own: &[Stored]) -> Vec<KnownPlace> {
    let Some(person) = ctx.actor.person() else { return Vec::new() };
    let rows = views::namespaces::rows(ctx, own);
    let may_install = |stored: &Stored| {
        let role = person.role_in(stored.namespace.team.id);
        stored.state == NamespaceState::Ready && stored.ending.is_none() && role >= Some(TeamRole::Developer)
    };
    let known = own.iter().zip(&rows).filter(|(stored, _)| may_install(stored));
    known.map(|(stored, row)| KnownPlace::of(stored, row)).collect()
}
