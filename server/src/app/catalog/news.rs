//! What charts say is new in their versions.

use charts::changelog;
use charts::chart::Chart;
use charts::version::Version;
use domain::text;
use domain::view::{VersionChange, VersionNews};
use std::cmp::Ordering;

/// Of what a version says is new in it: points, and characters of each.
const MOST_CHANGES: usize = 100;
const LONGEST_CHANGE: usize = 1000;
/// Versions that are told of.
pub const MOST_VERSIONS: usize = 10;

/// What it says is new, as texts that the database takes.
pub(super) fn changes(chart: &Chart) -> Vec<VersionChange> {
    let told = chart.metadata.changes().into_iter().take(MOST_CHANGES);
    let cut = |text: String| text::shown(&text, LONGEST_CHANGE);
    told.map(|change| VersionChange { kind: change.kind.map(cut), description: cut(change.description) }).collect()
}

/// Version by version, newest first: what each says itself, or else what the newest one's `changelog` says of it. Of those
/// after `above` and up to `upto`; what says nothing is left out.
pub fn news(
    own: Vec<(String, Vec<VersionChange>)>,
    changelog: Option<&str>,
    above: Option<&str>,
    upto: &str,
) -> Vec<VersionNews> {
    let above = above.and_then(|text| Version::parse(text).ok());
    let Ok(upto) = Version::parse(upto) else { return Vec::new() };
    let is_told = |version: &Version| {
        version.precedence(&upto).is_le() && above.as_ref().is_none_or(|above| version.precedence(above).is_gt())
    };
    let mut told: Vec<(Version, VersionNews)> = own
        .into_iter()
        .filter(|(_, changes)| !changes.is_empty())
        .filter_map(|(text, changes)| Some((Version::parse(&text).ok()?, changes)))
        .map(|(version, changes)| {
            let news = VersionNews { version: version.as_str().to_owned(), changes, text: None };
            (version, news)
        })
        .collect();
    for section in changelog.map(changelog::sections).unwrap_or_default() {
        if told.iter().all(|(version, _)| version.precedence(&section.version) != Ordering::Equal) {
            let version = section.version.as_str().to_owned();
            told.push((section.version, VersionNews { version, changes: Vec::new(), text: Some(section.text) }));
        }
    }
    told.retain(|(version, _)| is_told(version));
    told.sort_by(|(a, _), (b, _)| b.precedence(a));
    told.truncate(MOST_VERSIONS);
    told.into_iter().map(|(_, news)| news).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(description: &str) -> Vec<VersionChange> {
        vec![VersionChange { kind: None, description: description.into() }]
    }

    #[test]
    fn what_a_version_says_itself_comes_before_what_a_later_one_says_of_it() {
        let own =
            vec![("1.3.0".into(), change("ports")), ("1.1.0".into(), Vec::new()), ("1.0.0".into(), change("old"))];
        let changelog =
            "## 2.0.0\nnot yet\n## v1.3.0\nother words\n## 1.2.0\nnever taken in\n## 1.1.0\na fix\n## 1.0.0\nfirst\n";
        let told = news(own, Some(changelog), Some("1.0.0"), "1.3.0");
        let told: Vec<_> = told.iter().map(|it| (it.version.as_str(), it.changes.len(), it.text.as_deref())).collect();
        assert_eq!(told, [("1.3.0", 1, None), ("1.2.0", 0, Some("never taken in")), ("1.1.0", 0, Some("a fix"))]);
    }

    #[test]
    fn nothing_said_is_nothing_told_and_what_is_told_is_bounded() {
        assert_eq!(news(vec![("1.0.0".into(), Vec::new())], None, None, "1.0.0"), []);
        let many = (0..50).map(|n| (format!("1.{n}.0"), change("more"))).collect();
        let told = news(many, None, None, "1.49.0");
        assert_eq!((told.len(), told[0].version.as_str()), (MOST_VERSIONS, "1.49.0"));
    }
}
