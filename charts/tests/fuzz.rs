//! Whatever the bytes are: an answer, no panic, in time. Mutates sound and hostile inputs for two seconds, or for as long
//! as `BERTH_FUZZ_SECONDS` says; `BERTH_FUZZ_SEED` runs the one input again that a failure names.

#[expect(dead_code, reason = "each test takes what it needs")]
mod random;
mod tarball;

use charts::archive::{Archive, Files, Limits};
use charts::chart::Chart;
use charts::index::Index;
use charts::questions::Questions;
use charts::version::{Constraint, Version};
use random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tarball::{CHART_YAML, Tarball, gzip, header, sound};
use url::Url;

const SECONDS: u64 = 2;
/// A slow machine under load; what is meant are minutes.
const SLOWEST: Duration = Duration::from_secs(20);

const TARGETS: [fn(&[u8]); 9] =
    [archive, tar, chart_yaml, values, schema, questions, index, crd_and_lock, versions_and_ignore];

/// Small, so that limits are met.
fn limits() -> Limits {
    Limits { unpacked_bytes: 4 << 20, file_bytes: 1 << 20, n_entries: 100, ..Limits::default() }
}

fn archive(bytes: &[u8]) {
    if let Ok(archive) = Archive::read(bytes, &limits()) {
        let again = Archive::read(&archive.files.pack().expect("is packed"), &limits()).expect("is read again");
        assert_eq!(again.files.content_digest(), archive.files.content_digest());
        let _ = Chart::read(&archive.files);
    }
}

/// The tar as it is, because few mutations of a gzip get through to it.
fn tar(bytes: &[u8]) {
    archive(&gzip(bytes));
}

fn chart(files: &[(&str, &[u8])]) {
    let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec()));
    if let Ok(files) = Files::from_folder("chart", files, &limits()) {
        match Chart::read(&files) {
            Ok(chart) => drop((chart.metadata.changes(), chart.walk().len(), chart.missing_dependencies().len())),
            Err(error) => assert!(error.to_string().chars().count() < 3_000, "{error}"),
        }
    }
}

fn chart_yaml(bytes: &[u8]) {
    chart(&[("Chart.yaml", bytes)]);
}

fn values(bytes: &[u8]) {
    chart(&[("Chart.yaml", CHART_YAML.as_bytes()), ("values.yaml", bytes)]);
}

fn schema(bytes: &[u8]) {
    chart(&[("Chart.yaml", CHART_YAML.as_bytes()), ("values.schema.json", bytes)]);
}

fn crd_and_lock(bytes: &[u8]) {
    chart(&[("Chart.yaml", CHART_YAML.as_bytes()), ("crds/a.yaml", bytes), ("README.md", bytes), ("icon.svg", bytes)]);
    chart(&[("Chart.yaml", CHART_YAML.as_bytes()), ("requirements.yaml", bytes), ("Chart.lock", bytes)]);
}

fn questions(bytes: &[u8]) {
    if let Ok(Questions { questions }) = Questions::read(bytes) {
        let values = serde_json::json!({"a": {"b": "c"}});
        questions.iter().filter_map(|question| question.show_if.as_ref()).for_each(|show_if| {
            show_if.holds(&values);
        });
    }
}

fn index(bytes: &[u8]) {
    let base = Url::parse("https://charts.example.com/stable").expect("is an address");
    if let Ok(index) = Index::read(bytes, &base) {
        let page = index.page(None, 10);
        assert!(page.charts.iter().all(|(_, versions)| versions.is_sorted_by(|a, b| a.version >= b.version)));
    }
}

fn versions_and_ignore(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines().take(50) {
        let version = Version::parse(line).or_else(|_| Version::parse("1.2.3-rc.1")).expect("is one");
        let _ = Constraint::parse(line).map(|constraint| constraint.matches(&version));
    }
    chart(&[("Chart.yaml", CHART_YAML.as_bytes()), (".helmignore", bytes), ("a/b/c.txt", b"")]);
}

/// What is mutated: one of each kind that is sound or nearly so.
fn corpus() -> Vec<Vec<u8>> {
    let digest = "0".repeat(64);
    let texts = [
        CHART_YAML.to_owned(),
        format!(
            "{CHART_YAML}keywords: [a]\nannotations: {{artifacthub.io/changes: \"- kind: added\\n  description: x\\n\"}}\n\
             dependencies:\n- {{name: a, alias: b, version: ~1.2, tags: [t]}}\nmaintainers: [{{name: x}}]\nicon: icon.svg\n"
        ),
        "a: &a {b: [1, 2.5, ~, 0644, yes]}\nc: *a\n<<: *a\nd: |\n  text\n---\nc: >-\n  folded\n".to_owned(),
        r#"{"type": "object", "properties": {"a": {"enum": [1, "x", null], "default": 1e3}}}"#.to_owned(),
        "questions:\n- variable: a.b\n  type: enum\n  options: [x, {value: 1, label: y}]\n  show_if: a.b=c&&d!=\n  \
         min: 1\n  subquestions: [{variable: c, max_length: 3}]\n"
            .to_owned(),
        format!(
            "apiVersion: v1\nentries:\n  a:\n  - {{name: a, version: 1.2.3, urls: [a.tgz], digest: {digest}}}\n  \
             - name: a\n    version: v2\n    urls: ['https://example.com/a']\n    created: 2026-01-02T03:04:05Z\n"
        ),
        r#"{"apiVersion":"v1","entries":{"a":[{"name":"a","version":"1.0.0","urls":["a"]},null]}}"#.to_owned(),
        "kind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {group: g, names: {kind: A}, versions: [{name: v1}]}\n".into(),
        ">=1.2.3-0 <2 || ~1.x, != 1.5\n1.2 - 2.3.4\n^0.2.3\n".to_owned(),
        "# rules\n*.b[a-c]k\n!/x/?\n\\*\ndir/\n".to_owned(),
    ];
    let inner = sound().gzip();
    let tars = [
        sound(),
        sound().pax(&[("path", "chart/long"), ("size", "1")]).file("chart/x", b"y"),
        sound().entry(b'L', b"l", b"chart/long\0").file("chart/x", b"y").entry(b'5', b"chart/d/", b""),
        Tarball::new().file("chart/Chart.yaml", CHART_YAML.as_bytes()).file("chart/charts/inner.tgz", &inner),
        sound().header(&header(b'0', b"chart/x", 1 << 20)),
        sound().entry(b'2', b"chart/link", b""),
    ];
    let texts = texts.into_iter().map(String::into_bytes);
    let tars = tars.into_iter().map(Tarball::end);
    texts.chain(tars.flat_map(|tar| [gzip(&tar.0), tar.0])).collect()
}

/// Pieces that mean something to one of the formats.
const PIECES: [&[u8]; 26] = [
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"\n---\n",
    b"[",
    b"{",
    b"]",
    b"}",
    b": ",
    b"- ",
    b"\n  ",
    b"|\n",
    b"!!binary ",
    b"\"",
    b"'",
    b"\\u0000",
    b"\xff",
    b"\xef\xbb\xbf",
    b"../",
    b"\0",
    b"null",
    b"1e999",
    b"18446744073709551616",
    b"x||x&&x=",
    b"ustar\x0000",
    b"\x1f\x8b\x08",
];

/// The target and the input of a seed.
fn input(seed: u64, corpus: &[Vec<u8>]) -> (usize, Vec<u8>) {
    let mut random = Random(seed);
    let target = random.below(TARGETS.len());
    let mut bytes = random.pick(corpus);
    for _ in 0..=random.below(6) {
        mutate(&mut bytes, &mut random, corpus);
    }
    bytes.truncate(256 << 10);
    (target, bytes)
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random, corpus: &[Vec<u8>]) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(64)).min(bytes.len());
    match random.below(8) {
        0 => drop(bytes.drain(at..end)),
        1 => drop(bytes.splice(at..at, random.pick(&PIECES).iter().copied())),
        2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        3 if at < bytes.len() => bytes[at] = random.below(256) as u8,
        4 => {
            let piece = bytes[at..end].to_vec().repeat(1 + random.below(40));
            bytes.splice(at..at, piece);
        }
        5 => {
            let piece = random.pick(&PIECES).repeat(1 + random.below(300));
            bytes.splice(at..at, piece);
        }
        6 => {
            let other = random.pick(corpus);
            let from = random.below(other.len());
            bytes.splice(at..end, other[from..].iter().take(1 + random.below(600)).copied());
        }
        _ => bytes.truncate(at),
    }
}

#[test]
fn any_bytes_get_an_answer() {
    let corpus = corpus();
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("is a number"));
    if let Some(seed) = number("BERTH_FUZZ_SEED") {
        let (target, bytes) = input(seed, &corpus);
        eprintln!("target {target}: {}", bytes.escape_ascii());
        TARGETS[target](&bytes);
        return;
    }
    for bytes in &corpus {
        TARGETS.iter().for_each(|target| target(bytes));
    }
    let until = Instant::now() + Duration::from_secs(number("BERTH_FUZZ_SECONDS").unwrap_or(SECONDS));
    // Other inputs each time: the clock is the only thing here that is.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("is after 1970");
    let mut seeds = Random(now.as_nanos() as u64);
    let mut n_inputs = 0_u64;
    while Instant::now() < until {
        let seed = seeds.next();
        let (target, bytes) = input(seed, &corpus);
        let began = Instant::now();
        let ran = catch_unwind(AssertUnwindSafe(|| TARGETS[target](&bytes)));
        assert!(ran.is_ok(), "panics: BERTH_FUZZ_SEED={seed} cargo test -p charts --test fuzz");
        assert!(began.elapsed() < SLOWEST, "is slow: BERTH_FUZZ_SEED={seed} cargo test -p charts --test fuzz");
        n_inputs += 1;
    }
    eprintln!("{n_inputs} inputs");
    assert!(n_inputs > 0);
}
