//! What people ask for, as the API takes it.

use serde_json::{Value, json};

/// What the cluster of the stack is called in Berth.
pub const CLUSTER: &str = "harbour-1";

/// An ask of the team that the name begins with.
pub fn ask(name: &str, class: &str, size: &str) -> Value {
    let team = name.split('-').next().unwrap_or_default();
    json!({
        "kind": "new_namespace", "team": team, "cluster": CLUSTER, "class": class, "name": name, "size": size,
        "purpose": "Integration tests",
    })
}

/// The same with other fields; `null` takes a field away.
pub fn with(mut body: Value, fields: Value) -> Value {
    let (Some(object), Value::Object(fields)) = (body.as_object_mut(), fields) else { return body };
    for (name, value) in fields {
        match value {
            Value::Null => object.remove(&name),
            value => object.insert(name, value),
        };
    }
    body
}

/// CPU in millicores, memory in GiB.
pub fn quota(cpu_m: u64, memory_gib: u64) -> Value {
    json!({"cpu_m": cpu_m, "memory_bytes": memory_gib << 30, "storage_bytes": 1u64 << 30, "pods": 10, "load_balancers": 0, "gpus": 0})
}
