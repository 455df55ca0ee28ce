//! Templates, file by file.

use super::lines::{self, Lines};
use super::{Cuts, Limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDifference {
    pub path: String,
    pub change: FileChange,
    pub lines: Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    Added,
    Removed,
    Changed,
}

pub fn between(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    limits: &Limits,
    cuts: &mut Cuts,
) -> Vec<FileDifference> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&String| before.get(*path) != after.get(*path);
    let paths = cuts.shorten("templates", paths.into_iter().filter(differs).collect(), limits.items);
    let mut n_left = limits.lines;
    let differences = paths.into_iter().map(|path| {
        let (old, new) = (before.get(path), after.get(path));
        let change = match (old, new) {
            (None, _) => FileChange::Added,
            (_, None) => FileChange::Removed,
            (Some(_), Some(_)) => FileChange::Changed,
        };
        let text = |side: Option<&String>| side.map_or("", String::as_str).to_owned();
        let lines = lines::between(&text(old), &text(new), limits.lines_of_one.min(n_left));
        n_left = n_left.saturating_sub(lines.n_lines());
        FileDifference { path: path.clone(), change, lines }
    });
    differences.collect()
}
