//! Whether helm may check values against a chart's schemas: it loads whatever they refer to, from the network or from disk.

use super::chart_files::ChartFiles;
use serde_json::Value;

/// Whether helm checked the values against the chart's schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaCheck {
    Checked,
    Skipped(Unchecked),
}

/// Why helm was told not to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unchecked {
    /// A schema refers to another document, which helm would load.
    RefersOutside { file: String, reference: String },
    /// A schema is not JSON, so that nobody knows what it refers to.
    NotJson { file: String },
    /// A subchart is packed: what its schema refers to is not looked at here.
    PackedSubchart { file: String },
}

impl SchemaCheck {
    pub(crate) fn argument(&self) -> Option<&'static str> {
        match self {
            Self::Checked => None,
            Self::Skipped(_) => Some("--skip-schema-validation"),
        }
    }
}

/// Longest reference that is shown, in characters.
const LONGEST: usize = 200;
/// Where a schema names another document.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
/// Kept in helm itself.
const KNOWN_SCHEMAS: [&str; 5] = [
    "json-schema.org/draft-04/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
];

pub fn check_of(chart: &ChartFiles) -> SchemaCheck {
    let unchecked = chart.iter().find_map(|(path, bytes)| unchecked_by(path, bytes));
    unchecked.map_or(SchemaCheck::Checked, SchemaCheck::Skipped)
}

fn unchecked_by(path: &str, bytes: &[u8]) -> Option<Unchecked> {
    let file = path.to_owned();
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_in_charts = path.starts_with("charts/") || path.contains("/charts/");
    if is_in_charts && (name.ends_with(".tgz") || name.ends_with(".tar.gz") || name.ends_with(".tar")) {
        return Some(Unchecked::PackedSubchart { file });
    }
    if name != "values.schema.json" {
        return None;
    }
    let Ok(schema) = serde_json::from_slice::<Value>(bytes) else { return Some(Unchecked::NotJson { file }) };
    let reference = outside(&schema)?.chars().take(LONGEST).collect();
    Some(Unchecked::RefersOutside { file, reference })
}

/// A reference to another document, wherever in the schema it stands.
fn outside(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| match value.as_str() {
            Some(text) if REFERENCES.contains(&key.as_str()) && !text.starts_with('#') => Some(text),
            Some(text) if key == "$schema" && !is_known(text) => Some(text),
            Some(_) => None,
            None => outside(value),
        }),
        Value::Array(items) => items.iter().find_map(outside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn is_known(schema: &str) -> bool {
    let address = schema.trim_end_matches('#');
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    address.is_some_and(|address| KNOWN_SCHEMAS.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::network(r#"{"properties": {"a": {"$ref": "https://x.example/s.json"}}}"#, Some("https://x.example/s.json"))]
    #[case::disk(r#"{"allOf": [{"$ref": "file:///etc/passwd"}]}"#, Some("file:///etc/passwd"))]
    #[case::beside(r#"{"$ref": "other.json"}"#, Some("other.json"))]
    #[case::meta(r#"{"$schema": "https://x.example/meta"}"#, Some("https://x.example/meta"))]
    #[case::within(r##"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a"}"##, None)]
    #[case::a_property(r#"{"properties": {"$ref": {"type": "string"}}}"#, None)]
    fn references_to_other_documents_are_found(#[case] schema: &str, #[case] reference: Option<&str>) {
        let chart = ChartFiles::new([("values.schema.json".to_owned(), schema.into())]).unwrap();
        let expected = reference.map_or(SchemaCheck::Checked, |reference| {
            let (file, reference) = ("values.schema.json".into(), reference.into());
            SchemaCheck::Skipped(Unchecked::RefersOutside { file, reference })
        });
        assert_eq!(check_of(&chart), expected);
    }

    #[test]
    fn schemas_of_packed_subcharts_are_left_unchecked() {
        let chart = ChartFiles::new([("charts/redis-1.0.0.tgz".to_owned(), vec![])]).unwrap();
        let file = "charts/redis-1.0.0.tgz".to_owned();
        assert_eq!(check_of(&chart), SchemaCheck::Skipped(Unchecked::PackedSubchart { file }));
    }
}
