//! A call one can paste: made from the operation's path and the schema of its body.

use super::resolve;
use serde_json::{Map, Value, json};

/// Deeper than this an example helps nobody; it also ends schemas that contain themselves.
const DEPTH: u8 = 4;

pub(super) fn curl(openapi: &Value, method: &str, path: &str, body: &Value) -> String {
    let server = openapi["servers"][0]["url"].as_str().filter(|url| url.starts_with("http")).unwrap_or("$BERTH_URL");
    let url = format!("{}{}", server.trim_end_matches('/'), placeholders(path));
    let mut lines = vec!["curl -H \"Authorization: Bearer $BERTH_TOKEN\"".to_owned()];
    if method != "get" {
        lines.push(format!("-X {}", method.to_uppercase()));
    }
    if !body.is_null() {
        let example = serde_json::to_string_pretty(&value(openapi, body, DEPTH)).unwrap_or_default();
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d '{}'", example.replace('\'', "'\\''")));
    }
    lines.push(format!("\"{url}\""));
    lines.join(" \\\n  ")
}

/// `/requests/{number}` → `/requests/NUMBER`.
fn placeholders(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        Some(name) => name.to_uppercase(),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A value the schema allows, as plain as can be.
fn value(openapi: &Value, schema: &Value, depth: u8) -> Value {
    let schema = resolve(openapi, schema);
    let given = [&schema["example"], &schema["examples"][0], &schema["default"], &schema["const"], &schema["enum"][0]];
    if let Some(given) = given.into_iter().find(|given| !given.is_null()) {
        return given.clone();
    }
    if depth == 0 {
        return Value::Null;
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return merged(parts.iter().map(|part| value(openapi, part, depth - 1)));
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(variant) = schema[choice].as_array().and_then(|found| found.iter().find(|v| v["type"] != "null")) {
            return value(openapi, variant, depth - 1);
        }
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        "object" => object(openapi, schema, depth),
        "array" => json!([value(openapi, &schema["items"], depth - 1)]),
        "integer" => json!(1),
        "number" => json!(1.0),
        "boolean" => json!(true),
        "string" => json!("…"),
        _ => Value::Null,
    }
}

fn object(openapi: &Value, schema: &Value, depth: u8) -> Value {
    let properties = schema["properties"].as_object();
    let fields = properties.into_iter().flatten().map(|(name, field)| (name.clone(), value(openapi, field, depth - 1)));
    Value::Object(fields.collect())
}

fn merged(parts: impl Iterator<Item = Value>) -> Value {
    let mut whole = Map::new();
    for part in parts {
        if let Value::Object(fields) = part {
            whole.extend(fields);
        }
    }
    Value::Object(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_made_from_the_schema_of_the_body() {
        let openapi = json!({
            "servers": [{"url": "https://berth.example"}],
            "components": {"schemas": {
                "Ask": {"type": "object", "properties": {
                    "name": {"type": "string", "example": "payments-dev"},
                    "pods": {"type": ["integer", "null"]},
                    "inside": {"$ref": "#/components/schemas/Ask"}
                }}
            }}
        });
        let body = json!({"$ref": "#/components/schemas/Ask"});
        let call = curl(&openapi, "post", "/api/v1/requests/{number}/check", &body);
        assert!(
            call.contains("-X POST") && call.contains("\"name\": \"payments-dev\"") && call.contains("\"pods\": 1")
        );
        assert!(call.ends_with("\"https://berth.example/api/v1/requests/NUMBER/check\""), "{call}");
    }
}
