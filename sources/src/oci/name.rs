//! Names as registries spell them: of repositories, and of versions as tags.

use crate::error::{Error, cleaned};

const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// A repository: lower case letters and digits, with `.`, `_`, `__` or dashes between them, in parts with `/` between.
pub fn repository(name: &str) -> Result<&str, Error> {
    let is_one = name.len() <= LONGEST_NAME && name.split('/').all(is_part);
    if is_one { Ok(name) } else { Err(Error::Name { name: cleaned(name) }) }
}

fn is_part(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends_in_words = part.bytes().next().is_some_and(is_word) && part.bytes().last().is_some_and(is_word);
    let mut separators = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let is_separator = |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|b| b == b'-');
    ends_in_words && separators.all(is_separator)
}

/// The tag of a version: `+` cannot stand in one.
pub fn tag(version: &str) -> Result<String, Error> {
    let tag = version.replace('+', "_");
    if is_tag(&tag) { Ok(tag) } else { Err(Error::Version { version: cleaned(version) }) }
}

/// The version that a tag is of; none of what keeps signatures and the like (`sha256-….sig`), and of what nobody could ask for.
pub fn version(tag: &str) -> Option<String> {
    (is_tag(tag) && !is_companion(tag)).then(|| tag.replace('_', "+"))
}

fn is_tag(tag: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let is_first = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= LONGEST_TAG && tag.bytes().next().is_some_and(is_first) && tag.bytes().all(is_inner)
}

fn is_companion(tag: &str) -> bool {
    let digits = tag.strip_prefix("sha256-").or_else(|| tag.strip_prefix("sha512-"));
    digits.and_then(|digits| digits.get(..64)).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_spelled_as_registries_allow() {
        for name in ["a", "charts/web", "a.b/c_d/e__f/g---h", "0/1"] {
            assert!(repository(name).is_ok(), "{name}");
        }
        let long = "a".repeat(256);
        for name in
            ["", "/", "a/", "/a", "a//b", "A", "a..b", "a/../b", ".a", "a-", "a___b", "a b", "é", "a?b", "a%2fb", &long]
        {
            assert!(repository(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_plus_is_an_underscore_in_tags() {
        assert_eq!(tag("1.2.3+build.7").ok().as_deref(), Some("1.2.3_build.7"));
        assert_eq!(version("1.2.3_build.7").as_deref(), Some("1.2.3+build.7"));
    }

    #[test]
    fn what_is_no_tag_is_not_asked_for_and_not_listed() {
        let long = "1".repeat(129);
        for wrong in ["", "../1", ".1", "-1", "1/2", "1 2", "1?n=2", "é", &long] {
            assert!(tag(wrong).is_err(), "{wrong}");
            assert_eq!(version(wrong), None, "{wrong}");
        }
        let signature = format!("sha256-{}.sig", "a".repeat(64));
        assert_eq!(version(&signature), None);
        assert_eq!(version(&signature[..71]), None);
        assert_eq!(version("sha256-short").as_deref(), Some("sha256-short"));
    }
}
