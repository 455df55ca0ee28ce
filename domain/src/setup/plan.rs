//! What applying a setup would change, before it is applied.

use super::{ClassSetup, ClusterSetup, PlatformBinding, Setup, TeamSetup};
use crate::name::{ClassName, ClusterName, TeamSlug};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

/// One difference, with what was there and what will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    pub mark: ChangeKind,
    /// `team payments`, `platform`, `class sandbox`, `cluster harbour-1`.
    pub subject: String,
    /// Which field, or which role.
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// In the order they are made; none when everything is as it should be.
    pub changes: Vec<Change>,
    /// What follows from the changes, in sentences.
    pub effects: Vec<String>,
    /// What somebody must do first, in sentences: it is left out of the changes.
    pub needs: Vec<String>,
}

/// What exists that the changes reach.
#[derive(Debug, Clone, Default)]
pub struct Impact {
    /// Namespaces of each team, of each cluster, and of each class by version.
    pub teams: BTreeMap<TeamSlug, i64>,
    pub clusters: BTreeMap<ClusterName, i64>,
    pub classes: BTreeMap<ClassName, BTreeMap<i32, i64>>,
    /// The latest version of each class.
    pub versions: BTreeMap<ClassName, i32>,
    /// Classes that are off the offer: files do not bring them back.
    pub retired: BTreeSet<ClassName>,
}

/// Compares what there is with what is wanted. With `prune`, teams and platform roles that are not named go.
pub fn plan(current: &Setup, wanted: &Setup, prune: bool, impact: &Impact) -> Plan {
    let mut plan = Plan::default();
    for team in &wanted.teams {
        plan.team(current.teams.iter().find(|t| t.slug == team.slug), team, impact);
    }
    if prune {
        current.teams.iter().filter(|t| !t.archived && wanted.team(&t.slug).is_none()).for_each(|t| plan.archive(t));
    }
    plan.platform(&current.platform, &wanted.platform, prune);
    for class in &wanted.classes {
        plan.class(current.classes.iter().find(|c| c.name == class.name), class, impact);
    }
    for cluster in &wanted.clusters {
        plan.cluster(current.clusters.iter().find(|c| c.name == cluster.name), cluster, impact);
    }
    plan
}

impl Setup {
    pub fn team(&self, slug: &TeamSlug) -> Option<&TeamSetup> {
        self.teams.iter().find(|team| team.slug == *slug)
    }
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn team(&mut self, before: Option<&TeamSetup>, after: &TeamSetup, impact: &Impact) {
        let subject = format!("team {}", after.slug);
        if before.is_none() {
            self.changes.push(Change::new(ChangeKind::Added, &subject, "title", None, Some(after.title.to_string())));
        }
        self.fields(&subject, &before.map_or_else(|| title_of(after), team_fields), &team_fields(after));
        let had: BTreeSet<_> = before.map(|t| t.groups.iter().collect()).unwrap_or_default();
        let wanted: BTreeSet<_> = after.groups.iter().collect();
        let said = |b: &super::TeamBinding| format!("group {} gives {}", b.group, b.role.title());
        self.changes
            .extend(wanted.difference(&had).map(|b| Change::new(ChangeKind::Added, &subject, &said(b), None, None)));
        self.changes
            .extend(had.difference(&wanted).map(|b| Change::new(ChangeKind::Removed, &subject, &said(b), None, None)));
        match (before.is_some_and(|t| t.archived), after.archived) {
            (false, true) => self.archive(after),
            (true, false) => self.changes.push(Change::new(ChangeKind::Added, &subject, "brought back", None, None)),
            (true, true) | (false, false) => {}
        }
        let n = impact.teams.get(&after.slug).copied().unwrap_or(0);
        if had != wanted && n > 0 {
            self.effects.push(format!(
                "{} of {subject} {} new access",
                namespaces(n),
                if n == 1 { "gets" } else { "get" }
            ));
        }
    }

    fn archive(&mut self, team: &TeamSetup) {
        self.changes.push(Change::new(
            ChangeKind::Removed,
            &format!("team {}", team.slug),
            "archived: asks for nothing more",
            None,
            None,
        ));
    }

    fn platform(&mut self, before: &[PlatformBinding], after: &[PlatformBinding], prune: bool) {
        let (had, wanted): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
        let said = |b: &PlatformBinding| format!("group {} gives {}", b.group, b.role.title());
        self.changes
            .extend(wanted.difference(&had).map(|b| Change::new(ChangeKind::Added, "platform", &said(b), None, None)));
        if prune {
            self.changes.extend(
                had.difference(&wanted).map(|b| Change::new(ChangeKind::Removed, "platform", &said(b), None, None)),
            );
        }
    }

    fn class(&mut self, before: Option<&ClassSetup>, after: &ClassSetup, impact: &Impact) {
        if impact.retired.contains(&after.name) {
            self.needs.push(format!("class {} is retired and stays as it is: restore it first", after.name));
            return;
        }
        if before.is_some_and(|class| class.spec == after.spec) {
            return;
        }
        let subject = format!("class {}", after.name);
        let version = impact.versions.get(&after.name).copied().unwrap_or(0) + 1;
        match before {
            None => {
                self.changes.push(Change::new(ChangeKind::Added, &subject, "version", None, Some(version.to_string())))
            }
            Some(before) => {
                let (before, after) = (json(&before.spec), json(&after.spec));
                self.changes.push(Change::new(
                    ChangeKind::Changed,
                    &subject,
                    "version",
                    Some((version - 1).to_string()),
                    Some(version.to_string()),
                ));
                self.fields(&subject, &before, &after);
            }
        }
        let n: i64 = impact.classes.get(&after.name).into_iter().flatten().map(|(_, n)| n).sum();
        let stay = match n {
            0 => String::new(),
            1 => "; 1 namespace stays on its version".to_owned(),
            n => format!("; {n} namespaces stay on theirs"),
        };
        self.effects.push(format!("{subject}: version {version} is available{stay}"));
    }

    fn cluster(&mut self, before: Option<&ClusterSetup>, after: &ClusterSetup, impact: &Impact) {
        let Some(before) = before else {
            let name = &after.name;
            self.needs.push(format!("cluster {name} is not known: add it with berth cluster add {name}"));
            return;
        };
        let subject = format!("cluster {}", after.name);
        self.fields(&subject, &json(before), &json(after));
        let renames = before.groups_prefix != after.groups_prefix || before.users_prefix != after.users_prefix;
        let n = impact.clusters.get(&after.name).copied().unwrap_or(0);
        if renames && n > 0 {
            self.effects.push(format!(
                "{} on {subject} {} access under the new prefix",
                namespaces(n),
                if n == 1 { "gets" } else { "get" }
            ));
        }
        match after.overcommit_percent.cmp(&before.overcommit_percent) {
            Ordering::Greater => self
                .effects
                .push(format!("{subject}: requests that wait for capacity are granted where there is enough")),
            Ordering::Less => self
                .effects
                .push(format!("{subject}: nobody loses anything; nothing new is granted until enough is free")),
            Ordering::Equal => {}
        }
    }

    /// Field by field, down to single values.
    fn fields(&mut self, subject: &str, before: &Value, after: &Value) {
        let (before, after) = (leaves(before), leaves(after));
        let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for path in paths {
            let (was, is) = (before.get(path), after.get(path));
            let mark = match (was, is) {
                (None, Some(_)) => ChangeKind::Added,
                (Some(_), None) => ChangeKind::Removed,
                _ if was != is => ChangeKind::Changed,
                _ => continue,
            };
            self.changes.push(Change::new(mark, subject, path, was.cloned(), is.cloned()));
        }
    }
}

impl Change {
    fn new(mark: ChangeKind, subject: &str, what: &str, before: Option<String>, after: Option<String>) -> Self {
        Self { mark, subject: subject.to_owned(), what: what.to_owned(), before, after }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { subject, what, .. } = self;
        let mark = match self.mark {
            ChangeKind::Added => '+',
            ChangeKind::Changed => '~',
            ChangeKind::Removed => '-',
        };
        write!(f, "{mark} {subject}: {what}")?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ": {before} → {after}"),
            (None, Some(text)) | (Some(text), None) => write!(f, ": {text}"),
            (None, None) => Ok(()),
        }
    }
}

fn namespaces(n: i64) -> String {
    if n == 1 { "1 namespace".to_owned() } else { format!("{n} namespaces") }
}

/// Groups and archiving have lines of their own.
fn team_fields(team: &TeamSetup) -> Value {
    let mut fields = json(team);
    if let Some(object) = fields.as_object_mut() {
        object.remove("groups");
        object.remove("archived");
    }
    fields
}

/// What the line of a new team says already.
fn title_of(team: &TeamSetup) -> Value {
    serde_json::json!({"slug": team.slug, "title": team.title})
}

fn json(value: &impl Serialize) -> Value {
    // Names, numbers and words: nothing that has no JSON.
    serde_json::to_value(value).unwrap_or_default()
}

/// Single values by their path; items of a list by their name, where they have one.
fn leaves(value: &Value) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Null => {}
            Value::Object(object) => object.iter().for_each(|(key, value)| walk(&below(key), value, found)),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    let name =
                        item.get("name").and_then(Value::as_str).map_or_else(|| place.to_string(), str::to_owned);
                    walk(&below(&name), item, found);
                }
            }
            Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
            Value::Bool(_) | Value::Number(_) => drop(found.insert(path.to_owned(), value.to_string())),
        }
    }
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    found
}
