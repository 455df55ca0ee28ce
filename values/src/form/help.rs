//! Help from the comments of a chart's values.yaml: those above a key, and those for helm-docs (`# -- text`) and Bitnami's
//! generator (`## @param path text`).

use std::collections::HashMap;

use crate::document::Document;
use crate::limits::MAX_HELP_CHARS;
use crate::path::Path;
use crate::yaml::{Comment, Node};

/// What comments say about keys.
#[derive(Debug, Default)]
pub(super) struct Help {
    texts: HashMap<Path, String>,
}

impl Help {
    pub fn of(chart: &Document) -> Self {
        let mut lines: HashMap<usize, (&Comment, &str)> = HashMap::new();
        for comment in chart.comments().iter().filter(|comment| comment.is_alone) {
            if let Some(text) = chart.text().get(comment.span.clone()) {
                lines.insert(comment.line, (comment, text));
            }
        }
        let mut help = Self::default();
        if let Some(root) = &chart.tree().root {
            help.collect(&lines, root, &Path::root());
        }
        for (_, text) in lines.values() {
            help.parameter(text);
        }
        help
    }

    pub fn get(&self, path: &Path) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    fn collect(&mut self, lines: &HashMap<usize, (&Comment, &str)>, node: &Node, path: &Path) {
        if node.is_flow() {
            return;
        }
        for entry in node.entries() {
            let Some(name) = &entry.name else { continue };
            let path = path.key(name);
            let above = above(lines, entry.key.line, entry.key.column);
            if let Some((own, text)) = read(&above) {
                let path = own.map_or_else(|| path.clone(), |own| Path::from_dotted(&own));
                self.texts.insert(path, shorten(&text));
            }
            self.collect(lines, &entry.value, &path);
        }
    }

    /// `## @param path [modifiers] text`
    fn parameter(&mut self, comment: &str) {
        let text = comment.trim_start_matches('#').trim();
        let Some(rest) = text.strip_prefix("@param ").or_else(|| text.strip_prefix("@extra ")) else { return };
        let Some((path, text)) = rest.trim().split_once(char::is_whitespace) else { return };
        let text = text.trim();
        let text = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((_, rest)) => rest.trim(),
            None => text,
        };
        if !text.is_empty() {
            self.texts.insert(Path::from_dotted(path), shorten(text));
        }
    }
}

/// The comments in the lines right above a key, each as indented as the key.
fn above<'a>(lines: &HashMap<usize, (&Comment, &'a str)>, line: usize, column: usize) -> Vec<&'a str> {
    let own = (1..line).rev().map_while(|line| lines.get(&line));
    let mut above: Vec<&str> =
        own.take_while(|(comment, _)| comment.column == column).take(60).map(|(_, text)| *text).collect();
    above.reverse();
    above
}

/// The text of comments, and the path if helm-docs' older form names one.
fn read(comments: &[&str]) -> Option<(Option<String>, String)> {
    let texts: Vec<&str> = comments.iter().map(|comment| comment.trim_start_matches('#').trim()).collect();
    let start = texts.iter().rposition(|text| text.starts_with("-- ") || text.contains(" -- "));
    let mut own = None;
    let mut lines: Vec<&str> = Vec::new();
    match start {
        Some(start) if texts[start].starts_with("-- ") => {
            lines.push(texts[start].trim_start_matches("-- "));
            lines.extend(&texts[start + 1..]);
        }
        Some(start) if is_path(texts[start]) => {
            let (path, text) = texts[start].split_once(" -- ")?;
            own = Some(path.trim().to_owned());
            lines.push(text);
            lines.extend(&texts[start + 1..]);
        }
        Some(_) | None => lines.extend(&texts),
    }
    let is_prose =
        |line: &&str| !line.starts_with('@') && !line.chars().all(|c| matches!(c, '=' | '-' | '#' | '*' | ' '));
    let prose: Vec<&str> = lines.into_iter().filter(is_prose).collect();
    let text = prose.join("\n").trim().to_owned();
    (!text.is_empty()).then_some((own, strip_type(&text)))
}

/// `path.to.key -- text`
fn is_path(text: &str) -> bool {
    text.split_once(" -- ").is_some_and(|(path, _)| !path.trim().contains(char::is_whitespace))
}

/// helm-docs writes a type in front: `(int) Number of pods`.
fn strip_type(text: &str) -> String {
    let typed = text.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    match typed {
        Some((kind, rest)) if kind.chars().all(|c| c.is_alphanumeric() || c == '/') && kind.len() < 30 => {
            rest.to_owned()
        }
        Some(_) | None => text.to_owned(),
    }
}

pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_HELP_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
