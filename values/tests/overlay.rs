//! What the platform team says about a form, and the mistakes it can make.

use values::overlay::Question;
use values::{
    Chart, Context, Document, Fault, Form, Kind, Layers, MistakeKind, Node, Overlay, Path, Value, apply_form, validate,
};

fn path(text: &str) -> Path {
    text.parse().expect("is a path")
}

fn overlay(json: &str) -> Overlay {
    serde_json::from_str(json).expect("is an overlay")
}

fn chart() -> Chart {
    Chart::read(
        "replicas: 1\nimage: {tag: a, pull: Always}\nstorage: {enabled: false, size: 1Gi}\nauth: {password: \"\"}\nlabels: {}\nmode: fast\n",
        Some(
            r#"{"additionalProperties": false, "properties": {
                "replicas": {"type": "integer", "minimum": 1, "maximum": 9},
                "image": {"type": "object", "properties": {"tag": {"type": "string"}, "pull": {"enum": ["Always", "Never"]}}, "additionalProperties": false},
                "storage": {"type": "object", "properties": {"enabled": {"type": "boolean"}, "size": {"type": "string"}}},
                "auth": {"type": "object", "properties": {"password": {"type": "string"}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "mode": {"type": "string"}}}"#,
        ),
    )
}

const OVERLAY: &str = r#"{
  "groups": [{"name": "size", "label": "Size", "help": "How large it is."}],
  "rest": "hidden",
  "fields": [
    {"path": "/mode", "choices": [{"value": "fast", "label": "Fast"}, {"value": "safe"}], "required": true},
    {"path": "/replicas", "group": "size", "label": "Pods", "rules": {"maximum": 3}},
    {"path": "/storage/enabled", "group": "size"},
    {"path": "/storage/size", "group": "size", "rules": {"least": "1Gi", "most": "10Gi"},
     "shownWhen": [{"path": "/storage/enabled", "oneOf": [true]}]},
    {"path": "/image/pull"}
  ],
  "defaults": [{"path": "/replicas", "value": 2, "classes": ["gold"]}],
  "imposed": [{"path": "/image", "value": {"pull": "Never"}, "note": "Images are mirrored.", "environments": ["production"]}]
}"#;

fn context(class: &str, environment: &str) -> Context {
    Context { class: class.into(), environment: environment.into() }
}

#[test]
fn the_form_is_what_the_entry_says() {
    let overlay = overlay(OVERLAY);
    assert_eq!(overlay.check(&chart()), []);
    let set = Document::parse("storage:\n  enabled: true\n").unwrap();
    let form = Form::of(&chart(), &overlay, &set, &context("gold", "production"));
    let [mode, pull, Node::Group(size)] = form.nodes.as_slice() else { panic!("{:?}", form.nodes) };
    assert_eq!(
        (mode.label(), pull.label(), size.label.as_str(), size.help.as_deref()),
        ("Mode", "Pull", "Size", Some("How large it is."))
    );
    let mode = form.field(&path("/mode")).unwrap();
    assert!(matches!(&mode.kind, Kind::Choice(choice) if choice.options[0].label == "Fast") && mode.is_required);
    let pods = form.field(&path("/replicas")).unwrap();
    assert_eq!((pods.label.as_str(), pods.shown.as_str(), pods.rules.maximum), ("Pods", "2", Some(3.0)));
    assert!(form.field(&path("/storage/size")).unwrap().is_visible);
    let pull = form.field(&path("/image/pull")).unwrap();
    assert_eq!((pull.locked.as_deref(), pull.shown.as_str()), (Some("Images are mirrored."), "Never"));
    let other = Form::of(&chart(), &overlay, &Document::empty(), &Context::default());
    assert_eq!(other.field(&path("/replicas")).unwrap().shown, "1");
    assert_eq!(other.field(&path("/image/pull")).unwrap().locked, None);
    assert!(!other.field(&path("/storage/size")).unwrap().is_visible);
    let posted = [("v/replicas", "5"), ("v/storage/size", "20Gi"), ("v/image/pull", "Always"), ("v/mode", "safe")];
    let posted = posted.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let applied = apply_form(&form, &set, &posted);
    assert_eq!(applied.document.text(), "storage:\n  enabled: true\nmode: safe\n");
    let faults: Vec<&Fault> = applied.errors.iter().map(|error| &error.fault).collect();
    assert_eq!(faults, [&Fault::Above { most: 3.0 }, &Fault::More { most: "10Gi".into() }]);
}

#[test]
fn what_is_set_in_the_yaml_keeps_the_limits_too() {
    let overlay = overlay(OVERLAY);
    let set = Document::parse("replicas: 5\nmode: \"\"\nimage:\n  pull: Always\nstorage:\n  size: 1Ti\n").unwrap();
    let context = context("gold", "production");
    let layers = Layers {
        chart: chart().values.value().clone(),
        entry: overlay.default_values(&context),
        set: set.value().clone(),
        imposed: overlay.imposed_values(&context),
    };
    assert_eq!(layers.merged().at(&path("/image/pull")), Some(&Value::from("Never")));
    assert_eq!(layers.merged().at(&path("/image/tag")), Some(&Value::from("a")));
    let found = overlay.violations(set.value(), &layers.merged(), &context);
    let found: Vec<(String, &Fault)> = found.iter().map(|error| (error.path.to_string(), &error.fault)).collect();
    assert_eq!(
        found,
        [
            ("/image".into(), &Fault::Imposed),
            ("/mode".into(), &Fault::Missing),
            ("/replicas".into(), &Fault::Above { most: 3.0 })
        ]
    );
}

#[test]
fn every_mistake_is_listed_at_once() {
    let overlay = overlay(
        r#"{
          "groups": [{"name": "a", "label": "A"}, {"name": "a", "label": "B"}],
          "fields": [
            {"path": "/nothing"},
            {"path": "/replicas", "group": "b", "rules": {"minimum": 5, "maximum": 20}},
            {"path": "/replicas"},
            {"path": "/image"},
            {"path": "/image/tag", "rules": {"patterns": ["(?=a)"], "minLength": 5, "maxLength": 2}},
            {"path": "/image/pull", "choices": [{"value": "Sometimes"}], "shownWhen": [{"path": "/image/pull", "oneOf": []}]}
          ],
          "defaults": [{"path": "/replicas", "value": 3}, {"path": "/replicas", "value": "many"}, {"path": "/mode", "value": "x"}],
          "imposed": [{"path": "/image/pull", "value": "Sometimes"}, {"path": "/mode", "value": "x"}, {"path": "/image/other", "value": 1}],
          "secrets": ["/no/such"]
        }"#,
    );
    let found = overlay.check(&chart());
    let has = |place: &str, is_it: &dyn Fn(&MistakeKind) -> bool| {
        assert!(found.iter().any(|mistake| mistake.place == place && is_it(&mistake.kind)), "{place} in {found:#?}");
    };
    has("groups[1]", &|kind| matches!(kind, MistakeKind::SameGroup { .. }));
    has("fields[0]", &|kind| *kind == MistakeKind::NoSuchPath);
    has("fields[1]", &|kind| matches!(kind, MistakeKind::NoSuchGroup { .. }));
    has("fields[1].rules", &|kind| *kind == MistakeKind::Wider { name: "maximum" });
    has("fields[2]", &|kind| *kind == MistakeKind::Twice);
    has("fields[4]", &|kind| matches!(kind, MistakeKind::Within { .. }));
    has("fields[4].rules", &|kind| matches!(kind, MistakeKind::Pattern { .. }));
    has("fields[4].rules", &|kind| *kind == MistakeKind::Impossible);
    has("fields[5].choices[0]", &|kind| matches!(kind, MistakeKind::Refused { .. }));
    has("fields[5].shownWhen", &|kind| *kind == MistakeKind::DependsOnItself);
    has("fields[5].shownWhen", &|kind| matches!(kind, MistakeKind::NoValues { .. }));
    has("defaults[0]", &|kind| matches!(kind, MistakeKind::OutOfLimits { .. }));
    has("defaults[1]", &|kind| matches!(kind, MistakeKind::Refused { .. }));
    has("defaults[2]", &|kind| *kind == MistakeKind::ImposedToo);
    has("imposed[0]", &|kind| matches!(kind, MistakeKind::Refused { .. }));
    has("imposed[2]", &|kind| *kind == MistakeKind::NoSuchPath);
    has("secrets[0]", &|kind| *kind == MistakeKind::NoSuchPath);
    assert!(found.iter().all(|mistake| mistake.to_string().ends_with(['.', ')'])), "{found:#?}");
}

#[test]
fn what_is_not_named_stands_below_or_not_at_all() {
    let json = r#"{"rest": "shown", "fields": [{"path": "/image/tag"}, {"path": "/auth/password"}]}"#;
    let form = Form::of(&chart(), &overlay(json), &Document::empty(), &Context::default());
    let [tag, password, Node::Group(rest)] = form.nodes.as_slice() else { panic!("{:?}", form.nodes) };
    assert_eq!(
        (tag.path(), password.path(), rest.label.as_str()),
        (&path("/image/tag"), &path("/auth/password"), "Other values")
    );
    let paths: Vec<String> = form.fields().iter().map(|field| field.path.to_string()).collect();
    assert_eq!(paths.iter().filter(|path| *path == "/image/tag").count(), 1);
    assert!(!rest.nodes.iter().any(|node| node.path() == &path("/auth")));
    let deep = r#"{"rest": "hidden", "fields": [{"path": "/labels/app.kubernetes.io~1name"}]}"#;
    let form = Form::of(&chart(), &overlay(deep), &Document::empty(), &Context::default());
    assert_eq!(form.nodes.len(), 1);
}

#[test]
fn an_overlay_is_a_file_that_comes_back() {
    let overlay = overlay(OVERLAY);
    let json = serde_json::to_string(&overlay).unwrap();
    assert_eq!(serde_json::from_str::<Overlay>(&json).unwrap(), overlay);
    assert!(serde_json::from_str::<Overlay>(r#"{"feilds": []}"#).is_err());
}

#[test]
fn questions_are_taken_over() {
    let questions: Vec<Question> = serde_json::from_str(
        r#"[
          {"variable": "replicas", "label": "Pods", "type": "int", "default": "3", "min": 1, "max": 5, "group": "Size", "required": true},
          {"variable": "storage.enabled", "type": "boolean", "default": "false", "group": "Size", "show_subquestion_if": true,
           "subquestions": [{"variable": "storage.size", "type": "string", "default": "1Gi"}]},
          {"variable": "auth.password", "type": "password", "show_if": "storage.enabled=true&&mode=fast", "min_length": 8},
          {"variable": "mode", "type": "enum", "options": ["fast", "safe"], "show_if": "replicas>2", "valid_chars": "a-z"},
          {"variable": "mode"}, {"label": "none"}
        ]"#,
    )
    .unwrap();
    let taken = Overlay::from_questions(&questions, &chart());
    let overlay = &taken.overlay;
    assert_eq!(taken.notes.len(), 3, "{:?}", taken.notes);
    assert_eq!(overlay.defaults.len(), 1);
    assert_eq!(overlay.defaults[0].value, Value::from(3));
    assert_eq!(overlay.secrets, [path("/auth/password")]);
    assert_eq!(overlay.fields[2].shown_when[0].one_of, [Value::from(true), Value::from("true")]);
    assert_eq!(overlay.fields[3].shown_when.len(), 2);
    assert_eq!(overlay.check(&chart()), []);
    let set = Document::parse("storage:\n  enabled: true\n").unwrap();
    let form = Form::of(&chart(), overlay, &set, &Context::default());
    assert!(form.field(&path("/storage/size")).unwrap().is_visible);
    assert!(form.field(&path("/auth/password")).unwrap().is_visible);
}

#[test]
fn problems_have_a_path_and_a_line() {
    let chart = chart();
    let set = Document::parse("# head\nreplicas: 12\nimage:\n  tag: 5\nother: 1\n").unwrap();
    let layers = Layers {
        chart: chart.values.value().clone(),
        entry: Value::Map(values::Map::new()),
        set: set.value().clone(),
        imposed: Value::Map(values::Map::new()),
    };
    let checked = validate(chart.schema.as_ref().unwrap(), &layers.merged(), &set);
    let mut found: Vec<(String, Option<usize>)> =
        checked.problems.iter().map(|problem| (problem.path.to_string(), problem.line)).collect();
    found.sort();
    assert_eq!(found, [("".into(), None), ("/image/tag".into(), Some(4)), ("/replicas".into(), Some(2))]);
    let mut form = Form::of(&chart, &Overlay::default(), &set, &Context::default());
    assert_eq!(form.attach(&checked.problems).len(), 1);
    assert_eq!(form.field(&path("/replicas")).unwrap().errors.len(), 1);
}
