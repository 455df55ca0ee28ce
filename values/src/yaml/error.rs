//! Why a text is not taken as YAML.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    #[error("The YAML has {bytes} bytes; at most {limit} are taken. Make it shorter.")]
    TooLarge { bytes: usize, limit: usize },
    #[error("Line {line}, column {column}: {message}.")]
    Syntax { line: usize, column: usize, message: String },
    #[error("Line {line}, column {column}: a tab stands where YAML wants spaces. Indent with spaces.")]
    Tab { line: usize, column: usize },
    #[error("Line {line}: a second document begins. Values are one document: remove the line ---.")]
    SeveralDocuments { line: usize },
    #[error("Line {line}: the key {key:?} is there already, in line {first_line}. Remove one of them.")]
    DuplicateKey { key: String, line: usize, first_line: usize },
    #[error("Line {line}: nested deeper than {limit} levels.")]
    TooDeep { line: usize, limit: usize },
    #[error("Line {line}: more than {limit} values, with aliases counted as often as they are used.")]
    TooMany { line: usize, limit: usize },
    #[error("Line {line}: the alias *{name} has no anchor &{name} above it.")]
    UnknownAlias { name: String, line: usize },
    #[error("Line {line}: the alias is inside of what it stands for.")]
    RecursiveAlias { line: usize },
    #[error("Line {line}: the tag {tag} is not known to Helm. Remove it.")]
    UnsupportedTag { tag: String, line: usize },
    #[error("Line {line}: {text:?} is not of the type that its tag {tag} says.")]
    WrongTag { tag: String, text: String, line: usize },
    #[error("Line {line}: a key must be a text or a number, not a list, a map or nothing.")]
    ComplexKey { line: usize },
    #[error("Line {line}: {text} is not a number that JSON has. Put it into quotes if it is a text.")]
    NotFinite { text: String, line: usize },
    #[error("Line {line}: << takes a map or a list of maps.")]
    MergeOfNoMap { line: usize },
    #[error("Line {line}: values are a map of keys, not {found}.")]
    NotMap { line: usize, found: &'static str },
}

impl YamlError {
    /// Where it is, from 1; `None` for what is true of the whole text.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::TooLarge { .. } => None,
            Self::Syntax { line, .. }
            | Self::Tab { line, .. }
            | Self::SeveralDocuments { line }
            | Self::DuplicateKey { line, .. }
            | Self::TooDeep { line, .. }
            | Self::TooMany { line, .. }
            | Self::UnknownAlias { line, .. }
            | Self::RecursiveAlias { line }
            | Self::UnsupportedTag { line, .. }
            | Self::WrongTag { line, .. }
            | Self::ComplexKey { line }
            | Self::NotFinite { line, .. }
            | Self::MergeOfNoMap { line }
            | Self::NotMap { line, .. } => Some(*line),
        }
    }
}
