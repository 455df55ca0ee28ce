//! The JSON API, `/api/v1`. A handler translates and calls one use case; the API document is made from these routes.

mod audit;
mod catalog;
mod classes;
mod clusters;
mod jobs;
mod me;
pub mod namespaces;
pub mod people;
mod platform_roles;
mod problems;
mod requests;
pub mod search;
mod setup;
mod sources;
mod teams;

use super::Shared;
use super::problem::ProblemDocument;
use crate::app::Error;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a handler answers.
type Reply<T> = Result<T, Error>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Berth",
        description = "Ask for namespaces, decide on requests, and see what runs. Every error is a problem document (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Bearer),
    security(("token" = []))
)]
struct Document;

/// Every way in is an access token made at `/me`, or the browser's session.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An access token, made at /me: `Authorization: Bearer berth_…`"))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// The routes under `/api/v1` with their document.
pub fn router() -> OpenApiRouter<Shared> {
    let routes = OpenApiRouter::new()
        .routes(routes!(requests::list, requests::submit))
        .routes(routes!(requests::check))
        .routes(routes!(requests::get))
        .routes(routes!(requests::approve))
        .routes(routes!(requests::reject))
        .routes(routes!(requests::request_changes))
        .routes(routes!(requests::revise))
        .routes(routes!(requests::accept_suggestion))
        .routes(routes!(requests::withdraw))
        .routes(routes!(requests::retry))
        .routes(routes!(requests::undo))
        .routes(routes!(requests::list_comments, requests::comment))
        .routes(routes!(requests::events))
        .routes(routes!(requests::list_events))
        .routes(routes!(namespaces::list))
        .routes(routes!(namespaces::get))
        .routes(routes!(namespaces::kubeconfig))
        .routes(routes!(namespaces::events))
        .routes(routes!(namespaces::sync))
        .routes(routes!(namespaces::restore))
        .routes(routes!(namespaces::resolve_ahead))
        .routes(routes!(namespaces::drift))
        .routes(routes!(namespaces::quota_history))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::get, teams::change))
        .routes(routes!(teams::archive))
        .routes(routes!(teams::restore))
        .routes(routes!(teams::give_membership))
        .routes(routes!(teams::end_membership))
        .routes(routes!(platform_roles::list, platform_roles::add))
        .routes(routes!(platform_roles::remove))
        .routes(routes!(setup::get))
        .routes(routes!(setup::plan))
        .routes(routes!(setup::apply))
        .routes(routes!(teams::offer))
        .routes(routes!(teams::classes))
        .routes(routes!(classes::list_drafts))
        .routes(routes!(classes::list_retired))
        .routes(routes!(classes::get))
        .routes(routes!(classes::draft, classes::save, classes::discard))
        .routes(routes!(classes::preview))
        .routes(routes!(classes::publish))
        .routes(routes!(classes::retire))
        .routes(routes!(classes::restore))
        .routes(routes!(classes::move_view, classes::follow))
        .routes(routes!(clusters::list, clusters::add))
        .routes(routes!(clusters::check))
        .routes(routes!(clusters::renew))
        .routes(routes!(clusters::accept))
        .routes(routes!(clusters::pause))
        .routes(routes!(clusters::resume))
        .routes(routes!(clusters::remove))
        .routes(routes!(clusters::get, clusters::change))
        .routes(routes!(clusters::manifests))
        .routes(routes!(catalog::list))
        .routes(routes!(catalog::get))
        .routes(routes!(catalog::curated))
        .routes(routes!(catalog::curated_entry, catalog::save, catalog::remove))
        .routes(routes!(catalog::withdraw))
        .routes(routes!(catalog::set_icon, catalog::remove_icon))
        .routes(routes!(catalog::restore))
        .routes(routes!(sources::list))
        .routes(routes!(sources::get, sources::save, sources::remove))
        .routes(routes!(sources::check))
        .routes(routes!(sources::available, sources::ask))
        .routes(routes!(sources::take_in))
        .routes(routes!(catalog::upload))
        .routes(routes!(catalog::ingest))
        .routes(routes!(catalog::review, catalog::remove_version))
        .routes(routes!(catalog::approve))
        .routes(routes!(catalog::deprecate))
        .routes(routes!(catalog::block))
        .routes(routes!(catalog::reopen))
        .routes(routes!(audit::list))
        .routes(routes!(audit::csv))
        .routes(routes!(audit::jsonl))
        .routes(routes!(people::list))
        .routes(routes!(people::get))
        .routes(routes!(people::end))
        .routes(routes!(search::search))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::retry))
        .routes(routes!(me::get))
        .routes(routes!(me::list_tokens, me::create_token))
        .routes(routes!(me::revoke_token))
        .routes(routes!(me::end_session));
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", routes)
}
