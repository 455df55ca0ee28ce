//! Charts are read as Helm loads them, or refused with what is wrong and where.

#[expect(dead_code, reason = "each test takes what it needs")]
mod tarball;

use charts::archive::{Archive, Files, Limits};
use charts::chart::{ApiVersion, Chart, ChartError, ChartType, IconKind, TextError};
use rstest::rstest;
use serde_json::json;
use tarball::{CHART_YAML, Tarball, sound};

fn files(files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Files::from_folder("chart", files, &Limits::default()).expect("are files")
}

fn read(more: &[(&str, &str)]) -> Result<Chart, ChartError> {
    let mut all = vec![("Chart.yaml", CHART_YAML)];
    all.retain(|(path, _)| more.iter().all(|(other, _)| other != path));
    all.extend(more);
    Chart::read(&files(&all))
}

const FULL: &str = r#"
apiVersion: v2
name: postgresql
version: 16.4.0-rc.1+build
kubeVersion: ">=1.25.0-0"
appVersion: 17.10
type: application
description: |
  PostgreSQL, hardened.
  For small databases.
keywords: [database, sql, 17]
home: https://example.com
sources: [https://example.com/source]
maintainers:
- name: Ada
  email: ada@example.com
icon: file://assets/icon.svg
deprecated: true
somethingNew: {of: later}
annotations:
  artifacthub.io/license: Apache-2.0
  artifacthub.io/changes: |
    - Newer images
    - kind: security
      description: Runs as nobody
dependencies:
- name: common
  repository: oci://registry.example.com/charts
  version: 2.x
- name: redis
  alias: cache
  condition: cache.enabled,global.cache
  tags: [cache]
  version: ~1.2
"#;

#[test]
fn a_chart_is_read_with_all_it_says() {
    let chart = read(&[
        ("Chart.yaml", FULL),
        ("values.yaml", "# Kept\nmode: 0644\nimage: &image {tag: 1.0}\nother: *image\n"),
        ("values.schema.json", r#"{"type": "object"}"#),
        ("README.md", "# PostgreSQL"),
        ("LICENSE", "Apache"),
        ("assets/icon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("templates/a.yaml", ""),
        ("templates/_b.tpl", ""),
        ("questions.yaml", "questions: [{variable: mode}]"),
        (
            "Chart.lock",
            "digest: sha256:1\ngenerated: \"2026-01-01T00:00:00Z\"\ndependencies: [{name: common, version: 2.1.0}]",
        ),
        ("crds/README.md", "no manifest"),
        (
            "crds/all.yaml",
            "---\n# nothing\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata: {name: as.example.com}\nspec: {group: example.com, names: {kind: A}, scope: Cluster, \
             versions: [{name: v1, schema: {deep: [1, 2]}}, {name: v2}]}\n---\napiVersion: v1\nkind: ConfigMap\n\
             metadata: {name: b}\n",
        ),
        ("charts/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 2.1.0\ntype: library\n"),
    ])
    .expect("is read");
    let metadata = &chart.metadata;
    assert_eq!((metadata.api_version, metadata.chart_type), (ApiVersion::V2, ChartType::Application));
    assert_eq!(metadata.version.as_str(), "16.4.0-rc.1+build");
    // As Helm reads a number.
    assert_eq!(metadata.app_version.as_deref(), Some("17.1"));
    assert_eq!(metadata.description.as_deref(), Some("PostgreSQL, hardened. For small databases."));
    assert_eq!(metadata.keywords, ["database", "sql", "17"]);
    assert_eq!(metadata.maintainers[0].name.as_deref(), Some("Ada"));
    assert!(metadata.is_deprecated);
    assert_eq!(metadata.license(), Some("Apache-2.0"));
    let changes = metadata.changes();
    assert_eq!((changes[0].description.as_str(), changes[1].kind.as_deref()), ("Newer images", Some("security")));
    assert_eq!(metadata.dependencies.iter().map(|d| d.key()).collect::<Vec<_>>(), ["common", "cache"]);
    assert_eq!(chart.missing_dependencies().iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["redis"]);

    assert!(chart.values.text.starts_with("# Kept"));
    assert_eq!(json!(chart.values.value), json!({"mode": 420, "image": {"tag": 1.0}, "other": {"tag": 1.0}}));
    assert_eq!(chart.schema.map(|schema| schema.value), Some(json!({"type": "object"})));
    assert_eq!(chart.readme.as_deref(), Some("# PostgreSQL"));
    assert_eq!(chart.license_file.as_deref(), Some("LICENSE"));
    assert_eq!(chart.icon.map(|icon| (icon.path, icon.kind)), Some(("assets/icon.svg".into(), IconKind::Svg)));
    assert_eq!(chart.templates, ["templates/_b.tpl", "templates/a.yaml"]);
    assert_eq!(chart.questions.expect("there are").expect("are read").questions[0].variable, "mode");
    assert_eq!(chart.lock.expect("there is").dependencies[0].version.as_deref(), Some("2.1.0"));
    let crds: Vec<_> = chart.crds.iter().map(|crd| (crd.kind.as_str(), crd.name.as_str())).collect();
    assert_eq!(crds, [("CustomResourceDefinition", "as.example.com"), ("ConfigMap", "b")]);
    let defines = chart.crds[0].defines.as_ref().expect("is a definition");
    assert_eq!((defines.kind.as_str(), defines.is_namespaced), ("A", false));
    assert_eq!(defines.versions, ["v1", "v2"]);
    assert_eq!(chart.subcharts[0].chart.metadata.chart_type, ChartType::Library);
}

#[test]
fn a_chart_for_helm_2_is_read_with_its_requirements() {
    let chart = read(&[
        ("Chart.yaml", "name: old\nversion: v1\n"),
        ("requirements.yaml", "dependencies: [{name: a, version: 1.0.0, repository: https://example.com}]"),
        ("requirements.lock", "dependencies: [{name: a, version: 1.0.0}]"),
    ])
    .expect("is read");
    assert_eq!(chart.metadata.api_version, ApiVersion::V1);
    assert_eq!(chart.metadata.dependencies[0].name, "a");
    assert!(chart.lock.is_some());
}

#[test]
fn values_of_several_documents_are_merged_as_in_helm() {
    let chart = read(&[("values.yaml", "a: {b: 1, c: [1]}\n---\na: {c: [2], d: 3}\n---\n")]).expect("is read");
    assert_eq!(json!(chart.values.value), json!({"a": {"b": 1, "c": [2], "d": 3}}));
    assert!(read(&[("values.yaml", "")]).expect("is read").values.value.is_empty());
    assert!(read(&[("values.yaml", "# nothing")]).expect("is read").values.value.is_empty());
}

#[test]
fn charts_in_charts_are_read_from_folders_and_archives() {
    let inner = Tarball::new()
        .file("inner/Chart.yaml", b"apiVersion: v2\nname: inner\nversion: 0.1.0\n")
        .file("inner/charts/last/Chart.yaml", b"apiVersion: v2\nname: last\nversion: 0.0.1\n");
    let bytes = sound()
        .file("chart/charts/inner-0.1.0.tgz", &inner.gzip())
        .file("chart/charts/inner-0.1.0.tgz.prov", b"signature")
        .file("chart/charts/other/Chart.yaml", b"apiVersion: v2\nname: other\nversion: 1.0.0\n")
        .file("chart/charts/_ignored/x", b"")
        .gzip();
    let files = Archive::read(&bytes, &Limits::default()).expect("is read").files;
    let chart = Chart::read(&files).expect("is read");
    let all: Vec<_> = chart.walk().into_iter().map(|(path, chart)| (path, chart.metadata.name.clone())).collect();
    let expected = [
        ("", "chart"),
        ("charts/inner-0.1.0.tgz", "inner"),
        ("charts/inner-0.1.0.tgz/charts/last", "last"),
        ("charts/other", "other"),
    ];
    assert_eq!(all, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
}

#[rstest]
#[case::no_name("version: 1.0.0", "Chart.yaml has no name")]
#[case::no_version("name: x", "Chart.yaml has no version")]
#[case::slash("name: a/b\nversion: 1.0.0", "is no name of a chart")]
#[case::parent("name: ..\nversion: 1.0.0", "is no name of a chart")]
#[case::space("name: a b\nversion: 1.0.0", "is no name of a chart")]
#[case::version("name: x\nversion: latest", "\"latest\" is no version")]
#[case::api_version("apiVersion: v3\nname: x\nversion: 1.0.0", "apiVersion is \"v3\"")]
#[case::chart_type("name: x\nversion: 1.0.0\ntype: operator", "type is \"operator\"")]
#[case::kind("name: x\nversion: 1.0.0\nkeywords: none", "keywords must be a list")]
#[case::deep_kind("name: x\nversion: 1.0.0\nmaintainers: [{name: [a]}]", "maintainers[0].name must be a text")]
#[case::list("- x", "The document must be a set of fields")]
#[case::twice("name: x\nversion: 1.0.0\nname: y", "line 3 has the key \"name\" a second time")]
#[case::unclosed("name: [x", "Chart.yaml line ")]
#[case::tab("name: x\n\tversion: 1", "found a tab at line 1")]
#[case::two_documents("name: x\n---\nname: y", "it has several documents")]
#[case::dependency_twice(
    "name: x\nversion: 1.0.0\ndependencies: [{name: a}, {name: b, alias: a}]",
    "more than one dependency has the name or alias \"a\""
)]
#[case::alias("name: x\nversion: 1.0.0\ndependencies: [{name: a, alias: a/b}]", "the alias \"a/b\"")]
fn what_is_wrong_is_said_with_where(#[case] yaml: &str, #[case] said: &str) {
    let error = read(&[("Chart.yaml", yaml)]).expect_err("is refused").to_string();
    assert!(error.contains(said), "{error}");
    let inner = read(&[("charts/inner/Chart.yaml", yaml)]).expect_err("is refused").to_string();
    assert!(inner.starts_with("charts/inner/Chart.yaml"), "{inner}");
}

#[rstest]
#[case::values("values.yaml", "- a", "values.yaml: The document must be a set of fields")]
#[case::values_twice("values.yaml", "a:\n  b: 1\n  b: 2", "line 3 has the key \"b\" a second time")]
#[case::endless("values.yaml", "a: .inf", "values.yaml line 1 cannot be read")]
#[case::schema("values.schema.json", "{\n\"type\": object}", "values.schema.json line 2 cannot be read")]
#[case::schema_twice("values.schema.json", r#"{"a": 1, "a": 2}"#, "has the key \"a\" a second time")]
#[case::schema_more("values.schema.json", "{} {}", "values.schema.json line 1 cannot be read")]
#[case::crd("crds/a.yaml", "a: [", "crds/a.yaml line ")]
#[case::lock("Chart.lock", "dependencies: 7", "Chart.lock: dependencies must be a list")]
#[case::loose("charts/loose.txt", "", "charts/loose.txt/Chart.yaml is missing")]
#[case::no_archive("charts/a.tgz", "PK", "charts/a.tgz: This is no chart archive")]
fn other_files_are_refused_with_their_name(#[case] file: &str, #[case] text: &str, #[case] said: &str) {
    let error = read(&[(file, text)]).expect_err("is refused").to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn questions_that_cannot_be_read_are_no_reason_to_refuse_a_chart() {
    let chart = read(&[("questions.yaml", "questions: [{label: x}]")]).expect("is read");
    let error = chart.questions.expect("there are").expect_err("cannot be read").to_string();
    assert!(error.contains("questions[0].variable is missing"), "{error}");
}

/// YAML that stands for more than it is long, that is deep, or simply long.
fn hostile_yaml() -> Vec<String> {
    let lists = (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()).chain(lists).collect();
    let long_text =
        format!("a: &a {}\n{}", "x".repeat(1 << 20), (0..90).map(|n| format!("b{n}: *a\n")).collect::<String>());
    let merges = (1..40).map(|n| format!("m{n}: &m{n} {{<<: [*m{0}, *m{0}], k{n}: 1}}\n", n - 1));
    let merged: String = std::iter::once("m0: &m0 {k: 1}\n".to_owned()).chain(merges).collect();
    vec![
        bomb,
        long_text,
        merged,
        format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000)),
        format!("a:\n{}", (1..2_000).map(|n| format!("{}- \n", " ".repeat(n))).collect::<String>()),
        format!("a: {}", "{b: ".repeat(3_000)),
        format!("a: [{}]", "1,".repeat(260_000)),
        format!("a: \"{}\"\n", "x".repeat(9 << 20)),
        (0..9).map(|n| format!("b{n}: {}\n", "y".repeat(1 << 20))).collect(),
    ]
}

#[rstest]
#[case("values.yaml")]
#[case("Chart.yaml")]
#[case("Chart.lock")]
#[case("crds/a.yaml")]
fn yaml_that_is_made_to_fill_memory_is_refused(#[case] file: &str) {
    for (n, text) in hostile_yaml().iter().enumerate() {
        // Nothing is kept of a definition but names, so that large ones are taken.
        if file == "crds/a.yaml" && n >= 6 {
            continue;
        }
        let error = read(&[(file, text)]).expect_err("is refused");
        assert!(matches!(error, ChartError::Unreadable { .. }), "{n}: {error}");
        assert!(error.to_string().len() < 500, "{n}: {error}");
    }
}

#[test]
fn json_that_is_made_to_fill_memory_is_refused() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let deeper = "[".repeat(100_000);
    let wide = format!("[{}1]", "1,".repeat(300_000));
    let long = format!("\"{}\"", "x".repeat(5 << 20));
    for text in [deep, deeper, wide, long] {
        let error = read(&[("values.schema.json", &text)]).expect_err("is refused");
        assert!(matches!(error, ChartError::Unreadable { .. }), "{error}");
    }
}

#[test]
fn charts_in_charts_share_what_may_be_read() {
    let values = format!("a: {}", "x".repeat(2_000_000));
    let folders: Vec<(String, &str)> = (0..9)
        .flat_map(|n| {
            [(format!("charts/c{n}/Chart.yaml"), CHART_YAML), (format!("charts/c{n}/values.yaml"), values.as_str())]
        })
        .collect();
    let all: Vec<(&str, &str)> = folders.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let error = read(&all).expect_err("is refused");
    let is_budget =
        |error: &ChartError| matches!(error, ChartError::Unreadable { error: TextError::OverBudget { .. }, .. });
    assert!(is_budget(&error), "{error}");
    assert!(read(&all[..4]).is_ok());

    let many: Vec<String> = (0..250).map(|n| format!("charts/c{n}/Chart.yaml")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), CHART_YAML)).collect();
    assert_eq!(read(&many).expect_err("is refused"), ChartError::TooManyCharts { most: 200 });

    let deep = |n: usize| format!("{}Chart.yaml", "charts/c/".repeat(n));
    let paths: Vec<String> = (1..8).map(deep).collect();
    let nested: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), CHART_YAML)).collect();
    assert!(matches!(read(&nested), Err(ChartError::TooDeep { most: 5, .. })));
    assert_eq!(read(&nested[..5]).expect("is read").walk().len(), 6);
}

#[test]
fn archives_in_archives_share_one_limit() {
    let big = |name: &str| {
        let noise: Vec<u8> =
            (0..700_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
        let chart = format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
        Tarball::new().file("c/Chart.yaml", chart.as_bytes()).file("c/noise", &noise).gzip()
    };
    let limits = Limits { unpacked_bytes: 12 << 20, ..Limits::default() };
    let read = |names: &[&str]| {
        let tar = names.iter().fold(sound(), |tar, name| tar.file(&format!("chart/charts/{name}.tgz"), &big(name)));
        Chart::read(&Archive::read(&tar.gzip(), &limits).expect("is read").files)
    };
    assert_eq!(read(&["a"]).expect("is read").subcharts.len(), 1);
    let error = read(&["a", "b", "c"]).expect_err("is refused");
    assert!(matches!(error, ChartError::SubchartArchive { .. }), "{error}");
}

#[test]
fn an_icon_is_what_its_bytes_are() {
    assert_eq!(read(&[("icon.png", "<svg/>")]).expect("is read").icon.map(|icon| icon.kind), Some(IconKind::Svg));
    assert_eq!(read(&[("icon.svg", "<html>")]).expect("is read").icon, None);
    let named = format!("{CHART_YAML}icon: https://example.com/icon.svg\n");
    assert_eq!(read(&[("Chart.yaml", &named)]).expect("is read").icon, None);
}
