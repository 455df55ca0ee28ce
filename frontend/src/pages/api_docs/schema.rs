//! JSON schemas as people read them: a type in words, and a table of fields.

use super::{prose, text};
use crate::icon::{LuChevronRight, icon};
use leptos::prelude::*;
use serde_json::Value;

/// Every named schema of the document.
pub(super) fn all(openapi: &Value) -> Option<AnyView> {
    let schemas = openapi["components"]["schemas"].as_object()?;
    let sections = schemas.iter().map(|(name, schema)| {
        // Going to an anchor inside opens what is folded around it.
        view! {
            <details class="panel schema">
                <summary><h3 class="mono">{name.clone()}</h3>{icon(LuChevronRight)}</summary>
                <div class="body" id=anchor(name)>
                    {text(&schema["description"]).map(|about| view! { <p>{prose(about)}</p> })}
                    {fields(openapi, schema)}
                </div>
            </details>
        }
    });
    Some(
        view! {
            <section class="stack" aria-labelledby="schemas">
                <h2 class="tag-title" id="schemas">"Schemas"</h2>
                <div class="stack schemas">{sections.collect_view()}</div>
            </section>
        }
        .into_any(),
    )
}

fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

/// A table of an object's fields; for anything else its type in words.
pub(super) fn fields(openapi: &Value, schema: &Value) -> AnyView {
    let mut rows = Vec::new();
    collect(openapi, schema, &mut rows);
    if rows.is_empty() {
        return view! { <p>{type_of(schema)}</p> }.into_any();
    }
    view! {
        <div class="scroll" role="group" aria-label="Fields" tabindex="0">
            <table class="fields">
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Type"</th><th scope="col">"Description"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Fields of an object and of the parts it is put together from.
fn collect(openapi: &Value, schema: &Value, rows: &mut Vec<AnyView>) {
    if let Some(parts) = schema["allOf"].as_array() {
        for part in parts {
            collect(openapi, super::resolve(openapi, part), rows);
        }
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let required = schema["required"].as_array();
    for (name, property) in properties {
        let is_required = required.is_some_and(|list| list.iter().any(|found| found == name.as_str()));
        rows.push(row(name, property, is_required));
    }
}

fn row(name: &str, property: &Value, is_required: bool) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <span class="mono">{name.to_owned()}</span>
                {is_required.then(|| view! { <span class="required">"required"</span> })}
            </th>
            <td>{type_of(property)}</td>
            <td>{text(&property["description"]).map(prose)}</td>
        </tr>
    }
    .into_any()
}

/// `text`, `list of RequestRow`, `live or stale`; named types are links.
pub(super) fn type_of(schema: &Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return view! { <a class="link mono" href=format!("#{}", anchor(name))>{name.to_owned()}</a> }.into_any();
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().map(plain).collect();
        return view! { "one of "<span class="mono">{values.join(", ")}</span> }.into_any();
    }
    if !schema["const"].is_null() {
        return view! { <span class="mono">{plain(&schema["const"])}</span> }.into_any();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(variants) = schema[choice].as_array() {
            return alternatives(variants, if choice == "allOf" { " with " } else { " or " });
        }
    }
    match (kinds(schema).join(" or "), &schema["format"]) {
        (kind, _) if kind.starts_with("array") => view! { "list of "{type_of(&schema["items"])} }.into_any(),
        (kind, _) if kind == "object" && schema["additionalProperties"].is_object() => {
            view! { "map of "{type_of(&schema["additionalProperties"])} }.into_any()
        }
        (kind, Value::String(format)) => view! { {kind}" "<span class="dim">{format.clone()}</span> }.into_any(),
        (kind, _) if kind.is_empty() => "anything".into_any(),
        (kind, _) => kind.into_any(),
    }
}

/// OpenAPI 3.1 allows one type or several; `null` among them is said as `nothing`.
fn kinds(schema: &Value) -> Vec<String> {
    let one_or_many = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => Vec::new(),
        kind => vec![kind.clone()],
    };
    one_or_many.iter().map(|kind| if kind == "null" { "nothing".to_owned() } else { plain(kind) }).collect()
}

fn alternatives(variants: &[Value], between: &'static str) -> AnyView {
    let parts = variants.iter().enumerate().map(|(place, variant)| {
        let between = (place > 0).then_some(between);
        let properties = variant["properties"].as_object().filter(|_| variant["$ref"].is_null());
        let part = match properties {
            Some(properties) => object(properties),
            None => type_of(variant),
        };
        view! { {between} {part} }
    });
    parts.collect_view().into_any()
}

/// An unnamed object inside a choice: `{ state: live, as_of }`.
fn object(properties: &serde_json::Map<String, Value>) -> AnyView {
    let names: Vec<_> = properties
        .iter()
        .map(|(name, property)| match property["enum"][0].as_str().or(property["const"].as_str()) {
            Some(value) => format!("{name}: {value}"),
            None => name.clone(),
        })
        .collect();
    view! { <span class="mono">{format!("{{ {} }}", names.join(", "))}</span> }.into_any()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
