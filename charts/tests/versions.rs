//! Versions and constraints mean what Helm's own library says they mean: `semver/answers.jsonl` has its answers to 2,000
//! questions, and where Go is installed the library is asked again.

mod random;

use charts::version::{Constraint, Difference, Version};
use proptest::prelude::*;
use random::Random;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const N_QUESTIONS: usize = 2_000;
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/semver");
const HEADER: &str = "# Answers of github.com/Masterminds/semver/v3 v3.5.0, made by:\n\
                      # BERTH_WRITE_ANSWERS=1 cargo test -p charts --test versions library\n";

/// Fields of an answer.
const IS_CONSTRAINT: usize = 6;
const MATCHES: usize = 7;
const MATCHES_WITH_PRERELEASES: usize = 8;

/// A constraint and two versions, most of them sound, in a small space so that much matches.
fn questions() -> Vec<[String; 3]> {
    let mut random = Random(13);
    (0..N_QUESTIONS).map(|_| [constraint(&mut random), version(&mut random), version(&mut random)]).collect()
}

fn version(random: &mut Random) -> String {
    let mut text = String::from(if random.one_in(6) { "v" } else { "" });
    let n_numbers = if random.one_in(8) { 1 + random.below(2) } else { 3 };
    text += &(0..n_numbers).map(|_| number(random)).collect::<Vec<_>>().join(".");
    text += &suffix(random, 3);
    spoilt(random, text, 25)
}

fn number(random: &mut Random) -> String {
    match random.below(40) {
        0 => "00".into(),
        1 => "01".into(),
        2 => "18446744073709551615".into(),
        3 => "18446744073709551616".into(),
        4..=7 => random.below(30).to_string(),
        _ => random.below(3).to_string(),
    }
}

fn suffix(random: &mut Random, rarity: usize) -> String {
    let parts =
        ["0", "1", "2", "10", "alpha", "beta", "rc", "eks-123", "x", "A", "-", "01", "99999999999999999999", "0a"];
    let mut suffix = String::new();
    for (sign, rarity) in [('-', rarity), ('+', 2 * rarity)] {
        if random.one_in(rarity) {
            let n = 1 + random.below(3);
            suffix.push(sign);
            suffix += &(0..n).map(|_| random.pick(&parts)).collect::<Vec<_>>().join(".");
        }
    }
    suffix
}

fn constraint(random: &mut Random) -> String {
    let n = 1 + random.below(3);
    let alternatives: Vec<String> = (0..n.min(1 + random.below(3))).map(|_| alternative(random)).collect();
    let between = random.pick(&["||", " || ", "||  "]);
    let text = alternatives.join(between);
    spoilt(random, text, 20)
}

fn alternative(random: &mut Random) -> String {
    if random.one_in(6) {
        return format!("{} - {}", partial(random), partial(random));
    }
    let n = 1 + random.below(2);
    let operators = ["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"];
    let conditions: Vec<String> = (0..n)
        .map(|_| format!("{}{}{}", random.pick(&operators), random.pick(&["", "", " "]), partial(random)))
        .collect();
    conditions.join(random.pick(&[" ", ", ", ",", "  "]))
}

fn partial(random: &mut Random) -> String {
    let n_numbers = 1 + random.below(3);
    let numbers = (0..n_numbers).map(|_| match random.below(6) {
        0 => random.pick(&["x", "X", "*"]).to_owned(),
        _ => number(random),
    });
    let numbers = numbers.collect::<Vec<_>>().join(".");
    format!("{}{numbers}{}", if random.one_in(8) { "v" } else { "" }, suffix(random, 4))
}

/// One in so many with a sign too much or too few.
fn spoilt(random: &mut Random, mut text: String, rarity: usize) -> String {
    if random.one_in(rarity) && !text.is_empty() {
        let at = random.below(text.len());
        match random.one_in(2) {
            true => text.insert_str(at, random.pick(&[" ", ".", "-", "|", ",", "v", "=", "é", "\u{a0}", "\t"])),
            false => drop(text.remove(at)),
        }
    }
    text
}

/// What we say, in the shape of `semver/main.go`.
fn answer(asked: &[String; 3]) -> Value {
    let [constraint_text, version_text, other_text] = asked;
    let (version, other) = (Version::parse(version_text).ok(), Version::parse(other_text).ok());
    let constraint = Constraint::parse(constraint_text).ok();
    let canonical = |version: &Option<Version>| version.as_ref().map(Version::canonical).unwrap_or_default();
    let both = constraint.as_ref().zip(version.as_ref());
    json!([
        constraint_text,
        version_text,
        other_text,
        canonical(&version),
        canonical(&other),
        version.as_ref().zip(other.as_ref()).map_or(0, |(version, other)| version.precedence(other) as i8),
        constraint.is_some(),
        both.is_some_and(|(constraint, version)| constraint.matches(version)),
        both.is_some_and(|(constraint, version)| constraint.matches_with_prereleases(version)),
    ])
}

fn written_answers() -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{FOLDER}/answers.jsonl")).expect("answers are there");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

#[test]
fn versions_and_constraints_mean_what_they_mean_to_helm() {
    let (questions, answers) = (questions(), written_answers());
    assert_eq!(answers.len(), N_QUESTIONS);
    let different: Vec<String> = questions
        .iter()
        .zip(&answers)
        .filter_map(|(asked, said)| {
            assert_eq!(json!(asked), json!([said[0], said[1], said[2]]), "answers are of other questions");
            let own = answer(asked);
            (own != *said).then(|| format!("Helm {said}\nhere {own}"))
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    let n = |field: usize| answers.iter().filter(|said| said[field] == json!(true)).count();
    // The questions are worth asking.
    assert!(n(IS_CONSTRAINT) > 1_200 && n(MATCHES) > 200 && n(MATCHES_WITH_PRERELEASES) > n(MATCHES));
}

/// Where there is no Go, the written answers stand alone.
#[test]
fn the_library_still_says_what_is_written_down() {
    if Command::new("go").arg("version").output().is_err() {
        eprintln!("Go is not installed: the library is not asked");
        return;
    }
    let mut go = Command::new("go");
    go.args(["run", "."]).current_dir(FOLDER).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut go = go.spawn().expect("Go starts");
    let asked: String = questions().iter().map(|asked| format!("{}\n", json!(asked))).collect();
    let mut input = go.stdin.take().expect("is piped");
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = go.wait_with_output().expect("Go ends");
    writer.join().expect("no panic").expect("Go reads");
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).expect("is UTF-8");
    if std::env::var_os("BERTH_WRITE_ANSWERS").is_some() {
        std::fs::write(format!("{FOLDER}/answers.jsonl"), format!("{HEADER}{said}")).expect("is written");
    }
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!(said, written_answers());
}

#[rstest]
#[case(">=1.20.0-0", "1.33.1-eks-123", true)]
#[case(">=1.20.0", "1.33.1-eks-123", false)]
#[case("^0.2.3", "0.2.9", true)]
#[case("^0.2.3", "0.3.0", false)]
#[case("^0.0.3", "0.0.4", false)]
#[case("~1.2", "1.2.9", true)]
#[case("1.x || >=2.5.0 <3", "2.6.0", true)]
#[case("1.2 - 1.4.5", "1.4.5", true)]
#[case("=<2", "2.9.0", true)]
#[case("v1.2.3", "1.2.3+build", true)]
fn constraints_match(#[case] constraint: &str, #[case] version: &str, #[case] matches: bool) {
    let constraint = Constraint::parse(constraint).expect("is one");
    assert_eq!(constraint.matches(&Version::parse(version).expect("is one")), matches);
}

#[test]
fn a_clusters_version_is_compared_without_what_its_provider_appends() {
    let constraint = Constraint::parse(">=1.20.0").expect("is one");
    for text in ["v1.33.1-eks-123", "1.33.1+k3s1", "v1.33.1", "1.33.4-gke.1245000", "1.33"] {
        assert!(constraint.matches(&Version::parse_of_cluster(text).expect("is one")), "{text}");
    }
    assert!(Version::parse_of_cluster("unknown").is_err());
}

#[test]
fn newest_is_by_number_and_prereleases_only_where_they_are_meant() {
    let versions: Vec<Version> = ["1.9.0", "1.10.0", "2.0.0-rc.1", "1.10.0-rc.2", "v0.1.0"]
        .map(|text| Version::parse(text).expect("is one"))
        .into();
    let newest = |constraint| {
        let constraint = Constraint::parse(constraint).expect("is one");
        constraint.newest(&versions).map(Version::as_str)
    };
    assert_eq!(newest("*"), Some("1.10.0"));
    assert_eq!(newest(">0.0.0-0"), Some("2.0.0-rc.1"));
    assert_eq!(newest("^3"), None);
}

#[rstest]
#[case("1.2.3", "1.2.3", Difference::None)]
#[case("1.2.3", "v1.2.3", Difference::Build)]
#[case("1.2.3+a", "1.2.3+b", Difference::Build)]
#[case("1.2.3-rc.1", "1.2.3", Difference::Prerelease)]
#[case("1.2.3", "1.2.4-rc.1", Difference::Patch)]
#[case("1.2.3", "1.3.3", Difference::Minor)]
#[case("2.2.3", "1.2.3", Difference::Major)]
fn difference_is_of_the_first_part_that_differs(
    #[case] one: &str,
    #[case] other: &str,
    #[case] difference: Difference,
) {
    let (one, other) = (Version::parse(one).expect("is one"), Version::parse(other).expect("is one"));
    assert_eq!((one.difference(&other), other.difference(&one)), (difference, difference));
}

#[test]
fn no_more_is_read_than_helm_reads() {
    assert!(Version::parse(&format!("1.2.3-{}", "a".repeat(250))).is_ok());
    assert!(Version::parse(&format!("1.2.3-{}", "a".repeat(251))).is_err());
    assert!(Constraint::parse(&["1"; 32].join("||")).is_ok());
    assert!(Constraint::parse(&["1"; 33].join("||")).is_err());
    assert!(Constraint::parse(&"1 ".repeat(257)).is_err());
}

fn any_version() -> impl Strategy<Value = Version> {
    any::<u64>().prop_map(|seed| {
        let mut random = Random(seed);
        std::iter::repeat_with(|| version(&mut random))
            .find_map(|text| Version::parse(&text).ok())
            .expect("most are sound")
    })
}

proptest! {
    #[test]
    fn versions_are_ordered(a in any_version(), b in any_version(), c in any_version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert!(!(a <= b && b <= c) || a <= c);
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        prop_assert!(a.precedence(&b).is_eq() || a.precedence(&b) == a.cmp(&b));
        let canonical = Version::parse(&a.canonical()).expect("is one");
        prop_assert!(canonical.precedence(&a).is_eq());
        prop_assert_eq!(canonical.build(), a.build());
    }

    #[test]
    fn conditions_agree_with_the_order(a in any_version(), b in any_version()) {
        let matches = |operator: &str| {
            Constraint::parse(&format!("{operator}{}", a.canonical())).expect("is one").matches_with_prereleases(&b)
        };
        let order = b.precedence(&a);
        prop_assert_eq!(matches(">="), order.is_ge());
        prop_assert_eq!(matches("<"), order.is_lt());
        prop_assert_eq!(matches("<="), order.is_le());
        prop_assert_eq!(matches(">"), order.is_gt());
        prop_assert_eq!(matches("="), order.is_eq());
        prop_assert_eq!(matches("!="), order.is_ne());
        prop_assert!(!matches("^") || order.is_ge());
        prop_assert!(!matches("~") || order.is_ge());
    }

    #[test]
    fn no_text_is_a_panic(text in ".{0,600}", version in any_version()) {
        let _ = Version::parse(&text).map(|found| found.cmp(&version));
        let _ = Version::parse_of_cluster(&text);
        let _ = Constraint::parse(&text).map(|constraint| constraint.matches(&version));
    }
}
