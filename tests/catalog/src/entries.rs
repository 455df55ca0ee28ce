//! What stands beside each chart, and in it for people: entry, metadata, values, schema, icon and README.

use crate::entry::{Approval, Entry, Risk};
use crate::helm::Helm;
use crate::judge::mistakes;
use crate::starter::Starter;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use values::Chart;

fn entry(starter: &Starter) -> Entry {
    let text = fs::read_to_string(starter.dir.join("entry.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", starter.id))
}

#[test]
fn every_entry_says_what_it_must_of_a_chart_that_is_there() {
    for starter in Starter::all() {
        let entry = entry(&starter);
        let chart = starter.yaml("Chart.yaml");
        assert_eq!((entry.id.as_str(), &chart["name"]), (starter.id.as_str(), &Value::from(starter.id.as_str())));
        assert_eq!(entry.chart, "./chart", "{}", starter.id);
        assert_eq!(chart["annotations"]["category"], entry.category, "{}", starter.id);
        for text in [&entry.title, &entry.summary, &entry.owner, &entry.documentation] {
            assert!(!text.trim().is_empty(), "{}", starter.id);
        }
        assert!(entry.summary.len() <= 140, "{}: {}", starter.id, entry.summary);
        assert_eq!(
            (entry.channel.as_deref(), entry.approval),
            (Some("stable"), Some(Approval::None)),
            "{}",
            starter.id
        );
        assert!(matches!(entry.risk, Some(Risk::Low | Risk::Elevated)), "{}", starter.id);
        assert!(
            entry.teams.is_none() && entry.classes.is_none() && entry.environments.is_none(),
            "all may: {}",
            starter.id
        );
    }
}

/// As Berth checks it when an entry is imported.
#[test]
fn a_form_is_about_values_that_the_chart_has_and_that_its_schema_takes() {
    for starter in Starter::all() {
        let form = entry(&starter).form;
        let chart = Chart::read(&starter.read("values.yaml"), Some(&starter.read("values.schema.json")));
        assert!(chart.schema.is_some() && chart.values_error.is_none(), "{}", starter.id);
        assert_eq!(form.check(&chart), [], "{}", starter.id);
        assert!(form.fields.len() >= 10 && !form.imposed.is_empty(), "{}", starter.id);
        for field in &form.fields {
            let is_imposed = form.imposed.iter().any(|imposed| imposed.path == field.path);
            assert!(!is_imposed, "{}: {} is imposed", starter.id, field.path);
            assert!(field.label.is_some() && field.group.is_some(), "{}: {}", starter.id, field.path);
        }
        assert!(form.imposed.iter().all(|imposed| !imposed.note.is_empty()), "{}: why", starter.id);
        let used = |group: &str| form.fields.iter().any(|field| field.group.as_deref() == Some(group));
        assert!(form.groups.iter().all(|group| used(&group.name)), "{}: a group without fields", starter.id);
    }
}

#[test]
fn what_an_entry_imposes_and_begins_with_renders_and_is_restricted() {
    let (helm, dir) = (Helm::new(), tempfile::tempdir().unwrap());
    for starter in Starter::all() {
        let form = entry(&starter).form;
        assert!(form.defaults.iter().all(|of| of.environments.len() + of.classes.len() > 0), "{}: for all", starter.id);
        let begins = form.defaults.iter().map(|of| (of.path.to_string(), serde_json::to_value(&of.value).unwrap()));
        let imposed = form.imposed.iter().map(|of| (of.path.to_string(), serde_json::to_value(&of.value).unwrap()));
        let file = dir.path().join("values.yaml");
        fs::write(&file, nested(begins.chain(imposed)).to_string()).unwrap();
        let objects = helm.render(&starter.chart(), &[&file]).unwrap_or_else(|said| panic!("{}: {said}", starter.id));
        assert_eq!(objects.iter().flat_map(mistakes).collect::<Vec<_>>(), Vec::<String>::new(), "{}", starter.id);
    }
}

/// Values by their paths, as one tree.
fn nested(values: impl Iterator<Item = (String, Value)>) -> Value {
    values.fold(json!({}), |mut tree, (path, value)| {
        *path.split('/').skip(1).fold(&mut tree, |at, key| &mut at[key]) = value;
        tree
    })
}

#[test]
fn metadata_names_icon_category_licences_and_kubernetes() {
    for starter in Starter::all() {
        let chart = starter.yaml("Chart.yaml");
        assert_eq!(chart["apiVersion"], "v2");
        let icon = chart["icon"].as_str().unwrap().strip_prefix("file://").expect("is in the chart");
        let svg = starter.read(icon);
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\""), "{}", starter.id);
        for unsafe_part in ["<script", " on", "href", "<foreignObject", "<style", "url(", "<!", "<?"] {
            assert!(!svg.contains(unsafe_part), "{}: {unsafe_part}", starter.id);
        }
        assert!(svg.len() < 2000, "{}", starter.id);
        assert!(chart["annotations"]["licenses"].as_str().unwrap().contains("Apache-2.0"), "{}", starter.id);
        assert!(chart["kubeVersion"].as_str().unwrap().starts_with(">="), "{}", starter.id);
        assert!(!chart["keywords"].as_array().unwrap().is_empty(), "{}", starter.id);
    }
}

#[test]
fn a_schema_knows_every_value_of_the_chart_and_no_other_and_says_what_each_is() {
    for starter in Starter::all() {
        let schema = starter.schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", starter.id);
        described(&starter.id, &schema);
        same_keys(&starter.id, &schema, &starter.yaml("values.yaml"));
    }
}

/// Every part has a title and a description, and no object takes what it does not know.
fn described(path: &str, schema: &Value) {
    for words in ["title", "description"] {
        assert!(schema[words].as_str().is_some_and(|text| !text.is_empty()), "{path} has no {words}");
    }
    if schema["type"] == "object" {
        let is_map = schema["additionalProperties"]["type"] == "string";
        assert!(schema["additionalProperties"] == false || is_map, "{path} takes anything");
    }
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        described(&format!("{path}.{key}"), inner);
    }
}

fn same_keys(path: &str, schema: &Value, values: &Value) {
    let Some(known) = schema["properties"].as_object() else { return };
    let said = values.as_object().unwrap_or_else(|| panic!("{path} is no section in values.yaml"));
    let keys = |of: &Map<String, Value>| of.keys().cloned().collect::<BTreeSet<_>>();
    // A Helm test's image has no pull policy, and a section may be left out of values.yaml only as a whole.
    assert_eq!(keys(known), keys(said), "{path}");
    for (key, inner) in known {
        same_keys(&format!("{path}.{key}"), inner, &said[key]);
    }
}

#[test]
fn a_readme_has_an_example_what_matters_the_upgrade_and_for_a_database_the_backup() {
    for starter in Starter::all() {
        let readme = starter.read("README.md");
        let mut wanted = vec!["## A worked example", "## Values that matter", "## Upgrade", "## Not in it"];
        if entry(&starter).category == "data" {
            wanted.extend(["## The password", "## Backup", "## Uninstall"]);
        }
        for heading in wanted {
            assert!(readme.contains(heading), "{}: {heading}", starter.id);
        }
    }
}

/// The first YAML of a README is values for its chart.
#[test]
fn the_worked_example_of_a_readme_renders() {
    let (helm, dir) = (Helm::new(), tempfile::tempdir().unwrap());
    for starter in Starter::all() {
        let readme = starter.read("README.md");
        let (_, rest) = readme.split_once("```yaml\n").unwrap();
        let (example, _) = rest.split_once("```").unwrap();
        let file = dir.path().join("example.yaml");
        fs::write(&file, example).unwrap();
        let objects = helm.render(&starter.chart(), &[&file]).unwrap_or_else(|said| panic!("{}: {said}", starter.id));
        assert_eq!(objects.iter().flat_map(mistakes).collect::<Vec<_>>(), Vec::<String>::new(), "{}", starter.id);
    }
}
