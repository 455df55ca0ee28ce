//! A team as the form in the browser has it: texts, groups by line, an empty limit for none.

use super::{TeamBinding, TeamSetup};
use crate::actor::TeamRole;
use crate::quota::Resource;
use crate::refusal::{FieldError, Refusal};
use crate::team::Limits;
use crate::view::{AmountFields, TeamFields};
use std::str::FromStr;

impl TeamSetup {
    /// Reads the form, with every mistake at once.
    pub fn from_fields(fields: &TeamFields, archived: bool) -> Result<Self, Refusal> {
        let mut mistakes = Vec::new();
        let slug = parsed(&fields.slug, "slug", &mut mistakes);
        let title = parsed(&fields.title, "title", &mut mistakes);
        let description = optional(&fields.description, "description", &mut mistakes);
        let cost_centre = optional(&fields.cost_centre, "cost_centre", &mut mistakes);
        let limits = limits(fields, &mut mistakes);
        let groups = groups(fields, &mut mistakes);
        let (Some(slug), Some(title), true) = (slug, title, mistakes.is_empty()) else {
            return Err(Refusal::Invalid(mistakes));
        };
        Ok(Self { slug, title, description, cost_centre, limits, groups, archived })
    }
}

impl TeamFields {
    pub fn of(team: &TeamSetup, version: i32) -> Self {
        let lines = |role: TeamRole| {
            let groups = team.groups.iter().filter(|b| b.role == role).map(|b| b.group.as_str());
            groups.collect::<Vec<_>>().join("\n")
        };
        let limit = |r: Resource| team.limits.get(r).map(|amount| r.write(amount)).unwrap_or_default();
        Self {
            slug: team.slug.to_string(),
            title: team.title.to_string(),
            description: team.description.as_ref().map(ToString::to_string).unwrap_or_default(),
            cost_centre: team.cost_centre.as_ref().map(ToString::to_string).unwrap_or_default(),
            owners: lines(TeamRole::Owner),
            developers: lines(TeamRole::Developer),
            viewers: lines(TeamRole::Viewer),
            namespaces: team.limits.namespaces.map(|n| n.to_string()).unwrap_or_default(),
            amounts: AmountFields::from_fn(limit),
            version,
        }
    }
}

fn limits(fields: &TeamFields, mistakes: &mut Vec<FieldError>) -> Limits {
    let mut limits = Limits::default();
    match fields.namespaces.trim() {
        "" => {}
        text => match text.parse() {
            Ok(number) => limits.namespaces = Some(number),
            Err(_) => mistakes.push(at_fault("namespaces", "use a whole number, or leave it empty for no limit")),
        },
    }
    for resource in Resource::ALL {
        match fields.amounts.get(resource).trim() {
            "" => {}
            text => match resource.parse(text) {
                Ok(amount) => limits.resources[resource] = Some(amount),
                Err(refusal) => mistakes.extend(refusal.fields()),
            },
        }
    }
    mistakes.extend(limits.mistakes());
    limits
}

fn groups(fields: &TeamFields, mistakes: &mut Vec<FieldError>) -> Vec<TeamBinding> {
    let mut groups = Vec::new();
    for (role, field, text) in [
        (TeamRole::Owner, "owners", &fields.owners),
        (TeamRole::Developer, "developers", &fields.developers),
        (TeamRole::Viewer, "viewers", &fields.viewers),
    ] {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some(group) = parsed(line, field, mistakes) else { continue };
            let binding = TeamBinding { group, role };
            if !groups.contains(&binding) {
                groups.push(binding);
            }
        }
    }
    groups
}

fn parsed<T: FromStr<Err = Refusal>>(text: &str, field: &str, mistakes: &mut Vec<FieldError>) -> Option<T> {
    match text.trim().parse() {
        Ok(value) => Some(value),
        Err(refusal) => {
            let moved = |error: FieldError| FieldError { field: field.to_owned(), ..error };
            mistakes.extend(refusal.fields().into_iter().map(moved));
            None
        }
    }
}

fn optional<T: FromStr<Err = Refusal>>(text: &str, field: &str, mistakes: &mut Vec<FieldError>) -> Option<T> {
    if text.trim().is_empty() { None } else { parsed(text, field, mistakes) }
}

fn at_fault(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_is_read_back_is_the_same_team() {
        let fields = TeamFields {
            slug: "payments".into(),
            title: "Payments".into(),
            description: "Cards and accounts".into(),
            owners: "payments-owners\r\n\r\n payments-leads ".into(),
            viewers: "support".into(),
            namespaces: "3".into(),
            amounts: AmountFields::default().with(Resource::Memory, "64 GiB"),
            ..TeamFields::default()
        };
        let team = TeamSetup::from_fields(&fields, false).expect("reads");
        assert_eq!(
            (team.limits.namespaces, team.limits.get(Resource::Memory), team.limits.get(Resource::Cpu)),
            (Some(3), Some(64 << 30), None)
        );
        assert_eq!(team.groups.len(), 3);
        assert_eq!(TeamSetup::from_fields(&TeamFields::of(&team, 1), false), Ok(team));
    }

    #[test]
    fn every_mistake_in_the_form_is_named_at_its_field() {
        let amounts = AmountFields::default().with(Resource::Cpu, "much");
        let fields = TeamFields { slug: "Pay".into(), namespaces: "-1".into(), amounts, ..TeamFields::default() };
        let refusal = TeamSetup::from_fields(&fields, false).expect_err("is wrong");
        let fields: Vec<_> = refusal.fields().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["slug", "title", "namespaces", "cpu_m"]);
    }
}
