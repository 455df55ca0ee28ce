//! Sample views in many states, rendered: busy, empty, long, failing, stale, refused. People are named by role.

use crate::platform;
use domain::FormKey;
use domain::actor::{PlatformRole, Scope, TeamRole};
use domain::class::{Environment, NetworkProfile, PodSecurity};
use domain::cluster::{Fit, Freshness};
use domain::diagnosis::{Diagnosis, Health, WorkloadKind};
use domain::drift::{Condition, LeavingCondition};
use domain::gone::Gone;
use domain::id::{NamespaceId, PersonId, TokenId};
use domain::lifetime::{Cause, Ending};
use domain::name::RequestNumber;
use domain::namespace::{NamespaceState, Step, StepState};
use domain::plan::Reason;
use domain::quota::{Quota, Resource, Shortfall};
use domain::refusal::{BelowUse, FieldError};
use domain::request::{Act, Grant, Kind, UntilDate};
use domain::team::Limits;
use domain::terminating::diagnose_terminating;
use domain::view::*;
use frontend::pages::{self, namespace::Tab};
use frontend::{Again, Assets, Frame, Theme};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::Arc;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub const NOW: OffsetDateTime = datetime!(2026-11-21 09:41:07 UTC);
/// A text that would run as script if it were not escaped.
pub const HOSTILE: &str = "<script>alert('x')</script> & \"quotes\"";
const GIB: u64 = 1 << 30;

/// Every page by name, with `text` wherever a text of its view may be any.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn pages_with(theme: Theme, text: &'static str) -> Vec<(&'static str, String)> {
    TEXT.set(Some(text));
    let pages = pages(theme);
    TEXT.set(None);
    pages
}

thread_local! {
    static TEXT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// The view as it is, or with other texts.
pub fn shown<V: Serialize + DeserializeOwned>(view: V) -> V {
    let Some(text) = TEXT.get() else { return view };
    let mut view = serde_json::to_value(view).expect("views serialize");
    let mut places = Vec::new();
    list_texts(&view, String::new(), &mut places);
    for place in places {
        let free = "<any text at all>".to_owned();
        let was = view.pointer_mut(&place).map(|at| std::mem::replace(at, free.into()));
        let fits = V::deserialize(&view).is_ok();
        let now = if fits { Some(text.into()) } else { was };
        view.pointer_mut(&place).zip(now).into_iter().for_each(|(at, now)| *at = now);
    }
    serde_json::from_value(view).expect("is still one")
}

/// JSON pointers to all texts.
fn list_texts(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::String(_) => places.push(at),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| list_texts(item, format!("{at}/{n}"), places));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            list_texts(field, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), places);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every page by name.
pub fn pages(theme: Theme) -> Vec<(&'static str, String)> {
    let frame = |viewer: Viewer, path: &str| frame(Some(viewer), theme, path);
    let nobody = |path: &str| self::frame(None, theme, path);
    vec![
        ("home", pages::home::page(frame(owner(), "/"), shown(home()))),
        ("home-new", pages::home::page(frame(developer(), "/"), shown(empty_home()))),
        ("home-platform", pages::home::page(frame(platform(), "/"), shown(home_of_platform()))),
        ("home-auditor", pages::home::page(frame(auditor(), "/"), shown(empty_home()))),
        (
            "namespaces",
            pages::namespaces::page(frame(developer(), "/namespaces"), shown(page_of(namespaces(), Some("x")))),
        ),
        ("namespaces-empty", pages::namespaces::page(frame(developer(), "/namespaces"), shown(page_of(vec![], None)))),
        ("new-namespace", pages::new_namespace::page(frame(developer(), "/namespaces/new"), shown(form()))),
        (
            "new-namespace-none",
            pages::new_namespace::page(
                frame(auditor(), "/namespaces/new"),
                shown(NewNamespaceForm { teams: vec![], ..form() }),
            ),
        ),
        (
            "new-namespace-checked",
            pages::new_namespace::page(frame(developer(), "/namespaces/new"), shown(checked_form())),
        ),
        ("new-namespace-begun", pages::new_namespace::page(frame(developer(), "/namespaces/new"), shown(begun_form()))),
        (
            "new-namespace-refused",
            pages::new_namespace::page(frame(developer(), "/namespaces/new"), shown(refused_form())),
        ),
        (
            "namespace",
            pages::namespace::page(
                frame(developer(), "/namespaces/harbour-1/payments-dev"),
                shown(namespace()),
                Tab::Overview,
            ),
        ),
        ("namespace-failed", pages::namespace::page(frame(developer(), "/"), shown(failed_namespace()), Tab::Overview)),
        ("namespace-empty", pages::namespace::page(frame(developer(), "/"), shown(empty_namespace()), Tab::Overview)),
        ("namespace-away", pages::namespace::page(frame(developer(), "/"), shown(away_namespace()), Tab::Overview)),
        ("namespace-workloads", pages::namespace::page(frame(developer(), "/"), shown(namespace()), Tab::Workloads)),
        ("namespace-events", pages::namespace::page(frame(developer(), "/"), shown(namespace()), Tab::Events)),
        ("quota", pages::quota::page(frame(developer(), "/"), shown(namespace()), quota_form())),
        ("extend", pages::lifetime::page(frame(developer(), "/"), shown(namespace()), extending())),
        ("extend-not", pages::lifetime::page(frame(developer(), "/"), shown(namespace()), extending_not())),
        ("delete", pages::lifetime::page(frame(developer(), "/"), shown(namespace()), deleting())),
        ("delete-refused", pages::lifetime::page(frame(developer(), "/"), shown(away_namespace()), deleting_refused())),
        ("quota-less", pages::quota::page(frame(developer(), "/"), shown(namespace()), quota_below_use())),
        (
            "quota-use-unknown",
            pages::quota::page(frame(developer(), "/"), shown(away_namespace()), quota_use_unknown()),
        ),
        ("quota-refused", pages::quota::page(frame(developer(), "/"), shown(namespace()), quota_refused())),
        ("quota-read", pages::quota::page(frame(developer(), "/"), shown(away_namespace()), quota_not_mine())),
        ("quota-history", pages::quota::history(frame(developer(), "/"), shown(namespace()), quota_changes())),
        (
            "quota-history-none",
            pages::quota::history(frame(developer(), "/"), shown(namespace()), page_of(vec![], None)),
        ),
        ("namespace-access", pages::namespace::page(frame(developer(), "/"), shown(namespace()), Tab::Access)),
        (
            "namespace-access-alone",
            pages::namespace::page(frame(developer(), "/"), shown(others(Some(vec![]))), Tab::Access),
        ),
        ("namespace-access-unknown", pages::namespace::page(frame(developer(), "/"), shown(others(None)), Tab::Access)),
        ("namespace-as-granted", pages::namespace::page(frame(developer(), "/"), shown(as_granted()), Tab::Overview)),
        ("namespace-as-granted-sync", pages::namespace::page(frame(developer(), "/"), shown(as_granted()), Tab::Sync)),
        ("namespace-sync", pages::namespace::page(frame(developer(), "/"), shown(namespace()), Tab::Sync)),
        ("namespace-ordered-sync", pages::namespace::page(frame(developer(), "/"), shown(ordered(3)), Tab::Sync)),
        ("namespace-moved", pages::namespace::page(frame(developer(), "/"), shown(ordered(2)), Tab::Overview)),
        ("namespace-moved-sync", pages::namespace::page(frame(developer(), "/"), shown(ordered(2)), Tab::Sync)),
        ("namespace-ahead", pages::namespace::page(frame(platform(), "/"), shown(ahead_namespace(true)), Tab::Sync)),
        (
            "namespace-ahead-for-the-team",
            pages::namespace::page(frame(developer(), "/"), shown(ahead_namespace(false)), Tab::Sync),
        ),
        ("namespace-missing", pages::namespace::page(frame(developer(), "/"), shown(missing_namespace()), Tab::Sync)),
        (
            "namespace-missing-overview",
            pages::namespace::page(frame(developer(), "/"), shown(missing_namespace()), Tab::Overview),
        ),
        (
            "namespace-missing-access",
            pages::namespace::page(frame(developer(), "/"), shown(missing_namespace()), Tab::Access),
        ),
        (
            "namespace-overdue",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("overdue")), Tab::Overview),
        ),
        (
            "namespace-deletion-asked",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("asked")), Tab::Overview),
        ),
        (
            "namespace-deletion-granted",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("granted")), Tab::Overview),
        ),
        (
            "namespace-suspended",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("suspended")), Tab::Overview),
        ),
        (
            "namespace-not-suspended",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("refused")), Tab::Overview),
        ),
        (
            "namespace-restoring",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("restoring")), Tab::Overview),
        ),
        (
            "namespace-restoring-refused",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("not made")), Tab::Overview),
        ),
        (
            "namespace-deletion-stuck",
            pages::namespace::page(frame(developer(), "/"), shown(ending_namespace("stuck")), Tab::Overview),
        ),
        (
            "namespace-paused",
            pages::namespace::page(frame(developer(), "/"), shown(stopped_namespace(StoppedBy::Paused)), Tab::Overview),
        ),
        (
            "namespace-paused-sync",
            pages::namespace::page(frame(developer(), "/"), shown(stopped_namespace(StoppedBy::Paused)), Tab::Sync),
        ),
        (
            "namespace-replaced-access",
            pages::namespace::page(frame(developer(), "/"), shown(stopped_namespace(StoppedBy::Another)), Tab::Access),
        ),
        (
            "namespace-away-sync",
            pages::namespace::page(frame(developer(), "/"), shown(stopped_namespace(StoppedBy::Away)), Tab::Sync),
        ),
        ("namespace-activity", pages::namespace::page(frame(developer(), "/"), shown(namespace()), Tab::Activity)),
        ("requests", pages::requests::page(frame(platform(), "/requests?queue=all"), shown(requests(Queue::All)))),
        ("requests-to-decide", pages::requests::page(frame(owner(), "/requests?queue=to_decide"), shown(to_decide()))),
        (
            "requests-filtered",
            pages::requests::page(frame(platform(), "/requests?queue=all"), shown(requests_filtered())),
        ),
        (
            "requests-nothing",
            pages::requests::page(frame(platform(), "/requests?queue=all"), shown(requests_nothing())),
        ),
        ("requests-none", pages::requests::page(frame(developer(), "/requests"), shown(no_requests()))),
        ("request", pages::request::page(frame(owner(), "/requests/231"), shown(request_page(in_review())))),
        ("request-own", pages::request::page(frame(developer(), "/requests/231"), shown(request_page(own_request())))),
        ("request-errors", pages::request::page(frame(owner(), "/requests/231"), shown(refused_decision()))),
        (
            "request-quota",
            pages::request::page(frame(owner(), "/requests/241"), shown(request_page(quota_in_review()))),
        ),
        ("request-extend", pages::request::page(frame(owner(), "/requests/243"), shown(request_page(extension())))),
        (
            "request-extend-sent-back",
            pages::request::page(frame(developer(), "/requests/243"), shown(request_page(extension_sent_back()))),
        ),
        (
            "request-extend-revise",
            pages::request::page(frame(developer(), "/requests/243/revise"), shown(extension_revising())),
        ),
        ("request-delete", pages::request::page(frame(owner(), "/requests/242"), shown(request_page(deletion())))),
        (
            "request-delete-sent-back",
            pages::request::page(frame(developer(), "/requests/242"), shown(request_page(deletion_sent_back()))),
        ),
        (
            "request-extend-rejected",
            pages::request::page(frame(developer(), "/requests/243"), shown(request_page(extension_rejected()))),
        ),
        (
            "request-deleted",
            pages::request::page(
                frame(developer(), "/requests/242"),
                shown(request_page(deleted(AfterDeletion::Suspended { delete_at: NOW + Duration::days(20) }))),
            ),
        ),
        (
            "request-deleted-restored",
            pages::request::page(
                frame(developer(), "/requests/242"),
                shown(request_page(deleted(AfterDeletion::Restored))),
            ),
        ),
        ("request-use-unknown", pages::request::page(frame(owner(), "/requests/241"), shown(use_unknown()))),
        (
            "request-cluster-paused",
            pages::request::page(frame(owner(), "/requests/231"), shown(request_page(cluster_paused()))),
        ),
        (
            "request-cluster-replaced",
            pages::request::page(frame(owner(), "/requests/231"), shown(request_page(cluster_replaced()))),
        ),
        (
            "request-sent-back",
            pages::request::page(frame(developer(), "/requests/241"), shown(request_page(sent_back()))),
        ),
        (
            "request-sent-back-decider",
            pages::request::page(frame(owner(), "/requests/241"), shown(request_page(sent_back_to_a_decider()))),
        ),
        (
            "request-revise-decider",
            pages::request::page(frame(owner(), "/requests/241/revise"), shown(revising_as_a_decider())),
        ),
        (
            "request-sent-back-below",
            pages::request::page(frame(developer(), "/requests/241"), shown(sent_back_below_use())),
        ),
        ("request-revised", pages::request::page(frame(owner(), "/requests/241"), shown(request_page(revised())))),
        ("request-revise", pages::request::page(frame(developer(), "/requests/241/revise"), shown(revising()))),
        (
            "request-revise-refused",
            pages::request::page(frame(developer(), "/requests/241"), shown(revising_refused())),
        ),
        ("request-revise-not", pages::request::page(frame(owner(), "/requests/241/revise"), shown(revising_not()))),
        ("request-waiting", pages::request::page(frame(developer(), "/requests/241"), shown(request_page(waiting())))),
        ("request-commented", pages::request::page(frame(owner(), "/requests/241"), shown(refused_comment()))),
        (
            "request-quota-failed",
            pages::request::page(frame(owner(), "/requests/241"), shown(request_page(quota_failed()))),
        ),
        (
            "request-undoing",
            pages::request::page(frame(owner(), "/requests/241"), shown(request_page(quota_as(RequestState::Undoing)))),
        ),
        (
            "request-undone",
            pages::request::page(frame(owner(), "/requests/229"), shown(request_page(decided(RequestState::Undone)))),
        ),
        (
            "request-expired",
            pages::request::page(
                frame(developer(), "/requests/241"),
                shown(request_page(quota_as(RequestState::Expired))),
            ),
        ),
        (
            "request-superseded",
            pages::request::page(frame(developer(), "/requests/241"), shown(request_page(superseded()))),
        ),
        (
            "request-quota-done",
            pages::request::page(
                frame(developer(), "/requests/241"),
                shown(request_page(quota_as(RequestState::Completed))),
            ),
        ),
        (
            "request-cluster-removed",
            pages::request::page(frame(owner(), "/requests/231"), shown(request_page(cluster_removed()))),
        ),
        (
            "request-nobody-at-work",
            pages::request::page(frame(developer(), "/requests/229"), shown(request_page(nobody_at_work()))),
        ),
        (
            "request-applying",
            pages::request::page(frame(developer(), "/requests/229"), shown(request_page(applying()))),
        ),
        (
            "request-applying-not-agreed",
            pages::request::page(
                frame(developer(), "/requests/229"),
                shown(request_page(disagreed(applying(), false))),
            ),
        ),
        (
            "request-failed-not-agreed",
            pages::request::page(frame(platform(), "/requests/229"), shown(request_page(disagreed(failed(), true)))),
        ),
        (
            "request-failed-not-agreed-team",
            pages::request::page(frame(developer(), "/requests/229"), shown(request_page(disagreed(failed(), false)))),
        ),
        ("request-failed", pages::request::page(frame(developer(), "/requests/229"), shown(request_page(failed())))),
        (
            "request-completed",
            pages::request::page(frame(developer(), "/requests/224"), shown(request_page(completed()))),
        ),
        (
            "request-rejected",
            pages::request::page(frame(developer(), "/requests/219"), shown(request_page(rejected()))),
        ),
        ("clusters", pages::clusters::page(frame(platform(), "/clusters"), shown(clusters()))),
        (
            "cluster",
            pages::cluster::page(
                frame(platform(), "/clusters/harbour-1"),
                shown(cluster_detail(clusters().remove(0))),
                Again::default(),
            ),
        ),
        (
            "cluster-away",
            pages::cluster::page(
                frame(platform(), "/clusters/quay-7"),
                shown(cluster_detail(clusters().remove(2))),
                Again::default(),
            ),
        ),
        (
            "cluster-forgotten",
            pages::cluster::page(frame(platform(), "/clusters/harbour-1"), shown(restored_cluster()), Again::default()),
        ),
        (
            "cluster-paused",
            pages::cluster::page(frame(platform(), "/clusters/harbour-2"), shown(paused_cluster()), Again::default()),
        ),
        (
            "cluster-another",
            pages::cluster::page(frame(platform(), "/clusters/harbour-2"), shown(another_cluster()), Again::default()),
        ),
        (
            "cluster-renew",
            pages::renew_cluster::page(
                frame(platform(), "/clusters/harbour-1/renew"),
                "harbour-1",
                RenewClusterFields::default(),
                vec![],
            ),
        ),
        (
            "cluster-new",
            pages::new_cluster::page(
                frame(platform(), "/clusters/new"),
                shown(platform::new_cluster()),
                shown(platform::new_cluster_errors()),
            ),
        ),
        (
            "cluster-settings",
            pages::cluster_settings::page(
                frame(platform(), "/clusters/harbour-1/settings"),
                shown(platform::cluster_settings(clusters().remove(0).lines)),
            ),
        ),
        (
            "cluster-manifests",
            pages::cluster_manifests::page(
                frame(platform(), "/clusters/harbour-1/manifests"),
                shown(cluster_detail(clusters().remove(0))),
                "kind: ClusterRole\nmetadata:\n  name: berth-provisioner\n",
            ),
        ),
        ("people", pages::people::page(frame(platform(), "/admin/people"), shown(platform::people("")))),
        ("person", pages::person::page(frame(platform(), "/admin/people/x"), platform::person(), Again::default())),
        ("teams", pages::teams::page(frame(developer(), "/teams"), shown(teams()))),
        ("team", pages::team::page(frame(platform(), "/teams/payments"), shown(team()))),
        ("team-archived", pages::team::page(frame(developer(), "/teams/payments"), shown(archived_team()))),
        ("team-form", pages::team_form::page(frame(platform(), "/teams/payments/edit"), shown(team_form()))),
        ("team-new", pages::team_form::page(frame(platform(), "/admin/teams/new"), shown(new_team()))),
        (
            "platform-roles",
            pages::platform_roles::page(frame(platform(), "/admin/platform-roles"), shown(platform_roles())),
        ),
        ("classes", pages::classes::page(frame(platform(), "/admin/classes"), shown(crate::classes::rows()), true)),
        (
            "class",
            pages::class::page(
                frame(platform(), "/admin/classes/standard"),
                shown(crate::classes::detail(NOW)),
                Again::default(),
            ),
        ),
        (
            "class-retire-refused",
            pages::class::page(
                frame(platform(), "/admin/classes/standard"),
                shown(crate::classes::detail(NOW)),
                refused("reason", "is missing", ""),
            ),
        ),
        (
            "cluster-remove-refused",
            pages::cluster::page(
                frame(platform(), "/clusters/harbour-1"),
                shown(cluster_detail(clusters().remove(0))),
                refused("confirm", "must be harbour-1, to be sure", "harbour"),
            ),
        ),
        (
            "class-retired",
            pages::class::page(frame(platform(), "/admin"), shown(crate::classes::retired(NOW)), Again::default()),
        ),
        ("class-new", pages::class::new::page(frame(platform(), "/admin/classes/new"), shown(crate::classes::new()))),
        ("class-draft-read", pages::class::draft::page(frame(auditor(), "/admin"), shown(crate::classes::draft()))),
        ("class-draft", pages::class::draft::page(frame(platform(), "/admin"), shown(crate::classes::draft()))),
        (
            "class-draft-refused",
            pages::class::draft::page(frame(platform(), "/admin"), shown(crate::classes::draft_refused())),
        ),
        (
            "class-preview",
            pages::class::preview::page(
                frame(platform(), "/admin"),
                shown(crate::classes::preview(NOW)),
                Again::default(),
            ),
        ),
        ("class-move", pages::class::follow::page(frame(platform(), "/admin"), shown(crate::classes::follow(NOW)))),
        ("audit", pages::audit::page(frame(auditor(), "/admin/audit"), shown(audit()))),
        ("audit-none", pages::audit::page(frame(auditor(), "/admin/audit"), shown(no_audit()))),
        ("jobs", pages::jobs::page(frame(platform(), "/admin/jobs"), shown(jobs()))),
        ("jobs-none", pages::jobs::page(frame(auditor(), "/admin/jobs"), shown(vec![]))),
        ("me", pages::me::page(frame(developer(), "/me"), shown(me()))),
        ("me-token", pages::me::page(frame(developer(), "/me"), shown(me_with_token()))),
        ("me-refused", pages::me::page(frame(developer(), "/me"), shown(me_refused()))),
        ("no-team", pages::no_team::page(frame(stranger(), "/"), true)),
        ("no-groups", pages::no_team::page(frame(stranger(), "/"), false)),
        ("welcome", pages::welcome::page(nobody("/requests/231"))),
        ("search", pages::search::page(frame(developer(), "/"), shown(found("")))),
        ("search-found", pages::search::page(frame(platform(), "/search?q=pay"), shown(found("pay")))),
        (
            "search-nothing",
            pages::search::page(
                frame(developer(), "/search?q=x"),
                shown(SearchView { text: HOSTILE.into(), hits: vec![], has_more: false }),
            ),
        ),
        ("signed-out", pages::signed_out::page(nobody("/signed-out"))),
        ("api", pages::api_docs::page(frame(developer(), "/api/docs"), &openapi())),
        (
            "problem-404",
            pages::problem::page(
                frame(developer(), "/requests/999"),
                shown(problem(404, "Not here", "There is no such request, or it is not yours to see.")),
            ),
        ),
        (
            "problem-503",
            pages::problem::page(
                nobody("/"),
                shown(problem(
                    503,
                    "Berth cannot answer right now",
                    "Its database does not answer. Nothing is lost; try again in a moment.",
                )),
            ),
        ),
        (
            "long",
            pages::namespaces::page(frame(long_named(), "/namespaces"), shown(page_of(vec![long_namespace()], None))),
        ),
        ("long-request", pages::request::page(frame(long_named(), "/requests/1"), shown(request_page(long_request())))),
    ]
}

fn frame(viewer: Option<Viewer>, theme: Theme, path: &str) -> Frame {
    let url = |name: &str| format!("/assets/{name}");
    let assets = Assets {
        css: url("berth.css"),
        boot_js: url("boot.js"),
        app_js: url("app.js"),
        app_wasm: url("app_bg.wasm"),
        favicon: url("favicon.svg"),
        text_font: url("fonts/inter-latin-wght-normal.woff2"),
        mono_font: url("fonts/jetbrains-mono-latin-wght-normal.woff2"),
    };
    let recent = if path == "/" { recent() } else { vec![] };
    let done = (path == "/requests/229").then(|| "You have approved REQ-229.".to_owned());
    let viewer = viewer.map(shown);
    let form_key = viewer.as_ref().map(|_| FormKey::of_session(&[7; 32]));
    let assets = Arc::new(assets);
    Frame { viewer, form_key, theme, path: path.to_owned(), done, recent, now: NOW, assets, brings_back: false }
}

fn recent() -> Vec<Hit> {
    let hit = |kind, title: &str, detail: &str, href: &str| Hit {
        kind,
        title: title.into(),
        detail: detail.into(),
        href: href.into(),
    };
    vec![
        hit(HitKind::Request, "REQ-231", "payments-perf", "/requests/231"),
        hit(HitKind::Namespace, "payments-dev", "harbour-1", "/namespaces/harbour-1/payments-dev"),
    ]
}

fn found(text: &str) -> SearchView {
    let mut hits = recent();
    hits.push(Hit {
        kind: HitKind::Person,
        title: HOSTILE.into(),
        detail: "somebody@berth.test".into(),
        href: "/admin/people/x".into(),
    });
    hits.push(Hit {
        kind: HitKind::Page,
        title: "New namespace".into(),
        detail: "ask for one".into(),
        href: "/namespaces/new".into(),
    });
    SearchView { text: text.into(), hits, has_more: true }
}

fn viewer(name: &str, teams: Vec<TeamRoleView>, platform: Vec<PlatformRole>, n_to_decide: i64) -> Viewer {
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

fn team_role(slug: &str, title: &str, role: TeamRole) -> TeamRoleView {
    TeamRoleView { slug: slug.into(), title: title.into(), role }
}

fn developer() -> Viewer {
    let teams =
        vec![team_role("payments", "Payments", TeamRole::Developer), team_role("orders", "Orders", TeamRole::Viewer)];
    viewer("payments developer", teams, vec![], 0)
}

fn owner() -> Viewer {
    viewer("payments owner", vec![team_role("payments", "Payments", TeamRole::Owner)], vec![], 2)
}

fn platform() -> Viewer {
    viewer("platform", vec![], vec![PlatformRole::Platform], 7)
}

fn auditor() -> Viewer {
    viewer("auditor", vec![], vec![PlatformRole::Auditor], 0)
}

fn stranger() -> Viewer {
    viewer("stranger", vec![], vec![], 0)
}

fn long_named() -> Viewer {
    let teams = vec![team_role(
        "international-settlements-team",
        "International Settlements and Reconciliation",
        TeamRole::Owner,
    )];
    viewer(HOSTILE, teams, vec![PlatformRole::Platform, PlatformRole::Approver], 128)
}

fn ago(minutes: i64) -> OffsetDateTime {
    NOW - Duration::minutes(minutes)
}

fn live() -> Freshness {
    Freshness::Live { as_of: NOW - Duration::seconds(4) }
}

fn away() -> Freshness {
    Freshness::Unreachable { since: ago(97), reason: "connection refused after 5 s".into() }
}

fn quota(cpu: u64, memory: u64, storage: u64, pods: u64) -> Quota {
    Quota { cpu_m: cpu * 1000, memory_bytes: memory * GIB, storage_bytes: storage * GIB, pods, ..Quota::ZERO }
}

fn person(name: &str) -> PersonView {
    PersonView { id: PersonId(Uuid::nil()), name: name.into() }
}

fn page_of<T>(items: Vec<T>, next: Option<&str>) -> Page<T> {
    Page { items, next: next.map(str::to_owned) }
}

fn namespace_row(name: &str, class: &str, environment: Environment, quota: Quota, used: Option<Quota>) -> NamespaceRow {
    NamespaceRow {
        id: NamespaceId(Uuid::nil()),
        cluster: "harbour-1".into(),
        name: name.into(),
        team: "payments".into(),
        class: class.into(),
        environment,
        state: NamespaceState::Ready,
        condition: None,
        quota,
        enforced: used.map(|_| quota),
        used,
        n_workloads: Some(7),
        n_failing: Some(0),
        freshness: live(),
        stopped: None,
        expires_at: None,
        ending: None,
    }
}

fn namespaces() -> Vec<NamespaceRow> {
    let used = |cpu_m: u64, memory: u64, storage: u64, pods| {
        Some(Quota { cpu_m, memory_bytes: memory * GIB / 10, storage_bytes: storage * GIB, pods, ..Quota::ZERO })
    };
    vec![
        NamespaceRow {
            n_workloads: Some(8),
            n_failing: Some(1),
            ..namespace_row(
                "payments-dev",
                "standard",
                Environment::Development,
                quota(4, 16, 100, 50),
                used(1900, 156, 61, 21),
            )
        },
        NamespaceRow {
            n_workloads: Some(12),
            ..namespace_row(
                "payments-prod",
                "production",
                Environment::Production,
                quota(16, 64, 400, 100),
                used(9900, 450, 180, 44),
            )
        },
        NamespaceRow {
            n_workloads: Some(2),
            expires_at: Some(NOW + Duration::days(9)),
            ..namespace_row(
                "payments-sandbox",
                "sandbox",
                Environment::Sandbox,
                quota(2, 4, 20, 20),
                used(1700, 9, 2, 4),
            )
        },
        NamespaceRow {
            n_workloads: Some(0),
            enforced: Some(quota(2, 32, 100, 80)),
            stopped: Some(StoppedBy::Paused),
            ..namespace_row(
                "payments-perf",
                "standard",
                Environment::Development,
                quota(8, 32, 100, 80),
                used(0, 0, 0, 0),
            )
        },
        NamespaceRow {
            state: NamespaceState::Provisioning,
            freshness: Freshness::NotLoaded,
            n_workloads: None,
            n_failing: None,
            ..namespace_row("payments-next", "standard", Environment::Development, quota(2, 4, 20, 20), None)
        },
        NamespaceRow {
            cluster: "quay-7".into(),
            n_workloads: Some(3),
            freshness: Freshness::Stale { since: ago(4) },
            ..namespace_row(
                "payments-edge",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(600, 16, 3, 5),
            )
        },
        NamespaceRow {
            cluster: "quay-7".into(),
            n_workloads: Some(3),
            freshness: away(),
            ..namespace_row(
                "payments-archive",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(600, 16, 3, 5),
            )
        },
        NamespaceRow {
            state: NamespaceState::Failed,
            freshness: Freshness::NotLoaded,
            n_workloads: None,
            n_failing: None,
            ..namespace_row("payments-broken", "sandbox", Environment::Sandbox, quota(2, 4, 20, 20), None)
        },
        NamespaceRow {
            ending: Some(ending()),
            ..namespace_row(
                "payments-former",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(0, 0, 3, 0),
            )
        },
    ]
}

fn long_namespace() -> NamespaceRow {
    NamespaceRow {
        team: "international-settlements-team".into(),
        cluster: "harbour-northern-hemisphere-production-1".into(),
        ..namespace_row(
            "international-settlements-team-reconciliation-load-test-november",
            HOSTILE,
            Environment::Production,
            quota(400, 4096, 90000, 9000),
            Some(quota(399, 4000, 100, 8999)),
        )
    }
}

fn home() -> HomeView {
    HomeView {
        n_to_decide: 37,
        n_to_answer: 1,
        n_attention: 12,
        n_mine: 5,
        n_namespaces: 14,
        to_decide: vec![
            RequestRow { fit: Some(Fit::Fits), ..row(231, "New namespace payments-perf", RequestState::InReview) },
            RequestRow {
                fit: Some(Fit::Short { of: vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }] }),
                ..row(228, "New namespace payments-ledger", RequestState::InReview)
            },
        ],
        to_answer: vec![quota_row(241, RequestState::ChangesRequested)],
        stopped: vec![StoppedCluster { n_waiting: 0, ..stopped_cluster() }],
        failed: vec![row(233, "New namespace payments-broken", RequestState::Failed)],
        n_failed: 1,
        troubled: vec![TroubledRow {
            cluster: "harbour-1".into(),
            namespace: "payments-perf".into(),
            condition: Condition::Missing,
        }],
        n_troubled: 1,
        ending: vec![
            EndingRow {
                cluster: "harbour-1".into(),
                namespace: "payments-trial".into(),
                expires_at: Some(ago(1500)),
                ending: Some(ending()),
            },
            EndingRow {
                cluster: "harbour-1".into(),
                namespace: "payments-sandbox".into(),
                expires_at: Some(NOW + Duration::days(9)),
                ending: None,
            },
        ],
        n_ending: 2,
        unknown: vec!["quay-7".into()],
        attention: vec![
            AttentionRow {
                cluster: "harbour-1".into(),
                namespace: "payments-dev".into(),
                workload: "checkout-api".into(),
                diagnosis: killed(),
            },
            AttentionRow {
                cluster: "harbour-1".into(),
                namespace: "payments-dev".into(),
                workload: "ledger-import".into(),
                diagnosis: no_image(),
            },
        ],
        mine: vec![
            RequestRow {
                waits_for: "Platform".into(),
                updated_at: ago(3),
                ..row(230, "New namespace payments-prod", RequestState::InReview)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(1),
                ..row(229, "New namespace payments-next", RequestState::Applying)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(1500),
                ..row(224, "New namespace payments-dev", RequestState::Completed)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(9000),
                ..row(219, "New namespace payments-gpu", RequestState::Rejected)
            },
        ],
        namespaces: namespaces(),
    }
}

fn empty_home() -> HomeView {
    HomeView {
        to_decide: vec![],
        n_to_decide: 0,
        to_answer: vec![],
        n_to_answer: 0,
        stopped: vec![],
        failed: vec![],
        n_failed: 0,
        troubled: vec![],
        n_troubled: 0,
        ending: vec![],
        n_ending: 0,
        unknown: vec![],
        attention: vec![],
        n_attention: 0,
        mine: vec![],
        n_mine: 0,
        namespaces: vec![],
        n_namespaces: 0,
    }
}

fn home_of_platform() -> HomeView {
    let failed = vec![row(233, "New namespace payments-broken", RequestState::Failed)];
    HomeView { failed, n_failed: 1, stopped: vec![stopped_cluster()], ..empty_home() }
}

fn stopped_cluster() -> StoppedCluster {
    StoppedCluster {
        name: "harbour-2".into(),
        by: StoppedBy::Paused,
        reason: Some("its network is rebuilt until noon".into()),
        paused_by: Some(paused_by()),
        n_waiting: 2,
    }
}

fn paused_by() -> PausedBy {
    PausedBy { name: "pia platform".into(), at: ago(190) }
}

fn row(number: i64, title: &str, state: RequestState) -> RequestRow {
    RequestRow {
        number: RequestNumber(number),
        content: RequestContent::NewNamespace(QuotaContent {
            size: Some("M".into()),
            base: Quota::ZERO,
            asked: quota(4, 16, 100, 50),
            granted: None,
        }),
        title: title.into(),
        team: "payments".into(),
        cluster: "harbour-1".into(),
        class: "standard".into(),
        name: title.rsplit(' ').next().unwrap_or_default().into(),
        purpose: "Load tests of the new settlement path before the December freeze.".into(),
        requester: person("payments developer"),
        state,
        waits_for: if state == RequestState::InReview { "owners of Payments".into() } else { String::new() },
        fit: None,
        hindrance: None,
        place_in_line: None,
        standstill: None,
        failure: (state == RequestState::Failed)
            .then(|| "harbour-1 refused ResourceQuota berth-compute: forbidden by policy".into()),
        submitted_at: ago(35),
        updated_at: ago(20),
    }
}

/// The same with another quota.
fn asking(mut row: RequestRow, change: impl FnOnce(&mut QuotaContent)) -> RequestRow {
    match &mut row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => change(content),
        RequestContent::Extend(_) | RequestContent::Delete(_) => {}
    }
    row
}

/// The same with other facts for its decision.
fn reviewing(mut view: RequestView, change: impl FnOnce(&mut QuotaReview)) -> RequestView {
    change(view.quota.as_mut().expect("it asks for a quota"));
    view
}

fn requests(queue: Queue) -> RequestsView {
    let granted = |row: RequestRow, granted: Quota| asking(row, |content| content.granted = Some(granted));
    let items = vec![
        RequestRow {
            waits_for: "Platform".into(),
            class: "production".into(),
            submitted_at: ago(300),
            ..row(232, "New namespace orders-prod", RequestState::InReview)
        },
        row(231, "New namespace payments-perf", RequestState::InReview),
        asking(row(230, "New namespace vision-lab", RequestState::Approved), |content| {
            content.size = None;
            content.asked = Quota { gpus: 2, load_balancers: 1, ..quota(32, 256, 1000, 200) };
        }),
        quota_row(241, RequestState::ChangesRequested),
        RequestRow {
            waits_for: "capacity on the cluster".into(),
            place_in_line: Some(2),
            ..asking(quota_row(240, RequestState::Waiting), |content| content.asked = quota(2, 8, 100, 50))
        },
        extend_row(243, RequestState::InReview),
        delete_row(242, RequestState::Completed),
        row(229, "New namespace payments-next", RequestState::Applying),
        granted(row(224, "New namespace payments-dev", RequestState::Completed), quota(2, 8, 50, 40)),
        row(222, "New namespace payments-broken", RequestState::Failed),
        row(219, "New namespace payments-gpu", RequestState::Rejected),
        row(218, "New namespace payments-tmp", RequestState::Withdrawn),
    ];
    RequestsView {
        queue,
        filter: RequestFilter::default(),
        counts: QueueCounts { to_decide: 7, mine: 4, my_teams: 9, all: 231, failed: 1 },
        page: page_of(items, Some("218")),
    }
}

fn to_decide() -> RequestsView {
    let with = |fit: Fit, row: RequestRow| RequestRow { fit: Some(fit), ..row };
    let short = Fit::Short { of: vec![Shortfall { resource: Resource::Cpu, missing: 2_500 }] };
    let items = vec![
        with(short, row(232, "New namespace payments-batch", RequestState::InReview)),
        with(Fit::Fits, row(231, "New namespace payments-perf", RequestState::InReview)),
        with(Fit::Behind, quota_row(230, RequestState::InReview)),
        RequestRow {
            hindrance: Some(Hindrance::NotAgreed),
            ..with(Fit::Fits, row(228, "New namespace payments-ledger", RequestState::InReview))
        },
        extend_row(243, RequestState::InReview),
        delete_row(242, RequestState::InReview),
    ];
    RequestsView { queue: Queue::ToDecide, page: page_of(items, None), ..requests(Queue::ToDecide) }
}

fn no_requests() -> RequestsView {
    RequestsView {
        queue: Queue::ToDecide,
        filter: RequestFilter::default(),
        counts: QueueCounts { to_decide: 0, mine: 0, my_teams: 0, all: 0, failed: 0 },
        page: page_of(vec![], None),
    }
}

fn stage(deciders: &str, state: StageState, people: &[(&str, &str, bool)]) -> StageView {
    let people = people.iter().map(|(name, via, is_you)| DeciderView {
        name: (*name).into(),
        via: (*via).into(),
        is_you: *is_you,
    });
    StageView { deciders: deciders.into(), quorum: 1, state, usually_s: Some(3 * 3600), people: people.collect() }
}

fn reasons() -> Vec<Reason> {
    let reason = |rule: &str, applied, says: &str| Reason { rule: rule.into(), applied, says: says.into() };
    vec![
        reason("sandbox_automatic", false, "Only sandboxes are automatic."),
        reason("team_owner", true, "An owner of the team decides."),
        reason("production_platform", false, "Platform is asked for production only."),
    ]
}

fn capacity(short: Vec<Shortfall>) -> CapacityView {
    let line = |resource, granted, asked, ceiling| CapacityLine { resource, granted, asked, ceiling };
    CapacityView {
        cluster: "harbour-1".into(),
        freshness: live(),
        grant: quota(4, 16, 100, 50),
        lines: vec![
            line(Resource::Cpu, 212_000, if short.is_empty() { 4_000 } else { 140_000 }, 320_000),
            line(Resource::Memory, 908 * GIB, 96 * GIB, 1228 * GIB),
            line(Resource::Pods, 190, 50, 330),
        ],
        short,
    }
}

fn entry(minutes: i64, actor: &str, kind: TimelineKind, says: &str, comment: Option<&str>) -> TimelineEntry {
    TimelineEntry {
        at: ago(minutes),
        actor: actor.into(),
        kind,
        says: says.into(),
        comment: comment.map(str::to_owned),
    }
}

fn cost(hundredths: u64) -> domain::class::Cost {
    domain::class::Cost { currency: "EUR".into(), hundredths }
}

fn in_review() -> RequestView {
    RequestView {
        row: row(231, "New namespace payments-perf", RequestState::InReview),
        revision: 1,
        version: 1,
        digest: "9f2c4e1b7a6d5c3f8e0b1a2d4c6f8e9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e".into(),
        grantable: quota(4, 16, 100, 50).into(),
        environment: Environment::Development,
        quota: Some(QuotaReview {
            monthly_cost: Some(cost(9_600)),
            sizes: vec![],
            ceiling: quota(16, 64, 500, 200),
            devices: [("amd.com/gpu".to_owned(), 2)].into(),
            capacity: capacity(vec![]),
            used: None,
            below_use: vec![],
            use_unknown: vec![],
            team_limit: None,
        }),
        stages: vec![
            stage(
                "owners of Payments",
                StageState::Current,
                &[("payments owner", "owner of Payments", true), ("payments second owner", "owner of Payments", false)],
            ),
            stage("Platform", StageState::Waiting, &[("platform", "platform role", false)]),
        ],
        reasons: reasons(),
        timeline: vec![entry(
            35,
            "payments developer",
            TimelineKind::Asked,
            "asked for 4 CPU, 16 GiB memory, 100 GiB storage, 50 pods",
            None,
        )],
        steps: vec![],
        changes: None,
        revisions: vec![],
        expires_at: Some(NOW + Duration::days(29)),
        superseded_by: None,
        supersedes: None,
        next: vec![
            can(Act::Approve, "owners of Payments", true),
            can(Act::RequestChanges, "owners of Payments", true),
            can(Act::Reject, "owners of Payments", true),
            can(Act::Revise, "developers and owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", true),
        ],
        held_up: None,
        can_approve: Permission::yes(),
        can_reject: Permission::yes(),
        can_request_changes: Permission::yes(),
        can_revise: Permission::no("only developers and owners of the team may ask for it"),
        can_accept: Permission::no("nothing is suggested"),
        can_withdraw: Permission::no("only the requester and the team's owners may withdraw it"),
        can_retry: Permission::no("it has not failed"),
        can_undo: Permission::no("it has not failed"),
        can_comment: Permission::yes(),
        namespace_ready: false,
        cluster_removed: false,
        takes_over: false,
        is_worked_on: true,
        gone: None,
        disagreement: None,
        after_deletion: None,
        contents: None,
    }
}

fn cluster_removed() -> RequestView {
    let why = "cluster harbour-1 is removed from Berth";
    RequestView {
        cluster_removed: true,
        takes_over: false,
        is_worked_on: false,
        held_up: Some(why.into()),
        next: vec![
            can(Act::Reject, "owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", false),
        ],
        can_approve: Permission::no(why),
        can_request_changes: Permission::no(why),
        can_revise: Permission::no(why),
        ..reviewing(in_review(), |review| (review.capacity.lines, review.capacity.short) = (vec![], vec![]))
    }
}

fn cluster_paused() -> RequestView {
    let mut next = in_review().next;
    next.push(can(Act::ResumeCluster, "Platform", false));
    let why = "cluster harbour-1 is paused: its nodes are replaced until noon.";
    RequestView { held_up: Some(why.into()), next, ..in_review() }
}

fn cluster_replaced() -> RequestView {
    let why = "cluster harbour-1 is stopped: another cluster answers in its place.";
    RequestView {
        held_up: Some(why.into()),
        next: vec![
            can(Act::RequestChanges, "owners of Payments", true),
            can(Act::Reject, "owners of Payments", true),
            can(Act::Withdraw, "payments developer, owners of Payments", false),
            can(Act::AcceptCluster, "Platform", false),
        ],
        can_approve: Permission::no(why),
        can_revise: Permission::no(why),
        ..reviewing(in_review(), |review| (review.capacity.lines, review.capacity.short) = (vec![], vec![]))
    }
}

fn use_unknown() -> RequestPage {
    let request = reviewing(quota_in_review(), |review| {
        (review.used, review.below_use) = (None, vec![]);
        review.use_unknown = vec![Resource::Memory, Resource::Pods];
    });
    let errors = vec![error("acknowledge_below_use", "less Memory, Pods than there is")];
    let fields = DecisionFields { revision: 1, ..DecisionFields::default() };
    RequestPage { errors, fields: Some(fields), ..request_page(request) }
}

fn can(action: Act, who: &str, is_yours: bool) -> NextView {
    NextView { action, who: who.into(), is_yours }
}

fn own_request() -> RequestView {
    let no = || Permission::no("nobody decides their own request");
    RequestView {
        can_approve: no(),
        can_reject: no(),
        can_withdraw: Permission::yes(),
        ..reviewing(in_review(), |review| {
            review.capacity = capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }]);
        })
    }
}

fn requests_filtered() -> RequestsView {
    let filter = RequestFilter {
        team: "payments".into(),
        kind: "quota".into(),
        state: "waiting".into(),
        text: HOSTILE.into(),
        ..RequestFilter::default()
    };
    RequestsView { filter, ..requests(Queue::All) }
}

fn requests_nothing() -> RequestsView {
    let filter = RequestFilter { cluster: "quay-7".into(), ..RequestFilter::default() };
    RequestsView { filter, page: page_of(vec![], None), ..requests(Queue::Failed) }
}

fn quota_in_review() -> RequestView {
    RequestView {
        row: quota_row(241, RequestState::InReview),
        grantable: quota(6, 32, 100, 50).into(),
        namespace_ready: true,
        cluster_removed: false,
        takes_over: false,
        is_worked_on: true,
        ..reviewing(in_review(), |review| {
            review.sizes = classes().remove(1).sizes;
            review.used = Some(Quota { cpu_m: 1900, memory_bytes: 149 * GIB / 10, ..quota(0, 0, 61, 21) });
            review.below_use = vec![BelowUse { resource: Resource::Pods, used: 21, asked: 20 }];
        })
    }
}

fn quota_as(state: RequestState) -> RequestView {
    let over = || Permission::no("it is decided");
    RequestView {
        row: RequestRow {
            waits_for: String::new(),
            ..asking(quota_row(241, state), |content| {
                content.granted = (state == RequestState::Completed).then(|| quota(6, 24, 100, 50));
            })
        },
        next: vec![],
        can_approve: over(),
        can_reject: over(),
        can_request_changes: over(),
        expires_at: None,
        ..reviewing(quota_in_review(), |review| (review.below_use, review.used) = (vec![], None))
    }
}

fn sent_back() -> RequestView {
    let mut view = quota_as(RequestState::ChangesRequested);
    view.row.waits_for = "developers and owners of Payments".into();
    view.changes = Some(ChangesView {
        by: "payments owner".into(),
        comment: "Does it need CPU too? Use is below half.\nI would approve the memory at once.".into(),
        suggestion: Some(quota(4, 32, 100, 50).into()),
        capacity: Some(CapacityView { grant: quota(4, 32, 100, 50), ..capacity(vec![]) }),
    });
    view.stages =
        vec![stage("owners of Payments", StageState::Waiting, &[("payments owner", "owner of Payments", false)])];
    view.can_revise = Permission::yes();
    view.can_accept = Permission::yes();
    view.can_withdraw = Permission::yes();
    view.next = vec![
        can(Act::AcceptSuggestion, "developers and owners of Payments", true),
        can(Act::Revise, "developers and owners of Payments", true),
        can(Act::Withdraw, "payments developer, owners of Payments", true),
    ];
    view.expires_at = Some(NOW + Duration::days(13));
    view.timeline.push(entry(
        20,
        "payments owner",
        TimelineKind::ChangesRequested,
        "asked for changes and suggests 4 CPU, 32 GiB memory, 100 GiB storage, 50 pods",
        Some("Does it need CPU too? Use is below half."),
    ));
    view
}

/// As an owner reads it who did not send it back, and could decide it.
fn sent_back_to_a_decider() -> RequestView {
    RequestView { stages: in_review().stages, ..sent_back() }
}

fn sent_back_below_use() -> RequestPage {
    let errors = vec![error("acknowledge_below_use", "below current usage: Pods 20 of 21 used")];
    RequestPage { errors, ..request_page(sent_back()) }
}

fn revised() -> RequestView {
    let decision = |minutes, counts, granted: Quota| DecisionView {
        person: "payments second owner".into(),
        granted: Some(granted.into()),
        comment: None,
        counts,
        at: ago(minutes),
    };
    let revision = |number, minutes, asked: Quota, differences, decisions| RevisionView {
        revision: number,
        author: "payments developer".into(),
        size: None,
        asked: asked.into(),
        purpose: "The nightly reconciliation doubled with the new markets.".into(),
        differences,
        decisions,
        made_at: ago(minutes),
    };
    let cpu = |before, after| vec![Difference { resource: Resource::Cpu, before, after }];
    let first = RevisionView {
        purpose: "More markets.".into(),
        size: Some("L".into()),
        ..revision(1, 90, quota(6, 32, 100, 50), vec![], vec![decision(80, false, quota(6, 32, 100, 50))])
    };
    RequestView {
        revision: 3,
        revisions: vec![
            revision(3, 20, quota(6, 32, 100, 50), cpu(8000, 6000), vec![decision(10, true, quota(6, 32, 100, 50))]),
            revision(2, 35, quota(8, 32, 100, 50), cpu(6000, 8000), vec![]),
            first,
        ],
        ..quota_in_review()
    }
}

fn revising() -> RequestPage {
    let request = sent_back();
    let verdict = Verdict {
        kind: Some(Kind::Quota),
        headline: "Decided by owners of Payments. Earlier approvals no longer count.".into(),
        capacity: Some(CapacityView { grant: quota(8, 32, 100, 50), ..capacity(vec![]) }),
        asked: Some(quota(8, 32, 100, 50)),
        base: Some(quota(4, 16, 100, 50)),
        ..checked_form().verdict.expect("is checked")
    };
    let fields = AskFields { size: "L".into(), ..AskFields::of(&request) };
    RequestPage { revision: Some(fields), verdict: Some(verdict), ..request_page(request) }
}

fn revising_as_a_decider() -> RequestPage {
    RequestPage { request: sent_back_to_a_decider(), ..revising() }
}

fn revising_refused() -> RequestPage {
    let request = RequestView { revision: 2, ..sent_back() };
    let fields = AskFields {
        revision: 1,
        size: "own".into(),
        amounts: AskFields::of(&request).amounts.with(Resource::Cpu, "5").with(Resource::Memory, "lots"),
        purpose: "Kept as it was typed.".into(),
        ..AskFields::of(&request)
    };
    RequestPage {
        revision: Some(fields),
        errors: vec![
            error("memory_bytes", "is not a quantity: write 16Gi or 512Mi"),
            error("acknowledge_below_use", "below current usage"),
        ],
        refusal: Some("you decided on revision 1, but the request is now at revision 2: read it again".into()),
        ..request_page(request)
    }
}

fn revising_not() -> RequestPage {
    let request = quota_in_review();
    RequestPage { revision: Some(AskFields::of(&request)), ..request_page(request) }
}

fn waiting() -> RequestView {
    let mut view = RequestView {
        expires_at: Some(NOW + Duration::days(28)),
        can_withdraw: Permission::yes(),
        ..reviewing(quota_as(RequestState::Waiting), |review| {
            review.capacity = capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }]);
        })
    };
    view.row.waits_for = "capacity on the cluster".into();
    view.row.place_in_line = Some(2);
    view.stages = vec![stage("owners of Payments", StageState::Approved, &[])];
    view
}

fn refused_comment() -> RequestPage {
    RequestPage {
        comment: Some("  ".into()),
        errors: vec![error("comment", "is missing")],
        ..request_page(quota_in_review())
    }
}

fn quota_failed() -> RequestView {
    let mut view = RequestView {
        next: vec![can(Act::Retry, "Platform", true), can(Act::Undo, "Platform", true)],
        can_retry: Permission::yes(),
        can_undo: Permission::yes(),
        ..quota_as(RequestState::Failed)
    };
    view.row.waits_for = "Platform".into();
    view.row.failure = Some("harbour-1 refused ResourceQuota berth-compute: forbidden by policy.".into());
    view
}

fn superseded() -> RequestView {
    RequestView {
        superseded_by: Some(RequestNumber(242)),
        supersedes: Some(RequestNumber(233)),
        ..quota_as(RequestState::Superseded)
    }
}

fn request_page(request: RequestView) -> RequestPage {
    RequestPage::of(request)
}

fn refused_decision() -> RequestPage {
    RequestPage {
        request: in_review(),
        fields: Some(DecisionFields {
            revision: 1,
            amounts: AmountFields::default()
                .with(Resource::Cpu, "8")
                .with(Resource::Memory, "lots")
                .with(Resource::Storage, "50 GiB")
                .with(Resource::Pods, "50"),
            comment: "A little less storage.".into(),
            ..DecisionFields::default()
        }),
        errors: vec![
            error("memory_bytes", "is not a quantity: write 16Gi or 512Mi"),
            error("grant", "a grant may be less than was asked, never more: 4 CPU too much"),
            error("comment", "is missing"),
        ],
        revision: None,
        verdict: None,
        comment: None,
        refusal: Some("You decided on revision 1, but the request is now at revision 2: read it again.".into()),
    }
}

/// A form whose one field was refused, with what was typed.
fn refused(field: &'static str, message: &str, typed: &str) -> Again {
    Again { typed: vec![(field, typed.to_owned())], errors: vec![error(field, message)], refusal: None }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

fn steps(done: usize, last: StepState, detail: Option<&str>) -> Vec<StepView> {
    let step = |(place, step): (usize, Step)| {
        let state = if place < done {
            StepState::Done
        } else if place == done {
            last
        } else {
            StepState::Waiting
        };
        let detail = match (place < done, place == done) {
            (true, _) => Some("2 objects made, 1 as it was".to_owned()),
            (_, true) => detail.map(str::to_owned),
            _ => None,
        };
        StepView {
            step,
            title: step.title().into(),
            state,
            detail,
            ended_at: (place < done).then(|| NOW - Duration::seconds(12)),
        }
    };
    Step::ALL.into_iter().enumerate().map(step).collect()
}

fn decided(state: RequestState) -> RequestView {
    let over = || Permission::no("it is decided");
    let mut view =
        RequestView { next: vec![], can_approve: over(), can_reject: over(), can_withdraw: over(), ..in_review() };
    view.row = RequestRow {
        state,
        waits_for: String::new(),
        ..asking(row(229, "New namespace payments-next", state), |content| {
            content.granted = Some(quota(2, 8, 100, 50));
        })
    };
    view.stages = vec![stage("owners of Payments", StageState::Approved, &[])];
    view.timeline.push(entry(
        4,
        "payments owner",
        TimelineKind::Approved,
        "approved 2 CPU, 8 GiB memory, 100 GiB storage, 50 pods",
        Some("Half of it for now: use is below a third.\nAsk again when the tests need it."),
    ));
    view.timeline.push(entry(4, "Berth", TimelineKind::Provisioning, "began provisioning", None));
    view
}

fn nobody_at_work() -> RequestView {
    let applying = applying();
    RequestView {
        is_worked_on: false,
        next: vec![can(Act::Retry, "Platform", false)],
        row: applying.row.clone().standing_still(Some(Standstill::NoOrder)),
        ..applying
    }
}

fn applying() -> RequestView {
    RequestView { steps: steps(5, StepState::Running, None), ..decided(RequestState::Applying) }
}

fn failed() -> RequestView {
    let reason = "harbour-1 already has a namespace payments-next that Berth did not make. Rename it or remove it there, then try again.";
    let mut view = RequestView {
        steps: steps(1, StepState::Failed, Some(reason)),
        can_retry: Permission::yes(),
        ..decided(RequestState::Failed)
    };
    view.row.failure = Some(reason.into());
    view
}

fn disagreed(request: RequestView, is_platform: bool) -> RequestView {
    let agreement = is_platform.then(|| "---\nkind: ClusterRole\n".to_owned());
    let agree = can(Act::Agree, "an administrator of the cluster, with kubectl", false);
    let next = [vec![agree], request.next].concat();
    RequestView { next, disagreement: Some(Disagreement { agreement, ..not_agreed() }), ..request }
}

/// What waits for a decision and cannot be made: in the queue, on Home, and for itself.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn hindered(theme: Theme, why: Hindrance) -> Vec<String> {
    let mut request = quota_in_review();
    request.row.hindrance = Some(why);
    request.held_up = Some("payments-dev was deleted on its cluster".into());
    let row = RequestRow { fit: Some(Fit::Fits), ..request.row.clone() };
    let frame = |path| frame(Some(owner()), theme, path);
    let queue = RequestsView { page: page_of(vec![row.clone()], None), ..requests(Queue::ToDecide) };
    let home = HomeView { to_decide: vec![row], ..home() };
    vec![
        pages::requests::page(frame("/requests"), queue),
        pages::home::page(frame("/"), home),
        pages::request::page(frame("/requests/241"), request_page(request)),
    ]
}

/// The quota's page beside each open request there may be, with what it says can be done.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn open_quotas(theme: Theme) -> Vec<(&'static str, String)> {
    let page = |(way, state, gives_way, can_revise, can_comment): (&'static str, RequestState, bool, bool, bool)| {
        let row = quota_row(233, state);
        let open = OpenRequest { gives_way, row, is_yours: true, can_revise, can_comment };
        let form = QuotaForm { open: Some(open), ..quota_form() };
        (way, pages::quota::page(frame(Some(developer()), theme, "/"), namespace(), form))
    };
    let ways = [
        ("replace", RequestState::InReview, true, true, true),
        ("replace", RequestState::Waiting, true, false, true),
        ("revise", RequestState::InReview, false, true, true),
        ("comment", RequestState::InReview, false, false, true),
        ("read", RequestState::InReview, false, false, false),
        ("wait", RequestState::Approved, false, false, true),
        ("wait", RequestState::Applying, false, false, true),
        ("undoing", RequestState::Undoing, false, false, true),
        ("failed", RequestState::Failed, false, false, false),
    ];
    ways.into_iter().map(page).collect()
}

/// Each with the steps that were begun.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn standing_still(theme: Theme, why: Standstill) -> Vec<String> {
    let of = |state| {
        let mut view = RequestView { steps: steps(5, StepState::Running, None), ..decided(state) };
        view.row = view.row.standing_still(Some(why));
        view
    };
    let row = of(RequestState::Applying).row;
    let states = [RequestState::Approved, RequestState::Applying, RequestState::Undoing];
    let frame = |path| frame(Some(developer()), theme, path);
    let mut pages: Vec<_> =
        states.map(|state| pages::request::page(frame("/requests/229"), request_page(of(state)))).into_iter().collect();
    let list = RequestsView { page: page_of(vec![row.clone()], None), ..requests(Queue::Mine) };
    pages.push(pages::requests::page(frame("/requests"), list));
    pages.push(pages::home::page(frame("/"), HomeView { mine: vec![row], ..home() }));
    pages
}

fn completed() -> RequestView {
    RequestView { steps: steps(9, StepState::Done, None), namespace_ready: true, ..decided(RequestState::Completed) }
}

fn rejected() -> RequestView {
    let mut view = decided(RequestState::Rejected);
    view.row = asking(view.row, |content| content.granted = None);
    view.stages =
        vec![stage("owners of Payments", StageState::Rejected, &[]), stage("Platform", StageState::Skipped, &[])];
    view.timeline.truncate(1);
    view.timeline.push(entry(
        4,
        "payments owner",
        TimelineKind::Rejected,
        "rejected it",
        Some("The shared load-test cluster has room for this until Friday."),
    ));
    view
}

fn long_request() -> RequestView {
    let mut view = own_request();
    view.row.title = "New namespace international-settlements-team-reconciliation-load-test-november".into();
    view.row.name = "international-settlements-team-reconciliation-load-test-november".into();
    view.row.cluster = "harbour-northern-hemisphere-production-1".into();
    view.row.purpose = format!("{HOSTILE} {}", "Averylongwordwithoutanyspacesatall".repeat(6));
    view.row.requester = person(HOSTILE);
    view.row = asking(view.row, |content| {
        content.asked = Quota { gpus: 16, load_balancers: 12, ..quota(9999, 90000, 1_000_000, 99_999) };
    });
    view
}

fn form() -> NewNamespaceForm {
    NewNamespaceForm {
        teams: vec![
            team_role("payments", "Payments", TeamRole::Developer),
            team_role("orders", "Orders", TeamRole::Owner),
        ],
        clusters: vec!["harbour-1".into(), "quay-7".into()],
        classes: classes(),
        fields: NewNamespaceFields::default(),
        errors: vec![],
        verdict: None,
    }
}

fn not_agreed() -> Disagreement {
    let missing = vec!["node-ports".to_owned(), "toleration".to_owned()];
    Disagreement {
        cluster: "harbour-1".into(),
        class: "edge".into(),
        missing: Some(missing),
        checked_at: Some(ago(50)),
        agreement: None,
    }
}

fn checked_form() -> NewNamespaceForm {
    let verdict = Verdict {
        outcome: Outcome::Review,
        kind: Some(Kind::NewNamespace),
        headline: "Owners of Payments decide".into(),
        errors: vec![],
        missing: vec![],
        reasons: reasons(),
        stages: in_review().stages,
        base: None,
        monthly_cost: Some(cost(9_600)),
        asked: Some(quota(4, 16, 100, 50)),
        below_use: vec![],
        use_unknown: vec![],
        supersedes: None,
        elsewhere: vec![],
        unchecked: vec!["Whether harbour-1 has a namespace payments-perf already is not known now.".into()],
        hindrance: Some(Hindrance::NotAgreed),
        disagreement: Some(not_agreed()),
        takes_over: false,
        capacity: Some(capacity(vec![])),
    };
    let fields = NewNamespaceFields {
        team: "payments".into(),
        cluster: "harbour-1".into(),
        class: "standard".into(),
        name: "perf".into(),
        size: "M".into(),
        purpose: "Load tests of the new settlement path before the December freeze.".into(),
        ..NewNamespaceFields::default()
    };
    NewNamespaceForm { fields, verdict: Some(verdict), ..form() }
}

/// As it is opened: nothing is typed yet, and the cluster is full.
fn begun_form() -> NewNamespaceForm {
    let checked = checked_form();
    let verdict = checked.verdict.map(|verdict| Verdict {
        missing: vec!["name".into(), "purpose".into()],
        capacity: Some(capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }])),
        elsewhere: vec!["harbour-2".into(), "quay-7".into()],
        ..verdict
    });
    let fields = NewNamespaceFields { name: String::new(), purpose: String::new(), ..checked.fields };
    NewNamespaceForm { fields, verdict, ..form() }
}

fn refused_form() -> NewNamespaceForm {
    let errors = vec![
        error("name", "payments-dev is already taken on this cluster"),
        error("cpu_m", "is not a quantity: write 2 or 500m"),
        error("purpose", "is too short"),
    ];
    let verdict = Verdict {
        outcome: Outcome::Refused,
        kind: Some(Kind::NewNamespace),
        headline: "It cannot be asked for like this".into(),
        errors: errors.clone(),
        missing: vec![],
        reasons: vec![],
        stages: vec![],
        base: None,
        monthly_cost: None,
        asked: None,
        below_use: vec![],
        use_unknown: vec![],
        supersedes: None,
        elsewhere: vec![],
        unchecked: vec!["Whether harbour-1 has a namespace payments-perf already is not known now.".into()],
        hindrance: None,
        disagreement: None,
        takes_over: false,
        capacity: None,
    };
    let fields = NewNamespaceFields {
        class: "production".into(),
        name: "dev".into(),
        size: "own".into(),
        amounts: AmountFields::default()
            .with(Resource::Cpu, "many")
            .with(Resource::Memory, "8 GiB")
            .with(Resource::Storage, "20 GiB")
            .with(Resource::Pods, "20"),
        purpose: "x".into(),
        ..NewNamespaceFields::default()
    };
    NewNamespaceForm { fields, errors, verdict: Some(verdict), ..form() }
}

fn classes() -> Vec<ClassView> {
    let sizes = |list: &[(&str, Quota)]| {
        list.iter()
            .map(|(name, quota)| SizeView {
                name: (*name).into(),
                quota: *quota,
                monthly_cost: Some(cost(quota.cpu_m * 2)),
            })
            .collect()
    };
    let class = |name: &str, title: &str, summary: &str, environment, network, sizes, ceiling| ClassView {
        devices: [("amd.com/gpu".to_owned(), 2)].into(),
        name: name.into(),
        version: 3,
        title: title.into(),
        summary: summary.into(),
        environment,
        pod_security: PodSecurity::Restricted,
        network,
        sizes,
        ceiling,
        clusters: vec![],
        lifetime_days: None,
    };
    vec![
        class(
            "sandbox",
            "Sandbox",
            "To try things. Small ones need nobody's approval.",
            Environment::Sandbox,
            NetworkProfile::Internet,
            sizes(&[("S", quota(2, 4, 20, 20)), ("M", quota(4, 8, 40, 40))]),
            quota(8, 16, 100, 60),
        ),
        class(
            "standard",
            "Standard",
            "For development and tests of a team.",
            Environment::Development,
            NetworkProfile::Cluster,
            sizes(&[
                ("S", quota(2, 8, 50, 30)),
                ("M", quota(4, 16, 100, 50)),
                ("L", quota(8, 32, 200, 80)),
                ("XL", quota(16, 64, 400, 120)),
            ]),
            Quota { load_balancers: 2, ..quota(32, 128, 1000, 200) },
        ),
        class(
            "production",
            "Production",
            "For what customers use. Platform decides as well.",
            Environment::Production,
            NetworkProfile::Isolated,
            sizes(&[
                ("M", Quota { load_balancers: 1, ..quota(8, 32, 200, 80) }),
                ("L", Quota { load_balancers: 2, ..quota(16, 64, 400, 150) }),
            ]),
            Quota { load_balancers: 4, gpus: 4, ..quota(64, 256, 4000, 400) },
        ),
    ]
}

fn killed() -> Diagnosis {
    Diagnosis {
        cause: "Out of memory".into(),
        evidence: "container api reached its memory limit (OOMKilled, exit 137), restarted 4 times".into(),
        next_step: "Raise the container's memory limit, or make it use less.".into(),
    }
}

fn out_of_quota() -> Diagnosis {
    Diagnosis {
        cause: "Quota exceeded".into(),
        evidence: "pods \"reconcile-api-1\" is forbidden: exceeded quota: berth-compute, requested: limits.memory=6Gi, used: limits.memory=15Gi, limited: limits.memory=16Gi".into(),
        next_step: "Ask for more quota, or let something else use less.".into(),
    }
}

fn no_image() -> Diagnosis {
    Diagnosis {
        cause: "Image cannot be pulled".into(),
        evidence: "container import: registry.berth.test/payments/ledger-import:2.0.0-rc.1: not found".into(),
        next_step: "Check the image's name and tag, and whether the cluster may pull it.".into(),
    }
}

fn workload(kind: WorkloadKind, name: &str, health: Health, ready: i32, desired: i32, image: &str) -> WorkloadView {
    WorkloadView {
        kind,
        name: name.into(),
        health,
        diagnosis: None,
        ready,
        desired,
        images: vec![format!("registry.berth.test/payments/{image}")],
        created_at: Some(ago(8700)),
    }
}

fn membership(name: &str) -> MembershipView {
    MembershipView {
        person: PersonView { id: PersonId(Uuid::from_u128(2)), name: name.into() },
        role: TeamRole::Developer,
        reason: "Helps with the move to the new cluster".into(),
        given_by: "platform".into(),
        given_at: ago(4000),
        until: NOW + Duration::days(30),
    }
}

fn namespace() -> NamespaceView {
    let line = |resource: Resource, used: u64, granted: u64| QuotaLine {
        resource,
        used: Some(used),
        enforced: Some(granted),
        granted,
    };
    NamespaceView {
        row: namespaces().remove(0),
        purpose: "Development of payment flows.".into(),
        request: RequestNumber(104),
        lifetime_days: None,
        pod_security: PodSecurity::Restricted,
        network: NetworkProfile::Cluster,
        class_version: 3,
        devices: [("amd.com/gpu".to_owned(), 2)].into(),
        lines: vec![
            line(Resource::Cpu, 1_900, 4_000),
            line(Resource::Memory, 156 * GIB / 10, 16 * GIB),
            line(Resource::Storage, 61 * GIB, 100 * GIB),
            QuotaLine { enforced: Some(40), ..line(Resource::Pods, 42, 50) },
            line(Resource::LoadBalancers, 0, 0),
        ],
        workloads: vec![
            WorkloadView { diagnosis: Some(killed()), ..workload(WorkloadKind::Deployment, "checkout-api", Health::Failing, 1, 2, "checkout:2.14.0") },
            WorkloadView { diagnosis: Some(no_image()), ..workload(WorkloadKind::Job, "ledger-import", Health::Failing, 0, 1, "ledger-import:2.0.0-rc.1") },
            WorkloadView { diagnosis: Some(out_of_quota()), ..workload(WorkloadKind::Deployment, "reconcile-api", Health::Failing, 0, 2, "reconcile:1.8.2") },
            workload(WorkloadKind::Deployment, "gateway", Health::Progressing, 1, 2, "gateway:5.0.1"),
            workload(WorkloadKind::Deployment, "ledger", Health::Healthy, 3, 3, "ledger:1.8.2@sha256:9f2c4e1b7a6d5c3f8e0b1a2d4c6f8e9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"),
            workload(WorkloadKind::StatefulSet, "payments-db", Health::Healthy, 1, 1, "postgres:18.1"),
            workload(WorkloadKind::CronJob, "reconcile", Health::Healthy, 0, 0, "reconcile:1.8.2"),
            workload(WorkloadKind::Deployment, "reports", Health::Paused, 0, 0, "reports:0.4.0"),
        ],
        pods: vec![
            PodView { name: "checkout-api-7c9d8b6f5-x2v9k".into(), phase: "Running".into(), health: Health::Failing, diagnosis: Some(killed()), node: Some("node-2".into()), restarts: 4, created_at: Some(ago(31)) },
            PodView { name: "gateway-5d6f-abcde".into(), phase: "Pending".into(), health: Health::Progressing, diagnosis: None, node: None, restarts: 0, created_at: Some(ago(1)) },
            PodView { name: "ledger-6b7c-11111".into(), phase: "Running".into(), health: Health::Healthy, diagnosis: None, node: Some("node-1".into()), restarts: 0, created_at: Some(ago(8000)) },
        ],
        n_pods: Some(7),
        claims: Some(vec![
            ClaimView { name: "data-payments-db-0".into(), phase: "Bound".into(), storage_bytes: Some(20 << 30), storage_class: Some("fast".into()), created_at: Some(ago(8000)) },
            ClaimView { name: "reports".into(), phase: "Pending".into(), storage_bytes: Some(5 << 30), storage_class: None, created_at: Some(ago(31)) },
        ]),
        n_warnings: Some(2),
        not_shown: vec![],
        warnings: vec![
            WarningView { reason: "BackOff".into(), message: "Back-off restarting failed container api in pod checkout-api-7c9d8b6f5-x2v9k".into(), object: "Pod checkout-api-7c9d8b6f5-x2v9k".into(), count: 4, last_at: Some(NOW - Duration::seconds(40)) },
            WarningView { reason: "FailedCreate".into(), message: "exceeded quota: berth-compute, requested: requests.memory=6Gi, used: requests.memory=11Gi, limited: requests.memory=16Gi".into(), object: "Job reconcile-29381".into(), count: 1, last_at: Some(ago(31)) },
        ],
        access: vec![
            AccessRow { group: "payments-owners".into(), role: TeamRole::Owner, people: vec!["payments owner".into(), "payments second owner".into()], near: None },
            AccessRow { group: "payments-developers".into(), role: TeamRole::Developer, people: vec!["payments developer".into()], near: None },
            AccessRow { group: "auditors-of-everything".into(), role: TeamRole::Viewer, people: vec![], near: Some("Auditors-of-everything".into()) },
        ],
        members: vec![membership(HOSTILE)],
        others: Some(vec![OtherAccess {
            name: "break-glass".into(),
            role: "ClusterRole berth-develop".into(),
            subjects: vec!["User eve".into(), "ServiceAccount payments-dev/builder".into()],
            n_subjects: 23,
        }]),
        n_others: Some(1),
        provider: "https://login.berth.test".into(),
        groups_prefix: "oidc:".into(),
        kubeconfig: Some(KubeconfigView { role: TeamRole::Developer, account: "berth-developer".into(), has_oidc: true }),
        activity: Some(activity()),
        sync: SyncView { looked_at: Some(ago(3)), stopped: None, next_look_at: None, condition: None, applied_version: Some(3), ahead: None, is_ordered: false, can_sync: true, drift: drift(), unapplied: None, has_given_up: false },
        synced_at: Some(ago(3)),
        suspension: None,
        terminating: None,
        can_restore: false,
        open: vec![],
        created_at: ago(60 * 24 * 20),
    }
}

fn quota_form() -> QuotaForm {
    let class = classes().remove(1);
    QuotaForm {
        cluster: "harbour-1".into(),
        name: "payments-dev".into(),
        team: "payments".into(),
        class,
        size: Some("M".into()),
        lines: namespace().lines,
        freshness: live(),
        can_ask: Permission::yes(),
        open: None,
        fields: AskFields::default(),
        errors: vec![],
        verdict: None,
    }
}

fn quota_below_use() -> QuotaForm {
    let below = vec![BelowUse { resource: Resource::Memory, used: 156 * GIB / 10, asked: 8 * GIB }];
    let verdict = Verdict {
        outcome: Outcome::Automatic,
        kind: Some(Kind::Quota),
        headline: "Approved automatically.".into(),
        errors: vec![],
        missing: vec![],
        reasons: vec![Reason {
            rule: "decrease_automatic".into(),
            applied: true,
            says: "It gives back and takes nothing: that needs nobody's approval.".into(),
        }],
        stages: vec![],
        base: Some(quota(4, 16, 100, 50)),
        monthly_cost: None,
        asked: Some(quota(2, 8, 50, 30)),
        capacity: None,
        below_use: below,
        use_unknown: vec![],
        supersedes: Some(RequestNumber(233)),
        elsewhere: vec![],
        unchecked: vec![],
        hindrance: None,
        disagreement: None,
        takes_over: false,
    };
    let row = quota_row(233, RequestState::ChangesRequested);
    let open = OpenRequest { row, is_yours: true, gives_way: true, can_revise: true, can_comment: true };
    let fields = AskFields { size: "S".into(), purpose: "The load tests are over.".into(), ..AskFields::default() };
    QuotaForm { verdict: Some(verdict), open: Some(open), fields, ..quota_form() }
}

fn quota_use_unknown() -> QuotaForm {
    let form = quota_below_use();
    let unknown = vec![Resource::Cpu, Resource::Memory];
    let verdict = form.verdict.map(|verdict| Verdict { below_use: vec![], use_unknown: unknown, ..verdict });
    QuotaForm { verdict, ..form }
}

fn quota_refused() -> QuotaForm {
    let fields = AskFields {
        size: "own".into(),
        amounts: AmountFields::default()
            .with(Resource::Cpu, "six")
            .with(Resource::Memory, "24 GiB")
            .with(Resource::Storage, "100 GiB")
            .with(Resource::Pods, "10"),
        purpose: "x".into(),
        ..AskFields::default()
    };
    let errors = vec![
        error("cpu_m", "is not a quantity: write 2 or 500m"),
        error("purpose", "is too short"),
        error("acknowledge_below_use", "below current usage: Pods 10 of 42 used"),
        error("quota", "this changes nothing"),
    ];
    QuotaForm { fields, errors, ..quota_form() }
}

fn lifetime_form(kind: Kind) -> LifetimeForm {
    LifetimeForm {
        kind,
        earliest: Some(day("2026-11-22")),
        automatic_until: Some(day("2026-12-05")),
        grace_days: 7,
        contents: None,
        can_ask: Permission::yes(),
        open: None,
        fields: AskFields { until: "2026-12-05".into(), ..AskFields::default() },
        errors: vec![],
        verdict: Some(Verdict {
            outcome: Outcome::Automatic,
            kind: Some(kind),
            headline: "Approved automatically.".into(),
            base: None,
            asked: None,
            supersedes: None,
            missing: vec!["purpose".into()],
            ..quota_below_use().verdict.map(|verdict| Verdict { below_use: vec![], ..verdict }).expect("is checked")
        }),
    }
}

fn extending() -> LifetimeForm {
    lifetime_form(Kind::Extend)
}

fn extending_not() -> LifetimeForm {
    let why = Permission::no("payments-dev does not expire");
    LifetimeForm { can_ask: why, verdict: None, ..lifetime_form(Kind::Extend) }
}

fn deleting() -> LifetimeForm {
    let workload = |kind, name: &str, ready| ContainedWorkload { kind, name: name.into(), desired: 3, ready };
    let contents = ContentsView {
        freshness: live(),
        workloads: Some(vec![
            workload(WorkloadKind::Deployment, "reconcile-api", 3),
            workload(WorkloadKind::StatefulSet, "ledger", 2),
        ]),
        is_cut: false,
        n_pods: Some(6),
        n_running: Some(5),
        services: Some(vec![ContainedService { name: "reconcile-api".into(), addresses: vec!["192.0.2.7".into()] }]),
        volumes: Some(vec![ContainedVolume { name: "data-ledger-0".into(), bytes: Some(50 * GIB) }]),
        changed_at: Some(ago(300)),
    };
    LifetimeForm { contents: Some(contents), ..lifetime_form(Kind::Delete) }
}

/// As it was refused, of a cluster that does not answer, beside one that somebody else asked for.
fn deleting_refused() -> LifetimeForm {
    let row = delete_row(242, RequestState::InReview);
    let contents = ContentsView {
        freshness: away(),
        workloads: None,
        is_cut: false,
        n_pods: None,
        n_running: None,
        services: None,
        volumes: None,
        changed_at: None,
    };
    LifetimeForm {
        contents: Some(contents),
        open: Some(OpenRequest { row, is_yours: false, gives_way: false, can_revise: true, can_comment: true }),
        errors: vec![error("confirm", "must be payments-dev")],
        fields: AskFields { confirm: "payments".into(), purpose: "Moved.".into(), ..AskFields::default() },
        verdict: None,
        ..lifetime_form(Kind::Delete)
    }
}

fn quota_not_mine() -> QuotaForm {
    QuotaForm {
        can_ask: Permission::no("only developers and owners of the team may ask for it"),
        lines: away_namespace().lines,
        freshness: away(),
        ..quota_form()
    }
}

fn quota_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Quota(QuotaContent {
            size: None,
            base: quota(4, 16, 100, 50),
            asked: quota(6, 32, 100, 50),
            granted: None,
        }),
        purpose: "The nightly reconciliation doubled with the new markets.".into(),
        ..row(number, "Quota of payments-dev", state)
    }
}

fn day(text: &str) -> UntilDate {
    text.parse().expect("is a day")
}

fn extend_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Extend(ExtendContent {
            base: day("2026-12-01"),
            asked: day("2027-03-31"),
            granted: (state == RequestState::Completed).then(|| day("2027-01-31")),
        }),
        class: "sandbox".into(),
        purpose: "The trial of the new engine goes on until spring.".into(),
        ..row(number, "Extension of payments-lab", state)
    }
}

fn delete_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Delete(DeleteContent { grace_days: 30 }),
        class: "production".into(),
        purpose: "Moved to the new cluster; nothing is called there any more.".into(),
        ..row(number, "Deletion of payments-legacy", state)
    }
}

/// Of a kind without a quota.
fn of_a_namespace(row: RequestRow, grantable: Grant) -> RequestView {
    RequestView { row, grantable, quota: None, namespace_ready: true, ..in_review() }
}

fn extension() -> RequestView {
    of_a_namespace(extend_row(243, RequestState::InReview), Grant::Until { until: day("2027-03-31") })
}

fn extension_sent_back() -> RequestView {
    let changes = ChangesView {
        by: "payments owner".into(),
        comment: "Until the end of January first.".into(),
        suggestion: Some(Grant::Until { until: day("2027-01-31") }),
        capacity: None,
    };
    let row = extend_row(243, RequestState::ChangesRequested);
    RequestView {
        changes: Some(changes),
        can_approve: Permission::no("it is waiting for changes"),
        can_reject: Permission::no("it is waiting for changes"),
        can_request_changes: Permission::no("it is waiting for changes"),
        can_revise: Permission::yes(),
        can_accept: Permission::yes(),
        ..of_a_namespace(row, Grant::Until { until: day("2027-03-31") })
    }
}

fn extension_revising() -> RequestPage {
    let request = extension_sent_back();
    RequestPage { revision: Some(AskFields::of(&request)), ..request_page(request) }
}

fn deletion() -> RequestView {
    let view = of_a_namespace(delete_row(242, RequestState::InReview), Grant::Deletion { grace_days: 30 });
    RequestView { contents: deleting().contents, ..view }
}

fn deletion_sent_back() -> RequestView {
    let changes = ChangesView {
        by: "payments owner".into(),
        comment: "Say where the data went.".into(),
        suggestion: None,
        capacity: None,
    };
    let row = delete_row(242, RequestState::ChangesRequested);
    let reviewed = || Permission::no("it is waiting for changes");
    RequestView {
        changes: Some(changes),
        can_approve: reviewed(),
        can_reject: reviewed(),
        can_request_changes: reviewed(),
        can_revise: Permission::yes(),
        ..of_a_namespace(row, Grant::Deletion { grace_days: 30 })
    }
}

fn extension_rejected() -> RequestView {
    let over = || Permission::no("it is rejected");
    RequestView {
        next: vec![],
        can_approve: over(),
        can_reject: over(),
        can_request_changes: over(),
        expires_at: None,
        ..of_a_namespace(extend_row(243, RequestState::Rejected), Grant::Until { until: day("2027-03-31") })
    }
}

fn deleted(after: AfterDeletion) -> RequestView {
    let over = || Permission::no("it is completed");
    let row = RequestRow { waits_for: String::new(), ..delete_row(242, RequestState::Completed) };
    RequestView {
        next: vec![],
        can_approve: over(),
        can_reject: over(),
        can_request_changes: over(),
        expires_at: None,
        after_deletion: Some(after),
        ..of_a_namespace(row, Grant::Deletion { grace_days: 30 })
    }
}

fn quota_changes() -> Page<QuotaChangeView> {
    let change =
        |id: i64, days: i64, before: Quota, after: Quota, used: Option<Quota>, by: Option<&str>, reason: &str| {
            QuotaChangeView {
                id,
                request: RequestNumber(100 + id),
                before,
                after,
                reason: reason.into(),
                used,
                capacity: vec![],
                by: by.map(str::to_owned),
                at: ago(days * 24 * 60),
            }
        };
    let used = |cpu_m, memory| Some(Quota { cpu_m, memory_bytes: memory * GIB, ..quota(0, 0, 40, 21) });
    page_of(
        vec![
            change(
                4,
                3,
                quota(6, 32, 100, 50),
                quota(4, 16, 100, 50),
                used(1900, 15),
                None,
                "The load tests are over.",
            ),
            change(
                3,
                21,
                quota(4, 16, 100, 50),
                quota(6, 32, 100, 50),
                used(3100, 15),
                Some("payments owner"),
                "Load tests of the new settlement path before the December freeze.",
            ),
            change(2, 60, quota(2, 8, 50, 30), quota(4, 16, 100, 50), used(1700, 7), Some("payments owner"), HOSTILE),
            change(1, 88, Quota::ZERO, quota(2, 8, 50, 30), None, None, "Development of payment flows."),
        ],
        None,
    )
}

fn drift() -> Vec<DriftRow> {
    let row = DriftRow {
        id: 2,
        kind: "ResourceQuota".into(),
        name: "berth-compute".into(),
        field: "spec.hard[\"requests.cpu\"]".into(),
        desired: Some("4".into()),
        found: Some("16".into()),
        manager: Some("kubectl-edit".into()),
        changed_at: Some(ago(9)),
        seen_at: ago(9),
        put_back_at: Some(ago(9)),
    };
    let gone = DriftRow {
        id: 1,
        kind: "NetworkPolicy".into(),
        name: "berth-default-deny".into(),
        field: String::new(),
        desired: Some("there".into()),
        found: None,
        manager: None,
        changed_at: None,
        seen_at: ago(60),
        put_back_at: None,
    };
    vec![row, gone]
}

fn activity() -> ActivityView {
    let put_right = entry(
        2,
        "Berth",
        TimelineKind::Changed,
        "put back what differed: ResourceQuota berth-compute spec.hard[\"pods\"]",
        None,
    );
    let of = |request, entry| ActivityEntry { request, entry };
    let made = decided(RequestState::Completed).timeline.into_iter().rev();
    let made = made.map(|entry| of(Some(RequestNumber(229)), entry));
    ActivityView { entries: [of(None, put_right)].into_iter().chain(made).collect(), has_more: true }
}

/// Who else has access is not known, or nobody.
fn others(others: Option<Vec<OtherAccess>>) -> NamespaceView {
    NamespaceView { n_others: others.as_ref().map(|_| 0), others, ..namespace() }
}

/// Berth could not make it.
fn failed_namespace() -> NamespaceView {
    let full = stopped_namespace(StoppedBy::Paused);
    let row = NamespaceRow { state: NamespaceState::Failed, stopped: None, ..full.row.clone() };
    let gave_up = entry(2, "Berth", TimelineKind::Failed, "gave up", Some("harbour-1 refused it: forbidden by policy"));
    let entries = vec![ActivityEntry { request: Some(RequestNumber(229)), entry: gave_up }];
    let activity = Some(ActivityView { entries, has_more: false });
    NamespaceView { row, activity, sync: SyncView { stopped: None, ..full.sync.clone() }, ..full }
}

/// Not made yet, or not taken back yet, and nobody is at it.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn stopped_on_the_way(theme: Theme, by: StoppedBy) -> Vec<String> {
    let of = |state| {
        let view = stopped_namespace(by);
        NamespaceView { row: NamespaceRow { state, ..view.row.clone() }, ..view }
    };
    let frame = || frame(Some(developer()), theme, "/");
    let page = |state| pages::namespace::page(frame(), of(state), Tab::Overview);
    let row = of(NamespaceState::Provisioning).row;
    let list = pages::namespaces::page(frame(), page_of(vec![row], None));
    vec![page(NamespaceState::Provisioning), page(NamespaceState::Removing), list]
}

/// Nothing is done on its cluster.
fn stopped_namespace(by: StoppedBy) -> NamespaceView {
    let says = match by {
        StoppedBy::Paused => "Cluster harbour-1 is paused: its network is rebuilt. Berth continues when it is resumed.",
        StoppedBy::Another => {
            "Another cluster answers in place of harbour-1 (kube-system 0b1c). Berth does nothing there until Platform says which it is."
        }
        StoppedBy::Away => {
            "Cluster harbour-1 does not answer (connection refused after 5 s). Berth retries automatically."
        }
    };
    let full = namespace();
    let freshness = if by == StoppedBy::Away { away() } else { live() };
    let sync = SyncView {
        stopped: Some(StoppedView { by, says: says.into(), paused_by: (by == StoppedBy::Paused).then(paused_by) }),
        is_ordered: true,
        drift: vec![],
        ..full.sync.clone()
    };
    NamespaceView { row: NamespaceRow { freshness, stopped: Some(by), ..full.row.clone() }, sync, ..full }
}

/// An end that began a day ago.
fn ending() -> Ending {
    Ending { cause: Cause::Expired, suspended_at: ago(1440), delete_at: NOW + Duration::days(6) }
}

/// One that is suspended, before and after that is done on its cluster; one that is being restored; and one whose deletion is stuck.
fn ending_namespace(of: &str) -> NamespaceView {
    let full = namespace();
    let row = NamespaceRow { ending: Some(ending()), expires_at: Some(ago(1440)), ..full.row.clone() };
    let suspension = SuspensionView {
        scaled_at: Some(ago(1430)),
        hindrance: None,
        n_workloads: 4,
        n_objects: Some(31),
        exported_at: Some(ago(1438)),
        incomplete: Some("ingresses: the cluster does not allow it".into()),
        n_not_made: 0,
        not_made: Vec::new(),
    };
    let suspended = NamespaceView { row, suspension: Some(suspension.clone()), can_restore: true, ..full.clone() };
    let remaining = LeavingCondition {
        kind: "NamespaceFinalizersRemaining".into(),
        message: "Some content in the namespace has finalizers remaining: example.test/hold in 1 resource instances"
            .into(),
    };
    match of {
        "refused" => {
            let hindrance = "the cluster gives no token for berth-deployer; run `berth cluster renew`".to_owned();
            let suspension = SuspensionView {
                scaled_at: None,
                hindrance: Some(hindrance),
                n_workloads: 0,
                n_objects: None,
                exported_at: None,
                incomplete: None,
                n_not_made: 0,
                not_made: Vec::new(),
            };
            NamespaceView { suspension: Some(suspension), can_restore: false, ..suspended }
        }
        "restoring" => NamespaceView { suspension: Some(suspension), ..full },
        "not made" => {
            let why =
                "admission webhook \"images.example.test\" denied the request: its image is not signed".to_owned();
            let not_made = vec![NotMade { object: "Deployment web".into(), why }];
            let suspension = SuspensionView { n_not_made: 1, not_made, n_workloads: 0, ..suspension };
            NamespaceView { suspension: Some(suspension), ..full }
        }
        "overdue" => NamespaceView { row: NamespaceRow { expires_at: Some(ago(62)), ..full.row.clone() }, ..full },
        "asked" => NamespaceView {
            open: vec![OpenAsk { number: RequestNumber(140), kind: Kind::Delete, state: RequestState::InReview }],
            ..full
        },
        "granted" => {
            let ending = Some(Ending { cause: Cause::DeletionRequested, ..ending() });
            let row = NamespaceRow { ending, expires_at: Some(NOW + Duration::days(20)), ..suspended.row.clone() };
            NamespaceView { row, ..suspended }
        }
        "stuck" => NamespaceView {
            row: NamespaceRow { state: NamespaceState::Removing, ..suspended.row.clone() },
            terminating: Some(diagnose_terminating("payments-dev", &[remaining], &[])),
            can_restore: false,
            ..suspended
        },
        _ => suspended,
    }
}

fn missing_namespace() -> NamespaceView {
    let condition = TroubleView {
        kind: Condition::Missing,
        detail: "Somebody deleted it on the cluster, with everything in it.".into(),
        since: ago(40),
    };
    let full = namespace();
    let sync = SyncView { condition: Some(condition), drift: vec![], ..full.sync.clone() };
    let condition = Some(Condition::Missing);
    let row =
        NamespaceRow { condition, n_workloads: None, n_failing: None, used: None, enforced: None, ..full.row.clone() };
    let lines = full.lines.iter().map(|line| QuotaLine { used: None, enforced: None, ..line.clone() }).collect();
    NamespaceView {
        row,
        sync,
        lines,
        workloads: vec![],
        pods: vec![],
        n_pods: None,
        warnings: vec![],
        n_warnings: None,
        ..full
    }
}

/// All of it was verified and is in force.
fn as_granted() -> NamespaceView {
    let full = namespace();
    let lines = full.lines.iter().map(|line| QuotaLine { enforced: Some(line.granted), ..line.clone() }).collect();
    NamespaceView { lines, ..full }
}

/// Each is as granted but for one thing: what it is, with its pages.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn not_quite_as_granted(theme: Theme) -> Vec<(String, String)> {
    let full = as_granted();
    let with = |sync: SyncView| NamespaceView { sync, ..full.clone() };
    let unapplied = |state| {
        let unapplied = Some(UnappliedQuota { number: RequestNumber(233), state });
        with(SyncView { unapplied, ..full.sync.clone() })
    };
    let ways = [
        ("approved", unapplied(RequestState::Approved)),
        ("applying", unapplied(RequestState::Applying)),
        ("failed", unapplied(RequestState::Failed)),
        ("undoing", unapplied(RequestState::Undoing)),
        ("enforces another quota", NamespaceView { lines: namespace().lines, ..full.clone() }),
        ("looked at since", with(SyncView { looked_at: Some(ago(1)), ..full.sync.clone() })),
        ("given up", with(SyncView { has_given_up: true, ..full.sync.clone() })),
        ("never verified", NamespaceView { synced_at: None, ..full.clone() }),
        ("moved", with(SyncView { applied_version: Some(2), ..full.sync.clone() })),
    ];
    let page =
        |tab, view: &NamespaceView| pages::namespace::page(frame(Some(developer()), theme, "/"), view.clone(), tab);
    let pages = ways.into_iter().flat_map(|(way, mut view)| {
        let found = [page(Tab::Overview, &view), page(Tab::Sync, &view)];
        view.sync.drift = vec![];
        let nothing_found = page(Tab::Sync, &view);
        let form = QuotaForm { lines: view.lines.clone(), ..quota_form() };
        let quota = pages::quota::page(frame(Some(developer()), theme, "/"), view, form);
        found.into_iter().chain([nothing_found, quota]).map(move |page| (way.to_owned(), page)).collect::<Vec<_>>()
    });
    pages.collect()
}

/// The request for a quota of a namespace that is gone in each way there is, read by who decides and by others.
#[allow(dead_code, reason = "the gallery shows the samples as they are")]
pub fn gone(theme: Theme) -> Vec<(Option<Gone>, String)> {
    let ways = Gone::ALL.into_iter().map(Some).chain([None]);
    let page = |gone: Option<Gone>| {
        let mut request = RequestView { gone, ..quota_in_review() };
        request.row.hindrance = Some(Hindrance::NamespaceGone);
        request.held_up = Some("payments-dev is gone".into());
        (gone, pages::request::page(frame(Some(owner()), theme, "/requests/241"), request_page(request)))
    };
    ways.map(page).collect()
}

/// A look is ordered, as after a move to another version; the cluster has this one.
fn ordered(applied_version: i32) -> NamespaceView {
    let full = namespace();
    let sync = SyncView {
        is_ordered: true,
        applied_version: Some(applied_version),
        next_look_at: Some(NOW + Duration::minutes(10)),
        drift: vec![],
        ..full.sync.clone()
    };
    NamespaceView { sync, ..full }
}

/// After a restore: the cluster has what the database does not know of.
fn ahead_namespace(can_resolve: bool) -> NamespaceView {
    let condition = TroubleView {
        kind: Condition::Ahead,
        detail: "The cluster has revision 7 of this namespace, and Berth's database knows of 5: the database is older, as after \
                 a restore from a backup. Berth changes nothing here until Platform says which is right."
            .into(),
        since: ago(40),
    };
    let full = namespace();
    let quota = Some(full.row.quota.plus(&Quota { cpu_m: 1500, memory_bytes: 4 << 30, ..Quota::ZERO }));
    let open = |row: DriftRow| DriftRow { put_back_at: None, manager: None, ..row };
    let sync = SyncView {
        condition: Some(condition),
        ahead: Some(AheadView { revision: 7, quota, can_resolve }),
        drift: drift().into_iter().take(1).map(open).collect(),
        ..full.sync.clone()
    };
    let row = NamespaceRow { condition: Some(Condition::Ahead), ..full.row.clone() };
    NamespaceView { row, sync, ..full }
}

fn empty_namespace() -> NamespaceView {
    let row = namespaces().remove(3);
    let lines = namespace().lines.into_iter().map(|line| QuotaLine { used: Some(0), ..line }).collect();
    NamespaceView {
        row,
        lines,
        workloads: vec![],
        pods: vec![],
        n_pods: Some(0),
        warnings: vec![],
        n_warnings: Some(0),
        ..namespace()
    }
}

fn away_namespace() -> NamespaceView {
    let row = NamespaceRow { used: None, enforced: None, ..namespaces().remove(6) };
    let lines = namespace().lines.into_iter().map(|line| QuotaLine { used: None, enforced: None, ..line }).collect();
    NamespaceView { row, lines, synced_at: None, ..namespace() }
}

fn cluster_detail(row: ClusterView) -> ClusterDetail {
    let check = |what: &str, outcome, detail: &str| CheckRow {
        what: what.into(),
        outcome,
        detail: detail.into(),
        agreed: None,
        agreed_at: None,
    };
    ClusterDetail {
        row,
        api_url: "https://harbour-1.example.org:6443".into(),
        uid: Some("0d4e7a52-6c1b-4a0e-9d7b-3b1f2a9c8e10".into()),
        seen_uid: None,
        not_shown: vec![NotShown {
            kind: "cronjobs".into(),
            reason: "Berth lacks the right to list cronjobs; `berth cluster renew` gives it".into(),
        }],
        groups_prefix: "oidc:".into(),
        users_prefix: "oidc:".into(),
        oidc: None,
        settings_version: 1,
        changed_by: None,
        changed_at: None,
        forgotten: Some(vec![]),
        disagreements: vec![Disagreement { agreement: Some("---\nkind: ClusterRole\n".into()), ..not_agreed() }],
        check: Some(ClusterCheck {
            at: ago(12),
            checks: vec![
                check("the API server answers", CheckOutcome::Passed, "v1.36.1"),
                check(
                    "the provisioner may bind clusterroles",
                    CheckOutcome::Failed,
                    "may not bind clusterroles berth-own; run `berth cluster renew`",
                ),
                check(
                    "NetworkPolicies are kept to",
                    CheckOutcome::NotVerified,
                    "no network plugin was recognised. Try whether a pod in one namespace reaches a pod in another: it must not",
                ),
            ],
        }),
        can_change: true,
    }
}

fn paused_cluster() -> ClusterDetail {
    let row = clusters().remove(1);
    let stopped = stopped_cluster();
    cluster_detail(ClusterView { paused: stopped.reason, paused_by: stopped.paused_by, ..row })
}

fn another_cluster() -> ClusterDetail {
    let row = ClusterView { is_another: true, ..clusters().remove(1) };
    let seen_uid = Some("9b1f4c11-1f0a-4d0e-8d42-7c3f0f6f2a55".into());
    ClusterDetail { seen_uid, ..cluster_detail(row) }
}

fn restored_cluster() -> ClusterDetail {
    let namespace = |name: &str, team: &str, class: &str| ForgottenNamespace {
        name: name.into(),
        team: team.into(),
        class: class.into(),
    };
    let forgotten = vec![
        namespace("orders-load-tests-of-the-winter-release", "orders", "standard"),
        namespace("payments-perf", "payments", "sandbox"),
    ];
    ClusterDetail { forgotten: Some(forgotten), ..cluster_detail(clusters().remove(0)) }
}

fn clusters() -> Vec<ClusterView> {
    let lines = |cpu, memory| {
        vec![
            CapacityLine { resource: Resource::Cpu, granted: cpu, asked: 0, ceiling: 320_000 },
            CapacityLine { resource: Resource::Memory, granted: memory * GIB, asked: 0, ceiling: 1228 * GIB },
            CapacityLine { resource: Resource::Pods, granted: 190, asked: 0, ceiling: 330 },
        ]
    };
    let cluster = |name: &str, freshness, lines| ClusterView {
        paused: None,
        paused_by: None,
        is_another: false,
        name: name.into(),
        version: Some("v1.36.1".into()),
        freshness,
        n_namespaces: 23,
        n_nodes: 12,
        overcommit_percent: 150,
        capacity_unknown: None,
        lines,
    };
    vec![
        cluster("harbour-1", live(), lines(212_000, 908)),
        cluster("harbour-2", Freshness::Stale { since: ago(4) }, lines(302_000, 400)),
        cluster("quay-7", away(), lines(12_000, 1200)),
        ClusterView { version: None, n_nodes: 0, n_namespaces: 0, ..cluster("pier-3", Freshness::NotLoaded, vec![]) },
    ]
}

fn teams() -> TeamsView {
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

fn team_row() -> TeamRow {
    TeamRow {
        slug: "payments".into(),
        title: "Payments".into(),
        your_role: Some(TeamRole::Developer),
        n_namespaces: 4,
        granted: quota(24, 88, 540, 190),
        archived_at: None,
    }
}

fn team() -> TeamPage {
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

fn archived_team() -> TeamPage {
    let page = team();
    let row = TeamRow { archived_at: Some(ago(9000)), n_namespaces: 0, granted: Quota::ZERO, ..page.team.row };
    let team = TeamView { row, people: vec![], groups: vec![], memberships: vec![], namespaces: vec![], ..page.team };
    TeamPage { team, ..page }
}

fn team_form() -> TeamForm {
    let fields = TeamFields {
        title: HOSTILE.into(),
        amounts: AmountFields::default().with(Resource::Cpu, "much"),
        ..TeamFields::default()
    };
    let errors = vec![FieldError { field: "cpu_m".into(), message: "is not a number: write 2 or 500m".into() }];
    let team = Some(("payments".into(), "Payments".into()));
    TeamForm { team, fields, errors, refusal: Some("team Payments was changed by platform since you read it".into()) }
}

fn new_team() -> TeamForm {
    TeamForm { team: None, refusal: None, ..team_form() }
}

fn platform_roles() -> PlatformRolesPage {
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

fn audit_row(seq: i64, actor: &str, actor_kind: &str, action: &str, subject: &str) -> AuditRow {
    AuditRow {
        seq,
        at: ago(400 - seq),
        actor: actor.into(),
        actor_kind: actor_kind.into(),
        on_behalf_of: (actor_kind == "system").then(|| "payments developer".into()),
        action: action.into(),
        subject: subject.into(),
        request_id: Some("0199e6c2-7d3a-7c11-9f0e-3f1c2b4a5d6e".into()),
        detail: json!({ "before": null, "after": { "cpu_m": 2000, "note": HOSTILE } }),
        hash: "c1a5f0e7b3d94a2c".repeat(4),
    }
}

fn audit() -> AuditView {
    let items = vec![
        audit_row(312, "Berth", "system", "namespace.provisioned", "harbour-1/payments-dev"),
        audit_row(311, "payments owner", "person", "request.approved", "REQ-224"),
        AuditRow {
            detail: json!({}),
            request_id: None,
            ..audit_row(310, "payments developer", "person", "session.started", "payments developer")
        },
        audit_row(309, "operator", "operator", "cluster.added", "harbour-1"),
    ];
    AuditView {
        fields: AuditFields { actor: "payments".into(), ..AuditFields::default() },
        errors: vec![],
        page: page_of(items, Some("309")),
    }
}

fn no_audit() -> AuditView {
    AuditView { fields: AuditFields::default(), errors: vec![], page: page_of(vec![], None) }
}

fn jobs() -> Vec<JobRow> {
    let job = |id, subject: &str, gave_up, attempts, error: &str| JobRow {
        id,
        kind: "sync_namespace".into(),
        subject: subject.into(),
        attempts,
        gave_up,
        last_error: Some(error.into()),
        run_at: NOW + Duration::minutes(4),
    };
    vec![
        job(
            7,
            "harbour-1/payments-broken",
            true,
            10,
            "namespace payments-broken is there already and was not made by Berth",
        ),
        job(9, "quay-7/payments-edge", false, 3, "quay-7 does not answer: connection refused after 5 s"),
    ]
}

fn token(name: &str, scope: Scope, ends: Duration, used: bool) -> TokenView {
    TokenView {
        id: TokenId(Uuid::nil()),
        name: name.into(),
        scope,
        prefix: "berth_k3Qz".into(),
        created_at: ago(9000),
        expires_at: NOW + ends,
        last_used_at: used.then(|| ago(12)),
    }
}

fn me() -> MePage {
    let session = |id: &str, agent: &str, is_this| SessionView {
        id: id.into(),
        user_agent: agent.into(),
        is_this,
        created_at: ago(200),
        last_seen_at: ago(2),
        expires_at: NOW + Duration::hours(8),
    };
    MePage {
        me: MeView {
            viewer: developer(),
            groups: GroupsView {
                groups: vec!["payments-developers".into(), "everyone".into()],
                at: ago(7),
                incomplete_since: None,
                are_known: true,
            },
            tokens: vec![
                token("deploy pipeline", Scope::Write, Duration::days(28), true),
                token("dashboard", Scope::Read, -Duration::days(1), false),
            ],
            sessions: vec![
                session(
                    "9f2c4e1b",
                    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                    true,
                ),
                session(
                    "1a2b3c4d",
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                    false,
                ),
            ],
        },
        new_token: None,
        fields: TokenFields::default(),
        errors: vec![],
    }
}

fn me_with_token() -> MePage {
    let view = token("deploy pipeline", Scope::Write, Duration::days(30), false);
    MePage { new_token: Some(NewToken { token: "berth_k3QzJ8vW2mN5pR7tY9bC1dF4gH6jL0sX".into(), view }), ..me() }
}

fn me_refused() -> MePage {
    let fields = TokenFields { name: String::new(), scope: "write".into(), days: "9000".into() };
    let errors = vec![error("name", "is missing"), error("days", "must be 1 to 365")];
    MePage {
        fields,
        errors,
        me: MeView {
            tokens: vec![],
            groups: GroupsView { groups: vec![], at: ago(7), incomplete_since: Some(ago(90)), are_known: false },
            ..me().me
        },
        ..me()
    }
}

fn problem(status: u16, title: &str, detail: &str) -> ProblemView {
    ProblemView {
        status,
        title: title.into(),
        detail: detail.into(),
        request_id: "0199e6c2-7d3a-7c11-9f0e-3f1c2b4a5d6e".into(),
        again: (status >= 500).then(|| "/".into()),
    }
}

fn openapi() -> serde_json::Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Berth", "version": "0.1.0", "description": "A self-service desk for Kubernetes." },
        "tags": [{ "name": "requests", "description": "Ask, decide, follow." }],
        "paths": {
            "/api/v1/requests": {
                "get": {
                    "tags": ["requests"], "summary": "List requests", "description": "Newest first, `limit` at most 200.",
                    "parameters": [
                        { "name": "queue", "in": "query", "schema": { "$ref": "#/components/schemas/Queue" }, "description": "Which list" },
                        { "name": "after", "in": "query", "schema": { "type": ["string", "null"] } }
                    ],
                    "responses": { "200": { "description": "One page", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Page_RequestRow" } } } } }
                },
                "post": {
                    "tags": ["requests"], "summary": "Ask for something",
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Ask" } } } },
                    "responses": {
                        "201": { "description": "Asked", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/RequestRow" } } } },
                        "422": { "description": "Refused, with `code` and fields", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } }
                    }
                }
            },
            "/api/v1/requests/{number}/approve": {
                "post": {
                    "tags": ["requests"], "summary": "Approve",
                    "parameters": [{ "name": "number", "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } }],
                    "requestBody": { "content": { "application/json": { "schema": { "type": "object", "required": ["revision"], "properties": { "revision": { "type": "integer", "format": "int32", "description": "The revision you read" }, "comment": { "type": ["string", "null"] } } } } } },
                    "responses": { "200": { "description": "Decided" }, "409": { "description": "Somebody else was first" } }
                }
            },
            "/api/v1/audit": { "get": { "tags": ["audit"], "summary": "List audit events", "responses": { "200": { "description": "One page" } } } }
        },
        "components": { "schemas": {
            "Queue": { "type": "string", "enum": ["to_decide", "mine", "all", "failed"] },
            "Page_RequestRow": { "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": { "$ref": "#/components/schemas/RequestRow" } }, "next": { "type": ["string", "null"], "description": "Pass it as `after` for the next page; none on the last." } } },
            "RequestRow": { "type": "object", "description": "A request in a list.", "required": ["number", "state"], "properties": { "number": { "type": "integer", "format": "int64", "example": 231 }, "state": { "type": "string", "enum": ["in_review", "approved"] }, "size": { "oneOf": [{ "type": "null" }, { "type": "string" }] }, "freshness": { "oneOf": [{ "type": "object", "properties": { "state": { "type": "string", "enum": ["live"] }, "as_of": { "type": "string" } } }] } } },
            "Ask": { "type": "object", "required": ["kind", "team", "name"], "properties": { "kind": { "type": "string", "enum": ["new_namespace"] }, "team": { "type": "string", "example": "payments" }, "name": { "type": "string", "example": "payments-dev" }, "purpose": { "type": "string", "description": "Approvers read this first.", "example": "development" } } },
            "Problem": { "allOf": [{ "type": "object", "properties": { "title": { "type": "string" } } }, { "type": "object", "properties": { "status": { "type": "integer" } } }] }
        } }
    })
}
