//! Schemas that mean harm, and layers of values.

use std::time::{Duration, Instant};

use rstest::rstest;
use values::merge::{coalesce, difference, layer};
use values::{Chart, Context, Document, Form, Overlay, Schema, SchemaError, Unchecked, Value, validate};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("is JSON")
}

/// Each schema has `$defs` a0 to a40 where each names the next one twice.
fn doubling(keyword: &str) -> String {
    let one = |n: usize| {
        let next = format!(r##"{{"$ref": "#/$defs/a{}"}}"##, n + 1);
        match keyword {
            "properties" => format!(r#""a{n}": {{"properties": {{"x": {next}, "y": {next}}}}}"#),
            _ => format!(r#""a{n}": {{"{keyword}": [{next}, {next}]}}"#),
        }
    };
    let all: Vec<String> = (0..40).map(one).collect();
    format!(r##"{{"$ref": "#/$defs/a0", "$defs": {{{}, "a40": {{"type": "integer"}}}}}}"##, all.join(","))
}

fn chain(n: usize) -> String {
    let all: Vec<String> = (0..n).map(|n| format!(r##""a{n}": {{"$ref": "#/$defs/a{}"}}"##, n + 1)).collect();
    format!(r##"{{"$ref": "#/$defs/a0", "$defs": {{{}, "a{n}": {{}}}}}}"##, all.join(","))
}

#[rstest]
#[case::itself(r##"{"$ref": "#"}"##.to_owned())]
#[case::itself_by_all_of(r##"{"allOf": [{"$ref": "#"}]}"##.to_owned())]
#[case::a_circle(r##"{"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}"##.to_owned())]
#[case::twice_all_of(doubling("allOf"))]
#[case::twice_any_of(doubling("anyOf"))]
#[case::twice_properties(doubling("properties"))]
#[case::a_long_chain(chain(5000))]
fn schemas_without_end_are_refused_at_once(#[case] schema: String) {
    let begin = Instant::now();
    let chart = Chart::read("x: 1\n", Some(&schema));
    let schema = chart.schema.clone().unwrap();
    assert!(
        matches!(schema.error(), Some(SchemaError::Endless { .. } | SchemaError::TooComplex)),
        "{:?}",
        schema.error()
    );
    let checked = validate(&schema, chart.values.value(), &Document::empty());
    assert!(checked.error.is_some());
    Form::of(&chart, &Overlay::default(), &Document::empty(), &Context::default());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn branching_by_the_depth_of_values_is_refused_at_once() {
    let schema = r##"{"$defs": {"n": {"properties": {"x": {"anyOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]}},
        "additionalProperties": false}}, "$ref": "#/$defs/n"}"##;
    let deep: String = (0..50).map(|n| format!("{}x:\n", " ".repeat(n))).collect();
    let set = Document::parse(format!("{deep}{}wrong: 1\n", " ".repeat(50))).unwrap();
    let begin = Instant::now();
    let checked = validate(&Schema::parse(schema).unwrap(), set.value(), &set);
    assert_eq!(checked.error, Some(SchemaError::TooComplex));
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let shallow = Document::parse("x:\n  x:\n    wrong: 1\n").unwrap();
    assert_eq!(validate(&Schema::parse(schema).unwrap(), shallow.value(), &shallow).problems.len(), 1);
}

#[test]
fn patterns_that_explode_do_not() {
    let schema = r#"{"properties": {"a": {"pattern": "^(a+)+$"}, "b": {"pattern": "^(a{1000}){1000}$"}, "c": {"pattern": "^(?!x)y"},
        "d": {"patternProperties": {"(?=a)": {"type": "integer"}}, "additionalProperties": false}}}"#;
    let schema = Schema::parse(schema).unwrap();
    assert_eq!(schema.error(), None);
    assert_eq!(schema.unchecked().len(), 3);
    assert!(schema.unchecked().iter().all(|rule| matches!(rule, Unchecked::Pattern { .. })));
    let text = format!("a: {}b\nb: x\nc: x\nd: {{any: text}}\n", "a".repeat(50_000));
    let set = Document::parse(text).unwrap();
    let begin = Instant::now();
    let checked = validate(&schema, set.value(), &set);
    assert_eq!(checked.problems.len(), 1);
    assert_eq!(checked.problems[0].line, Some(1));
    assert!(checked.problems[0].message.len() < 400);
    assert!(begin.elapsed() < Duration::from_secs(2));
}

#[test]
fn nothing_is_fetched() {
    let schema = Schema::parse(
        r#"{"properties": {"a": {"$ref": "https://example.com/a.json"}, "b": {"$ref": "file:///etc/passwd"}}}"#,
    )
    .unwrap();
    assert_eq!(schema.error(), None);
    assert_eq!(schema.unchecked().len(), 2);
}

#[rstest]
#[case::no_json("{", |error: &SchemaError| matches!(error, SchemaError::NotJson { line: 1, .. }))]
#[case::a_list("[]", |error: &SchemaError| *error == SchemaError::NotSchema)]
#[case::too_deep(&"[".repeat(500), |error: &SchemaError| matches!(error, SchemaError::NotJson { .. }))]
fn what_is_no_schema_is_refused(#[case] text: &str, #[case] is_it: fn(&SchemaError) -> bool) {
    let error = Schema::parse(text).unwrap_err();
    assert!(is_it(&error), "{error:?}");
}

#[test]
fn a_schema_that_breaks_its_rules_still_makes_a_form() {
    let chart = Chart::read(
        "a: 1\n",
        Some(r#"{"properties": {"a": {"type": "whole"}, "b": {"enum": 3}, "c": {"type": "string"}}}"#),
    );
    assert!(matches!(chart.schema.as_ref().unwrap().error(), Some(SchemaError::Invalid { .. })));
    let form = Form::of(&chart, &Overlay::default(), &Document::empty(), &Context::default());
    assert_eq!(form.fields().len(), 3);
    assert_eq!(form.notes.len(), 1);
}

#[test]
fn problems_are_bounded_and_without_values() {
    let set: String = (0..500).map(|n| format!("k{n}: hunter2\n")).collect();
    let set = Document::parse(set).unwrap();
    let checked =
        validate(&Schema::parse(r#"{"additionalProperties": {"type": "integer"}}"#).unwrap(), set.value(), &set);
    assert_eq!((checked.problems.len(), checked.has_more), (100, true));
    assert!(checked.problems.iter().all(|problem| !problem.message.contains("hunter2") && problem.line.is_some()));
}

#[rstest]
#[case::maps_are_merged(r#"{"a": {"x": 1, "y": 2}}"#, r#"{"a": {"y": 3}}"#, r#"{"a": {"x": 1, "y": 3}}"#)]
#[case::lists_are_replaced(r#"{"a": [1, 2]}"#, r#"{"a": [3]}"#, r#"{"a": [3]}"#)]
#[case::null_takes_away(r#"{"a": {"x": 1, "y": 2}}"#, r#"{"a": {"x": null}}"#, r#"{"a": {"y": 2}}"#)]
#[case::null_of_nothing_stays(r#"{}"#, r#"{"a": null}"#, r#"{"a": null}"#)]
#[case::a_map_over_a_scalar(r#"{"a": 1}"#, r#"{"a": {"x": 1}}"#, r#"{"a": {"x": 1}}"#)]
#[case::a_default_of_null_stays(r#"{"a": null}"#, r#"{}"#, r#"{"a": null}"#)]
fn values_are_merged_as_helm_does(#[case] defaults: &str, #[case] values: &str, #[case] expected: &str) {
    assert_eq!(coalesce(&json(defaults), &json(values)), json(expected));
}

#[test]
fn layers_of_values_keep_null() {
    assert_eq!(
        layer(&json(r#"{"a": 1, "b": {"x": 1}}"#), &json(r#"{"a": null, "b": {"y": 2}}"#)),
        json(r#"{"a": null, "b": {"x": 1, "y": 2}}"#)
    );
}

#[rstest]
#[case(r#"{"a": 1, "b": {"x": 1, "y": [1]}}"#, r#"{"b": {"x": 2, "y": [1], "z": 3}, "c": {}}"#)]
#[case(r#"{"a": {"b": {"c": 1}}}"#, r#"{"a": {"b": {}}}"#)]
#[case(r#"{}"#, r#"{"a": [null]}"#)]
fn a_difference_brings_about_what_is_wanted(#[case] defaults: &str, #[case] wanted: &str) {
    let (defaults, wanted) = (json(defaults), json(wanted));
    assert_eq!(coalesce(&defaults, &difference(&defaults, &wanted)), wanted);
    assert_eq!(difference(&wanted, &wanted), json("{}"));
}
