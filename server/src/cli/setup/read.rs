//! Reads setup files into one setup. Every mistake in all of them is said at once, with its file, line and the path to its field.

use super::lines::Lines;
use crate::input::{self, Unread};
use anyhow::{Context, bail};
use domain::refusal::FieldError;
use domain::setup::Setup;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// More than anybody sets up in one file.
const MOST_NODES: usize = 250_000;

/// Files as they are, directories by their `*.yaml` and `*.yml`, those below included, in order of name.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Setup> {
    let (mut whole, mut mistakes, mut places) = (Setup::default(), Vec::new(), BTreeMap::new());
    for path in paths {
        for file in files(path)? {
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let (setup, mut found) = parse(&text);
            found.extend(setup.check().err().unwrap_or_default().0);
            found.extend(named_before(&setup, &file, &mut places));
            let lines = Lines::read(&text);
            mistakes.extend(found.into_iter().map(|mistake| describe(&file, lines.as_ref(), &mistake)));
            append(&mut whole, setup);
        }
    }
    if mistakes.is_empty() { Ok(whole) } else { bail!("{}", mistakes.join("\n")) }
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let files = below(path)?;
    if files.is_empty() {
        bail!("{} holds no *.yaml file", path.display());
    }
    Ok(files)
}

fn below(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = dir.read_dir().with_context(|| dir.display().to_string())?;
    let mut entries: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(below(&entry)?);
        } else if entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// `setup/teams.yaml:12: teams.payments.limits.cpu_m: is more than 10000 CPU`. What is no YAML says its line itself.
fn describe(file: &Path, lines: Option<&Lines>, mistake: &FieldError) -> String {
    let FieldError { field, message } = mistake;
    let place = lines.map(|lines| format!(":{}", lines.of(field))).unwrap_or_default();
    let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
    format!("{}{place}: {field}{message}", file.display())
}

/// What can be read of it, and every mistake in the rest.
fn parse(text: &str) -> (Setup, Vec<FieldError>) {
    let first = match input::yaml::<Option<Setup>>(text, MOST_NODES) {
        Ok(setup) => return (setup.unwrap_or_default(), Vec::new()),
        Err(Unread { line: Some(line), says }) => format!("line {line}: {says}"),
        Err(Unread { line: None, says }) => says,
    };
    // Once more, piece by piece: one mistake must not hide the others.
    let (setup, mistakes) = match input::yaml::<Map<String, Value>>(text, MOST_NODES) {
        Ok(pieces) => by_piece(pieces),
        Err(_) => (Setup::default(), Vec::new()),
    };
    (setup, if mistakes.is_empty() { vec![mistake("", first)] } else { mistakes })
}

fn by_piece(pieces: Map<String, Value>) -> (Setup, Vec<FieldError>) {
    let (mut setup, mut mistakes) = (Setup::default(), Vec::new());
    for (key, value) in pieces {
        match key.as_str() {
            "teams" => setup.teams = items(&key, value, &mut mistakes),
            "platform" => setup.platform = items(&key, value, &mut mistakes),
            "classes" => setup.classes = items(&key, value, &mut mistakes),
            "clusters" => setup.clusters = items(&key, value, &mut mistakes),
            _ => mistakes.push(mistake(&key, "is not known; there are teams, platform, classes and clusters")),
        }
    }
    (setup, mistakes)
}

fn items<T: DeserializeOwned>(key: &str, value: Value, mistakes: &mut Vec<FieldError>) -> Vec<T> {
    let Value::Array(values) = value else {
        mistakes.push(mistake(key, "must be a list"));
        return Vec::new();
    };
    let mut items = Vec::new();
    for (place, value) in values.into_iter().enumerate() {
        match serde_path_to_error::deserialize(value) {
            Ok(item) => items.push(item),
            Err(error) => {
                let path = error.path().to_string();
                let below = if path == "." { String::new() } else { format!(".{path}") };
                mistakes.push(mistake(&format!("{key}[{place}]{below}"), input::in_words(&error.inner().to_string())));
            }
        }
    }
    items
}

/// What two files name is a mistake of both together.
fn named_before(setup: &Setup, file: &Path, places: &mut BTreeMap<String, PathBuf>) -> Vec<FieldError> {
    let teams = setup.teams.iter().map(|team| format!("teams.{}", team.slug));
    let classes = setup.classes.iter().map(|class| format!("classes.{}", class.name));
    let clusters = setup.clusters.iter().map(|cluster| format!("clusters.{}", cluster.name));
    let mut mistakes = Vec::new();
    for name in teams.chain(classes).chain(clusters) {
        if let Some(other) = places.insert(name.clone(), file.to_owned())
            && other != file
        {
            mistakes.push(mistake(&name, format!("is named in {} too", other.display())));
        }
    }
    mistakes
}

fn mistake(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: message.into() }
}

fn append(whole: &mut Setup, part: Setup) {
    let Setup { teams, platform, classes, clusters } = part;
    whole.teams.extend(teams);
    whole.platform.extend(platform);
    whole.classes.extend(classes);
    whole.clusters.extend(clusters);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("makes a directory");
        for (name, text) in files {
            let file = dir.path().join(name);
            std::fs::create_dir_all(file.parent().expect("is in a directory")).expect("makes a directory");
            std::fs::write(file, text).expect("writes");
        }
        dir
    }

    #[test]
    fn a_directory_is_read_as_one_setup_in_order_of_name() {
        let orders = "teams: [{slug: orders, title: Orders}]";
        let payments = "teams: [{slug: payments, title: Payments, groups: [{group: payments-owners, role: owner}]}]";
        let dir =
            scratch(&[("b.yaml", payments), ("a/orders.yml", orders), ("notes.txt", "no: [yaml"), ("c.yaml", "")]);
        let setup = read(&[dir.path().into()]).expect("reads");
        let slugs: Vec<_> = setup.teams.iter().map(|team| team.slug.as_str()).collect();
        assert_eq!(slugs, ["orders", "payments"]);
    }

    #[test]
    fn every_mistake_in_all_files_names_its_file_and_field() {
        let dir = scratch(&[
            (
                "a.yaml",
                "teams: [{slug: Payments, title: P}, {slug: orders, title: O, groups: [{group: g, role: boss}]}]\nteam: []",
            ),
            ("b.yaml", "teams: [{slug: search, title: S, limits: {cpu_m: 99000000000}}]"),
            ("c.yaml", "teams: [{slug: search, title: S}]"),
            ("d.yaml", "teams: [{"),
        ]);
        let error = read(&[dir.path().into()]).expect_err("has mistakes").to_string();
        for (file, path) in [
            ("a.yaml:1", "teams[0].slug"),
            ("a.yaml:1", "teams[1].groups[0].role"),
            ("a.yaml:2", "team: is not known"),
            ("b.yaml:1", "teams.search.limits.cpu_m"),
            ("c.yaml:1", "teams.search: is named in"),
            ("d.yaml", ""),
        ] {
            assert!(error.lines().any(|line| line.contains(&format!("{file}: {path}"))), "{file} {path}: {error}");
        }
    }

    #[test]
    fn what_a_library_would_say_is_said_in_our_words_with_its_field() {
        let team = |limits: &str| format!("teams: [{{slug: orders, title: O, limits: {limits}}}]\n");
        for (text, says) in [
            (team("{cpu_m: 0.5}"), "teams[0].limits.cpu_m: must be a whole number, zero or more"),
            (team("{cpu_m: much}"), "teams[0].limits.cpu_m: must be a whole number, zero or more"),
            (team("{cpus: 1}"), "cpus is not known here"),
            (format!("{}---\n{}", team("{}"), team("{}")), "has several documents"),
            ("teams: [{title: O}]".into(), "slug is missing"),
        ] {
            let dir = scratch(&[("a.yaml", &text)]);
            let error = read(&[dir.path().into()]).expect_err("has a mistake").to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn an_empty_directory_is_a_mistake() {
        let dir = scratch(&[]);
        assert!(read(&[dir.path().into()]).is_err());
    }

    #[test]
    fn what_was_written_is_read_back_the_same() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/setup.yaml")).expect("reads");
        let (whole, mistakes) = parse(&text);
        assert_eq!(mistakes, []);
        let whole = whole.sorted();
        let dir = scratch(&[]);
        super::super::write(dir.path(), &whole).expect("writes");
        assert!(dir.path().join("teams/payments.yaml").is_file() && dir.path().join("platform.yaml").is_file());
        assert_eq!(read(&[dir.path().into()]).expect("reads").sorted(), whole);
    }
}
