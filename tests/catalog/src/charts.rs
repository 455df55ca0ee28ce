//! Every chart with its own values, and with those of its `ci/`.

use crate::helm::Helm;
use crate::judge::mistakes;
use crate::starter::{Starter, name};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What a chart is rendered with: its own values alone, and each file of `ci/`.
fn all_values(starter: &Starter) -> Vec<Vec<PathBuf>> {
    [Vec::new()].into_iter().chain(starter.values().into_iter().map(|file| vec![file])).collect()
}

/// Every chart with everything that it must render with, and the objects it comes to; rendered once for all tests.
static RENDERED: LazyLock<Vec<(String, Vec<Value>)>> = LazyLock::new(|| {
    let helm = Helm::new();
    let mut rendered = Vec::new();
    for starter in Starter::all() {
        for values in all_values(&starter) {
            let values: Vec<_> = values.iter().map(PathBuf::as_path).collect();
            let what = format!("{} {values:?}", starter.id);
            let objects = helm.render(&starter.chart(), &values).unwrap_or_else(|said| panic!("{what}: {said}"));
            assert!(!objects.is_empty(), "{what}");
            rendered.push((what, objects));
        }
    }
    rendered
});

fn every(judge: impl Fn(&str, &[Value])) {
    RENDERED.iter().for_each(|(what, objects)| judge(what, objects));
}

#[test]
fn helm_has_nothing_to_say_against_them() {
    let helm = Helm::new();
    for starter in Starter::all() {
        for values in all_values(&starter) {
            let values: Vec<_> = values.iter().map(PathBuf::as_path).collect();
            let said = helm.lint(&starter.chart(), &values).unwrap_or_else(|said| panic!("{}: {said}", starter.id));
            assert!(!said.contains('[') || said.contains("[INFO]"), "{}: {said}", starter.id);
            assert!(said.contains("0 chart(s) failed"), "{}: {said}", starter.id);
        }
    }
}

#[test]
fn every_object_is_one_that_a_developer_may_make_and_every_pod_is_restricted() {
    every(|what, objects| {
        let mistakes: Vec<_> = objects.iter().flat_map(mistakes).collect();
        assert_eq!(mistakes, Vec::<String>::new(), "{what}");
    });
}

#[test]
fn every_object_says_whose_it_is() {
    every(|what, objects| {
        for object in objects {
            let labels = &object["metadata"]["labels"];
            assert_eq!(labels["app.kubernetes.io/instance"], "shop", "{what}: {object}");
            assert_eq!(labels["app.kubernetes.io/managed-by"], "Helm", "{what}: {object}");
        }
    });
}

/// The labels that a Service, a budget or a workload goes by must be its pods', and no test's.
#[test]
fn selectors_find_the_pods_of_the_release_and_no_others() {
    every(|what, objects| {
        let pods: Vec<_> =
            objects.iter().filter(|object| object["kind"] != "Pod").filter_map(crate::judge::pod_template).collect();
        let tests: Vec<_> = objects.iter().filter(|object| object["kind"] == "Pod").collect();
        let selectors = objects.iter().filter_map(|object| match object["kind"].as_str()? {
            "Service" => Some(&object["spec"]["selector"]),
            "Deployment" | "StatefulSet" | "PodDisruptionBudget" => Some(&object["spec"]["selector"]["matchLabels"]),
            _ => None,
        });
        for selector in selectors {
            assert!(pods.iter().all(|pod| matches(selector, pod)), "{what}: {selector}");
            assert!(!tests.iter().any(|test| matches(selector, test)), "{what}: {selector}");
        }
    });
}

fn matches(selector: &Value, pod: &Value) -> bool {
    let wanted = selector.as_object().expect("is a map");
    !wanted.is_empty() && wanted.iter().all(|(key, value)| &pod["metadata"]["labels"][key] == value)
}

#[test]
fn every_chart_has_a_test_unless_it_is_switched_off() {
    let helm = Helm::new();
    for starter in Starter::all() {
        let objects = helm.render(&starter.chart(), &[]).unwrap();
        let tests: Vec<_> =
            objects.iter().filter(|object| object["metadata"]["annotations"]["helm.sh/hook"] == "test").collect();
        assert_eq!(tests.len(), 1, "{}", starter.id);
        let hooks = objects.iter().filter(|object| object["metadata"]["annotations"]["helm.sh/hook"].is_string());
        assert_eq!(hooks.count(), 1, "{}: a test is the only hook", starter.id);
    }
}

#[test]
fn budgets_and_autoscalers_are_there_where_they_make_sense() {
    let helm = Helm::new();
    let kinds = |starter: &Starter, file: &str| -> Vec<String> {
        let file = starter.dir.join("ci").join(file);
        let objects = helm.render(&starter.chart(), &[&file]).unwrap();
        objects.iter().map(|object| object["kind"].as_str().unwrap().to_owned()).collect()
    };
    for starter in Starter::all().iter().filter(|starter| starter.id == "web-service" || starter.id == "worker") {
        let full = kinds(starter, "full.yaml");
        assert!(full.contains(&"PodDisruptionBudget".to_owned()), "{}", starter.id);
        assert!(full.contains(&"HorizontalPodAutoscaler".to_owned()), "{}", starter.id);
        let other = kinds(starter, if starter.id == "worker" { "bare.yaml" } else { "one.yaml" });
        assert_eq!(other.contains(&"PodDisruptionBudget".to_owned()), starter.id == "worker", "{}", starter.id);
        assert!(!other.contains(&"HorizontalPodAutoscaler".to_owned()), "{}", starter.id);
    }
}

#[test]
fn what_is_in_the_environment_comes_as_it_was_said() {
    let helm = Helm::new();
    let all = Starter::all();
    let web = all.iter().find(|starter| starter.id == "web-service").unwrap();
    let objects = helm.render(&web.chart(), &[&web.dir.join("ci/full.yaml")]).unwrap();
    let deployment = objects.iter().find(|object| object["kind"] == "Deployment").unwrap();
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let said = json!([
        {"name": "EMPTY", "value": ""},
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "PORT", "value": "9090"},
        {"name": "QUOTED", "value": "it says \"yes\": # no comment"},
        {"name": "RATE", "value": "1000000"},
        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "accounts", "key": "uri"}}},
    ]);
    assert_eq!(container["env"], said);
    assert_eq!(container["args"], json!(["serve", "--greeting=hello, \"world\" & <all>", "{{ .not.a.template }}"]));
    let digest = "0123456789abcdef".repeat(4);
    assert_eq!(container["image"], format!("registry.example.com:5000/team/shop-web@sha256:{digest}"));
}

/// The first line of each file says what must be said.
#[test]
fn what_must_be_refused_is_refused_and_says_where() {
    let helm = Helm::new();
    for starter in Starter::all() {
        for file in starter.refused() {
            let text = fs::read_to_string(&file).unwrap();
            let says = text.lines().next().unwrap().strip_prefix("# says: ").expect("the first line says what is said");
            let said = helm.render(&starter.chart(), &[&file]).expect_err(&format!("{} renders", file.display()));
            assert!(said.contains(says), "{}: {said}", file.display());
            assert!(!said.contains("nil pointer"), "{}: {said}", file.display());
        }
    }
}

#[test]
fn a_release_whose_name_no_service_could_have_is_refused_in_words() {
    let helm = Helm::new();
    for starter in Starter::all() {
        let said = helm.render_as("1shop", &starter.chart()).expect_err("renders");
        assert!(said.contains("begin with a letter"), "{}: {said}", starter.id);
        let longest = "a".repeat(53);
        let objects = helm.render_as(&longest, &starter.chart()).unwrap();
        let names = objects.iter().map(|object| object["metadata"]["name"].as_str().unwrap());
        assert!(names.into_iter().all(|name| name.len() <= 58), "{}", starter.id);
    }
}

#[test]
fn what_charts_have_in_common_is_the_same_in_each() {
    let all = Starter::all();
    for common in ["_common.tpl", "_program.tpl", "_database.tpl"] {
        let with = all.iter().filter(|starter| starter.templates().iter().any(|file| name(file) == common));
        let texts: Vec<_> = with.map(|starter| starter.read(&format!("templates/{common}"))).collect();
        assert!(texts.len() > 1, "{common}");
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{common}");
    }
    assert!(all.iter().all(|starter| Path::new(&starter.chart()).join("templates/_common.tpl").exists()));
}
