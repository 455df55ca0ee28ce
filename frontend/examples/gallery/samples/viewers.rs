//! Who looks. People are named by role.

use super::HOSTILE;
use domain::actor::{PlatformRole, TeamRole};
use domain::view::*;

pub fn viewer(name: &str, teams: Vec<TeamRoleView>, platform: Vec<PlatformRole>, n_to_decide: i64) -> Viewer {
    let sees_everything = !platform.is_empty();
    let platform_waits = platform.contains(&PlatformRole::Platform);
    let admin = platform.iter().any(|role| matches!(role, PlatformRole::Platform | PlatformRole::Auditor));
    Viewer {
        name: name.into(),
        email: format!("{}@berth.test", name.replace(' ', "-")),
        can_ask: teams.iter().any(|team| team.role != TeamRole::Viewer),
        teams,
        platform,
        n_to_decide,
        n_failed: i64::from(platform_waits),
        n_stopped: i64::from(platform_waits),
        n_versions: i64::from(platform_waits),
        can_see_offer: true,
        can_see_clusters: sees_everything,
        can_see_audit: admin,
        can_see_jobs: admin,
        can_see_people: admin,
        can_see_setup: admin,
        favourites: vec![
            FavouriteView { cluster: "harbour-1".into(), name: "payments-dev".into() },
            FavouriteView { cluster: "quay-7".into(), name: "payments-edge-with-a-name-that-is-rather-long".into() },
        ],
        contact: "the platform team".into(),
    }
}

pub fn team_role(slug: &str, title: &str, role: TeamRole) -> TeamRoleView {
    TeamRoleView { slug: slug.into(), title: title.into(), role }
}

pub fn developer() -> Viewer {
    let teams =
        vec![team_role("payments", "Payments", TeamRole::Developer), team_role("orders", "Orders", TeamRole::Viewer)];
    viewer("payments developer", teams, vec![], 0)
}

pub fn owner() -> Viewer {
    viewer("payments owner", vec![team_role("payments", "Payments", TeamRole::Owner)], vec![], 2)
}

pub fn platform() -> Viewer {
    viewer("platform", vec![], vec![PlatformRole::Platform], 7)
}

pub fn auditor() -> Viewer {
    viewer("auditor", vec![], vec![PlatformRole::Auditor], 0)
}

pub fn stranger() -> Viewer {
    viewer("stranger", vec![], vec![], 0)
}

pub fn long_named() -> Viewer {
    let teams = vec![team_role(
        "international-settlements-team",
        "International Settlements and Reconciliation",
        TeamRole::Owner,
    )];
    viewer(HOSTILE, teams, vec![PlatformRole::Platform, PlatformRole::Approver], 128)
}
