//! Versions and constraints as Helm means them, which is as its library (Masterminds/semver 3.5.0) does: a version may
//! lack parts and begin with `v`, a constraint has `||`, ranges and wildcards, and only one that names a prerelease
//! matches prereleases. `charts/tests/semver` compares the two.

mod constraint;

pub use constraint::{BadConstraint, Constraint};

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::LazyLock;
use std::{fmt, str::FromStr};

/// Helm's own bound.
const VERSION_BYTES: usize = 256;

/// A version. Ordered as SemVer orders; those that are equal to it (`1.0.0+a` and `1.0.0+b`, `v1.0.0` and `1.0.0`) come
/// in the order of their texts, so that the order is the same every time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    build: String,
    /// As it was written: it is what a repository or a registry knows it by.
    text: String,
}

/// The text is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadVersion {
    #[error("is longer than {VERSION_BYTES} bytes")]
    TooLong,
    #[error("is no version: it has numbers as 1.2.3, and may go on as 1.2.3-rc.1 or 1.2.3+build")]
    Malformed,
    #[error("has a number that is too large")]
    TooLarge,
    #[error("has a number in its prerelease that begins with zero")]
    LeadingZero,
}

/// How far a version is from another one, either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    None,
    /// Only in what SemVer does not order: build metadata, or how it is written.
    Build,
    Prerelease,
    Patch,
    Minor,
    Major,
}

/// Without `[^…]` or `.`, so that bytes and characters are the same to it.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?",
        r"(?:-([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?",
        r"(?:\+([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?$"
    );
    Regex::new(pattern).expect("is one of ours")
});

impl Version {
    pub fn parse(text: &str) -> Result<Self, BadVersion> {
        if text.len() > VERSION_BYTES {
            return Err(BadVersion::TooLong);
        }
        let parts = VERSION.captures(text).ok_or(BadVersion::Malformed)?;
        let number = |n| parts.get(n).map_or(Ok(0), |digits| digits.as_str().parse::<u64>());
        let number = |n| number(n).map_err(|_| BadVersion::TooLarge);
        let part = |n| parts.get(n).map_or("", |part| part.as_str());
        if part(4).split('.').any(|part| part.len() > 1 && part.starts_with('0') && is_numeric(part)) {
            return Err(BadVersion::LeadingZero);
        }
        Ok(Self {
            major: number(1)?,
            minor: number(2)?,
            patch: number(3)?,
            prerelease: part(4).to_owned(),
            build: part(5).to_owned(),
            text: text.to_owned(),
        })
    }

    /// A cluster's version as Helm compares it with a chart's `kubeVersion`: what a provider appends (`-eks-123`,
    /// `+k3s1`) does not count.
    pub fn parse_of_cluster(text: &str) -> Result<Self, BadVersion> {
        let end = text.find(|char: char| !char.is_ascii_digit() && char != '.' && char != 'v').unwrap_or(text.len());
        Self::parse(text[..end].trim_end_matches('.'))
    }

    pub fn major(&self) -> u64 {
        self.major
    }

    pub fn minor(&self) -> u64 {
        self.minor
    }

    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// Without the hyphen. Empty for a release.
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// Without the plus sign.
    pub fn build(&self) -> &str {
        &self.build
    }

    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// With three numbers and without `v`.
    pub fn canonical(&self) -> String {
        let mut text = format!("{}.{}.{}", self.major, self.minor, self.patch);
        for (sign, part) in [('-', &self.prerelease), ('+', &self.build)] {
            if !part.is_empty() {
                text.push(sign);
                text.push_str(part);
            }
        }
        text
    }

    /// As SemVer orders: build metadata does not count.
    pub fn precedence(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.prerelease.as_str(), other.prerelease.as_str()) {
            (own, others) if own == others => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (own, others) => compare_prereleases(own, others),
        })
    }

    pub fn difference(&self, other: &Self) -> Difference {
        if self.major != other.major {
            Difference::Major
        } else if self.minor != other.minor {
            Difference::Minor
        } else if self.patch != other.patch {
            Difference::Patch
        } else if self.prerelease != other.prerelease {
            Difference::Prerelease
        } else if self.text != other.text {
            Difference::Build
        } else {
            Difference::None
        }
    }
}

fn is_numeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Part by part; the one that has a part more is greater.
fn compare_prereleases(own: &str, others: &str) -> Ordering {
    let (mut own, mut others) = (own.split('.'), others.split('.'));
    loop {
        match (own.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (own, others) => match compare_parts(own.unwrap_or_default(), others.unwrap_or_default()) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// Numbers are less than words. One that does not fit into 64 bits is a word to Helm.
fn compare_parts(own: &str, others: &str) -> Ordering {
    match (own, others) {
        (own, others) if own == others => Ordering::Equal,
        ("", _) => Ordering::Less,
        (_, "") => Ordering::Greater,
        (own, others) => match (own.parse::<u64>(), others.parse::<u64>()) {
            (Ok(own), Ok(others)) => own.cmp(&others),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => own.cmp(others),
        },
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.precedence(other).then_with(|| self.build.cmp(&other.build)).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        Self::parse(&text)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.text
    }
}
