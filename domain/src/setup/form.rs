//! A team as the form in the browser has it: texts, groups by line, an empty limit for none.

use super::{TeamBinding, TeamSetup};
use crate::actor::TeamRole;
use crate::field_error::FieldErrors;
use crate::form::{AmountFields, TeamFields};
use crate::quota::Resource;
use crate::team::Limits;
use std::str::FromStr;

impl TeamSetup {
    /// Reads the form, with every mistake at once.
    pub fn from_fields(fields: &TeamFields, archived: bool) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let slug = errors.parse_at("slug", &fields.slug);
        let title = errors.parse_at("title", &fields.title);
        let description = optional(&mut errors, "description", &fields.description);
        let cost_centre = optional(&mut errors, "cost_centre", &fields.cost_centre);
        let limits = limits(fields, &mut errors);
        let groups = groups(fields, &mut errors);
        let (Some(slug), Some(title), true) = (slug, title, errors.is_empty()) else {
            return Err(errors);
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

fn limits(fields: &TeamFields, errors: &mut FieldErrors) -> Limits {
    let mut limits = Limits::default();
    match fields.namespaces.trim() {
        "" => {}
        text => match text.parse() {
            Ok(number) => limits.namespaces = Some(number),
            Err(_) => errors.add("namespaces", "use a whole number, or leave it empty for no limit"),
        },
    }
    for resource in Resource::ALL {
        match fields.amounts.get(resource).trim() {
            "" => {}
            text => limits.resources[resource] = errors.keep(resource.parse(text)),
        }
    }
    errors.keep(limits.check());
    limits
}

fn groups(fields: &TeamFields, errors: &mut FieldErrors) -> Vec<TeamBinding> {
    let mut groups = Vec::new();
    for (role, field, text) in [
        (TeamRole::Owner, "owners", &fields.owners),
        (TeamRole::Developer, "developers", &fields.developers),
        (TeamRole::Viewer, "viewers", &fields.viewers),
    ] {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some(group) = errors.parse_at(field, line) else { continue };
            let binding = TeamBinding { group, role };
            if !groups.contains(&binding) {
                groups.push(binding);
            }
        }
    }
    groups
}

fn optional<T: FromStr<Err = FieldErrors>>(errors: &mut FieldErrors, field: &str, text: &str) -> Option<T> {
    if text.trim().is_empty() { None } else { errors.parse_at(field, text) }
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
        let errors = TeamSetup::from_fields(&fields, false).expect_err("is wrong");
        let fields: Vec<_> = errors.0.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["slug", "title", "namespaces", "cpu_m"]);
    }
}
