//! Constraints: alternatives, each of conditions that must all hold.

use super::Version;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::LazyLock;
use std::{fmt, str::FromStr};

/// Helm's own bounds.
const CONSTRAINT_BYTES: usize = 512;
const ALTERNATIVES: usize = 32;

/// Which versions are meant: `>=1.20.0-0`, `^1.2 || ~2.0.1`, `1.2 - 2.3.4`, `1.x`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Constraint {
    alternatives: Vec<Alternative>,
    text: String,
}

/// The text is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadConstraint {
    #[error("is longer than {CONSTRAINT_BYTES} bytes")]
    TooLong,
    #[error("has more than {ALTERNATIVES} alternatives")]
    TooManyAlternatives,
    #[error(
        "is no constraint at {part:?}: it has conditions as >=1.2.3, ^1.2, ~1.2.3 or 1.x, and || between alternatives"
    )]
    Malformed { part: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Alternative {
    conditions: Vec<Condition>,
    /// One that names a prerelease lets all of them match prereleases.
    names_prerelease: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    version: Version,
    /// How many numbers are given before the first one that is missing or a wildcard.
    given: Given,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Nothing,
    Major,
    Minor,
    All,
}

/// As the library has them, so that they take the same texts: a class with `|` in it is one of its mistakes.
struct Patterns {
    condition: Regex,
    conditions: Regex,
    alternative: Regex,
    range: Regex,
}

const SPACE: &str = r"[\t\n\f\r ]";
const OPERATORS: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";
const VERSION: &str = concat!(
    r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?",
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
);

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let one = format!("({OPERATORS}){SPACE}*({VERSION})");
    let new = |pattern: &str| Regex::new(pattern).expect("is one of ours");
    Patterns {
        condition: new(&format!("^{SPACE}*{one}{SPACE}*$")),
        conditions: new(&one),
        alternative: new(&format!("^({SPACE}*{one}{SPACE}*)((?:{SPACE}+|,{SPACE}*){one}{SPACE}*)*$")),
        range: new(&format!("{SPACE}*({VERSION}){SPACE}+-{SPACE}+({VERSION}){SPACE}*")),
    }
});

/// Which groups of a condition's pattern are what; in the pattern of a range the version after the hyphen is 11.
mod group {
    pub const OPERATOR: usize = 1;
    pub const MAJOR: usize = 3;
    pub const MINOR: usize = 4;
    pub const PATCH: usize = 5;
    pub const PRERELEASE: usize = 6;
    pub const RANGE_FROM: usize = 1;
    pub const RANGE_TO: usize = 11;
}

impl Constraint {
    pub fn parse(text: &str) -> Result<Self, BadConstraint> {
        if text.len() > CONSTRAINT_BYTES {
            return Err(BadConstraint::TooLong);
        }
        let malformed = |part: &str| BadConstraint::Malformed { part: part.to_owned() };
        let rewritten = rewrite_ranges(text, &PATTERNS.range);
        let parts: Vec<&str> = rewritten.split("||").collect();
        if parts.len() > ALTERNATIVES {
            return Err(BadConstraint::TooManyAlternatives);
        }
        let alternative = |part: &&str| Alternative::parse(part, &PATTERNS).ok_or_else(|| malformed(part));
        let alternatives = parts.iter().map(alternative).collect::<Result<_, _>>()?;
        Ok(Self { alternatives, text: text.to_owned() })
    }

    /// Prereleases match only an alternative that names one: `>=1.20.0-0` matches `1.33.1-eks-123`, `>=1.20.0` does not.
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|alternative| alternative.matches(version, alternative.names_prerelease))
    }

    /// Prereleases match as releases do.
    pub fn matches_with_prereleases(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|alternative| alternative.matches(version, true))
    }

    pub fn newest<'a>(&self, versions: impl IntoIterator<Item = &'a Version>) -> Option<&'a Version> {
        versions.into_iter().filter(|version| self.matches(version)).max()
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// `1.2 - 2.3` is `>=1.2, <=2.3`.
fn rewrite_ranges(text: &str, pattern: &Regex) -> String {
    let mut rewritten = text.to_owned();
    for range in pattern.captures_iter(text) {
        let conditions = format!(">= {}, <= {} ", part(&range, group::RANGE_FROM), part(&range, group::RANGE_TO));
        rewritten = rewritten.replacen(part(&range, 0), &conditions, 1);
    }
    rewritten
}

fn part<'a>(captures: &Captures<'a>, group: usize) -> &'a str {
    captures.get(group).map_or("", |part| part.as_str())
}

impl Alternative {
    fn parse(text: &str, patterns: &Patterns) -> Option<Self> {
        if !patterns.alternative.is_match(text) {
            return None;
        }
        let found = patterns.conditions.find_iter(text);
        let conditions: Vec<Condition> =
            found.map(|found| Condition::parse(found.as_str(), &patterns.condition)).collect::<Option<_>>()?;
        let names_prerelease = conditions.iter().any(|condition| condition.version.is_prerelease());
        Some(Self { conditions, names_prerelease })
    }

    fn matches(&self, version: &Version, with_prereleases: bool) -> bool {
        (with_prereleases || !version.is_prerelease())
            && self.conditions.iter().all(|condition| condition.matches(version))
    }
}

impl Condition {
    fn parse(text: &str, pattern: &Regex) -> Option<Self> {
        let parts = pattern.captures(text)?;
        let (major, minor, patch) =
            (part(&parts, group::MAJOR), part(&parts, group::MINOR), part(&parts, group::PATCH));
        let prerelease = part(&parts, group::PRERELEASE);
        let (given, version) = if is_open(major) {
            (Given::Nothing, format!("0.0.0{prerelease}"))
        } else if is_open(minor) {
            (Given::Major, format!("{major}.0.0{prerelease}"))
        } else if is_open(patch) {
            (Given::Minor, format!("{major}{minor}.0{prerelease}"))
        } else {
            // Build metadata does not count, but is checked.
            (Given::All, text_of_version(&parts).to_owned())
        };
        let operator = Operator::parse(part(&parts, group::OPERATOR))?;
        Some(Self { operator, version: Version::parse(&version).ok()?, given })
    }

    /// Whether it holds, where prereleases are let in already.
    fn matches(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal if self.given == Given::All => order.is_eq(),
            Operator::Equal | Operator::Tilde => self.is_within_tilde(version, order),
            Operator::Unequal => self.is_unequal(version, order),
            Operator::Greater => self.is_greater(version, order),
            Operator::Less => order.is_lt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::LessOrEqual => self.is_less_or_equal(version, order),
            Operator::Caret => self.is_within_caret(version, order),
        }
    }

    fn is_within_tilde(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order.is_lt() {
            return false;
        }
        let is_zero = (own.major, own.minor, own.patch) == (0, 0, 0);
        if is_zero && matches!(self.given, Given::All | Given::Nothing) {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.given == Given::Major)
    }

    fn is_unequal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.given {
            _ if version.major != own.major && self.given != Given::All => true,
            Given::Major => false,
            Given::Minor if version.minor != own.minor => true,
            Given::Minor => version.prerelease != own.prerelease,
            Given::Nothing if version.minor != own.minor || version.patch != own.patch => true,
            Given::Nothing | Given::All => order.is_ne(),
        }
    }

    fn is_greater(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.given {
            Given::All => order.is_gt(),
            _ if version.major != own.major => version.major > own.major,
            Given::Major => false,
            Given::Minor => version.minor > own.minor,
            Given::Nothing => order.is_gt(),
        }
    }

    fn is_less_or_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.given {
            Given::All => order.is_le(),
            Given::Major => version.major <= own.major,
            Given::Nothing | Given::Minor => (version.major, version.minor) <= (own.major, own.minor),
        }
    }

    /// Nothing left of the first number that is not zero may change.
    fn is_within_caret(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order.is_lt() {
            return false;
        }
        if own.major > 0 || self.given == Given::Major {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.given == Given::Minor {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

fn text_of_version<'a>(parts: &Captures<'a>) -> &'a str {
    part(parts, group::OPERATOR + 1)
}

/// Missing, or a wildcard.
fn is_open(number: &str) -> bool {
    matches!(number.trim_start_matches('.'), "" | "x" | "X" | "*")
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" => Self::Equal,
            "!=" => Self::Unequal,
            ">" => Self::Greater,
            "<" => Self::Less,
            ">=" | "=>" => Self::GreaterOrEqual,
            "<=" | "=<" => Self::LessOrEqual,
            "~" | "~>" => Self::Tilde,
            "^" => Self::Caret,
            _ => return None,
        })
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Constraint {
    type Err = BadConstraint;

    fn from_str(text: &str) -> Result<Self, BadConstraint> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Constraint {
    type Error = BadConstraint;

    fn try_from(text: String) -> Result<Self, BadConstraint> {
        Self::parse(&text)
    }
}

impl From<Constraint> for String {
    fn from(constraint: Constraint) -> String {
        constraint.text
    }
}
