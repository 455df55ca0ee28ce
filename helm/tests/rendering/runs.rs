//! What helm is asked, and what it answers.

use super::*;
use helm::{SchemaCheck, Severity, Unchecked};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn a_chart_renders_with_its_release_values_versions_crds_and_hooks() {
    let Some(helm) = helm(Limits::default()).await else { return };
    assert!(helm.version().starts_with("v4."), "{}", helm.version());
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\ndata:\n  \
                kube: {{ .Capabilities.KubeVersion.Version }}\n  has: {{ .Capabilities.APIVersions.Has \"x.io/v1\" | quote }}\n  value: {{ .Values.a }}\n";
    let hook = "apiVersion: v1\nkind: Pod\nmetadata: {name: hook, annotations: {helm.sh/hook: test}}\n";
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.x.io}\n";
    let chart = chart(&[("templates/a.yaml", text), ("templates/tests/b.yaml", hook), ("crds/c.yaml", crd)]);
    let api_versions = ["x.io/v1".to_owned()];
    let render = Render { values: "a: from values\n", api_versions: &api_versions, ..RENDER };
    let rendered = helm.template(&chart, &render).await.expect("renders");
    for part in [
        "name: it",
        "namespace: team",
        "kube: v1.36.1",
        "has: \"true\"",
        "value: from values",
        "name: hook",
        "name: a.x.io",
    ] {
        assert!(rendered.manifests.contains(part), "{part} is not in {}", rendered.manifests);
    }
    assert!(rendered.manifests.contains("# Source: web/templates/a.yaml"));
    assert_eq!(rendered.schema, SchemaCheck::Checked);
}

#[tokio::test]
async fn what_is_no_helm_of_version_4_is_refused() {
    let folder = tempfile::tempdir().expect("is made");
    let permits = || Arc::new(Semaphore::new(1));
    let at = async |path: PathBuf| Helm::at(&path, permits(), Limits::default()).await;
    let missing = at(folder.path().join("helm")).await.expect_err("is not there");
    assert!(matches!(missing, HelmError::NotFound { .. }), "{missing}");
    let old = folder.path().join("old");
    std::fs::write(&old, "#!/bin/sh\necho v3.18.4+gd80839c\n").expect("is written");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).expect("is allowed");
    let old = at(old).await.expect_err("is too old");
    assert!(matches!(&old, HelmError::WrongVersion { said, .. } if said == "v3.18.4+gd80839c"), "{old}");
}

#[tokio::test]
async fn values_that_a_schema_refuses_are_refused_in_helms_words() {
    let Some(helm) = helm(Limits::default()).await else { return };
    let schema =
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"port": {"type": "integer"}}}"#;
    let chart = chart(&[("values.schema.json", schema), ("templates/a.yaml", "")]);
    let error = helm.template(&chart, &Render { values: "port: x\n", ..RENDER }).await.expect_err("is refused");
    let HelmError::ValuesRefused { said } = &error else { panic!("{error}") };
    assert!(said.contains("port") && !said.contains("/tmp"), "{said}");
}

#[tokio::test]
async fn subcharts_that_are_not_there_are_named() {
    let Some(helm) = helm(Limits::default()).await else { return };
    let text = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: redis, version: 1.0.0, repository: https://x.example}\n";
    let chart = ChartFiles::new([("Chart.yaml".to_owned(), text.as_bytes().to_vec())]).expect("are paths of a chart");
    let error = helm.template(&chart, &RENDER).await.expect_err("is refused");
    assert!(matches!(&error, HelmError::MissingSubcharts { names } if names == &["redis"]), "{error}");
}

#[tokio::test]
async fn a_schema_that_refers_outside_is_not_followed() {
    let Some(helm) = helm(Limits::default()).await else { return };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    listener.set_nonblocking(true).expect("is set");
    let address = format!("http://{}/schema.json", listener.local_addr().expect("has one"));
    let schema = format!(r#"{{"allOf": [{{"$ref": "{address}"}}, {{"$ref": "file:///etc/hostname"}}]}}"#);
    let chart = chart(&[("values.schema.json", &schema), ("templates/a.yaml", "")]);
    let rendered = helm.template(&chart, &RENDER).await.expect("renders all the same");
    let file = "values.schema.json".to_owned();
    assert_eq!(rendered.schema, SchemaCheck::Skipped(Unchecked::RefersOutside { file, reference: address }));
    assert!(listener.accept().is_err(), "somebody asked for the schema");
}

#[tokio::test]
async fn a_mistake_is_told_in_helms_words_without_the_folder() {
    let Some(result) = template(&[("templates/a.yaml", "{{ fail \"port is needed\" }}")]).await else { return };
    let error = result.expect_err("fails");
    let HelmError::Failed { said } = &error else { panic!("{error}") };
    assert!(said.contains("templates/a.yaml") && said.contains("port is needed"), "{said}");
    assert!(!said.contains("berth-helm-") && !said.contains("/tmp"), "{said}");
}

#[tokio::test]
async fn lint_tells_what_helm_finds() {
    let Some(helm) = helm(Limits::default()).await else { return };
    let good = helm.lint(&chart(&[("templates/a.yaml", ""), ("values.yaml", "")]), &RENDER).await.expect("runs");
    assert!(!good.has_errors(), "{good:?}");
    assert!(
        good.findings.iter().any(|finding| finding.severity == Severity::Info && finding.place == "Chart.yaml"),
        "{good:?}"
    );
    let bad = helm
        .lint(&chart(&[("templates/a.yaml", "{{ .Values.a.b.c }}"), ("values.yaml", "")]), &RENDER)
        .await
        .expect("runs");
    assert!(bad.has_errors(), "{bad:?}");
}

#[tokio::test]
async fn folders_of_runs_are_gone_afterwards() {
    let Some(program) = program() else { return };
    // Its own folder for temporary files would need the environment of this process; the names of this process's are enough.
    let before = folders();
    let helm = Helm::at(&program, Arc::new(Semaphore::new(1)), Limits::default()).await.expect("is helm");
    let seen = "{{ range $p, $_ := .Files.Glob \"**\" }}{{ $p }} {{ end }}";
    helm.template(&chart(&[("templates/NOTES.txt", seen)]), &RENDER).await.expect("renders");
    drop(helm);
    let left: Vec<_> =
        folders().into_iter().filter(|folder| !before.contains(folder) && is_empty_of_runs(folder)).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(std::env::temp_dir()).expect("is a folder");
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.to_string_lossy().contains("berth-helm-")).collect()
}

/// Whether nothing runs in it: other tests have theirs.
fn is_empty_of_runs(folder: &Path) -> bool {
    let processes = std::fs::read_dir("/proc").expect("is a folder").filter_map(|entry| Some(entry.ok()?.path()));
    !processes.filter_map(|process| std::fs::read_link(process.join("cwd")).ok()).any(|cwd| cwd == folder)
}
