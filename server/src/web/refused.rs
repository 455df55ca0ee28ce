//! What somebody tried and was not allowed, or what was refused as things stand, leaves an event of its own: the trail
//! shows attempts, too.
//!
//! Only of people that Berth knows, and of things they may see: what is hidden from them is not found, which leaves
//! nothing. Mistakes in what was typed leave nothing either. How many there may be is bounded as all requests are.

use super::problem::Problem;
use super::request_context::RequestContext;
use crate::app::audit;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};

/// On an answer that is no [`Problem`]: the code of the refusal that a page tells of.
#[derive(Clone, Copy)]
pub struct RefusedAs(pub &'static str);

/// The innermost layer: what it writes counts as part of the answer.
pub async fn layer(context: RequestContext, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let response = next.run(request).await;
    if let (false, Some(code), Some(route)) = (reads, code(&response), route) {
        let attempt = audit::Attempt { method, route, subject: subject(&path), code };
        record(&context, attempt).await;
    }
    response
}

async fn record(context: &RequestContext, attempt: audit::Attempt) {
    let Some(ctx) = context.ctx().filter(|ctx| ctx.actor.person().is_some()) else { return };
    if let Err(error) = audit::record_refused(ctx, attempt).await {
        tracing::error!(error = %error, "a refusal is not in the audit trail");
    }
}

/// Of what was forbidden, or refused as things stand.
fn code(response: &Response) -> Option<&'static str> {
    if !matches!(response.status(), StatusCode::FORBIDDEN | StatusCode::CONFLICT) {
        return None;
    }
    let on_page = response.extensions().get::<RefusedAs>().map(|RefusedAs(code)| *code);
    on_page.or_else(|| response.extensions().get::<Problem>().map(|problem| problem.code))
}

/// As other events name it, by its address.
fn subject(path: &str) -> String {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let parts: Vec<_> = path.trim_matches('/').split('/').filter(|part| *part != "admin").collect();
    match parts[..] {
        ["requests", number, ..] if number.parse::<i64>().is_ok() => format!("REQ-{number}"),
        ["namespaces", cluster, name, ..] => format!("{cluster}/{name}"),
        ["teams", slug, ..] if slug != "new" => format!("team {slug}"),
        ["clusters", name, ..] if name != "new" => format!("cluster {name}"),
        ["classes", name, ..] if name != "new" => format!("class {name}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/api/v1/requests/12/approve", "REQ-12")]
    #[case("/requests/12/approve", "REQ-12")]
    #[case("/api/v1/namespaces/harbour-1/payments-dev/sync", "harbour-1/payments-dev")]
    #[case("/api/v1/teams/payments/memberships", "team payments")]
    #[case("/admin/teams/new", "/admin/teams/new")]
    #[case("/admin/classes/standard/publish", "class standard")]
    #[case("/api/v1/requests", "/requests")]
    fn what_was_refused_is_named_as_other_events_name_it(#[case] path: &str, #[case] named: &str) {
        assert_eq!(subject(path), named);
    }
}
