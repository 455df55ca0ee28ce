use super::*;
use std::collections::BTreeMap;

fn templates(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn side<'a>(rendered: &'a str, templates: &'a BTreeMap<String, String>) -> Side<'a> {
    Side { values: "", schema: None, templates, rendered }
}

fn of_rendered(before: &str, after: &str) -> Difference {
    let none = BTreeMap::new();
    between(&side(before, &none), &side(after, &none), &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn object(version: &str, labels: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {{helm.sh/chart: web-{version}, {labels}}}\ndata: {{{data}}}\n"
    )
}

#[test]
fn values_and_schema_differ_by_path() {
    let none = BTreeMap::new();
    let before = Side {
        values: "image: {tag: '1.0'}\nold: true\nhosts: [a]\nannotations: {\"a.b/c\": one}\n",
        schema: Some(r#"{"properties": {"a": {"type": "string"}}}"#),
        templates: &none,
        rendered: "",
    };
    let after = Side {
        values: "image: {tag: '1.1'}\nnew: {x: 1}\nhosts: [a, b]\nannotations: {\"a.b/c\": two}\n",
        schema: Some(r#"{"properties": {"a": {"type": ["string", "null"]}}}"#),
        ..before
    };
    let difference = between(&before, &after, &Limits::default()).unwrap();
    insta::assert_json_snapshot!((difference.values, difference.schema));
}

#[test]
fn the_same_is_no_difference() {
    let text = object("1.0.0", "", "a: b");
    let difference = of_rendered(&text, &text);
    assert!(difference.objects.is_empty() && difference.values.is_empty() && difference.cut.is_empty());
    assert_eq!(difference.summary.differing().count(), 0);
}

#[test]
fn labels_of_the_chart_are_not_a_change_to_be_read() {
    let difference = of_rendered(&object("1.0.0", "", "a: b"), &object("1.1.0", "", "a: b"));
    assert_eq!(difference.objects[0].change, ObjectChange::OnlyLabels);
    assert!(difference.objects[0].lines.hunks.is_empty());
    let changed = of_rendered(&object("1.0.0", "", "a: b"), &object("1.1.0", "team: x", "a: c"));
    assert_eq!(changed.objects[0].change, ObjectChange::Changed);
    let lines: Vec<&str> =
        changed.objects[0].lines.hunks.iter().flat_map(|hunk| &hunk.lines).map(|line| line.text.as_str()).collect();
    assert!(!lines.iter().any(|line| line.contains("helm.sh/chart")), "{lines:?}");
    assert_eq!((changed.objects[0].lines.n_added, changed.objects[0].lines.n_removed), (3, 1));
}

#[test]
fn values_of_secrets_are_hidden_on_both_sides_and_their_change_is_told() {
    let secret = |password: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{password: {password}, user: root}}\n"
        )
    };
    for (before, after) in
        [(secret("hunter2"), secret("hunter3")), (String::new(), secret("hunter3")), (secret("hunter2"), String::new())]
    {
        let difference = of_rendered(&before, &after);
        let told = serde_json::to_string(&difference).unwrap();
        assert!(!told.contains("hunter"), "{told}");
        assert_eq!(difference.objects.len(), 1, "{told}");
    }
    let lines = of_rendered(&secret("hunter2"), &secret("hunter3")).objects.remove(0).lines;
    assert_eq!((lines.n_added, lines.n_removed), (1, 1));
}

#[test]
fn templates_are_added_removed_and_changed() {
    let before = templates(&[("templates/a.yaml", "a\nb\n"), ("templates/b.yaml", "x\n"), ("templates/c.yaml", "c\n")]);
    let after = templates(&[("templates/a.yaml", "a\nB\n"), ("templates/c.yaml", "c\n"), ("templates/d.yaml", "d\n")]);
    let difference = between(&side("", &before), &side("", &after), &Limits::default()).unwrap();
    let seen: Vec<_> = difference.templates.iter().map(|file| (file.path.as_str(), file.change)).collect();
    let expected = [
        ("templates/a.yaml", FileChange::Changed),
        ("templates/b.yaml", FileChange::Removed),
        ("templates/d.yaml", FileChange::Added),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn what_matters_stands_in_the_table_with_both_sides() {
    let pod = |tag: &str, security: &str, cpu: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{{security}containers: [{{name: a, image: \"ghcr.io/x/web:{tag}\", resources: {{requests: {{cpu: {cpu}}}}}}}]}}}}}}\n"
        )
    };
    let role = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get]}]\n";
    let after = pod("1.1", "hostNetwork: true, ", "200m") + role;
    let rows: Vec<_> = of_rendered(&pod("1.0", "", "100m"), &after).summary.rows;
    let differing: Vec<_> = rows.into_iter().filter(|row| row.state != State::Same).collect();
    insta::assert_json_snapshot!(differing);
}

#[test]
fn what_is_too_much_is_cut_and_said() {
    let many = |value: &str| -> String {
        (0..300)
            .map(|n| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata: {{a: {value}}}\n"))
            .collect()
    };
    let whole = of_rendered(&many("a"), &many("b"));
    assert_eq!((whole.objects.len(), whole.cut.len()), (300, 0));
    let none = BTreeMap::new();
    let (before, after) = (many("a"), many("b"));
    let limits = Limits { items: 200, lines: 100, lines_of_one: 4, ..Limits::default() };
    let cut = between(&side(&before, &none), &side(&after, &none), &limits).unwrap();
    assert_eq!((cut.objects.len(), &cut.cut[..]), (200, &[Cut { list: "objects".into(), n: 100 }][..]));
    assert!(cut.objects.iter().map(|object| object.lines.n_lines()).sum::<usize>() <= 100);
    assert!(cut.objects.iter().all(|object| object.lines.n_cut > 0 && object.lines.n_added == 1));
}

#[test]
fn a_side_that_cannot_be_read_is_named() {
    let none = BTreeMap::new();
    let bad = Side { values: "a: [", schema: None, templates: &none, rendered: "" };
    let error = between(&side("", &none), &bad, &Limits::default()).expect_err("is no YAML").to_string();
    assert!(error.contains("later version"), "{error}");
}
