//! Whose keyless signatures a source takes.

use super::error::IdentityError;
use crate::limits::RULE_LENGTH;
use crate::text::shown;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// How large the automaton of a pattern may become, in bytes.
const PATTERN_BYTES: usize = 1 << 20;
/// Nobody whom a rule means that means somebody: strangers, some of them with accounts where everybody can have one.
const STRANGERS: &[&str] = &[
    "b3c1f2@stranger-7f1e.example",
    "b3c1f2-7f1e@gmail.com",
    "https://forge-93ac.example/x4b1/q77e/.github/workflows/w.yml@refs/heads/z",
    "https://github.com/x4b1-93ac/q77e/.github/workflows/w.yml@refs/heads/z",
    "https://gitlab.com/x4b1-93ac/q77e//.gitlab-ci.yml@refs/heads/z",
    "a5d0",
];

/// An identity provider, and whom of those that it vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "Given")]
pub struct Identity {
    issuer: String,
    subject: SubjectRule,
    pattern: Pattern,
}

/// Which subjects are meant, such as `releases@example.com` or
/// `https://github.com/acme/charts/.github/workflows/release.yml@refs/heads/main`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectRule {
    Equals(String),
    /// `*` is anything but `/`, `**` anything, `?` one character but `/`.
    Glob(String),
    /// Of the whole subject.
    Regex(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    issuer: String,
    subject: SubjectRule,
}

/// A rule, ready to be asked. Equal rules have equal patterns.
#[derive(Debug, Clone)]
struct Pattern(Option<Regex>);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(Regex::as_str) == other.0.as_ref().map(Regex::as_str)
    }
}

impl Eq for Pattern {}

impl Identity {
    pub fn new(issuer: &str, subject: SubjectRule) -> Result<Self, IdentityError> {
        let host = issuer.strip_prefix("https://").unwrap_or_default();
        let is_plain = issuer.chars().all(|char| char.is_ascii_graphic() && char != '*');
        if host.is_empty() || issuer.len() > RULE_LENGTH || !is_plain {
            return Err(IdentityError::Issuer);
        }
        let pattern = Pattern(subject.compile()?);
        let identity = Self { issuer: issuer.to_owned(), subject, pattern };
        match STRANGERS.iter().find(|stranger| identity.takes(issuer, stranger)) {
            Some(stranger) => Err(IdentityError::TooWide { stranger }),
            None => Ok(identity),
        }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn subject(&self) -> &SubjectRule {
        &self.subject
    }

    pub(super) fn takes(&self, issuer: &str, subject: &str) -> bool {
        self.issuer == issuer
            && match (&self.pattern.0, &self.subject) {
                (Some(pattern), _) => pattern.is_match(subject),
                (None, SubjectRule::Equals(expected)) => expected == subject,
                (None, SubjectRule::Glob(_) | SubjectRule::Regex(_)) => false,
            }
    }
}

impl SubjectRule {
    fn as_str(&self) -> &str {
        match self {
            Self::Equals(text) | Self::Glob(text) | Self::Regex(text) => text,
        }
    }

    fn compile(&self) -> Result<Option<Regex>, IdentityError> {
        if self.as_str().trim().is_empty() || self.as_str().chars().count() > RULE_LENGTH {
            return Err(IdentityError::Length { most: RULE_LENGTH });
        }
        match self {
            Self::Equals(_) => Ok(None),
            Self::Glob(glob) => compile(&as_regex(glob)).map(Some),
            // Alone first: a bracket that closes the group around it would change what is meant.
            Self::Regex(regex) => compile(regex).and_then(|_| compile(&format!(r"\A(?:{regex})\z"))).map(Some),
        }
    }
}

fn as_regex(glob: &str) -> String {
    let mut regex = String::from(r"(?s)\A");
    let mut chars = glob.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' if chars.next_if_eq(&'*').is_some() => regex.push_str(".*"),
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push_str(r"\z");
    regex
}

fn compile(pattern: &str) -> Result<Regex, IdentityError> {
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build().map_err(|error| IdentityError::Pattern {
        problem: shown(&error.to_string().lines().last().unwrap_or_default().replace("error: ", "")),
    })
}

impl TryFrom<Given> for Identity {
    type Error = IdentityError;

    fn try_from(given: Given) -> Result<Self, IdentityError> {
        Self::new(&given.issuer, given.subject)
    }
}

impl From<Identity> for Given {
    fn from(identity: Identity) -> Self {
        Self { issuer: identity.issuer, subject: identity.subject }
    }
}
