//! The form over an entry's values: what it imposes, and whether it fits a chart.

use charts::chart::Chart;
use domain::Refusal;
use domain::catalog::EntrySpec;
use serde_json::Value;
use values::overlay::DraftError;
use values::{Draft, Layers, Overlay};

/// Refuses what is no form, with what is wrong in it.
pub fn read(spec: &EntrySpec) -> Result<Overlay, Refusal> {
    serde_json::from_value(Value::Object(spec.form.clone()))
        .map_err(|error| Refusal::invalid("form", &format!("cannot be read: {error}")))
}

/// Different values that an entry may give, each of which every version is rendered with.
const MOST_GIVEN: usize = 8;

/// What is handed to Helm where a team sets nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Of which class and environment it is; none for all that no other is of.
    pub for_whom: Option<String>,
    /// YAML, of which JSON is one; in one line.
    pub values: String,
}

/// All that an entry gives: where nothing of it is for a class or environment, and for each that something is for. The same
/// values are there once.
pub fn given(overlay: &Overlay) -> Result<Vec<Given>, Refusal> {
    let paths = overlay.defaults.iter().map(|default| &default.path);
    if paths.chain(overlay.imposed.iter().map(|imposed| &imposed.path)).any(values::path::Path::is_root) {
        let why = "sets the values as a whole: name a value, as /replicas";
        return Err(Refusal::invalid("form", why));
    }
    let mut all: Vec<Given> = Vec::new();
    for context in overlay.contexts() {
        let layers = Layers {
            entry: overlay.default_values(&context),
            imposed: overlay.imposed_values(&context),
            chart: values::Value::Null,
            set: values::Value::Map(values::Map::new()),
        };
        let values = layers.given().to_json().to_string();
        if all.iter().any(|given| given.values == values) {
            continue;
        }
        if all.len() >= MOST_GIVEN {
            let why = format!(
                "gives more than {MOST_GIVEN} different values, by class and environment: each version is looked at with all of them"
            );
            return Err(Refusal::invalid("form", &why));
        }
        let names = [context.class, context.environment].into_iter().filter(|name| !name.is_empty());
        let for_whom = Some(names.collect::<Vec<_>>().join(", ")).filter(|names| !names.is_empty());
        all.push(Given { for_whom, values });
    }
    Ok(all)
}

/// As it is kept, and compared.
pub fn kept(given: &[Given]) -> String {
    given.iter().map(|given| given.values.as_str()).collect::<Vec<_>>().join("\n")
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
