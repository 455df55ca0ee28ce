//! The files of a chart in memory, by paths that lead nowhere else.

use std::collections::BTreeMap;

/// Files of one chart, by their path below its folder: `Chart.yaml`, `templates/service.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartFiles(BTreeMap<String, Vec<u8>>);

/// Longest path, in bytes; what systems allow is more.
const LONGEST_PATH: usize = 1000;
/// Longest part of a path between two `/`, in bytes: what file systems allow.
const LONGEST_NAME: usize = 255;

/// A path that may lead out of the chart's folder, or that no folder can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is no path of a file in a chart. Package the chart again with plain relative paths.")]
pub struct UnsafePath {
    pub path: String,
}

impl ChartFiles {
    /// Files by relative paths with `/`. Of two with one path, the later one counts; a file that is also the folder of another
    /// one is refused.
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, UnsafePath> {
        let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
        match files.keys().find(|path| !is_safe(path) || has_file_above(&files, path)) {
            Some(path) => Err(UnsafePath { path: path.chars().take(200).collect() }),
            None => Ok(Self(files)),
        }
    }

    /// Of no chart.
    pub(super) const fn none() -> Self {
        Self(BTreeMap::new())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }
}

fn is_safe(path: &str) -> bool {
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && name.len() <= LONGEST_NAME;
    path.len() <= LONGEST_PATH && path.split('/').all(is_name) && !path.contains(['\0', '\\'])
}

fn has_file_above(files: &BTreeMap<String, Vec<u8>>, path: &str) -> bool {
    path.match_indices('/').any(|(end, _)| files.contains_key(&path[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::up("../x")]
    #[case::up_within("templates/../../x")]
    #[case::absolute("/etc/passwd")]
    #[case::nothing("")]
    #[case::here("./Chart.yaml")]
    #[case::doubled("templates//x")]
    #[case::folder("templates/")]
    #[case::backslash("templates\\..\\x")]
    #[case::nul("a\0b")]
    fn paths_that_lead_elsewhere_are_refused(#[case] path: &str) {
        assert_eq!(ChartFiles::new([(path.to_owned(), vec![])]), Err(UnsafePath { path: path.to_owned() }));
    }

    #[test]
    fn a_file_is_not_also_a_folder() {
        let files = ["a", "a/b"].map(|path| (path.to_owned(), vec![]));
        assert_eq!(ChartFiles::new(files), Err(UnsafePath { path: "a/b".into() }));
    }

    #[test]
    fn plain_paths_are_taken() {
        let files = ["Chart.yaml", "charts/a/templates/_helpers.tpl", "files/..data"].map(|p| (p.to_owned(), vec![1]));
        assert_eq!(ChartFiles::new(files).map(|files| files.iter().count()), Ok(3));
    }
}
