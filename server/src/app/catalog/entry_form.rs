//! The form over an entry's values: what it imposes, and whether it fits a chart.

use charts::chart::Chart;
use domain::Refusal;
use domain::catalog::EntrySpec;
use serde_json::Value;
use values::{Context, Layers, Overlay};

/// Refuses what is no form, with what is wrong in it.
pub fn read(spec: &EntrySpec) -> Result<Overlay, Refusal> {
    serde_json::from_value(Value::Object(spec.form.clone()))
        .map_err(|error| Refusal::invalid("form", &format!("cannot be read: {error}")))
}

/// What is handed to Helm where a team sets nothing, in every class and environment: YAML, of which JSON is one.
pub fn given(overlay: &Overlay) -> String {
    let context = Context::default();
    let layers = Layers {
        entry: overlay.default_values(&context),
        imposed: overlay.imposed_values(&context),
        chart: values::Value::Null,
        set: values::Value::Map(values::Map::new()),
    };
    layers.given().to_json().to_string()
}

/// Where it does not fit this chart: paths that it does not have, values that its schema refuses.
pub fn mistakes(overlay: &Overlay, chart: &Chart) -> Vec<String> {
    let schema = chart.schema.as_ref().map(|schema| schema.text.as_str());
    overlay.check(&values::Chart::read(&chart.values.text, schema)).iter().map(ToString::to_string).collect()
}

/// The same for an entry that is read from a file.
pub fn mistakes_of(spec: &EntrySpec, chart: &Chart) -> Result<Vec<String>, Refusal> {
    read(spec).map(|overlay| mistakes(&overlay, chart))
}
