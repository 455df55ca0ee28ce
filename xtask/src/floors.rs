//! The floors of `server`: which library and which floor may be named where. Cargo keeps the floors between crates; this
//! keeps them inside.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// A library, a floor or a function and the places, relative to `server/src`, where it may be named.
const FLOORS: [(&str, &[&str]); 15] = [
    ("sqlx::", &["store/"]),
    ("kube::", &["cluster/"]),
    ("k8s_openapi::", &["cluster/"]),
    ("axum::", &["web/"]),
    ("leptos::", &[]),
    ("openidconnect::", &["identity/"]),
    ("crate::identity", &["identity/", "app/", "web/auth", "cli", "start.rs"]),
    ("crate::web", &["web/", "cli"]),
    ("crate::app", &["app/", "web/", "jobs/", "cli", "start.rs"]),
    ("crate::store", &["store/", "app/", "jobs/", "cli", "start.rs"]),
    ("crate::cluster", &["cluster/", "app/", "cli", "start.rs"]),
    // A use case changes, enqueues and records with one `Change`.
    ("Change::begin", &["app/change.rs"]),
    ("store::begin(", &["app/change.rs"]),
    ("jobs::enqueue", &["app/change.rs"]),
    ("audit::append", &["app/change.rs"]),
];

/// Errs with every line that stands on the wrong floor.
pub fn check(root: &Path) -> Result<()> {
    let src = root.join("server/src");
    let mut wrong = Vec::new();
    for file in rust_files(&src)? {
        let name = file.strip_prefix(&src)?.to_string_lossy().into_owned();
        let text = fs::read_to_string(&file)?;
        wrong.extend(
            violations(&name, &text)
                .map(|(line, library)| format!("server/src/{name}:{line}: {library} has no place here")),
        );
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\nWhere each library may be named is in ARCHITECTURE.md.", wrong.join("\n"))
}

fn violations<'a>(name: &'a str, text: &'a str) -> impl Iterator<Item = (usize, &'static str)> + 'a {
    text.lines().enumerate().flat_map(move |(i, line)| {
        FLOORS
            .iter()
            .filter(move |(library, places)| {
                !places.iter().any(|place| name.starts_with(place)) && names(line, library)
            })
            .map(move |(library, _)| (i + 1, library.trim_end_matches(':')))
    })
}

/// Whether code in `line` names the library: `leptos_axum::` does not name `axum::`, and a comment names nothing.
fn names(line: &str, library: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(library).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn rust_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<(usize, &'static str)> {
        violations(name, text).collect()
    }

    #[test]
    fn a_library_on_the_wrong_floor_is_found_with_its_line() {
        assert_eq!(found("app/requests.rs", "use x;\nuse sqlx::PgConnection;\n"), [(2, "sqlx")]);
        assert_eq!(found("store/teams.rs", "let x = axum::Json(1); // kube::"), [(1, "axum")]);
        assert_eq!(found("app/teams.rs", "store::jobs::enqueue_routine(tx)"), [(1, "jobs::enqueue")]);
    }

    #[test]
    fn a_library_on_its_floor_is_fine_and_so_are_longer_names_and_comments() {
        assert_eq!(found("store/teams.rs", "use sqlx::PgConnection;"), []);
        assert_eq!(found("app/mod.rs", "// axum::Json is for the edge\nuse leptos_axum::x;"), []);
    }
}
