//! What the platform team says of a chart.

use super::source::ChartOrigin;
use crate::class::Environment;
use crate::field_error::FieldErrors;
use crate::name::{ClassName, TeamSlug};
use crate::text::{self, Lines};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Bytes of an entry's documentation: a form with it must fit into a body.
const LONGEST_DOCUMENTATION: usize = 32 * 1024;

/// An entry, as the platform team writes it; stored as JSON, written as YAML in files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EntrySpec {
    pub title: String,
    /// What it is, in a sentence.
    pub summary: String,
    pub category: Category,
    /// Who answers for it: a team or a channel, as people know it.
    pub owner: String,
    /// For whoever installs it, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub documentation: String,
    /// Teams that may install it; empty means all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub teams: BTreeSet<TeamSlug>,
    /// Classes of namespaces that it may be installed into; empty means all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub classes: BTreeSet<ClassName>,
    /// Environments that it may be installed into; empty means all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<Environment>,
    #[serde(default)]
    pub risk: Risk,
    /// Whose approval an install needs.
    #[serde(default)]
    pub approval: Approval,
    /// Which versions are offered.
    #[serde(default)]
    pub channel: Channel,
    /// Which values a team sets in a form, with which limits, defaults and values that nobody changes: the crate `values`
    /// says what stands in it (`Overlay`). Empty means the whole of the chart's own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub form: Map<String, Value>,
    /// What is approved without anybody.
    #[serde(default)]
    pub automatic: AutomaticRule,
    /// Where its versions come from; none where they are uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ChartOrigin>,
}

/// Which versions of an entry are offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Stable,
    /// Pre-releases, too.
    Preview,
}

/// What an entry is looked for under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Service,
    Job,
    Data,
    Network,
    Observability,
    Other,
}

/// What is at stake where it runs. From elevated on, two people approve each version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    #[default]
    Low,
    Elevated,
    High,
}

/// Whose approval an install needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    #[default]
    None,
    Platform,
}

/// What is approved without anybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AutomaticRule {
    #[default]
    Never,
    /// Patch versions of the one that is offered, if their images come from the same repositories and they ask for the same
    /// rights, are signed by the same and need no lower level of pod security.
    Patches,
}

/// Why an entry is not for somebody's namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotOffered {
    Team,
    Class,
    Environment,
}

impl EntrySpec {
    /// Refuses what cannot be meant, with every mistake at once.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut check = |field: &str, is: Result<(), std::borrow::Cow<'static, str>>| {
            if let Err(problem) = is {
                errors.add(field, problem);
            }
        };
        check("title", text::check(&self.title, 1, 80, Lines::One));
        check("summary", text::check(&self.summary, 3, 200, Lines::One));
        check("owner", text::check(&self.owner, 1, 80, Lines::One));
        if !self.documentation.is_empty() {
            check("documentation", text::check(&self.documentation, 1, LONGEST_DOCUMENTATION, Lines::Many));
        }
        if let Some(origin) = &self.origin {
            errors.keep(origin.check());
        }
        errors.finish()
    }

    /// Whether it takes less to approve a version as `next` says than as this does.
    pub fn is_eased_by(&self, next: &Self) -> bool {
        next.risk < self.risk || (self.automatic == AutomaticRule::Never && next.automatic != AutomaticRule::Never)
    }

    /// Whether a team may install it at all.
    pub fn is_for_team(&self, team: &TeamSlug) -> bool {
        self.teams.is_empty() || self.teams.contains(team)
    }

    /// Whether it may be installed into a namespace of this team, class and environment; else why not.
    pub fn offered_to(&self, team: &TeamSlug, class: &ClassName, environment: Environment) -> Result<(), NotOffered> {
        if !self.is_for_team(team) {
            return Err(NotOffered::Team);
        }
        if !(self.classes.is_empty() || self.classes.contains(class)) {
            return Err(NotOffered::Class);
        }
        if !(self.environments.is_empty() || self.environments.contains(&environment)) {
            return Err(NotOffered::Environment);
        }
        Ok(())
    }
}

impl Category {
    pub const ALL: [Self; 6] = [Self::Service, Self::Job, Self::Data, Self::Network, Self::Observability, Self::Other];

    /// As it is stored and stands in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Job => "job",
            Self::Data => "data",
            Self::Network => "network",
            Self::Observability => "observability",
            Self::Other => "other",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Service => "Services",
            Self::Job => "Jobs",
            Self::Data => "Data",
            Self::Network => "Network",
            Self::Observability => "Observability",
            Self::Other => "Other",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

impl Risk {
    pub const ALL: [Self; 3] = [Self::Low, Self::Elevated, Self::High];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Elevated => "elevated",
            Self::High => "high",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Elevated => "Elevated",
            Self::High => "High",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|risk| risk.as_str() == text)
    }
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Preview => "preview",
        }
    }
}

impl Approval {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Platform => "platform",
        }
    }
}

impl AutomaticRule {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Patches => "patches",
        }
    }
}

#[cfg(test)]
pub(crate) fn sample() -> EntrySpec {
    EntrySpec {
        title: "PostgreSQL".into(),
        summary: "A database that keeps its rows over restarts and upgrades.".into(),
        category: Category::Data,
        owner: "Data platform".into(),
        documentation: String::new(),
        teams: BTreeSet::new(),
        classes: BTreeSet::new(),
        environments: BTreeSet::new(),
        risk: Risk::Low,
        approval: Approval::None,
        channel: Channel::Stable,
        form: Map::new(),
        automatic: AutomaticRule::Never,
        origin: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(name: &str) -> TeamSlug {
        name.parse().expect("a name")
    }

    fn class(name: &str) -> ClassName {
        name.parse().expect("a name")
    }

    #[test]
    fn empty_lists_of_who_may_install_it_mean_everybody() {
        let spec = sample();
        assert_eq!(spec.offered_to(&team("payments"), &class("standard"), Environment::Production), Ok(()));
    }

    #[test]
    fn what_is_not_named_is_not_offered_and_the_widest_reason_is_told() {
        let mut spec = sample();
        spec.environments.insert(Environment::Development);
        let asked = |spec: &EntrySpec| spec.offered_to(&team("payments"), &class("standard"), Environment::Production);
        assert_eq!(asked(&spec), Err(NotOffered::Environment));
        spec.classes.insert(class("sandbox"));
        assert_eq!(asked(&spec), Err(NotOffered::Class));
        spec.teams.insert(team("search"));
        assert_eq!(asked(&spec), Err(NotOffered::Team));
        assert!(!spec.is_for_team(&team("payments")));
    }

    #[test]
    fn a_lower_risk_and_a_rule_ease_it_and_nothing_else_does() {
        let high = EntrySpec { risk: Risk::High, ..sample() };
        let elevated = EntrySpec { risk: Risk::Elevated, ..sample() };
        let ruled = EntrySpec { automatic: AutomaticRule::Patches, ..sample() };
        let renamed = EntrySpec { title: "Other".into(), ..sample() };
        assert!(high.is_eased_by(&elevated) && elevated.is_eased_by(&sample()) && sample().is_eased_by(&ruled));
        assert!(!sample().is_eased_by(&high) && !ruled.is_eased_by(&sample()) && !sample().is_eased_by(&renamed));
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let mut spec = sample();
        spec.title = String::new();
        spec.summary = String::new();
        spec.owner = "x\u{202e}y".into();
        spec.documentation = "x".repeat(LONGEST_DOCUMENTATION + 1);
        let wrong: Vec<_> = spec.check().expect_err("wrong").0.into_iter().map(|error| error.field).collect();
        assert_eq!(wrong, ["title", "summary", "owner", "documentation"]);
    }

    #[test]
    fn what_is_written_is_read_again_and_unknown_keys_are_refused() {
        let spec = sample();
        let text = serde_json::to_string(&spec).expect("it is written");
        assert_eq!(serde_json::from_str::<EntrySpec>(&text).expect("it is read"), spec);
        let text = text.replacen('{', "{\"risks\":\"low\",", 1);
        assert!(serde_json::from_str::<EntrySpec>(&text).is_err());
    }
}
