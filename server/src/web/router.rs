//! Every URL of Berth, on one page: what answers at each page's address, each form and each door.

use super::{Shared, api, archive, auth, health, live, pages};
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get};
use domain::page::PageKind;
use http::Method;

/// What answers one method at one address.
pub struct Route {
    pub method: Method,
    /// With its parameters in braces.
    pub path: &'static str,
    handler: MethodRouter<Shared>,
}

/// The routes and the API document. The layers around them are [`super::security`]'s and [`super::serve`]'s.
pub fn routes() -> (Router<Shared>, utoipa::openapi::OpenApi) {
    let (api, document) = api::router().split_for_parts();
    let all = pages().into_iter().chain(forms()).chain(doors());
    let router = all.fold(Router::new(), |router, route| router.route(route.path, route.handler));
    (router.merge(api), document)
}

/// One for each page of the table.
pub fn pages() -> Vec<Route> {
    let route = |page: &PageKind| Route { method: Method::GET, path: page.path(), handler: page_handler(*page) };
    PageKind::ALL.iter().map(route).collect()
}

fn page_handler(page: PageKind) -> MethodRouter<Shared> {
    use pages::{
        admin, catalog, classes, clusters, curation, entry_form, home, lifetime, me, namespaces, people,
        platform_roles, quota, requests, search, sources, teams,
    };
    match page {
        PageKind::NewNamespace => get(namespaces::new),
        PageKind::Home => get(home::home),
        PageKind::Namespaces => get(namespaces::list),
        PageKind::Namespace => get(namespaces::overview),
        PageKind::NamespaceTab => get(namespaces::tab),
        PageKind::NamespaceSync => get(namespaces::sync_tab),
        PageKind::Quota => get(quota::get),
        PageKind::QuotaHistory => get(quota::history),
        PageKind::Extend => get(lifetime::extending),
        PageKind::Delete => get(lifetime::deleting),
        PageKind::Requests => get(requests::list),
        PageKind::Request => get(requests::get),
        PageKind::Revise => get(requests::revising),
        PageKind::Catalog => get(catalog::list),
        PageKind::CatalogEntry => get(catalog::get),
        PageKind::Curation => get(curation::list),
        PageKind::CuratedEntry => get(curation::get),
        PageKind::EditEntry => get(curation::edit),
        PageKind::EntryForm => get(entry_form::get),
        PageKind::ReviewVersion => get(curation::review),
        PageKind::Ingest => get(curation::ingest),
        PageKind::NewEntry => get(curation::new),
        PageKind::Sources => get(sources::list),
        PageKind::Source => get(sources::get),
        PageKind::EditSource => get(sources::edit),
        PageKind::NewSource => get(sources::new),
        PageKind::Teams => get(teams::list),
        PageKind::Team => get(teams::get),
        PageKind::EditTeam => get(teams::edit),
        PageKind::Me => get(me::get),
        PageKind::Api => get(home::api_docs),
        PageKind::Clusters => get(clusters::list),
        PageKind::Cluster => get(clusters::get),
        PageKind::ClusterManifests => get(clusters::manifests),
        PageKind::ClusterSettings => get(clusters::settings),
        PageKind::RenewCluster => get(clusters::renewal),
        PageKind::Classes => get(classes::list),
        PageKind::Class => get(classes::get),
        PageKind::ClassDraft => get(classes::draft),
        PageKind::ClassPreview => get(classes::preview),
        PageKind::ClassMove => get(classes::move_view),
        PageKind::PlatformRoles => get(platform_roles::list),
        PageKind::Audit => get(admin::audit),
        PageKind::People => get(people::list),
        PageKind::Person => get(people::get),
        PageKind::Jobs => get(admin::jobs),
        PageKind::NewTeam => get(teams::new),
        PageKind::NewClass => get(classes::new),
        PageKind::NewCluster => get(clusters::new),
        PageKind::Search => get(search::get),
        PageKind::SignedOut => get(home::signed_out),
    }
}

/// What is sent from pages.
pub fn forms() -> Vec<Route> {
    use pages::{
        admin, classes, clusters, curation, entry_form, lifetime, me, namespaces, people, platform_roles, quota,
        requests, sources, teams, theme,
    };
    vec![
        post("/namespaces/new", namespaces::ask),
        post("/namespaces/{cluster}/{name}/kubeconfig", namespaces::kubeconfig),
        post("/namespaces/{cluster}/{name}/quota", quota::ask),
        post("/namespaces/{cluster}/{name}/restore", namespaces::restore),
        post("/namespaces/{cluster}/{name}/extend", lifetime::extend),
        post("/namespaces/{cluster}/{name}/delete", lifetime::delete),
        post("/namespaces/{cluster}/{name}/star", namespaces::star),
        post("/namespaces/{cluster}/{name}/sync", namespaces::sync),
        post("/namespaces/{cluster}/{name}/resolve-ahead", namespaces::resolve_ahead),
        post("/requests/{number}/approve", requests::approve),
        post("/requests/{number}/reject", requests::reject),
        post("/requests/{number}/request-changes", requests::request_changes),
        post("/requests/{number}/revise", requests::revise),
        post("/requests/{number}/accept-suggestion", requests::accept),
        post("/requests/{number}/comments", requests::comment),
        post("/requests/{number}/undo", requests::undo),
        post("/requests/{number}/withdraw", requests::withdraw),
        post("/requests/{number}/retry", requests::retry),
        post("/teams/{slug}/edit", teams::change),
        post("/teams/{slug}/archive", teams::archive),
        post("/teams/{slug}/restore", teams::restore),
        post("/teams/{slug}/memberships", teams::give_membership),
        post("/teams/{slug}/memberships/{person}/end", teams::end_membership),
        post("/admin/teams/new", teams::create),
        post("/admin/platform-roles", platform_roles::add),
        post("/admin/platform-roles/remove", platform_roles::remove),
        post("/clusters/new", clusters::add),
        post("/clusters/{name}/accept", clusters::accept),
        post("/clusters/{name}/renew", clusters::renew),
        post("/clusters/{name}/check", clusters::check),
        post("/clusters/{name}/pause", clusters::pause),
        post("/clusters/{name}/remove", clusters::remove),
        post("/clusters/{name}/resume", clusters::resume),
        post("/clusters/{name}/settings", clusters::change),
        post("/admin/classes/new", classes::begin),
        post("/admin/classes/{class}/draft", classes::save),
        post("/admin/classes/{class}/discard", classes::discard),
        post("/admin/classes/{class}/publish", classes::publish),
        post("/admin/classes/{class}/retire", classes::retire),
        post("/admin/classes/{class}/restore", classes::restore),
        post("/admin/classes/{class}/move", classes::follow),
        post("/admin/catalog/new", curation::add),
        post("/admin/catalog/{entry}/edit", curation::change),
        post("/admin/catalog/{entry}/form", entry_form::change),
        post("/admin/catalog/{entry}/icon", curation::set_icon),
        post("/admin/catalog/{entry}/icon/remove", curation::remove_icon),
        post("/admin/catalog/{entry}/withdraw", curation::withdraw),
        post("/admin/catalog/{entry}/restore", curation::restore),
        post("/admin/catalog/{entry}/remove", curation::remove),
        post("/admin/catalog/{entry}/versions/{version}/remove", curation::remove_version),
        upload("/admin/catalog/{entry}/versions", curation::upload),
        post("/admin/catalog/{entry}/available", sources::ask),
        post("/admin/catalog/{entry}/available/take-in", sources::take_in),
        post("/admin/sources/new", sources::add),
        post("/admin/sources/{source}/edit", sources::change),
        post("/admin/sources/{source}/check", sources::check),
        post("/admin/sources/{source}/remove", sources::remove),
        post("/admin/catalog/{entry}/versions/{version}/approve", curation::approve),
        post("/admin/catalog/{entry}/versions/{version}/deprecate", curation::deprecate),
        post("/admin/catalog/{entry}/versions/{version}/block", curation::block),
        post("/admin/catalog/{entry}/versions/{version}/reopen", curation::reopen),
        post("/admin/people/{id}/end", people::end),
        post("/admin/jobs/{id}/retry", admin::retry_job),
        post("/me/tokens", me::create_token),
        post("/me/tokens/{id}/revoke", me::revoke_token),
        post("/me/sessions/{id}/end", me::end_session),
        post("/theme", theme::choose),
    ]
}

/// Signing in and out, files, what follows a page, and whether this replica is well.
pub fn doors() -> Vec<Route> {
    vec![
        read("/live", live::follow),
        read("/api/v1/openapi.json", pages::home::openapi),
        read("/auth/login", auth::login),
        read("/auth/callback", auth::callback),
        post("/auth/logout", auth::logout),
        post("/auth/backchannel-logout", auth::back_channel_logout),
        read("/catalog/{entry}/icon", pages::catalog::icon),
        read("/assets/{*file}", pages::assets::get),
        read("/livez", health::live),
        read("/readyz", health::ready),
    ]
}

/// What takes an archive.
fn upload<H: Handler<T, Shared>, T: 'static>(path: &'static str, handler: H) -> Route {
    let Route { method, path, handler } = post(path, handler);
    Route { method, path, handler: archive::route(handler) }
}

fn read<H: Handler<T, Shared>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::GET, path, handler: get(handler) }
}

fn post<H: Handler<T, Shared>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::POST, path, handler: axum::routing::post(handler) }
}
