//! An entry as a file: `entry.yaml`, and the chart that it is of beside it, if it is there.

use super::entry::EntrySpec;
use crate::field_error::FieldErrors;
use crate::name::EntryName;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// What the platform team says of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFile {
    pub name: EntryName,
    /// The chart's directory or archive, below the file's own: `./chart`, `./chart.tgz`. None: only what is said is here.
    pub chart: Option<String>,
    pub spec: EntrySpec,
}

impl EntryFile {
    /// Refuses what cannot be meant, with every mistake at once.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = self.spec.check().err().unwrap_or_default();
        let leads_out =
            |chart: &str| chart.is_empty() || chart.starts_with('/') || chart.split('/').any(|part| part == "..");
        let is_below = !self.chart.as_deref().is_some_and(leads_out);
        errors.unless(is_below, "chart", "must be a directory or an archive below that of this file");
        errors.finish()
    }
}

/// Its own keys are `id` and `chart`; all others are the entry's.
impl<'de> Deserialize<'de> for EntryFile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut keys = Map::deserialize(from)?;
        let text = |key: &str, value: Option<Value>| match value {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(D::Error::custom(format!("{key} must be a text"))),
            None => Err(D::Error::custom(format!("{key} is missing"))),
        };
        let name =
            text("id", keys.remove("id"))?.parse().map_err(|errors: FieldErrors| D::Error::custom(errors.at("id")))?;
        let chart = keys.remove("chart").map(|chart| text("chart", Some(chart))).transpose()?;
        let spec = EntrySpec::deserialize(Value::Object(keys)).map_err(D::Error::custom)?;
        Ok(Self { name, chart, spec })
    }
}

/// As it is read.
impl Serialize for EntryFile {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            id: &'a str,
            #[serde(flatten)]
            spec: &'a EntrySpec,
            #[serde(skip_serializing_if = "Option::is_none")]
            chart: Option<&'a str>,
        }
        Written { id: self.name.as_str(), spec: &self.spec, chart: self.chart.as_deref() }.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: Value) -> Result<EntryFile, String> {
        let mut file = serde_json::json!({
            "id": "web", "chart": "./chart", "title": "Web", "summary": "A web service.", "category": "service", "owner": "Us",
        });
        file.as_object_mut().expect("is a map").extend(more.as_object().expect("is a map").clone());
        serde_json::from_value(file).map_err(|error| error.to_string())
    }

    #[test]
    fn an_entry_is_read_with_where_its_chart_is() {
        let file = read(serde_json::json!({"form": {"rest": "hidden"}, "channel": "preview"})).expect("is read");
        assert_eq!((file.name.as_str(), file.chart.as_deref(), file.spec.form.len()), ("web", Some("./chart"), 1));
        assert_eq!(file.check(), Ok(()));
    }

    #[test]
    fn what_is_no_entry_is_refused_by_its_key() {
        for (wrong, key) in [
            (serde_json::json!({"id": "No Name"}), "id"),
            (serde_json::json!({"chart": 1}), "chart"),
            (serde_json::json!({"risks": "low"}), "risks"),
            (serde_json::json!({"category": "toys"}), "toys"),
        ] {
            let refused = read(wrong).expect_err("is refused");
            assert!(refused.contains(key), "{refused}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for chart in [None, Some("./chart.tgz".to_owned())] {
            let file =
                EntryFile { name: "web".parse().expect("is a name"), chart, spec: crate::catalog::sample_entry() };
            let written = serde_json::to_value(&file).expect("is written");
            assert_eq!(serde_json::from_value::<EntryFile>(written).expect("is read"), file);
        }
    }

    #[test]
    fn a_chart_is_below_its_file() {
        for chart in ["/etc", "../other", "a/../../b", ""] {
            let file = read(serde_json::json!({"chart": chart})).expect("is read");
            assert_eq!(file.check().expect_err("is refused").0[0].field, "chart");
        }
    }
}
