//! Texts line by line, as hunks with some lines around them.

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

/// What differs between two texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub n_added: usize,
    pub n_removed: usize,
    pub hunks: Vec<Hunk>,
    /// Lines of hunks that are left out.
    pub n_cut: usize,
}

/// Lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Number of its first line, from 1.
    pub before_line: usize,
    pub after_line: usize,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub kind: LineKind,
    /// Without its end, shortened.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Same,
    Added,
    Removed,
}

/// Same lines on either side of what differs.
const CONTEXT: usize = 3;
/// Longest line, in characters.
const LONGEST_LINE: usize = 400;
/// More lines than that are not compared one by one.
const MOST_LINES: usize = 50_000;

/// Compared line by line; `most` lines of hunks at most.
pub fn between(before: &str, after: &str, most: usize) -> Lines {
    let (n_before, n_after) = (before.lines().count(), after.lines().count());
    if n_before.max(n_after) > MOST_LINES {
        return Lines { n_added: n_after, n_removed: n_before, hunks: Vec::new(), n_cut: n_before + n_after };
    }
    let diff = TextDiff::from_lines(before, after);
    let mut found = Lines::default();
    let mut n_left = most;
    for group in diff.grouped_ops(CONTEXT) {
        let Some(first) = group.first() else { continue };
        let (before_line, after_line) = (first.old_range().start + 1, first.new_range().start + 1);
        let mut lines = Vec::new();
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = kind(change.tag());
            found.count(kind);
            if n_left > 0 {
                n_left -= 1;
                lines.push(Line { kind, text: text(change.value()) });
            } else {
                found.n_cut += 1;
            }
        }
        if !lines.is_empty() {
            found.hunks.push(Hunk { before_line, after_line, lines });
        }
    }
    found
}

impl Lines {
    fn count(&mut self, kind: LineKind) {
        match kind {
            LineKind::Same => {}
            LineKind::Added => self.n_added += 1,
            LineKind::Removed => self.n_removed += 1,
        }
    }

    /// In its hunks.
    pub fn n_lines(&self) -> usize {
        self.hunks.iter().map(|hunk| hunk.lines.len()).sum()
    }
}

fn kind(tag: ChangeTag) -> LineKind {
    match tag {
        ChangeTag::Equal => LineKind::Same,
        ChangeTag::Insert => LineKind::Added,
        ChangeTag::Delete => LineKind::Removed,
    }
}

fn text(line: &str) -> String {
    let line = line.trim_end_matches(['\r', '\n']);
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
