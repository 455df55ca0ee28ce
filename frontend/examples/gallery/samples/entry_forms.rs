//! The form of an entry, worked on: as it is opened, with a panel, with mistakes, and over what cannot be read.

use super::HOSTILE;
use super::values::error;
use frontend::pages::curation::form::FormEditor;
use std::sync::LazyLock;
use values::overlay::{FieldTyped, Panel, PanelTyped};
use values::{Chart, Context, Document, Draft, Form};

const VALUES: &str = "# Which image.\nimage:\n  tag: \"17.6\"\nreplicas: 2\n# Where the rows are kept.\npersistence:\n  enabled: true\n  size: 10Gi\nauth:\n  password: hunter2\n  user: app\nparameters:\n  max_connections: \"100\"\nenv:\n  - name: A\n    value: b\nhosts: [a.example.com]\ntls: {enabled: false, secret: \"\"}\nnothing: null\nodd: [[1, 2], [3]]\n";

const SCHEMA: &str = r##"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {
  "image": {"type": "object", "properties": {"tag": {"type": "string", "enum": ["16.9", "17.6", "18.0"]}}},
  "replicas": {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many pods run"},
  "mode": {"oneOf": [{"const": "a", "title": "The first"}, {"const": "b"}]},
  "old": {"type": "string", "deprecated": true, "default": "x"},
  "tree": {"$ref": "#/definitions/tree"}},
  "definitions": {"tree": {"type": "object", "properties": {"child": {"$ref": "#/definitions/tree"}}}}}"##;

const FORM: &str = "rest: hidden\ngroups:\n  - {name: database, label: Database, help: What it is.}\n  - {name: storage, label: Storage}\n  - {name: empty, label: Not used yet}\nfields:\n  - {path: /mode}\n  - {path: /image/tag, group: database, label: Version, required: true}\n  - {path: /auth/user, group: database, label: User}\n  - {path: /auth/password, group: database, label: Password}\n  - {path: /tls/secret, group: database, label: Certificate, shownWhen: [{path: /tls/enabled, oneOf: [true]}]}\n  - {path: /replicas, group: database}\n  - {path: /persistence, group: storage, label: Volume}\n  - {path: /parameters, group: storage}\n  - {path: /env, group: storage}\n  - {path: /hosts, group: storage}\n  - {path: /tree, group: storage}\n  - {path: /odd, group: storage}\n  - {path: /nothing, group: storage}\ndefaults:\n  - {path: /replicas, value: 3, environments: [production]}\nimposed:\n  - {path: /persistence/enabled, value: true, note: A throwaway database is not for this entry.}\n  - {path: /auth/password, value: secret}\nsecrets: [/auth/user]\n";

/// Made once: the same are asked for again and again.
static EDITORS: LazyLock<Vec<(&str, FormEditor)>> = LazyLock::new(made);

pub fn editors() -> Vec<(&'static str, FormEditor)> {
    EDITORS.clone()
}

fn made() -> Vec<(&'static str, FormEditor)> {
    vec![
        ("entry-form", editor(FORM)),
        ("entry-form-value", FormEditor { has_questions: true, ..opened("value /image/tag") }),
        ("entry-form-group", opened("group database")),
        ("entry-form-refused", refused()),
        ("entry-form-mistakes", with_notes()),
        ("entry-form-all", editor("")),
        ("entry-form-unreadable", unreadable()),
        ("entry-form-hostile", hostile()),
        ("entry-form-no-version", FormEditor { version: None, versions: vec![], values: vec![], ..editor("") }),
    ]
}

fn editor(text: &str) -> FormEditor {
    over(text, &Chart::read(VALUES, Some(SCHEMA)))
}

pub fn over(text: &str, chart: &Chart) -> FormEditor {
    let draft = Draft::parse(text).expect("is a form");
    let seen_by = Context { class: "standard".into(), environment: "production".into() };
    FormEditor {
        entry: "postgresql".parse().expect("is a name"),
        title: "PostgreSQL".into(),
        entry_version: "3".into(),
        versions: vec!["17.6.0".into(), "17.4.0".into()],
        version: Some("17.6.0".into()),
        classes: vec!["sandbox".into(), "standard".into()],
        class: seen_by.class.clone(),
        environment: seen_by.environment.clone(),
        query: String::new(),
        text: text.to_owned(),
        overlay: Some(draft.overlay().clone()),
        values: chart.inventory(),
        form: Some(Form::of(chart, draft.overlay(), &Document::empty(), &seen_by)),
        mistakes: draft.overlay().check(chart),
        open: None,
        typed: PanelTyped::default(),
        errors: vec![],
        refusal: None,
        notes: vec![],
        has_questions: false,
        is_unsaved: true,
        judges_anew: true,
    }
}

fn opened(panel: &str) -> FormEditor {
    let draft = Draft::parse(FORM).expect("is a form");
    let field = draft.typed(&"/image/tag".parse().expect("is a path"), true).expect("is offered");
    let typed = PanelTyped { field, group_label: "Database".into(), ..PanelTyped::default() };
    FormEditor { open: Panel::read(panel), typed, ..editor(FORM) }
}

fn refused() -> FormEditor {
    let field = FieldTyped { minimum: "much".into(), ..FieldTyped::default() };
    FormEditor {
        errors: vec![error("minimum", "must be a number")],
        typed: PanelTyped { field, ..PanelTyped::default() },
        refusal: Some("somebody else has changed it".into()),
        ..opened("value /image/tag")
    }
}

fn with_notes() -> FormEditor {
    let text = format!("{FORM}  - /nowhere\n");
    let text = text.replace("  - {path: /mode}\n", "  - {path: /mode}\n  - {path: /not/there, group: other}\n");
    let text = text.replace("secrets: [/auth/user]\n  - /nowhere\n", "");
    FormEditor { notes: vec!["A question has no variable and was left out.".into()], ..editor(&text) }
}

fn unreadable() -> FormEditor {
    FormEditor {
        text: "fields: [".into(),
        overlay: None,
        form: None,
        mistakes: vec![],
        errors: vec![error("overlay", "cannot be read as YAML. Line 1, column 9: a list is not closed.")],
        ..editor("")
    }
}

/// A chart of which nothing can be read, and words that would be markup.
fn hostile() -> FormEditor {
    let text = serde_json::json!({"fields": [{"path": "/<b>/a b", "label": HOSTILE, "help": HOSTILE}]}).to_string();
    over(&text, &Chart::read("a: [", Some("{\"$ref\": \"#\"}")))
}
