//! Schemas and values made up by a number: the same number makes the same ones, on every machine.

use serde_json::{Map, Value, json};

/// A small generator of numbers (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut next = self.0;
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((next ^ (next >> 31)) % limit.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

const KEYS: [&str; 24] = [
    "name",
    "enabled",
    "replicas",
    "image",
    "tag",
    "port",
    "labels",
    "annotations",
    "resources",
    "limits",
    "cpu",
    "memory",
    "password",
    "size",
    "a.b/c",
    "no",
    "",
    "#0",
    "~",
    "é",
    "list",
    "kind",
    "x y",
    "nested",
];
const TEXTS: [&str; 20] = [
    "",
    "a",
    "nginx",
    "no",
    "1",
    "1.5",
    "null",
    "500m",
    "1Gi",
    "a: b",
    "# x",
    "one\ntwo\n",
    " x ",
    "2024-01-01",
    "é",
    "\"",
    "'",
    "*a",
    "\ttab",
    "a\r\nb",
];
const PATTERNS: [&str; 8] = ["^[a-z]+$", "(?=a)b", "(a+)+$", "^(a{1000}){1000}$", "\\d+", "[", "^\\p{L}*$", "(.*)*x"];
const REFS: [&str; 8] = [
    "#/$defs/a",
    "#/$defs/b",
    "#/definitions/c",
    "#",
    "#named",
    "#/$defs/missing",
    "https://example.com/x.json",
    "#/properties/name",
];

/// Keywords that the generator knows, to see that each is used.
pub const KEYWORDS: [&str; 48] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "dependentRequired",
    "dependentSchemas",
    "items",
    "prefixItems",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
    "definitions",
    "$anchor",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "x-order",
    "unevaluatedProperties",
    "$schema",
    "$id",
];

/// A whole schema.
pub fn schema(random: &mut Random) -> Value {
    let drafts = [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        "https://example.com/own",
    ];
    let depth = if random.one_in(10) { 20 } else { 4 };
    let mut root = object(random, depth);
    if random.one_in(2) {
        root.insert("$schema".into(), json!(random.pick(&drafts)));
    }
    if random.one_in(4) {
        root.insert("$id".into(), json!("https://example.com/root.json"));
    }
    let mut named = any(random, 1);
    if let Value::Object(named) = &mut named {
        named.insert("$anchor".into(), json!("named"));
    }
    root.insert("$defs".into(), json!({"a": any(random, 2), "b": any(random, 2), "n": named}));
    root.insert("definitions".into(), json!({"c": any(random, 2)}));
    Value::Object(root)
}

fn object(random: &mut Random, depth: usize) -> Map<String, Value> {
    let mut properties = Map::new();
    let n = if depth > 5 { 1 + random.below(2) } else { random.below(5) };
    for number in 0..n {
        let deeper = if number == 0 { depth.saturating_sub(1) } else { depth.saturating_sub(1).min(2) };
        properties.insert((*random.pick(&KEYS)).to_owned(), any(random, deeper));
    }
    let names: Vec<String> = properties.keys().cloned().collect();
    let mut schema = Map::new();
    if !random.one_in(4) {
        schema.insert("type".into(), json!("object"));
    }
    schema.insert("properties".into(), Value::Object(properties));
    if random.one_in(2) && !names.is_empty() {
        schema.insert("required".into(), json!([random.pick(&names)]));
    }
    let inner = depth.min(1);
    for _ in 0..random.below(3) {
        let (key, value) = match random.below(9) {
            0 => ("additionalProperties", json!(false)),
            1 => ("additionalProperties", any(random, inner)),
            2 => ("patternProperties", json!({(*random.pick(&PATTERNS)): any(random, inner)})),
            3 => ("propertyNames", json!({"maxLength": 9})),
            4 => ("minProperties", json!(random.below(3))),
            5 => ("dependentRequired", json!({"name": ["tag"]})),
            6 => ("dependentSchemas", json!({"name": {"required": ["tag"]}})),
            7 => ("unevaluatedProperties", json!(random.one_in(2))),
            _ => ("if", json!({"properties": {"enabled": {"const": true}}})),
        };
        if key == "if" {
            schema.insert("then".into(), json!({"properties": {"extra": any(random, inner)}}));
            schema.insert("else".into(), json!({"required": ["name"]}));
        }
        schema.insert(key.into(), value);
    }
    schema
}

fn any(random: &mut Random, depth: usize) -> Value {
    if random.one_in(25) {
        return json!(random.one_in(2));
    }
    let mut schema = match random.below(if depth == 0 { 5 } else { 10 }) {
        0 | 1 => text(random),
        2 => number(random),
        3 => json!({"type": "boolean"}),
        4 => options(random),
        5 => list(random, depth),
        6 => json!({"$ref": random.pick(&REFS)}),
        7 => alternatives(random, depth),
        _ => Value::Object(object(random, depth)),
    };
    if let Value::Object(map) = &mut schema {
        for _ in 0..random.below(3) {
            let (key, value) = match random.below(10) {
                0 => ("title", json!(random.pick(&TEXTS))),
                1 => ("description", json!("What it is.\nMore of it.")),
                2 => ("default", value(random, 1)),
                3 => ("examples", json!([value(random, 1)])),
                4 => ("deprecated", json!(true)),
                5 => ("readOnly", json!(true)),
                6 => ("writeOnly", json!(true)),
                7 => ("$comment", json!("a comment")),
                8 => ("x-order", json!(3)),
                _ => ("not", json!({"const": "never"})),
            };
            map.insert(key.into(), value);
        }
    }
    schema
}

fn text(random: &mut Random) -> Value {
    let mut schema = json!({"type": if random.one_in(5) { json!(["string", "null"]) } else { json!("string") }});
    match random.below(6) {
        0 => schema["pattern"] = json!(random.pick(&PATTERNS)),
        1 => schema["minLength"] = json!(random.below(3)),
        2 => schema["maxLength"] = json!(random.below(9)),
        3 => schema["format"] = json!(random.pick(&["password", "email", "ipv4", "uri", "date-time", "own"])),
        _ => {}
    }
    schema
}

fn number(random: &mut Random) -> Value {
    let kind = *random.pick(&["integer", "number"]);
    let mut schema = json!({"type": if random.one_in(5) { json!([kind, "string", "boolean"]) } else { json!(kind) }});
    match random.below(6) {
        0 => schema["minimum"] = json!(random.below(5)),
        1 => schema["maximum"] = json!(random.below(99)),
        2 => schema["exclusiveMinimum"] = if random.one_in(3) { json!(true) } else { json!(0) },
        3 => schema["multipleOf"] = json!(*random.pick(&[0.1, 1.0, 5.0])),
        _ => {}
    }
    schema
}

fn options(random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"const": value(random, 1)}),
        1 if random.one_in(10) => json!({"enum": (0..5000).map(|n| format!("option {n}")).collect::<Vec<_>>()}),
        1 => json!({"type": "string", "enum": ["a", "b", ""]}),
        _ => json!({"enum": (0..1 + random.below(4)).map(|_| value(random, 1)).collect::<Vec<_>>()}),
    }
}

fn list(random: &mut Random, depth: usize) -> Value {
    let inner = depth.saturating_sub(1).min(2);
    let mut schema = json!({"type": "array"});
    match random.below(5) {
        0 => schema["prefixItems"] = json!([any(random, inner), any(random, inner)]),
        1 => schema["items"] = json!([any(random, inner)]),
        2 => {}
        _ => schema["items"] = any(random, inner),
    }
    match random.below(5) {
        0 => schema["minItems"] = json!(random.below(2)),
        1 => schema["maxItems"] = json!(random.below(9)),
        2 => schema["uniqueItems"] = json!(true),
        3 => schema["contains"] = json!({"type": "string"}),
        _ => {}
    }
    schema
}

fn alternatives(random: &mut Random, depth: usize) -> Value {
    let inner = depth.saturating_sub(1).min(2);
    let keyword = *random.pick(&["oneOf", "anyOf", "allOf"]);
    match random.below(4) {
        0 => json!({keyword: [
            {"properties": {"kind": {"const": "a"}, "name": any(random, inner)}},
            {"properties": {"kind": {"enum": ["b", "c"]}, "size": any(random, inner)}, "title": "Second"}]}),
        1 => json!({keyword: [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
        2 => {
            json!({"type": "object", "properties": {"name": text(random)}, keyword: [{"required": ["name"]}, {"required": ["tag"]}]})
        }
        _ => json!({keyword: [any(random, inner), any(random, inner), any(random, inner)]}),
    }
}

/// Any value.
pub fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.one_in(2)),
        2 => json!(random.below(100)),
        3 => json!(random.below(1000) as f64 / 8.0 - 10.0),
        4 => json!(random.pick(&TEXTS)),
        5 => json!((0..random.below(4)).map(|_| value(random, depth - 1)).collect::<Vec<_>>()),
        _ => Value::Object(
            (0..random.below(5)).map(|_| ((*random.pick(&KEYS)).to_owned(), value(random, depth - 1))).collect(),
        ),
    }
}

/// A value that mostly follows a schema, as the values of charts do.
pub fn fitting(random: &mut Random, schema: &Value, depth: usize) -> Value {
    if depth == 0 || random.one_in(12) {
        return value(random, 1);
    }
    if let Some(options) = schema["enum"].as_array().filter(|options| !options.is_empty()) {
        return random.pick(options).clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        let own: Vec<(&String, &Value)> = properties.iter().filter(|_| !random.one_in(3)).collect();
        let fit = |(key, schema): (&String, &Value)| (key.clone(), fitting(random, schema, depth - 1));
        return Value::Object(own.into_iter().map(fit).collect());
    }
    match schema["type"].as_str() {
        Some("string") => json!(random.pick(&TEXTS)),
        Some("integer") => json!(random.below(50)),
        Some("number") => json!(random.below(50) as f64 / 4.0),
        Some("boolean") => json!(random.one_in(2)),
        Some("array") => {
            json!((0..random.below(4)).map(|_| fitting(random, &schema["items"], depth - 1)).collect::<Vec<_>>())
        }
        Some("object") => json!({"name": "x"}),
        _ => value(random, 2),
    }
}
