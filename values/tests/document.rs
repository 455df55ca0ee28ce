//! The document keeps what it does not change, and means what is set.

use proptest::prelude::*;
use rstest::rstest;
use values::{Document, EditError, Path, Segment, Value, YamlError};

fn path(text: &str) -> Path {
    text.parse().expect("is a path")
}

fn yaml(text: &str) -> Value {
    serde_json::from_str(text).expect("is JSON")
}

#[rstest]
#[case::replaces_a_scalar("a: 1 # one\nb: 2\n", "/a", "5", "a: 5 # one\nb: 2\n")]
#[case::keeps_double_quotes("a: \"x\"\n", "/a", "\"y\"", "a: \"y\"\n")]
#[case::keeps_single_quotes("a: 'x'\n", "/a", "\"it's\"", "a: 'it''s'\n")]
#[case::appends_a_key("a: 1\n# end\n", "/b", "2", "a: 1\nb: 2\n# end\n")]
#[case::appends_without_a_line_end("a: 1", "/b", "2", "a: 1\nb: 2\n")]
#[case::makes_maps("", "/a/b/c", "true", "a:\n  b:\n    c: true\n")]
#[case::inserts_into_a_map("a:\n    b: 1\nc: 2\n", "/a/d", "3", "a:\n    b: 1\n    d: 3\nc: 2\n")]
#[case::fills_an_empty_flow_map("a: {} # none\nb: 1\n", "/a/x", "1", "a: # none\n  x: 1\nb: 1\n")]
#[case::inserts_into_a_flow_map("a: {x: 1}\n", "/a/z", "\"no\"", "a: {x: 1, z: \"no\"}\n")]
#[case::fills_an_empty_value("a:\nb: 1\n", "/a", "3", "a: 3\nb: 1\n")]
#[case::fills_an_empty_value_with_a_map("a: # soon\nb: 1\n", "/a/c", "3", "a: # soon\n  c: 3\nb: 1\n")]
#[case::changes_one_item("a:\n- x # first\n- y\n", "/a", r#"["x", "z"]"#, "a:\n- x # first\n- z\n")]
#[case::removes_an_item("a:\n  - x # first\n  - y\n  - z\n", "/a", r#"["x", "z"]"#, "a:\n  - x # first\n  - z\n")]
#[case::adds_an_item("a:\n  - x\nb: 1\n", "/a", r#"["x", {"k": 1, "l": 2}]"#, "a:\n  - x\n  - k: 1\n    l: 2\nb: 1\n")]
#[case::changes_in_an_item("a:\n  - k: 1 # k\n    l: 2\n", "/a/#0/l", "3", "a:\n  - k: 1 # k\n    l: 3\n")]
#[case::keeps_crlf("a: 1\r\nb: 2\r\n", "/c/d", "3", "a: 1\r\nb: 2\r\nc:\r\n  d: 3\r\n")]
#[case::writes_several_lines("a: x\n", "/a", "\"one\\ntwo\\n\"", "a: |\n  one\n  two\n")]
#[case::replaces_a_block_text("a: |\n  one\n  two\nb: 1\n", "/a", "\"x\"", "a: x\nb: 1\n")]
#[case::quotes_what_yaml_reads_otherwise("a: x\n", "/a", "\"1_000\"", "a: \"1_000\"\n")]
#[case::replaces_a_map_by_a_scalar("a:\n  # why\n  b: 1\nc: 2\n", "/a", "5", "a: 5\n  # why\nc: 2\n")]
#[case::keeps_an_anchor("a: &x 1\nb: 2\n", "/a", "3", "a: &x 3\nb: 2\n")]
#[case::keeps_others_of_an_anchor("a: &x 1\nb: *x\n", "/a", "3", "a: &x 3\nb: 1\n")]
#[case::writes_an_alias_out("a: &x {k: 1}\nb: *x\n", "/b/l", "2", "a: &x {k: 1}\nb:\n  k: 1\n  l: 2\n")]
#[case::sets_over_a_merge("a: &x\n  k: 1\nb:\n  <<: *x\n", "/b/k", "2", "a: &x\n  k: 1\nb:\n  <<: *x\n  k: 2\n")]
#[case::after_a_byte_order_mark("\u{feff}a: 1\n", "/a", "2", "\u{feff}a: 2\n")]
#[case::before_nothing("# only a comment\n", "/a", "2", "# only a comment\na: 2\n")]
#[case::after_a_document_start("---\na: 1\n", "/b", "2", "---\na: 1\nb: 2\n")]
fn setting(#[case] text: &str, #[case] at: &str, #[case] value: &str, #[case] expected: &str) {
    let mut document = Document::parse(text).unwrap();
    document.set(&path(at), &yaml(value)).unwrap();
    assert_eq!(document.text(), expected);
    assert_eq!(document.get(&path(at)), Some(&yaml(value)));
}

#[rstest]
#[case::takes_the_line("a: 1 # one\n# two\nb: 2\n", "/a", "# two\nb: 2\n")]
#[case::takes_empty_maps_with_it("a:\n  b:\n    c: 1\nd: 1\n", "/a/b/c", "d: 1\n")]
#[case::keeps_a_map_with_comments("a:\n  # why\n  b: 1\nd: 1\n", "/a/b", "a: {}\n  # why\nd: 1\n")]
#[case::of_a_flow_map("a: {b: 1, c: 2}\n", "/a/b", "a: {c: 2}\n")]
#[case::of_an_item("a:\n  - b: 1\n    c: 2\n", "/a/#0/b", "a:\n  - c: 2\n")]
#[case::of_the_last_item("a:\n  - b\n", "/a/#0", "a: []\n")]
#[case::of_the_last_key("# head\na: 1\n", "/a", "# head\n")]
#[case::of_a_block_text("a: |\n  x\n  y\nb: 1\n", "/a", "b: 1\n")]
#[case::of_what_is_not_there("a: 1\n", "/b", "a: 1\n")]
fn unsetting(#[case] text: &str, #[case] at: &str, #[case] expected: &str) {
    let mut document = Document::parse(text).unwrap();
    document.unset(&path(at)).unwrap();
    assert_eq!(document.text(), expected);
}

#[rstest]
#[case::bool("yes", "true")]
#[case::short_bool("n", "false")]
#[case::octal("010", "8")]
#[case::new_octal("0o10", "8")]
#[case::hex("0xff", "255")]
#[case::underscores("1_000", "1000")]
#[case::float("1e3", "1000.0")]
#[case::no_octal("08", "8.0")]
#[case::date("2024-01-02", "\"2024-01-02\"")]
#[case::base_sixty("1:20", "\"1:20\"")]
#[case::tilde("~", "null")]
#[case::quantity("500m", "\"500m\"")]
#[case::version("1.2.3", "\"1.2.3\"")]
fn scalars_mean_what_helm_reads(#[case] scalar: &str, #[case] expected: &str) {
    let document = Document::parse(format!("a: {scalar}\n")).unwrap();
    assert_eq!(document.get(&path("/a")), Some(&yaml(expected)));
}

#[test]
fn texts_that_look_like_something_else_are_quoted() {
    for text in [
        "no",
        "y",
        "On",
        "1_000",
        "0o7",
        "1e3",
        "null",
        "~",
        "2024-01-02",
        "1:20",
        "",
        " x",
        "x ",
        "#x",
        "a: b",
        "-",
        "*a",
        "0x1f",
        ".5",
        "+1",
        "NULL",
        "TRUE",
    ] {
        let mut document = Document::empty();
        document.set(&path("/a"), &Value::from(text)).unwrap();
        assert!(document.text().starts_with("a: \""), "{text:?}: {}", document.text());
    }
    for text in ["x", "nginx", "500m", "10Gi", "1.2.3", "http://a.b:80/c", "hello world", "café"] {
        let mut document = Document::empty();
        document.set(&path("/a"), &Value::from(text)).unwrap();
        assert_eq!(document.text(), format!("a: {text}\n"));
    }
}

#[test]
fn hostile_yaml_is_refused_with_its_cause() {
    let error = |text: &str| Document::parse(text).unwrap_err();
    let bomb = (0..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        format!("{text}a{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 10].join(", "))
    });
    assert!(matches!(error(&bomb), YamlError::TooMany { .. }));
    assert_eq!(error("a: 1\nb: 2\na: 3\n"), YamlError::DuplicateKey { key: "a".into(), line: 3, first_line: 1 });
    assert!(matches!(error(&"x".repeat(10 << 20)), YamlError::TooLarge { .. }));
    assert!(matches!(error("a:\n\tb: 1\n"), YamlError::Tab { line: 2, .. }));
    assert!(matches!(error("a: 1\n---\nb: 1\n"), YamlError::SeveralDocuments { line: 2 }));
    assert!(matches!(error("a: !exec rm\n"), YamlError::UnsupportedTag { line: 1, .. }));
    assert!(matches!(error("a: !!binary aGk=\n"), YamlError::UnsupportedTag { line: 1, .. }));
    assert!(matches!(error("a: *b\n"), YamlError::UnknownAlias { line: 1, .. }));
    assert!(matches!(
        error("a: &a [*a]\n"),
        YamlError::RecursiveAlias { line: 1 } | YamlError::UnknownAlias { line: 1, .. }
    ));
    assert!(matches!(error("? [a]\n: 1\n"), YamlError::ComplexKey { line: 1 }));
    assert!(matches!(error("a: .nan\n"), YamlError::NotFinite { line: 1, .. }));
    assert!(matches!(error("<<: 1\n"), YamlError::MergeOfNoMap { line: 1 }));
    assert!(matches!(error("- a\n"), YamlError::NotMap { line: 1, .. }));
    assert!(matches!(error("a: [1, 2\n"), YamlError::Syntax { .. }));
    let deep = "[".repeat(200);
    assert!(matches!(error(&format!("a: {deep}")), YamlError::TooDeep { .. } | YamlError::Syntax { .. }));
    let deep: String = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(matches!(error(&deep), YamlError::TooDeep { .. }));
    assert!(matches!(error("a: \u{0}\n"), YamlError::Syntax { .. }));
}

#[test]
fn a_change_that_cannot_be_made_leaves_the_document() {
    let mut document = Document::parse("a: &x\n  k: 1\nb:\n  <<: *x\nl: [1]\n").unwrap();
    let before = document.clone();
    assert!(matches!(document.unset(&path("/b/k")), Err(EditError::Merged { .. })));
    assert!(matches!(
        document.set(&path("/l/#5"), &Value::Null),
        Err(EditError::NoSuchItem { index: 5, n_items: 1, .. })
    ));
    let long = Path::root().key(&"k".repeat(2000));
    assert!(matches!(document.set(&long, &Value::Null), Err(EditError::KeyTooLong { .. })));
    assert!(matches!(
        document.set(&path("/a/b"), &Value::from("x".repeat(600_000).as_str())),
        Err(EditError::TooLarge { .. })
    ));
    assert_eq!(document, before);
}

#[test]
fn an_item_follows_a_text_over_lines() {
    let mut document = Document::parse("c:\n  - null\n").unwrap();
    document.set(&path("/c"), &yaml(r#"["a\n0"]"#)).unwrap();
    assert_eq!(document.text(), "c:\n  - |-\n    a\n    0\n");
    document.set(&path("/c"), &yaml(r#"["a\n0", false]"#)).unwrap();
    assert_eq!(document.text(), "c:\n  - |-\n    a\n    0\n  - false\n");
}

#[test]
fn secrets_are_hidden_in_every_row() {
    let document = Document::parse("auth:\n  password: hunter2 # mine\nusers:\n  - token: a\n  - token: b\n").unwrap();
    let hidden = document.without(&[path("/auth/password"), path("/users/#0/token")], "hidden").unwrap();
    assert_eq!(hidden, "auth:\n  password: hidden # mine\nusers:\n  - token: hidden\n  - token: hidden\n");
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-d]", 1 => "[a-z./#~ é\\[\\]-]{0,4}", 1 => any::<String>().prop_map(|text| text.chars().take(5).collect())]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| values::Number::from_f64(float).map(Value::Number)),
        any::<String>().prop_map(|text| Value::from(text.as_str())),
        "[ -~\n]{0,20}".prop_map(|text| Value::from(text.as_str())),
        prop::sample::select(vec!["no", "y", "1_000", "0o7", "1e3", "null", "2024-01-01", "|", "- a", "a\n b\n\n"])
            .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((key(), inner), 0..4).prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

fn any_path() -> impl Strategy<Value = Path> {
    prop::collection::vec(key().prop_map(Segment::Key), 1..4).prop_map(Path::from)
}

/// A document as people write it: comments, blank lines, quotes, flow and block.
fn text() -> impl Strategy<Value = String> {
    fn block(depth: u32) -> BoxedStrategy<Vec<String>> {
        let value = prop::sample::select(vec![
            "1",
            "x",
            "\"q\"",
            "'s'",
            "true",
            "",
            "{}",
            "[]",
            "{k: 1, l: [2]}",
            "[a, b]",
            "1 # c",
            "&n 2",
            "|\n  t\n  u",
            ">-\n  f\n  g",
        ]);
        let line = ("[a-h]", value).prop_map(|(key, value)| {
            let mut lines: Vec<String> = format!("{key}: {value}").split('\n').map(str::to_owned).collect();
            lines[0] = lines[0].trim_end().to_owned();
            lines
        });
        let extra = prop::sample::select(vec!["", "# comment", "  # deep"]).prop_map(|line| vec![line.to_owned()]);
        let leaf = prop_oneof![5 => line, 2 => extra];
        if depth == 0 {
            return prop::collection::vec(leaf, 1..5).prop_map(|lines| lines.concat()).boxed();
        }
        let nested = ("[i-m]", block(depth - 1), any::<bool>()).prop_map(|(key, lines, is_list)| {
            let mut out = vec![format!("{key}:")];
            for (number, line) in lines.iter().enumerate() {
                let begin = if is_list && number == 0 {
                    "  - "
                } else if is_list {
                    "    "
                } else {
                    "  "
                };
                out.push(if line.is_empty() && number > 0 { String::new() } else { format!("{begin}{line}") });
            }
            out
        });
        prop::collection::vec(prop_oneof![3 => leaf, 2 => nested], 1..5).prop_map(|lines| lines.concat()).boxed()
    }
    (block(2), prop::sample::select(vec!["\n", "\r\n"]))
        .prop_map(|(lines, end)| lines.iter().map(|line| format!("{line}{end}")).collect())
}

proptest! {
    #[test]
    fn what_is_set_can_be_read(at in any_path(), value in value(), other in any_path(), second in value()) {
        let mut document = Document::empty();
        document.set(&at, &value).unwrap();
        prop_assert_eq!(document.get(&at), Some(&value));
        document.set(&other, &second).unwrap();
        prop_assert_eq!(document.get(&other), Some(&second));
        let again = Document::parse(document.text()).unwrap();
        prop_assert_eq!(again.value(), document.value());
    }

    #[test]
    fn what_is_set_and_unset_leaves_every_other_line(text in text(), at in any_path(), value in value()) {
        let Ok(before) = Document::parse(text) else { return Ok(()) };
        let mut document = before.clone();
        let is_map = |n: usize| {
            let above: Path = at.segments()[..n].iter().cloned().collect();
            before.get(&above).is_none_or(|value| value.as_map().is_some())
        };
        if before.get(&at).is_some() || !(1..at.len()).all(is_map) || document.set(&at, &value).is_err() {
            return Ok(());
        }
        prop_assert_eq!(document.get(&at), Some(&value));
        let mut expected = before.value().clone();
        expected.put(&at, value);
        prop_assert_eq!(document.value(), &expected);
        document.unset(&at).unwrap();
        prop_assert_eq!(document.get(&at), None);
        let on_the_way: Vec<usize> = (1..at.len())
            .filter_map(|n| before.line_of(&at.segments()[..n].iter().cloned().collect()))
            .collect();
        let after: Vec<&str> = document.text().lines().collect();
        for (number, line) in before.text().lines().enumerate() {
            prop_assert!(on_the_way.contains(&(number + 1)) || line.is_empty() || after.contains(&line), "lost {:?} in {:?}", line, document.text());
        }
    }

    #[test]
    fn a_value_over_another_is_exact_or_refused_without_loss(text in text(), index in any::<prop::sample::Index>(), value in value()) {
        let Ok(before) = Document::parse(text) else { return Ok(()) };
        let paths = paths(before.value(), &Path::root());
        if paths.is_empty() {
            return Ok(());
        }
        let at = index.get(&paths);
        let mut document = before.clone();
        match document.set(at, &value) {
            Ok(()) => {
                let mut expected = before.value().clone();
                expected.put(at, value);
                prop_assert_eq!(document.value(), &expected);
            }
            Err(error) => {
                prop_assert!(matches!(error, EditError::CannotKeep { .. }), "{} in {}", error, before.text());
                prop_assert_eq!(&document, &before);
            }
        }
        let mut without = before.clone();
        if let Err(error) = without.unset(at) {
            prop_assert!(matches!(error, EditError::CannotKeep { .. }), "{} in {}", error, before.text());
            prop_assert_eq!(&without, &before);
            return Ok(());
        }
        prop_assert_eq!(without.get(at).filter(|_| !matches!(at.last(), Some(Segment::Index(_)))), None);
    }

    #[test]
    fn any_text_is_a_document_or_an_error(text in any::<String>(), other in "[ \na-c:#&*!|>'\"\\[\\]{},?-]{0,60}", at in any_path(), value in value()) {
        for text in [text, other] {
            if let Ok(mut document) = Document::parse(text.clone()) {
                prop_assert_eq!(document.text(), text.as_str());
                let before = document.clone();
                if document.set(&at, &value).is_err() {
                    prop_assert_eq!(document, before);
                } else {
                    prop_assert_eq!(document.get(&at), Some(&value));
                }
            }
        }
    }

    #[test]
    fn paths_come_back_from_text_and_names(keys in prop::collection::vec(any::<String>(), 0..4), index in any::<u16>()) {
        let mut at: Path = keys.into_iter().map(Segment::Key).collect();
        at = at.index(usize::from(index)).key("#0").key("");
        prop_assert_eq!(at.to_string().parse::<Path>().unwrap(), at.clone());
        let name = values::Part::Value.name(&at);
        prop_assert!(!name.contains(['\r', '\n', '\0']));
        prop_assert_eq!(values::Part::read(&name), Some((values::Part::Value, at)));
    }
}

fn paths(value: &Value, at: &Path) -> Vec<Path> {
    let inner: Vec<(Path, &Value)> = match value {
        Value::Map(map) => map.iter().map(|(key, value)| (at.key(key), value)).collect(),
        Value::List(items) => items.iter().enumerate().map(|(index, value)| (at.index(index), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    inner.into_iter().flat_map(|(at, value)| [vec![at.clone()], paths(value, &at)].concat()).collect()
}
