//! Why files are no chart.

use crate::archive::ArchiveError;
use crate::fields::FieldError;
use crate::yaml::TextError;

/// Why files are no chart, for whoever wants to offer it. `file` is a path within the archive's top folder.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChartError {
    #[error("{file} is missing. A chart has it in its top folder.")]
    Missing { file: String },
    #[error("{file} {error}.")]
    Unreadable { file: String, error: TextError },
    #[error("{file}: {error}.")]
    Field { file: String, error: FieldError },
    #[error("{file} has no {field}, which every chart has.")]
    NoField { file: String, field: &'static str },
    #[error("{file}: apiVersion is {found:?}, and Berth takes charts of v1 and v2.")]
    ApiVersion { file: String, found: String },
    #[error(
        "{file}: {name:?} is no name of a chart: it has letters, digits, `-`, `_` and `.`, and at most 250 of them."
    )]
    Name { file: String, name: String },
    #[error("{file}: {version:?} is no version: it has numbers as 1.2.3, and may go on as 1.2.3-rc.1 or 1.2.3+build.")]
    Version { file: String, version: String },
    #[error("{file}: type is {found:?}, and a chart is of type application or library.")]
    Type { file: String, found: String },
    #[error("{file}: more than one dependency has the name or alias {name:?}.")]
    DuplicateDependency { file: String, name: String },
    #[error("{file}: the alias {alias:?} of {name:?} has signs other than letters, digits, `-`, `_` and `.`.")]
    Alias { file: String, name: String, alias: String },
    #[error("{path}: {error}")]
    SubchartArchive { path: String, error: ArchiveError },
    #[error("{path} is a chart within more than {most} others.")]
    TooDeep { path: String, most: usize },
    #[error("The chart has more than {most} custom resource definitions and versions of them.")]
    TooManyCrds { most: usize },
    #[error("The chart has more than {most} charts in it.")]
    TooManyCharts { most: usize },
}
