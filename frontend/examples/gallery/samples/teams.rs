//! Teams, and which groups have roles for all of Berth.

use super::namespace::{membership, namespace};
use super::namespaces::namespaces;
use super::values::{ago, page_of, quota};
use super::viewers::{developer, platform};
use super::{Gallery, HOSTILE};
use domain::actor::{PlatformRole, TeamRole};
use domain::form::{AmountFields, MembershipFields, PlatformRoleFields, TeamFields};
use domain::id::PersonId;
use domain::quota::{Quota, Resource};
use domain::refusal::FieldError;
use domain::team::Limits;
use domain::view::*;
use frontend::pages;
use uuid::Uuid;

pub fn pages(to: &mut Gallery) {
    to.add("teams", developer(), "/teams", teams(), pages::teams::page);
    to.add("team", platform(), "/teams/payments", team(), pages::team::page);
    to.add("team-archived", developer(), "/teams/payments", archived_team(), pages::team::page);
    to.add("team-form", platform(), "/teams/payments/edit", team_form(), pages::team_form::page);
    to.add("team-new", platform(), "/admin/teams/new", new_team(), pages::team_form::page);
    to.add("platform-roles", platform(), "/admin/platform-roles", platform_roles(), pages::platform_roles::page);
}

pub fn teams() -> TeamsView {
    let orders = TeamRow {
        slug: "orders".into(),
        title: "Orders".into(),
        your_role: None,
        n_namespaces: 0,
        granted: Quota::ZERO,
        archived_at: Some(ago(9000)),
    };
    let filter = TeamFilter { text: String::new(), archived: true };
    TeamsView { filter, page: page_of(vec![team_row(), orders], Some("payments")), can_change: true }
}

pub fn team_row() -> TeamRow {
    TeamRow {
        slug: "payments".into(),
        title: "Payments".into(),
        your_role: Some(TeamRole::Developer),
        n_namespaces: 4,
        granted: quota(24, 88, 540, 190),
        archived_at: None,
    }
}

pub fn team() -> TeamPage {
    let member = |n: u128, name: &str, via: &str| TeamPerson {
        id: PersonId(Uuid::from_u128(n)),
        name: name.into(),
        role: TeamRole::Developer,
        via: vec![via.into()],
        last_seen_at: ago(90),
    };
    let mut limits = Limits { namespaces: Some(5), ..Limits::default() };
    limits.resources[Resource::Cpu] = Some(32_000);
    let team = TeamView {
        row: team_row(),
        description: Some("Cards, accounts and what is between them.".into()),
        cost_centre: Some("4711".into()),
        limits,
        groups: namespace().access,
        people: vec![member(1, "payments developer", "group payments-developers"), member(2, HOSTILE, "membership")],
        memberships: vec![membership(HOSTILE)],
        n_open_requests: 2,
        namespaces: namespaces(),
        version: 3,
        changed_by: Some("platform".into()),
        changed_at: Some(ago(500)),
        can_change: true,
    };
    TeamPage { team, fields: MembershipFields::default(), errors: vec![], refusal: None }
}

pub fn archived_team() -> TeamPage {
    let page = team();
    let row = TeamRow { archived_at: Some(ago(9000)), n_namespaces: 0, granted: Quota::ZERO, ..page.team.row };
    let team = TeamView { row, people: vec![], groups: vec![], memberships: vec![], namespaces: vec![], ..page.team };
    TeamPage { team, ..page }
}

pub fn team_form() -> TeamForm {
    let fields = TeamFields {
        title: HOSTILE.into(),
        amounts: AmountFields::default().with(Resource::Cpu, "much"),
        ..TeamFields::default()
    };
    let errors = vec![FieldError { field: "cpu_m".into(), message: "is not a number: write 2 or 500m".into() }];
    let team = Some(("payments".into(), "Payments".into()));
    TeamForm { team, fields, errors, refusal: Some("team Payments was changed by platform since you read it".into()) }
}

pub fn new_team() -> TeamForm {
    TeamForm { team: None, refusal: None, ..team_form() }
}

pub fn platform_roles() -> PlatformRolesPage {
    let row = |group: &str, role, kept: Option<&str>| PlatformRoleRow {
        group: group.into(),
        role,
        people: vec!["platform".into()],
        near: None,
        kept_because: kept.map(str::to_owned),
    };
    PlatformRolesPage {
        rows: vec![
            row("platform", PlatformRole::Platform, Some("this is the last group that gives platform")),
            row(HOSTILE, PlatformRole::Auditor, None),
        ],
        can_change: true,
        fields: PlatformRoleFields::default(),
        errors: vec![],
        refusal: None,
    }
}
