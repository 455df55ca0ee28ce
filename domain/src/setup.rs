//! What a platform team sets up, as files: teams, bindings and classes.

use crate::actor::{PlatformRole, TeamRole};
use crate::class::ClassSpec;
use crate::name::{ClassName, GroupName, TeamSlug, Title};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One setup file. What is named is made or changed; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    #[serde(default)]
    pub teams: Vec<TeamSetup>,
    #[serde(default)]
    pub platform: Vec<PlatformBinding>,
    #[serde(default)]
    pub classes: Vec<ClassSetup>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamSetup {
    pub slug: TeamSlug,
    pub title: Title,
    /// All bindings of the team: others are taken away.
    #[serde(default)]
    pub groups: Vec<TeamBinding>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamBinding {
    pub group: GroupName,
    pub role: TeamRole,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformBinding {
    pub group: GroupName,
    pub role: PlatformRole,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSetup {
    pub name: ClassName,
    pub spec: ClassSpec,
}

impl Setup {
    /// Refuses what cannot be meant: a name twice, a class that cannot be published.
    pub fn check(&self) -> Result<(), Refusal> {
        single("teams", self.teams.iter().map(|t| t.slug.as_str()))?;
        single("classes", self.classes.iter().map(|c| c.name.as_str()))?;
        self.classes.iter().try_for_each(|class| class.spec.check())
    }
}

fn single<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Refusal::invalid(field, &format!("{name} is named twice")));
        }
    }
    Ok(())
}
