//! The API, from its OpenAPI document: operations by tag, each with what goes in, what comes out and an example.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::list::Head;
use domain::page::PageKind;
use leptos::prelude::*;
use serde_json::Value;

mod example;
mod operation;
mod schema;

pub fn page(frame: Frame, openapi: &Value) -> String {
    document::render(frame, |_| Page::plain(PageKind::Api, body(openapi)))
}

/// Methods as an OpenAPI path item names them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Operations of one tag: method, path, operation.
struct Group<'a> {
    tag: &'a str,
    about: Option<&'a str>,
    operations: Vec<(&'static str, &'a str, &'a Value)>,
}

fn body(openapi: &Value) -> AnyView {
    let groups = groups(openapi);
    let about = text(&openapi["info"]["description"]).unwrap_or("Everything the pages do, for scripts and pipelines.");
    let version = text(&openapi["info"]["version"]).unwrap_or_default();
    let document = view! { <a class="btn" href="/api/v1/openapi.json">"OpenAPI document"</a> };
    let head = Head {
        above: None,
        title: "API".to_owned(),
        below: view! { {prose(about)} <span class="dim">{format!(" version {version}")}</span> }.into_any(),
        actions: Some(document.into_any()),
    };
    view! {
        {head.view()}
        <div class="split api">
            <div class="stack">
                {access()}
                {groups.iter().map(|found| group(openapi, found)).collect_view()}
                {schema::all(openapi)}
            </div>
            <aside class="follow">{contents(&groups)}</aside>
        </div>
    }
    .into_any()
}

fn access() -> AnyView {
    view! {
        <section class="panel" aria-labelledby="access">
            <header><h2 id="access">"Access"</h2></header>
            <div class="body">
                <p>
                    "Send an access token with each call: "<code class="mono">"Authorization: Bearer berth_…"</code>
                    ". Make one on "<a class="link" href="/me">"your account"</a>
                    "; it may do what you may, or only read. Answers are JSON, problems follow RFC 9457."
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn groups(openapi: &Value) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let Some(paths) = openapi["paths"].as_object() else { return groups };
    for (path, item) in paths {
        for method in METHODS {
            let operation = &item[method];
            if operation.is_null() {
                continue;
            }
            let tag = text(&operation["tags"][0]).unwrap_or("other");
            match groups.iter_mut().find(|group| group.tag == tag) {
                Some(group) => group.operations.push((method, path, operation)),
                None => {
                    let about = about_tag(openapi, tag);
                    groups.push(Group { tag, about, operations: vec![(method, path, operation)] });
                }
            }
        }
    }
    groups
}

fn about_tag<'a>(openapi: &'a Value, tag: &str) -> Option<&'a str> {
    let tags = openapi["tags"].as_array()?;
    text(&tags.iter().find(|found| found["name"] == tag)?["description"])
}

fn group(openapi: &Value, group: &Group<'_>) -> AnyView {
    let operations = group.operations.iter().map(|(method, path, found)| operation::view(openapi, method, path, found));
    let id = format!("tag-{}", group.tag);
    view! {
        <section class="stack" aria-labelledby=id.clone()>
            <div><h2 class="tag-title" id=id.clone()>{title(group.tag)}</h2>{group.about.map(|about| view! { <p class="dim">{prose(about)}</p> })}</div>
            {operations.collect_view()}
        </section>
    }
    .into_any()
}

fn contents(groups: &[Group<'_>]) -> AnyView {
    let groups = groups.iter().map(|group| {
        let links = group.operations.iter().map(|(method, path, found)| {
            let name = text(&found["summary"]).unwrap_or(path).to_owned();
            view! { <li><a href=format!("#{}", operation::id(method, path))>{name}</a></li> }
        });
        view! { <li><b>{title(group.tag)}</b><ul>{links.collect_view()}</ul></li> }
    });
    view! { <nav class="contents" aria-label="On this page"><ul>{groups.collect_view()}</ul></nav> }.into_any()
}

fn title(tag: &str) -> String {
    crate::parts::stages::capitalized(&tag.replace(['_', '-'], " "))
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A description's plain text; what stands between backticks is code.
fn prose(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(place, part)| {
        let part = part.to_owned();
        if place % 2 == 1 { view! { <code class="mono">{part}</code> }.into_any() } else { part.into_any() }
    });
    parts.collect_view().into_any()
}

/// What a local `$ref` points to; anything else is itself.
fn resolve<'a>(openapi: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| openapi.pointer(pointer)).unwrap_or(value)
}
