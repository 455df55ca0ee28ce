//! Pages of no area: search, problems, the API, and of those who have no team or are not signed in.

use super::viewers::{developer, platform, stranger};
use super::{Gallery, HOSTILE};
use domain::view::*;
use frontend::pages;
use serde_json::json;

pub fn pages(to: &mut Gallery) {
    to.add("no-team", stranger(), "/", true, pages::no_team::page);
    to.add("no-groups", stranger(), "/", false, pages::no_team::page);
    to.add("search", developer(), "/", found(""), pages::search::page);
    to.add("search-found", platform(), "/search?q=pay", found("pay"), pages::search::page);
    let nothing = SearchView { text: HOSTILE.into(), hits: vec![], has_more: false };
    to.add("search-nothing", developer(), "/search?q=x", nothing, pages::search::page);
    to.add("api", developer(), "/api/docs", (), |frame, ()| pages::api_docs::page(frame, &openapi()));
    let not_here = problem(404, "Not here", "There is no such request, or it is not yours to see.");
    to.add("problem-404", developer(), "/requests/999", not_here, pages::problem::page);
    to.add_for(None, "welcome", "/requests/231", (), |frame, ()| pages::welcome::page(frame));
    to.add_for(None, "signed-out", "/signed-out", (), |frame, ()| pages::signed_out::page(frame));
    let detail = "Its database does not answer. Nothing is lost; try again in a moment.";
    let unavailable = problem(503, "Berth cannot answer right now", detail);
    to.add_for(None, "problem-503", "/", unavailable, pages::problem::page);
}

pub fn recent() -> Vec<Hit> {
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

pub fn found(text: &str) -> SearchView {
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

pub fn problem(status: u16, title: &str, detail: &str) -> ProblemView {
    ProblemView {
        status,
        title: title.into(),
        detail: detail.into(),
        request_id: "0199e6c2-7d3a-7c11-9f0e-3f1c2b4a5d6e".into(),
        again: (status >= 500).then(|| "/".into()),
    }
}

pub fn openapi() -> serde_json::Value {
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
