//! What a form is made of: a chart's values.yaml and its schema. Whatever is wrong with them, there is a form.

use crate::document::Document;
use crate::schema::{Schema, SchemaError};
use crate::yaml::YamlError;

/// The values of a chart, read once for many forms.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    pub values: Document,
    pub schema: Option<Schema>,
    /// Why the chart's values.yaml could not be read; the form then has no defaults.
    pub values_error: Option<YamlError>,
    /// Why the chart's schema could not be read; the form is then made from the values.
    pub schema_error: Option<SchemaError>,
}

impl Chart {
    /// Reads values.yaml and, if there is one, values.schema.json.
    pub fn read(values: &str, schema: Option<&str>) -> Self {
        let (values, values_error) = match Document::parse_chart(values) {
            Ok(values) => (values, None),
            Err(error) => (Document::empty(), Some(error)),
        };
        let (schema, schema_error) = match schema.map(Schema::parse) {
            None => (None, None),
            Some(Ok(schema)) => (Some(schema), None),
            Some(Err(error)) => (None, Some(error)),
        };
        Self { values, schema, values_error, schema_error }
    }
}
