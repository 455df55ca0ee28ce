//! What a platform team sets up, as files: teams with their bindings, platform roles, classes, settings of clusters.

mod cluster;
mod form;
mod plan;

pub use cluster::{ClusterChanges, ClusterSetup, Oidc};
pub use plan::{Change, ChangeKind, Impact, Plan, plan};

use crate::actor::{PlatformRole, TeamRole};
use crate::class::ClassSpec;
use crate::field_error::FieldErrors;
use crate::name::{ClassName, CostCentre, Description, GroupName, TeamSlug, Title};
use crate::refusal::Refusal;
use crate::team::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One setup file, or several together. What is named is made or changed; what is not named stays, unless pruned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamSetup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platform: Vec<PlatformBinding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassSetup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<ClusterSetup>,
}

/// All that is set up of a team. Its short name never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TeamSetup {
    pub slug: TeamSlug,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<CostCentre>,
    /// Most it may hold.
    #[serde(default, skip_serializing_if = "is_unlimited")]
    pub limits: Limits,
    /// All bindings of the team: others are taken away.
    #[serde(default)]
    pub groups: Vec<TeamBinding>,
    /// Asks for nothing more; what it has stays.
    #[serde(default, skip_serializing_if = "is_false")]
    pub archived: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TeamBinding {
    pub group: GroupName,
    pub role: TeamRole,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlatformBinding {
    pub group: GroupName,
    pub role: PlatformRole,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClassSetup {
    pub name: ClassName,
    pub spec: ClassSpec,
}

impl Setup {
    /// Refuses what cannot be meant, with every mistake at once, by the path to its field: `teams.payments.limits.cpu_m`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        refuse_twice(&mut errors, "teams", self.teams.iter().map(|t| t.slug.as_str()));
        refuse_twice(&mut errors, "classes", self.classes.iter().map(|c| c.name.as_str()));
        refuse_twice(&mut errors, "clusters", self.clusters.iter().map(|c| c.name.as_str()));
        for team in &self.teams {
            errors.keep_under(&format!("teams.{}", team.slug), team.check());
        }
        for class in &self.classes {
            errors.keep_under(&format!("classes.{}.spec", class.name), class.spec.check());
        }
        for cluster in &self.clusters {
            errors.keep_under(&format!("clusters.{}", cluster.name), cluster.check());
        }
        errors.finish()
    }

    /// In the one order that exports and comparisons use.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.teams.sort_by(|a, b| a.slug.cmp(&b.slug));
        self.teams.iter_mut().for_each(|team| team.groups.sort_by(|a, b| (b.role, &a.group).cmp(&(a.role, &b.group))));
        self.platform.sort_by(|a, b| (a.role, &a.group).cmp(&(b.role, &b.group)));
        self.platform.dedup();
        self.classes.sort_by(|a, b| a.name.cmp(&b.name));
        self.clusters.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
}

impl TeamSetup {
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.keep_under("limits", self.limits.check());
        let mut seen = BTreeSet::new();
        for binding in self.groups.iter().filter(|binding| !seen.insert(*binding)) {
            errors.add("groups", format!("name {} twice as {}", binding.group, binding.role.title()));
        }
        errors.finish()
    }
}

/// Whether these platform roles may be what is left when some are taken away. `own_groups` are those of the person who
/// takes them away, if that person has the role `platform` now; whoever runs the program at the command line has none.
pub fn keeps_platform(left: &[PlatformBinding], own_groups: Option<&[String]>) -> Result<(), Refusal> {
    let mut giving = left.iter().filter(|binding| binding.role == PlatformRole::Platform).peekable();
    if giving.peek().is_none() {
        return Err(Refusal::LastPlatformRole { is_own: false });
    }
    let is_kept = own_groups.is_none_or(|own| giving.any(|binding| own.iter().any(|g| g == binding.group.as_str())));
    if is_kept { Ok(()) } else { Err(Refusal::LastPlatformRole { is_own: true }) }
}

fn refuse_twice<'a>(errors: &mut FieldErrors, field: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names.filter(|name| !seen.insert(*name)) {
        errors.add(&format!("{field}.{name}"), "is named twice");
    }
}

fn is_unlimited(limits: &Limits) -> bool {
    *limits == Limits::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests;
