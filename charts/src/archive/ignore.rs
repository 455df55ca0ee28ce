//! `.helmignore` as Helm reads it: not as Git reads `.gitignore`.

use super::error::ArchiveError;
use std::cell::Cell;
use std::iter::Peekable;
use std::str::Chars;

/// What no chart has in its templates, whatever its `.helmignore` says.
const ALWAYS: &str = "templates/.?*";
/// Nobody writes so many, and each is tried on each path.
const N_RULES: usize = 1_000;

/// Of all rules on all paths of a folder; what people write takes a hundredth.
const STEPS: u64 = 20_000_000;

#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    steps_left: Cell<u64>,
}

#[derive(Debug)]
struct Rule {
    pattern: Vec<Sign>,
    is_negative: bool,
    is_folder_only: bool,
    /// Else it is for the last part of a path only.
    is_whole_path: bool,
}

impl Rules {
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut rules = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let bad = |fault| ArchiveError::BadIgnore { line: number + 1, fault };
            rules.extend(Rule::read(line.trim()).map_err(bad)?);
            if rules.len() > N_RULES {
                return Err(bad("there are more than 1,000 rules"));
            }
        }
        rules.extend(Rule::read(ALWAYS).ok().flatten());
        Ok(Self { rules, steps_left: Cell::new(STEPS) })
    }

    /// Whether a file is left out, or one of the folders that it is in. Errs if that took too long.
    pub fn ignore(&self, path: &str) -> Result<bool, ArchiveError> {
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let is_ignored = folders.any(|folder| self.matches(folder, true)) || self.matches(path, false);
        match self.steps_left.get() {
            0 => Err(ArchiveError::BadIgnore { line: 1, fault: "its rules take too long for this many files" }),
            _ => Ok(is_ignored),
        }
    }

    /// The first rule that says anything decides. A negative one leaves out what it does not match, as in Helm.
    fn matches(&self, path: &str, is_folder: bool) -> bool {
        self.rules.iter().any(|rule| {
            let may_match = is_folder || !rule.is_folder_only;
            match rule.is_negative {
                true => !may_match || !rule.matches(path, &self.steps_left),
                false => may_match && rule.matches(path, &self.steps_left),
            }
        })
    }
}

impl Rule {
    fn read(line: &str) -> Result<Option<Self>, &'static str> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.contains("**") {
            return Err("`**` is not known to Helm");
        }
        let (is_negative, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (is_folder_only, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        let pattern = signs(rest.strip_prefix('/').unwrap_or(rest));
        let pattern = pattern.ok_or("it has a `[` without its `]`, or ends in a backslash")?;
        Ok(Some(Self { pattern, is_negative, is_folder_only, is_whole_path: rest.contains('/') }))
    }

    fn matches(&self, path: &str, steps_left: &Cell<u64>) -> bool {
        let last = path.rsplit('/').next().unwrap_or(path);
        matches(&self.pattern, if self.is_whole_path { path } else { last }, steps_left)
    }
}

/// One sign of a pattern.
#[derive(Debug)]
enum Sign {
    /// `*`: any number of signs but slashes.
    Many,
    /// `?`: one that is no slash.
    Any,
    One(char),
    Of {
        is_negative: bool,
        ranges: Vec<(char, char)>,
    },
}

/// None if the pattern is malformed.
fn signs(pattern: &str) -> Option<Vec<Sign>> {
    let (mut signs, mut chars) = (Vec::new(), pattern.chars().peekable());
    while let Some(char) = chars.next() {
        signs.push(match char {
            '*' => Sign::Many,
            '?' => Sign::Any,
            '\\' => Sign::One(chars.next()?),
            '[' => {
                let is_negative = chars.next_if_eq(&'^').is_some();
                Sign::Of { is_negative, ranges: ranges(&mut chars)? }
            }
            char => Sign::One(char),
        });
    }
    Some(signs)
}

/// What is between brackets. None if there is nothing, or no end.
fn ranges(chars: &mut Peekable<Chars<'_>>) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let low = bound(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { bound(chars)? } else { low };
        ranges.push((low, high));
    }
    Some(ranges)
}

fn bound(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        char => Some(char),
    }
}

/// As Go's `filepath.Match`.
fn matches(pattern: &[Sign], text: &str, steps_left: &Cell<u64>) -> bool {
    let (mut pattern, mut text) = (pattern, text.chars());
    // Where to go on if what follows the last `*` does not match: it takes one sign more.
    let mut retry: Option<(&[Sign], Chars<'_>)> = None;
    while let Some(left) = steps_left.get().checked_sub(1) {
        steps_left.set(left);
        if let [Sign::Many, rest @ ..] = pattern {
            retry = Some((rest, text.clone()));
            pattern = rest;
            continue;
        }
        let mut after = text.clone();
        match (pattern, after.next()) {
            ([], None) => return true,
            ([sign, rest @ ..], Some(char)) if sign.matches(char) => (pattern, text) = (rest, after),
            _ => {
                let Some((rest, from)) = &mut retry else { return false };
                if from.next().is_none_or(|taken| taken == '/') {
                    return false;
                }
                (pattern, text) = (rest, from.clone());
            }
        }
    }
    false
}

impl Sign {
    fn matches(&self, char: char) -> bool {
        match self {
            Self::Many => false,
            Self::Any => char != '/',
            Self::One(one) => *one == char,
            Self::Of { is_negative, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&char)) != *is_negative
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::name_anywhere("*.bak", &["a.bak", "templates/b.bak"], &["a.bakery", "bak"])]
    #[case::folder("secrets/", &["secrets/key", "charts/x/secrets/key"], &["secrets"])]
    #[case::from_the_top("/docs", &["docs", "docs/a"], &["templates/docs"])]
    #[case::path("ci/*.yaml", &["ci/a.yaml"], &["x/ci/a.yaml", "ci/b/a.yaml"])]
    #[case::class("[a-c]?.txt", &["ab.txt", "sub/c1.txt"], &["db.txt", "a.txt"])]
    #[case::class_negative("[^a-c].txt", &["d.txt"], &["a.txt"])]
    #[case::escaped("\\*.txt", &["*.txt"], &["a.txt"])]
    #[case::always("", &["templates/.hidden"], &["templates/.", ".helmignore", "templates/a/.b"])]
    #[case::comment("# *.txt", &[], &["a.txt"])]
    // A negative rule leaves out all that it does not match.
    #[case::negative("!*.yaml", &["a.txt", "b.md"], &["a.yaml"])]
    fn rules_match_as_in_helm(#[case] text: &str, #[case] ignored: &[&str], #[case] kept: &[&str]) {
        let rules = Rules::read(text.as_bytes()).expect("is read");
        for path in ignored {
            assert!(rules.ignore(path).expect("in time"), "{text} ignores {path}");
        }
        for path in kept {
            assert!(!rules.ignore(path).expect("in time"), "{text} keeps {path}");
        }
    }

    #[rstest]
    #[case::double_star("a/**/b")]
    #[case::class_without_end("[a")]
    #[case::range_without_end("[a-]")]
    #[case::empty_class("[]")]
    #[case::lone_backslash("a\\")]
    fn what_helm_refuses_is_refused_with_its_line(#[case] text: &str) {
        let error = Rules::read(format!("# first\n{text}\n").as_bytes()).expect_err("is refused");
        assert!(matches!(error, ArchiveError::BadIgnore { line: 2, .. }), "{error}");
    }

    #[test]
    fn rules_that_take_too_long_are_refused() {
        let rule = format!("{}b\n", "*a".repeat(60));
        let rules = Rules::read(rule.repeat(1_000).as_bytes()).expect("is read");
        let slow = (0..5_000).find_map(|_| rules.ignore(&"a".repeat(250)).err());
        assert!(matches!(slow, Some(ArchiveError::BadIgnore { .. })), "{slow:?}");
    }
}
