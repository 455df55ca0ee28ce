//! Real charts, read where their Go modules lie: rendered as they are by default, and judged. What is found was read beside each
//! chart before it became a snapshot.

use super::*;
use charts::diff;
use charts::rendered::{self, RenderedFacts};
use domain::class::PodSecurity;
use rstest::rstest;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

const MOST_FILES: usize = 2000;
const MOST_BYTES: u64 = 20 << 20;

/// None if it cannot be fetched.
fn module(module: &str) -> Option<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", module]).current_dir("/").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("\"Dir\": \""))?;
    Some(PathBuf::from(line.trim_end_matches([',', '"'])))
}

fn files(folder: &Path) -> ChartFiles {
    let (mut files, mut bytes, mut folders) = (Vec::new(), 0, vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("is a folder") {
            let entry = entry.expect("can be read");
            let kind = entry.file_type().expect("has one");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                bytes += entry.metadata().expect("has it").len();
                assert!(files.len() < MOST_FILES && bytes < MOST_BYTES, "is no chart, but something larger");
                let path = entry.path().strip_prefix(folder).expect("is below it").to_string_lossy().to_string();
                files.push((path, std::fs::read(entry.path()).expect("can be read")));
            }
        }
    }
    ChartFiles::new(files).expect("are paths of a chart")
}

/// Some of what Kyverno's chart depends on is in registries only, and has to be left out of what it names.
const ONLY_IN_REGISTRIES: &str = "  - name: kyverno-api";

/// The chart of a module, ready to be rendered; none if it cannot be fetched.
fn real_chart(name: &str, module: &str) -> Option<ChartFiles> {
    let Some(folder) = self::module(module) else {
        eprintln!("skipped: {module} cannot be fetched without Go and its modules");
        return None;
    };
    let files = files(&folder.join("charts").join(name));
    let without = |path: &str, bytes: &[u8]| match (path, std::str::from_utf8(bytes)) {
        ("Chart.yaml", Ok(text)) => text.split(ONLY_IN_REGISTRIES).next().unwrap_or_default().into(),
        _ => bytes.to_vec(),
    };
    let files = files.iter().map(|(path, bytes)| (path.to_owned(), without(path, bytes)));
    Some(ChartFiles::new(files).expect("are paths of a chart"))
}

#[rstest]
#[case::metrics_server("metrics-server", "sigs.k8s.io/metrics-server@v0.9.0", "")]
#[case::descheduler("descheduler", "sigs.k8s.io/descheduler@v0.36.0", "")]
#[case::ingress_nginx("ingress-nginx", "k8s.io/ingress-nginx@v0.0.0-20240708192948-52c50467d67d", "")]
#[case::kyverno("kyverno", "github.com/kyverno/kyverno@v1.19.1", "")]
#[case::external_dns("external-dns", "sigs.k8s.io/external-dns@v0.22.0", "policy: upsert-only\n")]
#[tokio::test]
async fn real_charts_are_rendered_and_judged(#[case] name: &str, #[case] module: &str, #[case] values: &str) {
    let Some(helm) = helm(Limits::default()).await else { return };
    let Some(chart) = real_chart(name, module) else { return };
    let rendered = helm.template(&chart, &Render { values, ..RENDER }).await.unwrap_or_else(|error| panic!("{error}"));
    let facts = rendered::read(&rendered.manifests, &rendered::Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    insta::assert_snapshot!(name, told(&facts));
}

#[tokio::test]
async fn external_dns_says_which_value_it_cannot_do_without() {
    let Some(helm) = helm(Limits::default()).await else { return };
    let Some(chart) = real_chart("external-dns", "sigs.k8s.io/external-dns@v0.22.0") else { return };
    let error = helm.template(&chart, &RENDER).await.expect_err("asks for a policy");
    assert!(matches!(&error, HelmError::ValuesRefused { said } if said.contains("policy")), "{error}");
}

#[rstest]
#[case::metrics_server("metrics-server", ["sigs.k8s.io/metrics-server@v0.8.0", "sigs.k8s.io/metrics-server@v0.9.0"], "")]
#[case::external_dns("external-dns", ["sigs.k8s.io/external-dns@v0.20.0", "sigs.k8s.io/external-dns@v0.22.0"], "policy: upsert-only\n")]
#[tokio::test]
async fn versions_of_real_charts_are_compared(#[case] name: &str, #[case] modules: [&str; 2], #[case] values: &str) {
    let Some(helm) = helm(Limits::default()).await else { return };
    let mut sides = Vec::new();
    for module in modules {
        let Some(chart) = real_chart(name, module) else { return };
        let rendered =
            helm.template(&chart, &Render { values, ..RENDER }).await.unwrap_or_else(|error| panic!("{error}"));
        sides.push((texts(&chart), rendered.manifests));
    }
    let templates = [&sides[0], &sides[1]].map(|(texts, _)| {
        let templates = texts.iter().filter(|(path, _)| path.starts_with("templates/"));
        templates.map(|(path, text)| (path.clone(), text.clone())).collect::<BTreeMap<_, _>>()
    });
    let side = |n: usize| diff::Side {
        values: &sides[n].0["values.yaml"],
        schema: sides[n].0.get("values.schema.json").map(String::as_str),
        templates: &templates[n],
        rendered: &sides[n].1,
    };
    let difference = diff::between(&side(0), &side(1), &diff::Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    insta::assert_snapshot!(format!("{name}-difference"), compared(&difference));
}

fn texts(chart: &ChartFiles) -> BTreeMap<String, String> {
    chart.iter().filter_map(|(path, bytes)| Some((path.to_owned(), String::from_utf8(bytes.to_vec()).ok()?))).collect()
}

/// A difference as somebody reads it; lines of templates are the charts' own, and are only counted.
fn compared(difference: &diff::Difference) -> String {
    let mut text = String::new();
    for row in difference.summary.differing() {
        let _ = writeln!(text, "{:?} {:?} {}: {:?} -> {:?}", row.topic, row.state, row.key, row.before, row.after);
    }
    for (list, changes) in [("values", &difference.values), ("schema", &difference.schema)] {
        let _ = changes.iter().try_for_each(|change| writeln!(text, "{list} {}: {}", change.path, how(&change.change)));
    }
    for file in &difference.templates {
        let _ = writeln!(text, "{} {:?} +{} -{}", file.path, file.change, file.lines.n_added, file.lines.n_removed);
    }
    for object in &difference.objects {
        let _ = writeln!(
            text,
            "{} {:?} +{} -{}",
            object.object, object.change, object.lines.n_added, object.lines.n_removed
        );
    }
    let _ = writeln!(text, "cut: {:?}", difference.cut);
    text
}

fn how(change: &diff::Change) -> &'static str {
    match change {
        diff::Change::Added { .. } => "added",
        diff::Change::Removed { .. } => "removed",
        diff::Change::Changed { .. } => "changed",
    }
}

/// Facts as somebody reads them.
fn told(facts: &RenderedFacts) -> String {
    let mut text = String::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(text, "{title}:\n  {}", lines.join("\n  "));
        }
    };
    section("objects", vec![format!("{} and {} CRDs", facts.objects.len() - facts.crds.len(), facts.crds.len())]);
    section("images", facts.images.iter().map(|image| format!("{} ({:?})", image.image, image.certainty)).collect());
    section("cluster scope", facts.cluster_scoped().map(|object| object.id.to_string()).collect());
    section("rights", facts.rights.rights.iter().map(|right| format!("{right} {:?}", right.marks)).collect());
    let elsewhere = facts.rights.bindings.iter().filter(|binding| binding.is_role_elsewhere);
    section("roles of others", elsewhere.map(|binding| format!("{} {}", binding.role_kind, binding.role)).collect());
    section("pod security", vec![facts.pod_security.level.as_str().to_owned()]);
    let next = above(facts);
    let kept = facts.pod_security.keeps_from(next).map(|(object, violation)| {
        format!("{object}: {} {} is {}", violation.control.check_id(), violation.field, violation.value)
    });
    section("what keeps it from the next level", kept.collect());
    let workloads =
        facts.needs.workloads.iter().map(|workload| format!("{}: {:?}", workload.object, workload.replicas));
    section("workloads", workloads.collect());
    section("needs at least", vec![format!("{:?}", facts.needs.at_least)]);
    section("needs with jobs", vec![format!("{:?}", facts.needs.at_most_with_jobs)]);
    section("services", facts.services.iter().map(|s| format!("{} {:?} {:?}", s.object, s.kind, s.ports)).collect());
    section("secrets", facts.secrets.iter().map(|secret| secret.object.to_string()).collect());
    section("accounts", facts.accounts.iter().map(|a| format!("{}: {} {:?}", a.object, a.account, a.token)).collect());
    section("host", facts.host_uses.iter().map(|h| format!("{}: {} {}", h.object, h.field, h.value)).collect());
    let hooks = facts
        .hooks
        .iter()
        .map(|h| format!("{}: {} {} {}", h.object, h.events.join(","), h.weight, h.delete_policies.join(",")));
    section("hooks", hooks.collect());
    let webhooks = facts.webhooks.iter().map(|w| {
        format!(
            "{} {}: fail closed {}, everywhere {}, {:?}",
            w.object, w.name, w.is_fail_closed, w.is_everywhere, w.asked_for
        )
    });
    section("webhooks", webhooks.collect());
    text
}

fn above(facts: &RenderedFacts) -> PodSecurity {
    match facts.pod_security.level {
        PodSecurity::Privileged => PodSecurity::Baseline,
        PodSecurity::Baseline | PodSecurity::Restricted => PodSecurity::Restricted,
    }
}
