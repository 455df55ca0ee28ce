//! The floors of `server`: which library and which floor may be named where. Cargo keeps the floors between crates; this
//! keeps them inside.

use std::path::Path;

use anyhow::{Result, bail};

use crate::imports::Crate;

/// A library, a floor or a function and the places, relative to `server/src`, where it may be named.
const FLOORS: [(&str, &[&str]); 18] = [
    ("sqlx", &["store/"]),
    ("kube", &["cluster/"]),
    ("k8s_openapi", &["cluster/"]),
    ("axum", &["web/"]),
    ("leptos", &[]),
    ("openidconnect", &["identity/"]),
    ("crate::identity", &["identity/", "app/", "web/auth", "cli", "start.rs"]),
    ("crate::web", &["web/", "cli"]),
    ("crate::app", &["app/", "web/", "cli", "start.rs"]),
    // What changes something takes nothing from what shows it.
    ("crate::app::views", &["app/views/", "web/", "cli"]),
    ("crate::store", &["store/", "app/", "jobs/", "cli", "start.rs"]),
    ("crate::cluster", &["cluster/", "app/", "cli", "start.rs"]),
    // A use case changes, enqueues and records with one `Change`.
    ("crate::app::Change::begin", &["app/change.rs"]),
    ("crate::app::change::Change::begin", &["app/change.rs"]),
    ("crate::store::begin", &["app/change.rs"]),
    ("crate::store::jobs::enqueue", &["app/change.rs"]),
    ("crate::store::jobs::enqueue_routine", &["app/change.rs"]),
    ("crate::store::audit::append", &["app/change.rs"]),
];

/// Errs with every line that stands on the wrong floor.
pub fn check(root: &Path) -> Result<()> {
    let wrong = violations(&Crate::read(&root.join("server/src"))?);
    if wrong.is_empty() {
        return Ok(());
    }
    let lines =
        wrong.iter().map(|(file, line, library)| format!("server/src/{file}:{line}: {library} has no place here"));
    bail!("{}\nWhere each library may be named is in ARCHITECTURE.md.", lines.collect::<Vec<_>>().join("\n"))
}

fn violations(server: &Crate) -> Vec<(String, usize, &'static str)> {
    let mut found = Vec::new();
    for (file, name, line) in server.names() {
        let is_wrong = |(library, places): &&(&'static str, &[&str])| {
            is_of(&name, library) && !places.iter().any(|place| file.starts_with(place))
        };
        found.extend(FLOORS.iter().filter(is_wrong).map(|(library, _)| (file.to_owned(), line, *library)));
    }
    found
}

/// Whether a name is this one, or leads through it: `leptos_axum::x` does not through `axum`.
fn is_of(name: &str, library: &str) -> bool {
    let name = name.trim_end_matches('(');
    name.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<(usize, &'static str)> {
        let server = Crate::of(&[(name, text), ("store/mod.rs", ""), ("app/views/mod.rs", ""), ("app/mod.rs", "")]);
        violations(&server).into_iter().map(|(_, line, library)| (line, library)).collect()
    }

    #[test]
    fn a_library_on_the_wrong_floor_is_found_with_its_line() {
        assert_eq!(found("app/requests.rs", "use x;\nuse sqlx::PgConnection;\n"), [(2, "sqlx")]);
        assert_eq!(found("store/teams.rs", "fn f() { axum::Json(1) } // kube::x"), [(1, "axum")]);
        assert_eq!(found("app/teams.rs", "use sqlx as db;\nfn f() { db::query() }"), [(1, "sqlx"), (2, "sqlx")]);
        assert_eq!(
            found("app/teams.rs", "use crate::store::begin;\nfn f() { begin(x) }"),
            [(1, "crate::store::begin")]
        );
        assert_eq!(found("web/teams.rs", "use crate::{store};"), [(1, "crate::store")]);
        let enqueues = "use crate::store::jobs as j;\nfn f() { j::enqueue(tx) }";
        assert_eq!(found("app/teams.rs", enqueues), [(2, "crate::store::jobs::enqueue")]);
        assert_eq!(
            found("app/teams.rs", "use super::views;\nfn f() { views::x() }"),
            [(1, "crate::app::views"), (2, "crate::app::views")]
        );
    }

    #[test]
    fn a_library_on_its_floor_is_fine_and_so_are_longer_names_and_comments() {
        assert_eq!(found("store/teams.rs", "use sqlx::PgConnection;"), []);
        assert_eq!(found("app/mod.rs", "// axum::Json is for the edge\nuse leptos_axum::x;"), []);
    }
}
