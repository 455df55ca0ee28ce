//! `CHANGELOG.md` of a chart: what it says of each version, told by its headings. It is Markdown of others, unsanitised.

use crate::archive::Files;
use crate::version::Version;

/// Bytes of one that are read: the newest versions stand on top.
const MOST_READ: usize = 64 * 1024;
/// Versions that are told apart.
const MOST_SECTIONS: usize = 200;

/// What is said of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub version: Version,
    pub text: String,
}

/// The beginning of the changelog among a chart's files. Signs that are no UTF-8 are replaced.
pub fn find(files: &Files) -> Option<String> {
    let (_, bytes) = files.iter().find(|(path, _)| path.eq_ignore_ascii_case("changelog.md"))?;
    let cut = &bytes[..bytes.len().min(MOST_READ)];
    // What is cut ends with a whole line.
    let end =
        if cut.len() < bytes.len() { cut.iter().rposition(|byte| *byte == b'\n').unwrap_or(0) } else { cut.len() };
    Some(String::from_utf8_lossy(&cut[..end]).into_owned())
}

/// What it says of each version that a heading names, in its order: `## 1.2.0`, `## [v1.2.0] - 2026-11-02`. Headings within
/// code are none.
pub fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<(usize, Section)> = Vec::new();
    let (mut fence, mut is_open) = (None, false);
    for line in text.lines() {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(close)) if open == close => fence = None,
            (Some(_) | None, Some(_) | None) => {}
        }
        let level = if fence.is_none() { heading(line) } else { None };
        if let Some(level) = level {
            if let Some(version) = named(line) {
                if sections.len() == MOST_SECTIONS {
                    break;
                }
                sections.push((level, Section { version, text: String::new() }));
                is_open = true;
                continue;
            }
            // A heading of the same level that names no version ends what was said of the one before.
            is_open = is_open && sections.last().is_some_and(|(open, _)| level > *open);
        }
        if let Some((_, section)) = sections.last_mut().filter(|_| is_open) {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    let whole = |(_, section): (usize, Section)| Section { text: section.text.trim().to_owned(), ..section };
    sections.into_iter().map(whole).filter(|section| !section.text.is_empty()).collect()
}

/// The level of a heading, 1 to 6.
fn heading(line: &str) -> Option<usize> {
    let level = line.len() - line.trim_start_matches('#').len();
    let is_heading = (1..=6).contains(&level) && line[level..].starts_with([' ', '\t']);
    is_heading.then_some(level)
}

/// The first word of a heading that is a version; words before it may be names, as in `## web-1.2.0` and `## Version 1.2.0`.
fn named(line: &str) -> Option<Version> {
    let words =
        line.split(|char: char| char.is_whitespace() || "[]()#:,*`".contains(char)).filter(|word| !word.is_empty());
    words.take(4).find_map(version)
}

/// `1.2.0`, `v1.2.0`, and after the chart's name, `web-1.2.0`. Numbers alone are no versions: a heading may be a year.
fn version(word: &str) -> Option<Version> {
    let is_whole = |text: &str| text.matches('.').count() >= 2;
    let parsed = |text: &str| is_whole(text).then(|| Version::parse(text).ok()).flatten();
    parsed(word).or_else(|| word.match_indices('-').find_map(|(place, _)| parsed(&word[place + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String)> {
        sections(text).into_iter().map(|section| (section.version.as_str().to_owned(), section.text)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(version, text)| ((*version).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_version_has_what_stands_below_its_heading() {
        let text = "# Changelog\n\nAll that is notable.\n\n## [Unreleased]\n- soon\n\n## [1.2.0] - 2026-11-02\n### Added\n- ports\n\n## v1.1.0\n- a fix\n\n# Links\n\nnothing\n";
        assert_eq!(told(text), pairs(&[("1.2.0", "### Added\n- ports"), ("v1.1.0", "- a fix")]));
    }

    #[test]
    fn headings_may_name_the_chart_and_code_has_none() {
        let text = "## web-1.2.0\n```\n## 1.1.0\n```\n## Version 1.0.0 (2026-01-01)\nThe first.\n## 2026\nold\n";
        assert_eq!(told(text), pairs(&[("1.2.0", "```\n## 1.1.0\n```"), ("1.0.0", "The first.")]));
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        for text in ["", "no headings", "## 1.0.0\n", "##1.0.0\ntext", "####### 1.0.0\ntext"] {
            assert_eq!(told(text), vec![], "{text}");
        }
        assert_eq!(sections(&"## 1.0.0\na\n".repeat(5000)).len(), MOST_SECTIONS);
    }
}
