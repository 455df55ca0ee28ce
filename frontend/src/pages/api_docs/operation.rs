//! One operation: what goes in, what comes out, and how to call it.

use super::{example, prose, resolve, schema, text};
use crate::parts::copy::copy;
use leptos::prelude::*;
use serde_json::Value;

/// Anchor of an operation on the page.
pub(super) fn id(method: &str, path: &str) -> String {
    let words: Vec<_> = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{method}-{}", words.join("-"))
}

pub(super) fn view(openapi: &Value, method: &str, path: &str, operation: &Value) -> AnyView {
    let summary = text(&operation["summary"]).unwrap_or(path).to_owned();
    let body = &resolve(openapi, &operation["requestBody"])["content"]["application/json"]["schema"];
    let call = example::curl(openapi, method, path, body);
    view! {
        <article class="panel operation" id=id(method, path)>
            <header>
                <h3>{summary}</h3>
                <p class="mono"><b class=format!("method {method}")>{method.to_uppercase()}</b>" "{path.to_owned()}</p>
            </header>
            <div class="body">
                {text(&operation["description"]).map(|about| view! { <p>{prose(about)}</p> })}
                {parameters(openapi, operation)}
                {(!body.is_null()).then(|| view! {
                    <h4>"Body: "{schema::type_of(body)}</h4>
                    {schema::fields(openapi, resolve(openapi, body))}
                })}
                <h4>"Answers"</h4>
                {answers(openapi, operation)}
                <h4>"Example"</h4>
                <div class="example"><pre class="code" tabindex="0">{call.clone()}</pre>{copy(call)}</div>
            </div>
        </article>
    }
    .into_any()
}

fn parameters(openapi: &Value, operation: &Value) -> Option<AnyView> {
    let parameters = operation["parameters"].as_array().filter(|list| !list.is_empty())?;
    let rows = parameters.iter().map(|parameter| {
        let parameter = resolve(openapi, parameter);
        let required = parameter["required"] == true;
        view! {
            <tr>
                <th scope="row">
                    <span class="mono">{text(&parameter["name"]).unwrap_or_default().to_owned()}</span>
                    {required.then(|| view! { <span class="required">"required"</span> })}
                </th>
                <td>{text(&parameter["in"]).unwrap_or_default().to_owned()}</td>
                <td>{schema::type_of(&parameter["schema"])}</td>
                <td>{text(&parameter["description"]).map(prose)}</td>
            </tr>
        }
    });
    Some(
        view! {
            <h4>"Parameters"</h4>
            <div class="scroll" role="group" aria-label="Parameters" tabindex="0">
                <table class="fields">
                    <thead>
                        <tr><th scope="col">"Name"</th><th scope="col">"In"</th><th scope="col">"Type"</th><th scope="col">"Description"</th></tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

fn answers(openapi: &Value, operation: &Value) -> Option<AnyView> {
    let answers = operation["responses"].as_object()?;
    let rows = answers.iter().map(|(status, answer)| {
        let answer = resolve(openapi, answer);
        let content = answer["content"].as_object().and_then(|content| content.iter().next());
        let body = content.map(|(kind, content)| {
            let kind = (kind != "application/json").then(|| format!(" as {kind}"));
            view! { {schema::type_of(&content["schema"])} <span class="dim">{kind}</span> }
        });
        view! {
            <tr>
                <th scope="row" class="num">{status.clone()}</th>
                <td>{text(&answer["description"]).map(prose)}</td>
                <td>{body}</td>
            </tr>
        }
    });
    Some(
        view! {
            <div class="scroll" role="group" aria-label="Answers" tabindex="0">
                <table class="fields">
                    <thead><tr><th scope="col">"Status"</th><th scope="col">"When"</th><th scope="col">"Body"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}
