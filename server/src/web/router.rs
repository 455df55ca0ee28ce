//! Every URL of Berth, on one page.

use super::{Shared, api, auth, health, live, pages};
use axum::Router;
use axum::routing::{get, post};

/// The routes and the API document. The layers around them are [`super::security`]'s and [`super::serve`]'s.
pub fn routes() -> (Router<Shared>, utoipa::openapi::OpenApi) {
    let (api, document) = api::router().split_for_parts();
    (Router::new().merge(browser()).merge(api).merge(doors()), document)
}

/// Pages, and the forms on them.
fn browser() -> Router<Shared> {
    use pages::{
        admin, classes, clusters, home, lifetime, me, namespaces, people, platform_roles, quota, requests, search,
        teams, theme,
    };
    Router::new()
        .route("/", get(home::home))
        .route("/namespaces", get(namespaces::list))
        .route("/namespaces/new", get(namespaces::new).post(namespaces::ask))
        .route("/namespaces/{cluster}/{name}", get(namespaces::overview))
        .route("/namespaces/{cluster}/{name}/kubeconfig", post(namespaces::kubeconfig))
        .route("/namespaces/{cluster}/{name}/quota", get(quota::get).post(quota::ask))
        .route("/namespaces/{cluster}/{name}/quota-history", get(quota::history))
        .route("/namespaces/{cluster}/{name}/restore", post(namespaces::restore))
        .route("/namespaces/{cluster}/{name}/extend", get(lifetime::extending).post(lifetime::extend))
        .route("/namespaces/{cluster}/{name}/delete", get(lifetime::deleting).post(lifetime::delete))
        .route("/namespaces/{cluster}/{name}/star", post(namespaces::star))
        .route("/namespaces/{cluster}/{name}/sync", get(namespaces::sync_tab).post(namespaces::sync))
        .route("/namespaces/{cluster}/{name}/resolve-ahead", post(namespaces::resolve_ahead))
        .route("/namespaces/{cluster}/{name}/{tab}", get(namespaces::tab))
        .route("/requests", get(requests::list))
        .route("/requests/{number}", get(requests::get))
        .route("/requests/{number}/approve", post(requests::approve))
        .route("/requests/{number}/reject", post(requests::reject))
        .route("/requests/{number}/request-changes", post(requests::request_changes))
        .route("/requests/{number}/revise", get(requests::revising).post(requests::revise))
        .route("/requests/{number}/accept-suggestion", post(requests::accept))
        .route("/requests/{number}/comments", post(requests::comment))
        .route("/requests/{number}/undo", post(requests::undo))
        .route("/requests/{number}/withdraw", post(requests::withdraw))
        .route("/requests/{number}/retry", post(requests::retry))
        .route("/search", get(search::get))
        .route("/teams", get(teams::list))
        .route("/teams/{slug}", get(teams::get))
        .route("/teams/{slug}/edit", get(teams::edit).post(teams::change))
        .route("/teams/{slug}/archive", post(teams::archive))
        .route("/teams/{slug}/restore", post(teams::restore))
        .route("/teams/{slug}/memberships", post(teams::give_membership))
        .route("/teams/{slug}/memberships/{person}/end", post(teams::end_membership))
        .route("/admin/teams/new", get(teams::new).post(teams::create))
        .route("/admin/platform-roles", get(platform_roles::list).post(platform_roles::add))
        .route("/admin/platform-roles/remove", post(platform_roles::remove))
        .route("/clusters", get(clusters::list))
        .route("/clusters/new", get(clusters::new).post(clusters::add))
        .route("/clusters/{name}", get(clusters::get))
        .route("/clusters/{name}/accept", post(clusters::accept))
        .route("/clusters/{name}/renew", get(clusters::renewal).post(clusters::renew))
        .route("/clusters/{name}/check", post(clusters::check))
        .route("/clusters/{name}/manifests", get(clusters::manifests))
        .route("/clusters/{name}/pause", post(clusters::pause))
        .route("/clusters/{name}/remove", post(clusters::remove))
        .route("/clusters/{name}/resume", post(clusters::resume))
        .route("/clusters/{name}/settings", get(clusters::settings).post(clusters::change))
        .route("/admin/classes", get(classes::list))
        .route("/admin/classes/new", get(classes::new).post(classes::begin))
        .route("/admin/classes/{class}", get(classes::get))
        .route("/admin/classes/{class}/draft", get(classes::draft).post(classes::save))
        .route("/admin/classes/{class}/discard", post(classes::discard))
        .route("/admin/classes/{class}/preview", get(classes::preview))
        .route("/admin/classes/{class}/publish", post(classes::publish))
        .route("/admin/classes/{class}/retire", post(classes::retire))
        .route("/admin/classes/{class}/restore", post(classes::restore))
        .route("/admin/classes/{class}/move", get(classes::move_view).post(classes::follow))
        .route("/admin/audit", get(admin::audit))
        .route("/admin/people", get(people::list))
        .route("/admin/people/{id}", get(people::get))
        .route("/admin/people/{id}/end", post(people::end))
        .route("/admin/jobs", get(admin::jobs))
        .route("/admin/jobs/{id}/retry", post(admin::retry_job))
        .route("/me", get(me::get))
        .route("/me/tokens", post(me::create_token))
        .route("/me/tokens/{id}/revoke", post(me::revoke_token))
        .route("/me/sessions/{id}/end", post(me::end_session))
        .route("/live", get(live::follow))
        .route("/theme", post(theme::choose))
        .route("/signed-out", get(home::signed_out))
        .route("/api/docs", get(home::api_docs))
        .route("/api/v1/openapi.json", get(home::openapi))
}

/// Signing in and out, files, and whether this replica is well.
fn doors() -> Router<Shared> {
    Router::new()
        .route("/auth/login", get(auth::login))
        .route("/auth/callback", get(auth::callback))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/backchannel-logout", post(auth::back_channel_logout))
        .route("/assets/{*file}", get(pages::assets::get))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
}
