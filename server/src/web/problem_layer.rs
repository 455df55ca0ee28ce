//! Gives problems the form that whoever asked reads: a document, a page, or the way to sign in and back.

mod fallback;

use super::problem::{AsIs, PROBLEM_JSON, Problem};
use super::request_context::RequestContext;
use super::return_to::ReturnTo;
use super::stands;
use super::typed::Typed;
use crate::app::views;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::text::sentence;
use domain::view::Viewer;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};

/// Longest text of the framework that is passed on.
const LONGEST_TEXT: usize = 2000;

/// Gives problems their form. Answers of handlers that have a form of their own pass through.
pub async fn layer(context: RequestContext, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let (typed, request) = Typed::of(request).await;
    let response = next.run(request).await;
    let status = response.status();
    let (problem, headers) = match response.extensions().get::<Problem>() {
        Some(problem) => (problem.clone(), response.headers().clone()),
        None if is_formless(&response) => {
            let problem = Problem::of_status(status);
            let mut headers = problem.headers();
            headers.extend(response.headers().clone());
            (if context.is_for_program() { with_text(problem, response.into_body()).await } else { problem }, headers)
        }
        None => return response,
    };
    let kept = typed.filter(|_| matches!(problem.code, "sign_in_first" | "unknown_origin" | "unknown_form"));
    let mut formed = match &context {
        context if context.is_for_program() => as_document(problem, context.id()),
        context if let Some(typed) = &kept => back_on_form(problem, context, typed).await,
        context if problem.code == "sign_in_first" && reads => return sign_in_and_return(context.path()),
        // The address of a form, opened or loaded again: the form stands elsewhere.
        context
            if status == StatusCode::METHOD_NOT_ALLOWED
                && reads
                && let Some(page) = stands::page_of(context.path()) =>
        {
            return Redirect::to(&page).into_response();
        }
        context
            if problem.status.is_client_error()
                && !reads
                && let Some(page) = stands::page_of(context.path()) =>
        {
            as_page(problem.or_again(&page), context).await
        }
        context if is_passing(&problem) && reads => as_page(problem.or_again(context.path()), context).await,
        context => as_page(problem, context).await,
    };
    for name in [ALLOW, RETRY_AFTER, WWW_AUTHENTICATE, SET_COOKIE] {
        for value in headers.get_all(&name) {
            formed.headers_mut().append(&name, value.clone());
        }
    }
    formed
}

/// In the form that whoever asked reads, outside of [`layer`].
pub async fn formed(problem: Problem, context: &RequestContext) -> Response {
    let headers = problem.headers();
    let mut response =
        if context.is_for_program() { as_document(problem, context.id()) } else { as_page(problem, context).await };
    response.headers_mut().extend(headers);
    response
}

/// Whether the same may work another time.
fn is_passing(problem: &Problem) -> bool {
    problem.status.is_server_error() || problem.status == StatusCode::TOO_MANY_REQUESTS
}

/// An error that the router or a layer answered with a plain text or nothing.
fn is_formless(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if response.extensions().get::<AsIs>().is_some() {
        return false;
    }
    let form = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    is_error && form.is_none_or(|form| form.starts_with("text/plain"))
}

/// What the framework said about a request that it could not read helps whoever wrote the program.
async fn with_text(problem: Problem, body: Body) -> Problem {
    if problem.status.is_server_error() {
        return problem;
    }
    match to_bytes(body, LONGEST_TEXT).await.map(|bytes| String::from_utf8(bytes.into())) {
        Ok(Ok(text)) if !text.is_empty() => problem.detail(sentence(&text)),
        _ => problem,
    }
}

fn as_document(problem: Problem, request_id: &str) -> Response {
    let status = problem.status;
    let mut response = (status, Json(problem.document(request_id))).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

async fn as_page(problem: Problem, context: &RequestContext) -> Response {
    let status = problem.status;
    let viewer = viewer(context, status).await;
    let view = problem.view(context.id());
    let (frame, spare) = (context.frame(viewer), view.clone());
    let page = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| frontend::pages::problem::page(frame, view)));
    (status, Html(page.unwrap_or_else(|_| fallback::page(&spare)))).into_response()
}

/// For the frame around the page. When Berth itself is in trouble, nothing more is asked of it.
async fn viewer(context: &RequestContext, status: StatusCode) -> Option<Viewer> {
    let ctx = context.ctx().filter(|ctx| ctx.actor.person().is_some() && !status.is_server_error())?;
    views::me::viewer(ctx).await.ok()
}

/// Signs in where that is missing, and leads back to the form with what was typed.
async fn back_on_form(problem: Problem, context: &RequestContext, typed: &Typed) -> Response {
    let mut response = match problem.code {
        "sign_in_first" => Redirect::to(&ReturnTo::parse(&typed.path).sign_in_path()).into_response(),
        _ => as_page(problem.again(typed.path.clone()), context).await,
    };
    response.headers_mut().append(SET_COOKIE, typed.to_cookie(&context.berth().seal));
    response
}

fn sign_in_and_return(path: &str) -> Response {
    Redirect::to(&ReturnTo::parse(path).sign_in_path()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_back_to_the_page_with_its_query() {
        let response = sign_in_and_return("/requests?queue=mine&after=3");
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()["location"], "/auth/login?return_to=%2Frequests%3Fqueue%3Dmine%26after%3D3");
    }
}
