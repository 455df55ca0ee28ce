//! Forms from schemas and from values, and what becomes of them when they are posted.

mod browser;

use browser::untouched;
use rstest::rstest;
use values::form::Choice;
use values::{
    Amount, Applied, Chart, Context, Document, Fault, Field, Form, Kind, Note, Overlay, Path, Value, apply_form,
};

fn path(text: &str) -> Path {
    text.parse().expect("is a path")
}

fn form(chart: &Chart, set: &str) -> Form {
    Form::of(chart, &Overlay::default(), &Document::parse(set).expect("is YAML"), &Context::default())
}

fn field<'a>(form: &'a Form, at: &str) -> &'a Field {
    let known: Vec<String> = form.fields().iter().map(|field| field.path.to_string()).collect();
    form.field(&path(at)).unwrap_or_else(|| panic!("no field {at} in {known:?}"))
}

fn post(chart: &Chart, set: &str, changes: &[(&str, &str)]) -> Applied {
    let form = form(chart, set);
    let mut posted = untouched(&form);
    posted.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    apply_form(&form, &Document::parse(set).expect("is YAML"), &posted)
}

fn by_schema(schema: &str, values: &str) -> Chart {
    let chart = Chart::read(values, Some(schema));
    assert_eq!(chart.schema_error, None);
    assert_eq!(chart.values_error, None);
    chart
}

const VALUES: &str = "\
# Default values.

# -- (int) How many pods there are.
replicaCount: 1
image:
  # Where it is pulled from.
  # Two lines.
  repository: nginx
  tag: \"1.2\"
service:
  port: 80
  enabled: true
auth:
  password: \"\"
  existingSecret: \"\"
resources: {}
podAnnotations: {}
args: [a, b]
ports:
  - name: http
    port: 80
affinity: {}
## @param extra.note [string] A note.
extra:
  note: null
  text: |
    one
    two
";

#[test]
fn values_alone_make_a_form() {
    let chart = Chart::read(VALUES, None);
    let form = form(&chart, "");
    assert_eq!(form.notes, [Note::NoSchema]);
    let replicas = field(&form, "/replicaCount");
    assert_eq!((&replicas.kind, replicas.label.as_str(), replicas.is_guessed), (&Kind::Integer, "Replica count", true));
    assert_eq!(replicas.help.as_deref(), Some("How many pods there are."));
    assert_eq!(field(&form, "/image/repository").help.as_deref(), Some("Where it is pulled from.\nTwo lines."));
    assert_eq!(field(&form, "/extra/note").help.as_deref(), Some("A note."));
    assert_eq!(field(&form, "/image/tag").kind, Kind::Text { is_long: false });
    assert_eq!(field(&form, "/extra/text").kind, Kind::Text { is_long: true });
    assert_eq!(field(&form, "/service/enabled").kind, Kind::Switch);
    assert_eq!(field(&form, "/auth/password").kind, Kind::Secret);
    assert_eq!(field(&form, "/auth/existingSecret").kind, Kind::Text { is_long: false });
    assert_eq!(field(&form, "/resources/limits/cpu").kind, Kind::Quantity { amount: Amount::Cpu });
    assert!(matches!(field(&form, "/podAnnotations").kind, Kind::Map(_)));
    assert!(matches!(&field(&form, "/args").kind, Kind::List(rows) if rows.rows.len() == 2));
    assert!(matches!(&field(&form, "/ports").kind, Kind::List(rows) if rows.columns == ["Name", "Port"]));
    assert_eq!(field(&form, "/affinity").kind, Kind::Yaml { reason: Note::OpenMap });
    assert!(matches!(field(&form, "/extra/note").kind, Kind::Scalar { .. }));
}

#[rstest]
#[case::a_text("/image/tag", "v/image/tag", "2.0", "image:\n  tag: \"2.0\"\n")]
#[case::a_number("/replicaCount", "v/replicaCount", " 3 ", "replicaCount: 3\n")]
#[case::a_switch("/service/enabled", "v/service/enabled", "false", "service:\n  enabled: false\n")]
#[case::a_quantity("/resources", "v/resources/limits/cpu", "500m", "resources:\n  limits:\n    cpu: 500m\n")]
#[case::a_secret("/auth/password", "v/auth/password", "no", "auth:\n  password: \"no\"\n")]
#[case::an_emptied_text("/image/repository", "v/image/repository", "", "image:\n  repository: \"\"\n")]
#[case::several_lines("/extra/text", "v/extra/text", "one\r\n\r\nthree", "extra:\n  text: |-\n    one\n\n    three\n")]
#[case::a_box(
    "/affinity",
    "v/affinity",
    "nodeAffinity:\r\n  x: [1]\r\n",
    "affinity:\n  nodeAffinity:\n    x:\n      - 1\n"
)]
#[case::some_type("/extra/note", "v/extra/note", "yes", "extra:\n  note: true\n")]
#[case::a_quoted_text("/extra/note", "v/extra/note", "\"yes\"", "extra:\n  note: \"yes\"\n")]
#[case::an_item("/args", "v/args/#1", "c", "args:\n  - a\n  - c\n")]
#[case::a_new_item("/args", "v/args/#2", "c", "args:\n  - a\n  - b\n  - c\n")]
#[case::a_removed_item("/args", "x/args/#0", "on", "args:\n  - b\n")]
#[case::a_cell("/ports", "v/ports/#0/port", "81", "ports:\n  - name: http\n    port: 81\n")]
fn what_is_typed_is_set(#[case] at: &str, #[case] name: &str, #[case] typed: &str, #[case] expected: &str) {
    let applied = post(&Chart::read(VALUES, None), "", &[(name, typed)]);
    assert_eq!(applied.errors, []);
    assert_eq!(applied.document.text(), expected);
    let again = form(&Chart::read(VALUES, None), applied.document.text());
    let node = again.fields().into_iter().any(|field| field.path.starts_with(&path(at)) && field.differs);
    assert!(node, "{at} differs from its default");
}

#[test]
fn a_map_gets_loses_and_renames_rows() {
    let chart = Chart::read("podAnnotations:\n  a: x\n  b: w\n", None);
    let applied = post(&chart, "", &[("k/podAnnotations/#2", "c.d/e"), ("v/podAnnotations/#2", "z")]);
    assert_eq!(applied.document.text(), "podAnnotations:\n  c.d/e: z\n");
    let applied = post(&chart, applied.document.text(), &[("x/podAnnotations/a", "on"), ("k/podAnnotations/b", "bb")]);
    assert_eq!(applied.document.text(), "podAnnotations:\n  c.d/e: z\n  a: null\n  b: null\n  bb: w\n");
    let applied = post(&chart, "", &[("k/podAnnotations/#2", "a"), ("v/podAnnotations/#2", "z")]);
    assert_eq!(applied.errors[0].fault, Fault::SameKey { key: "a".into() });
    assert_eq!(applied.document.text(), "");
}

#[test]
fn the_default_again_is_taken_out() {
    let chart = Chart::read(VALUES, None);
    let set = "# mine\nreplicaCount: 3 # more\nunknown: kept\n";
    assert!(field(&form(&chart, set), "/replicaCount").differs);
    let applied = post(&chart, set, &[("v/replicaCount", "1")]);
    assert_eq!(applied.document.text(), "# mine\nunknown: kept\n");
    let applied = post(&chart, set, &[("r/replicaCount", "on")]);
    assert_eq!(applied.document.text(), "# mine\nunknown: kept\n");
}

#[test]
fn what_is_wrong_is_kept_as_typed_and_nothing_else_is_lost() {
    let chart = by_schema(
        r#"{"properties": {"num": {"type": "integer", "minimum": 1, "maximum": 5}, "t": {"type": "string", "pattern": "^[a-z]+$"},
            "l": {"type": "array", "items": {"type": "integer"}}}}"#,
        "num: 1\nt: a\nl: [1]\n",
    );
    let changes = [("v/num", "9"), ("v/t", "ok"), ("v/l/#0", "2"), ("v/l/#1", "x")];
    let applied = post(&chart, "", &changes);
    assert_eq!(applied.document.text(), "t: ok\n");
    let faults: Vec<&Fault> = applied.errors.iter().map(|error| &error.fault).collect();
    assert_eq!(faults, [&Fault::Above { most: 5.0 }, &Fault::NotWhole]);
    let mut again = form(&chart, applied.document.text());
    again.restore(&applied);
    assert_eq!((field(&again, "/num").current(), field(&again, "/num").errors.len()), ("9", 1));
    assert_eq!(field(&again, "/l/#0").current(), "2");
    assert_eq!((field(&again, "/l/#1").current(), field(&again, "/l/#1").errors.len()), ("x", 1));
    assert_eq!(field(&again, "/t").current(), "ok");
}

#[test]
fn schemas_are_followed() {
    let chart = by_schema(
        r##"{
          "$defs": {"port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "A port."},
                    "tree": {"properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/tree"}}},
                    "named": {"$anchor": "named", "type": "boolean"}},
          "type": "object",
          "required": ["mode"],
          "properties": {
            "mode": {"title": "How it runs", "enum": ["fast", "safe"]},
            "port": {"$ref": "#/$defs/port", "title": "Port"},
            "flag": {"$ref": "#named"},
            "tree": {"$ref": "#/$defs/tree"},
            "both": {"allOf": [{"type": "number", "minimum": 1}, {"minimum": 3, "maximum": 9}]},
            "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "either": {"type": ["integer", "string"]},
            "const": {"const": 5},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}}},
            "tuple": {"type": "array", "items": [{"type": "string"}]},
            "any": {},
            "never": false,
            "away": {"$ref": "https://example.com/schema.json"},
            "lookahead": {"type": "string", "pattern": "^(?=a)b"},
            "secret": {"type": "string", "format": "password"},
            "old": {"type": "string", "deprecated": true},
            "fixed": {"type": "string", "readOnly": true},
            "backend": {"oneOf": [
              {"title": "On disk", "properties": {"kind": {"const": "disk"}, "path": {"type": "string"}}, "required": ["kind"]},
              {"title": "In a bucket", "properties": {"kind": {"const": "s3"}, "bucket": {"type": "string"}}, "required": ["kind"]}]},
            "alternatives": {"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]},
            "scalarOrMap": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"x": {"type": "integer"}}}]}
          }
        }"##,
        "port: 80\n",
    );
    let form = form(&chart, "scalarOrMap:\n  x: 1\n");
    let mode = field(&form, "/mode");
    assert!(mode.is_required && mode.label == "How it runs");
    assert!(matches!(&mode.kind, Kind::Choice(Choice { options, .. }) if options.len() == 2));
    let port = field(&form, "/port");
    assert_eq!((&port.kind, port.label.as_str(), port.help.as_deref()), (&Kind::Integer, "Port", Some("A port.")));
    assert_eq!((port.rules.minimum, port.rules.maximum), (Some(1.0), Some(65535.0)));
    assert_eq!(field(&form, "/flag").kind, Kind::Switch);
    assert_eq!(field(&form, "/tree/name").kind, Kind::Text { is_long: false });
    assert!(matches!(field(&form, "/tree/child").kind, Kind::Yaml { reason: Note::Recursive { .. } }));
    assert_eq!((field(&form, "/both").rules.minimum, field(&form, "/both").rules.maximum), (Some(3.0), Some(9.0)));
    assert!(field(&form, "/maybe").is_nullable && field(&form, "/maybe").kind == Kind::Text { is_long: false });
    assert!(matches!(field(&form, "/either").kind, Kind::Scalar { .. }));
    assert!(matches!(&field(&form, "/const").kind, Kind::Choice(choice) if choice.options[0].token == "5"));
    assert!(matches!(field(&form, "/labels").kind, Kind::Map(_)));
    assert!(matches!(&field(&form, "/list").kind, Kind::List(rows) if rows.columns == ["A", "B"]));
    assert_eq!(field(&form, "/tuple").kind, Kind::Yaml { reason: Note::Tuple });
    assert_eq!(field(&form, "/never").kind, Kind::Yaml { reason: Note::Never });
    assert!(matches!(field(&form, "/away").kind, Kind::Yaml { reason: Note::Foreign { .. } }));
    assert!(field(&form, "/lookahead").rules.patterns.is_empty() && field(&form, "/lookahead").notes.len() == 1);
    assert_eq!(field(&form, "/secret").kind, Kind::Secret);
    assert!(field(&form, "/old").is_deprecated && field(&form, "/fixed").is_read_only);
    assert!(
        matches!(&field(&form, "/backend/kind").kind, Kind::Choice(choice) if choice.options[1].label == "In a bucket")
    );
    assert_eq!(field(&form, "/backend/bucket").shown_when[0].one_of, [Value::from("s3")]);
    assert!(matches!(field(&form, "/alternatives").kind, Kind::Yaml { reason: Note::Alternatives { n: 2 } }));
    assert_eq!(field(&form, "/scalarOrMap/x").kind, Kind::Integer);
}

#[test]
fn large_and_deep_things_are_bounded_and_say_so() {
    let options: Vec<String> = (0..5000).map(|n| format!("\"option {n}\"")).collect();
    let deep =
        (0..100).fold(r#"{"type": "string"}"#.to_owned(), |inner, _| format!(r#"{{"properties": {{"a": {inner}}}}}"#));
    let many: Vec<String> = (0..5000).map(|n| format!(r#""p{n}": {{"type": "string"}}"#)).collect();
    let schema = |inner: &str| format!(r#"{{"properties": {{"x": {inner}}}}}"#);
    let chart = by_schema(&schema(&format!(r#"{{"enum": [{}]}}"#, options.join(","))), "x: option 4711\n");
    let form_of = form(&chart, "");
    let Kind::Choice(choice) = &field(&form_of, "/x").kind else { panic!("a choice") };
    assert_eq!(
        (choice.offered().len(), choice.n_more(), field(&form_of, "/x").shown.as_str()),
        (200, 4800, "option 4711")
    );
    assert_eq!(post(&chart, "", &[("v/x", "option 4999")]).document.text(), "x: option 4999\n");
    assert_eq!(post(&chart, "", &[("v/x", "other")]).errors[0].fault, Fault::NotOption);
    let chart = Chart::read("", Some(&schema(&deep)));
    assert!(
        chart.schema_error.is_some()
            || form(&chart, "")
                .fields()
                .iter()
                .any(|field| matches!(field.kind, Kind::Yaml { reason: Note::TooDeep { .. } }))
    );
    let chart = by_schema(&schema(&format!(r#"{{"properties": {{{}}}}}"#, many.join(","))), "");
    assert!(matches!(field(&form(&chart, ""), "/x").kind, Kind::Yaml { reason: Note::TooMany { .. } }));
    let twenty =
        (0..20).fold(r#"{"type": "string"}"#.to_owned(), |inner, _| format!(r#"{{"properties": {{"a": {inner}}}}}"#));
    let chart = by_schema(&twenty, "");
    let at = "/a".repeat(20);
    assert_eq!(field(&form(&chart, ""), &at).kind, Kind::Text { is_long: false });
    let applied = post(&chart, "", &[(&format!("v{at}"), "x")]);
    assert_eq!(applied.document.get(&path(&at)), Some(&Value::from("x")));
}

#[test]
fn keys_of_any_kind_come_back() {
    let keys = ["a.b", "a/b", "a[0]", "#0", "", "é ~", "a\nb", "\"", "v/x", "no", "1"];
    let properties: Vec<String> =
        keys.iter().map(|key| format!(r#"{}: {{"type": "string"}}"#, serde_json::to_string(key).unwrap())).collect();
    let chart = by_schema(&format!(r#"{{"properties": {{"x": {{"properties": {{{}}}}}}}}}"#, properties.join(",")), "");
    let form = form(&chart, "");
    let posted: Vec<(String, String)> =
        form.fields().iter().map(|field| (field.name.clone(), format!("is {}", field.name))).collect();
    let applied = apply_form(&form, &Document::empty(), &posted);
    assert_eq!(applied.errors, []);
    for key in keys {
        let at = path("/x").key(key);
        let expected = format!("is {}", values::Part::Value.name(&at));
        assert_eq!(applied.document.get(&at), Some(&Value::from(expected.as_str())), "{key:?}");
    }
}

#[test]
fn a_value_of_another_type_is_a_box_in_place() {
    let chart = by_schema(
        r#"{"properties": {"num": {"type": "integer"}, "o": {"properties": {"a": {"type": "string"}}}}}"#,
        "num: 1\n",
    );
    let form_of = form(&chart, "num: [1] # odd\no: text\n");
    assert!(matches!(field(&form_of, "/num").kind, Kind::Yaml { reason: Note::DoesNotFit { .. } }));
    assert!(matches!(field(&form_of, "/o").kind, Kind::Yaml { reason: Note::DoesNotFit { .. } }));
    let applied = post(&chart, "num: [1] # odd\no: text\n", &[("v/num", "4")]);
    assert_eq!(applied.document.text(), "num: 4 # odd\no: text\n");
}

#[test]
fn secrets_are_not_in_a_form() {
    let chart = Chart::read("auth:\n  password: chart-secret\nusers:\n  - name: a\n    token: row-secret\n", None);
    let set = "auth:\n  password: team-secret\n";
    let form_of = form(&chart, set);
    let json = serde_json::to_string(&form_of).unwrap();
    assert!(!json.contains("-secret"), "{json}");
    assert!(field(&form_of, "/auth/password").is_set);
    assert_eq!(form_of.secrets(), [path("/auth/password"), path("/users/#0/token"), path("/users/#1/token")]);
    let applied = post(&chart, set, &[("v/users/#0/name", "b")]);
    assert_eq!(applied.document.get(&path("/users/#0/token")), Some(&Value::from("row-secret")));
    assert_eq!(applied.document.get(&path("/auth/password")), Some(&Value::from("team-secret")));
}

#[test]
fn broken_charts_still_have_a_form() {
    let chart = Chart::read("a: [\n", Some("{"));
    let form_of = form(&chart, "b: 1\n");
    assert!(matches!(form_of.notes.as_slice(), [Note::Values(_), Note::Schema(_), Note::NoSchema]));
    assert_eq!(form_of.nodes, []);
}
