//! Every schema has a form: those of real charts, and those that are made up. What comes back as it was shown changes nothing, and
//! what is typed is there in the next form.

mod browser;
mod generated;

use std::path::{Path as FilePath, PathBuf};
use std::process::Command;

use browser::untouched;
use generated::{KEYWORDS, Random, fitting, schema, value};
use values::{Chart, Context, Document, Form, Kind, Layers, Map, Overlay, Value, apply_form, validate};

/// Go modules with charts in them, read where they lie.
const MODULES: [(&str, usize); 5] = [
    ("sigs.k8s.io/metrics-server@v0.9.0", 1),
    ("sigs.k8s.io/descheduler@v0.36.0", 1),
    ("k8s.io/ingress-nginx@v0.0.0-20240708192948-52c50467d67d", 1),
    ("github.com/kyverno/kyverno@v1.19.1", 4),
    ("sigs.k8s.io/external-dns@v0.22.0", 1),
];

/// The folder of a module; `None` if it cannot be fetched.
fn folder(module: &str) -> Option<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", module]).current_dir("/").output().ok()?;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    json["Dir"].as_str().map(PathBuf::from)
}

/// The folders with a Chart.yaml, to a depth that no chart is below.
fn charts(folder: &FilePath, depth: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let below = folders.filter(|_| depth > 0).flat_map(|path| charts(&path, depth - 1)).collect();
    if folder.join("Chart.yaml").is_file() { [vec![folder.to_owned()], below].concat() } else { below }
}

#[test]
fn real_charts_have_forms_that_change_nothing() {
    let mut n_schemas = 0;
    for (module, n_charts) in MODULES {
        let Some(folder) = folder(module) else {
            eprintln!("skipped: {module} cannot be fetched without Go and its modules");
            return;
        };
        let charts = charts(&folder.join("charts"), 3);
        assert!(charts.len() >= n_charts, "{module} has {charts:?}");
        for folder in charts {
            let values = std::fs::read_to_string(folder.join("values.yaml")).unwrap_or_default();
            let schema = std::fs::read_to_string(folder.join("values.schema.json")).ok();
            n_schemas += usize::from(schema.is_some());
            for schema in [schema.as_deref(), None] {
                let chart = Chart::read(&values, schema);
                assert_eq!((chart.values_error.as_ref(), chart.schema_error.as_ref()), (None, None), "{folder:?}");
                let form =
                    check(&chart, "# mine\nreplicas: 2 # two\nunknown: {a: [1, \"x\"]}\n", &format!("{folder:?}"));
                let n_boxes = form.fields().iter().filter(|field| matches!(field.kind, Kind::Yaml { .. })).count();
                let is_drawn = form.n_fields < 12 || n_boxes * 3 < form.n_fields * 2;
                assert!(is_drawn, "{folder:?}: {n_boxes} boxes among {} fields", form.n_fields);
                if let Some(schema) = &chart.schema {
                    let checked = validate(schema, chart.values.value(), &Document::empty());
                    // external-dns asks for a policy, and has none by default.
                    let is_open = |problem: &values::Problem| problem.path.to_string() == "/policy";
                    assert_eq!(checked.error, None, "{folder:?}");
                    assert!(checked.problems.iter().all(is_open), "{folder:?}: {:?}", checked.problems);
                }
            }
        }
    }
    assert!(n_schemas > 0);
}

/// Whatever the chart and the values: a form, which changes nothing if nothing is typed, and shows what was typed.
fn check(chart: &Chart, set: &str, name: &str) -> Form {
    let set = Document::parse(set).unwrap_or_else(|error| panic!("{name}: {error}\n{set}"));
    let form = Form::of(chart, &Overlay::default(), &set, &Context::default());
    let posted = untouched(&form);
    let applied = apply_form(&form, &set, &posted);
    assert_eq!(applied.errors, [], "{name}");
    assert_eq!(applied.n_changes, 0, "{name}");
    assert_eq!(applied.document.text(), set.text(), "{name}");
    serde_json::to_string(&form).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut names: Vec<&str> = form.fields().iter().map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    let n_names = names.len();
    names.dedup();
    assert_eq!(names.len(), n_names, "{name}: names are unique");
    if let Some(schema) = &chart.schema {
        let layers = Layers {
            chart: chart.values.value().clone(),
            entry: Value::Map(Map::new()),
            set: set.value().clone(),
            imposed: Value::Map(Map::new()),
        };
        let checked = validate(schema, &layers.merged(), &set);
        let mut form = form.clone();
        form.attach(&checked.problems);
    }
    form
}

/// Types into every field one after the other, and looks for it in the form that comes of it.
fn type_everywhere(chart: &Chart, set: &str, random: &mut Random, name: &str) {
    let set = Document::parse(set).expect("was read before");
    let form = Form::of(chart, &Overlay::default(), &set, &Context::default());
    let mut posted = untouched(&form);
    for field in form.fields() {
        if random.one_in(2) || !field.is_editable() {
            continue;
        }
        let typed = match &field.kind {
            Kind::Text { .. } | Kind::Scalar { .. } => {
                (*random.pick(&["x", "yes", "12", "a: b", "\"q\"", " s ", "one\r\ntwo"])).to_owned()
            }
            Kind::Number | Kind::Integer => random.below(30).to_string(),
            Kind::Switch => (*random.pick(&["true", "false"])).to_owned(),
            Kind::Choice(choice) => choice.options[random.below(choice.options.len())].token.clone(),
            Kind::Quantity { .. } => "250m".to_owned(),
            Kind::Secret => "hidden".to_owned(),
            Kind::Yaml { .. } => (*random.pick(&["a: 1\r\nb: [x]\r\n", "text", "[1, 2]", "", "{"])).to_owned(),
            Kind::List(_) | Kind::Map(_) => continue,
        };
        posted.iter_mut().filter(|(name, _)| *name == field.name).for_each(|(_, value)| *value = typed.clone());
    }
    let applied = apply_form(&form, &set, &posted);
    let mut next = Form::of(chart, &Overlay::default(), &applied.document, &Context::default());
    next.restore(&applied);
    let again = apply_form(
        &next,
        &applied.document,
        &untouched(&Form::of(chart, &Overlay::default(), &applied.document, &Context::default())),
    );
    assert_eq!(again.document.text(), applied.document.text(), "{name}");
    for field in form.fields() {
        // Rows move up when one above them is emptied.
        if field.path.segments().iter().any(|segment| matches!(segment, values::Segment::Index(_))) {
            continue;
        }
        let Some((_, typed)) = posted.iter().find(|(name, _)| *name == field.name) else { continue };
        let Some(now) = next.field(&field.path) else { continue };
        let is_plain = matches!(field.kind, Kind::Text { is_long: false } | Kind::Integer | Kind::Quantity { .. })
            && field.kind == now.kind;
        if is_plain && *typed != field.shown && !typed.is_empty() && !typed.contains('\r') && field.is_editable() {
            let is_same_number =
                matches!((now.current().parse::<f64>(), typed.parse::<f64>()), (Ok(one), Ok(other)) if one == other);
            let is_there = now.current() == typed || (field.kind == Kind::Integer && is_same_number);
            assert!(is_there, "{name}: {} has {:?}, not {typed:?}", field.path, now.current());
        }
    }
}

fn yaml(value: &serde_json::Value) -> String {
    let mut document = Document::empty();
    let Value::Map(map) = Value::from(value) else { return String::new() };
    document.set(&values::Path::root(), &Value::Map(map)).unwrap_or_else(|error| panic!("{error}"));
    document.text().to_owned()
}

fn one(seed: u64, n_typed: usize) -> serde_json::Value {
    let mut random = Random(seed);
    let schema = schema(&mut random);
    let (values, set) = (fitting(&mut random, &schema, 6), fitting(&mut random, &schema, 6));
    let set = if random.one_in(4) { value(&mut random, 3) } else { set };
    let (values, set) = (yaml(&values), yaml(&set));
    let text = schema.to_string();
    let name = format!("seed {seed}");
    let chart = Chart::read(&values, Some(&text));
    assert_eq!((chart.values_error.as_ref(), chart.schema_error.as_ref()), (None, None), "{name}");
    check(&chart, &set, &name);
    for _ in 0..n_typed {
        type_everywhere(&chart, &set, &mut random, &name);
    }
    let alone = Chart::read(&values, None);
    check(&alone, &set, &name);
    type_everywhere(&alone, &set, &mut random, &name);
    schema
}

#[test]
fn made_up_schemas_have_forms_that_change_nothing() {
    let mut unseen: Vec<&str> = KEYWORDS.to_vec();
    for seed in 0..200 {
        let schema = one(seed, 2).to_string();
        unseen.retain(|keyword| !schema.contains(&format!("\"{keyword}\"")));
    }
    assert_eq!(unseen, Vec::<&str>::new(), "keywords that no schema has");
}

/// Further seeds for as long as `BERTH_FUZZ_SECONDS` says, two seconds if it says nothing.
#[test]
fn further_schemas_for_a_while() {
    let seconds = std::env::var("BERTH_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(2);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let mut seed = 1000;
    while std::time::Instant::now() < end {
        one(seed, 1);
        seed += 1;
    }
    eprintln!("{} schemas", seed - 1000);
}
