//! What a platform team sets up, as files: teams with their bindings, platform roles, classes, settings of clusters.

mod cluster;
mod form;
mod plan;

pub use cluster::{ClusterChanges, ClusterSetup, Oidc};
pub use plan::{Change, ChangeKind, Impact, Plan, plan};

use crate::actor::{PlatformRole, TeamRole};
use crate::class::ClassSpec;
use crate::name::{ClassName, CostCentre, Description, GroupName, TeamSlug, Title};
use crate::refusal::{FieldError, Refusal};
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
    /// Refuses what cannot be meant, with every mistake at once.
    pub fn check(&self) -> Result<(), Refusal> {
        let mistakes = self.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(Refusal::Invalid(mistakes)) }
    }

    /// Every mistake, by the path to its field: `teams.payments.limits.cpu_m`.
    pub fn mistakes(&self) -> Vec<FieldError> {
        let mut found = twice("teams", self.teams.iter().map(|t| t.slug.as_str()));
        found.extend(twice("classes", self.classes.iter().map(|c| c.name.as_str())));
        found.extend(twice("clusters", self.clusters.iter().map(|c| c.name.as_str())));
        found.extend(self.teams.iter().flat_map(|team| under(&format!("teams.{}", team.slug), team.mistakes())));
        for class in &self.classes {
            if let Err(refusal) = class.spec.check() {
                found.extend(under(&format!("classes.{}.spec", class.name), refusal.fields()));
            }
        }
        found.extend(self.clusters.iter().flat_map(|c| under(&format!("clusters.{}", c.name), c.mistakes())));
        found
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
    /// Every mistake, by field.
    pub fn mistakes(&self) -> Vec<FieldError> {
        let mut found = under("limits", self.limits.mistakes());
        let mut seen = BTreeSet::new();
        let again = self.groups.iter().filter(|binding| !seen.insert(*binding));
        found.extend(again.map(|binding| FieldError {
            field: "groups".into(),
            message: format!("name {} twice as {}", binding.group, binding.role.title()),
        }));
        found
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

fn under(path: &str, found: Vec<FieldError>) -> Vec<FieldError> {
    let moved = |error: FieldError| FieldError { field: format!("{path}.{}", error.field), ..error };
    found.into_iter().map(moved).collect()
}

fn twice<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let again = names.filter(|name| !seen.insert(*name));
    again.map(|name| FieldError { field: format!("{field}.{name}"), message: "is named twice".into() }).collect()
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
