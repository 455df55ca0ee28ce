//! The form over an entry's values: what it imposes, and whether it fits a chart.

use charts::chart::Chart;
use domain::Refusal;
use domain::catalog::EntrySpec;
use serde_json::Value;
use values::overlay::DraftError;
use values::{Context, Draft, Layers, Overlay};

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

/// The form as YAML to work on.
pub fn written(spec: &EntrySpec) -> Result<Draft, Refusal> {
    let too_large = |error: DraftError| Refusal::invalid("overlay", &error.to_string());
    Draft::of(&read(spec)?).map_err(too_large)
}

/// The entry with another form. One that means the same stays as it is written.
pub fn with_form(spec: &EntrySpec, draft: &Draft) -> Result<EntrySpec, Refusal> {
    if read(spec).is_ok_and(|before| before == *draft.overlay()) {
        return Ok(spec.clone());
    }
    match draft.to_json() {
        Value::Object(form) => Ok(EntrySpec { form, ..spec.clone() }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::invalid("overlay", "must be a set of fields"))
        }
    }
}
