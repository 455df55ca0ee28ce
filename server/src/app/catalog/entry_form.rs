//! The form over an entry's values: what it imposes, and whether it fits a chart.

use crate::app::{Ctx, Error, Result as AppResult};
use crate::store;
use crate::store::chart_archives::Contents;
use charts::chart::Chart;
use domain::catalog::EntrySpec;
use domain::name::EntryName;
use domain::view::GivenValues;
use domain::{Action, Refusal};
use serde_json::Value;
use values::overlay::DraftError;
use values::{Draft, Layers, Overlay, Path, Secrets};

/// Refuses what is no form, with what is wrong in it.
pub fn read(spec: &EntrySpec) -> Result<Overlay, Refusal> {
    serde_json::from_value(Value::Object(spec.form.clone()))
        .map_err(|error| Refusal::invalid("form", &format!("cannot be read: {error}")))
}

/// Mistakes that are told.
const MOST_MISTAKES: usize = 20;
/// Schemas of a chart that are asked what is secret.
const MOST_SCHEMAS: i64 = 10;
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
    if overlay.gives_stand_ins() {
        let why = "gives the words that stand for secret values: who may set up reads the values themselves";
        return Err(Refusal::invalid("form", why));
    }
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

/// Whether Helm is given other values by one form than by the other: every version is judged anew then.
pub fn gives_other(one: &Draft, other: &Draft) -> bool {
    given(one.overlay()).ok() != given(other.overlay()).ok()
}

/// The same, for people: values as YAML, for each class and environment that differs.
pub fn given_in_words(spec: &EntrySpec) -> Result<Vec<GivenValues>, Refusal> {
    let given = given(&read(spec)?)?;
    let shown = given.into_iter().filter(|given| given.values != "{}").map(|Given { for_whom, values }| {
        let value: Value = serde_json::from_str(&values).unwrap_or_default();
        GivenValues { for_whom, values: serde_saphyr::to_string(&value).unwrap_or(values) }
    });
    Ok(shown.collect())
}

/// Where an entry does not fit a version, as it is kept.
pub async fn mistakes_with(spec: &EntrySpec, contents: &Contents) -> AppResult<Vec<String>> {
    let overlay = read(spec)?;
    if spec.form.is_empty() {
        return Ok(Vec::new());
    }
    let (values, schema) = (contents.values_yaml.clone(), contents.values_schema.clone());
    let found = tokio::task::spawn_blocking(move || {
        let chart = values::Chart::read(&values, schema.as_deref());
        overlay.check(&chart).iter().take(MOST_MISTAKES).map(ToString::to_string).collect()
    });
    found.await.map_err(Error::internal)
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

/// What is secret among the values of an entry, as its form and the schemas of its chart say.
pub async fn secrets(ctx: &Ctx, name: &EntryName, overlay: &Overlay) -> AppResult<Secrets> {
    let schemas = store::chart_archives::schemas(ctx.db(), name, MOST_SCHEMAS).await?;
    let overlay = overlay.clone();
    let found = tokio::task::spawn_blocking(move || {
        let charts: Vec<_> = schemas.iter().map(|schema| values::Chart::read("", Some(schema))).collect();
        Secrets::of(&overlay, &charts)
    });
    found.await.map_err(Error::internal)
}

/// Whether who looks reads what an entry gives: who may set up does, and others where nothing of it is secret. `kept` is what it
/// gave when a version was rendered, as [`kept`] writes it.
pub async fn may_read_given(ctx: &Ctx, name: &EntryName, spec: &EntrySpec, kept: &[Option<&str>]) -> AppResult<bool> {
    if ctx.allow(Action::SetUp).is_ok() {
        return Ok(true);
    }
    let overlay = read(spec)?;
    let secrets = secrets(ctx, name, &overlay).await?;
    let is_secret = |line: &str| {
        serde_json::from_str::<values::Value>(line).map_or(true, |given| secrets.are_in(&Path::root(), &given))
    };
    let was_given = kept.iter().any(|kept| kept.is_none_or(|kept| kept.lines().any(is_secret)));
    Ok(!was_given && !secrets.are_given(&overlay))
}

/// The entry without the texts of secret values. With `before`, what was said of it, it is said whether they are others.
pub fn without_secrets(spec: &EntrySpec, before: Option<&EntrySpec>, secrets: &Secrets) -> Result<EntrySpec, Refusal> {
    let before = before.map(read).transpose()?;
    match serde_json::to_value(secrets.hidden(&read(spec)?, before.as_ref())) {
        Ok(Value::Object(form)) => Ok(EntrySpec { form, ..spec.clone() }),
        Ok(_) | Err(_) => Err(Refusal::invalid("form", "cannot be written")),
    }
}

/// The entry as who looks may read it: secret values only where they could set them.
pub async fn as_seen(ctx: &Ctx, name: &EntryName, spec: EntrySpec) -> AppResult<EntrySpec> {
    if ctx.allow(Action::SetUp).is_ok() {
        return Ok(spec);
    }
    let secrets = secrets(ctx, name, &read(&spec)?).await?;
    Ok(without_secrets(&spec, None, &secrets)?)
}

/// What is said instead of what may hold a secret value.
pub const WITHHELD: &str = "the entry gives secret values, which what is said may hold: Platform reads it on its page";

/// Why something of an entry was refused, as everybody may read it for good.
pub async fn told(ctx: &Ctx, name: &EntryName, spec: &EntrySpec, why: &str) -> AppResult<String> {
    let overlay = read(spec)?;
    let gives = secrets(ctx, name, &overlay).await?.are_given(&overlay);
    Ok(if gives { WITHHELD.to_owned() } else { why.to_owned() })
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
