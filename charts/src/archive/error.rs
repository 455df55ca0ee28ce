//! Why an archive is refused.

use std::fmt;

/// Why an archive is refused, for whoever wants to offer the chart. Paths are cut and escaped where they are shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("The archive has {bytes} bytes, and at most {most} are taken. Leave out of the chart what is no chart.")]
    PackedTooLarge { bytes: u64, most: u64 },
    #[error("This is no chart archive: it does not begin as gzip does. Charts are packed by `helm package`.")]
    NotGzip,
    #[error("The archive is damaged: its gzip stream cannot be read ({fault}). Pack or download it again.")]
    BadGzip { fault: String },
    #[error("The archive is cut off. Download it again.")]
    Truncated,
    #[error("The archive unpacks to more than {most} bytes. Leave out of the chart what is no chart.")]
    UnpackedTooLarge { most: u64 },
    #[error("The archive unpacks to more than {most} times its size, as archives do that are made to fill memory.")]
    RatioTooHigh { most: u64 },
    #[error("The archive has more than {most} files and folders.")]
    TooManyEntries { most: usize },
    #[error("{} has {bytes} bytes, and a file in a chart has at most {most}.", shown(.path))]
    FileTooLarge { path: String, bytes: u64, most: u64 },
    #[error("{} is a path of {bytes} bytes, and at most {most} are taken.", shown(.path))]
    PathTooLong { path: String, bytes: usize, most: usize },
    #[error("{} {fault}.", shown(.path))]
    BadPath { path: String, fault: PathFault },
    #[error("{} is {kind}. A chart has files and folders only.", shown(.path))]
    NotAFile { path: String, kind: EntryKind },
    #[error("{} is a folder with content of its own, which programs read differently. Pack the chart again.", shown(.path))]
    FolderWithContent { path: String },
    #[error("{} and {} are one file on some machines, or there twice. Remove one of them.", shown(.first), shown(.second))]
    Duplicate { first: String, second: String },
    #[error(
        "The archive has two folders at its top, {} and {}. A chart archive has one, with the chart's name.",
        shown(.first),
        shown(.second)
    )]
    SeveralRoots { first: String, second: String },
    #[error("{} is not in the archive's top folder. A chart archive has one folder, and all files are in it.", shown(.path))]
    OutsideRoot { path: String },
    #[error("The archive has no files.")]
    Empty,
    #[error("The archive has another gzip stream after its end. Pack the chart again.")]
    SecondStream,
    #[error("The archive has {bytes} bytes after its end. Pack or download it again.")]
    TrailingBytes { bytes: usize },
    #[error("The archive has content after the end of its tar, which programs read differently. Pack the chart again.")]
    ContentAfterEnd,
    #[error("The archive's tar cannot be read ({fault}). Pack or download it again.")]
    BadTar { fault: String },
    #[error("{} has an extended header that {fault}. Pack the chart again without it.", shown(.path))]
    BadExtension { path: String, fault: PaxFault },
    #[error("Line {line} of .helmignore cannot be read: {fault}.")]
    BadIgnore { line: usize, fault: &'static str },
}

/// What a path in an archive must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    #[error("is an absolute path: paths in a chart begin with the chart's folder")]
    Absolute,
    #[error("leads out of its folder by `..`")]
    Parent,
    #[error("has an empty part or `.` in it, which Helm does not find again: pack the chart with `helm package`")]
    EmptyPart,
    #[error("has a backslash, which is a separator on some machines only")]
    Backslash,
    #[error("begins as a drive of Windows does")]
    Drive,
    #[error("has a control character or one that turns the direction of text")]
    Control,
    #[error("is not UTF-8")]
    NotUtf8,
}

/// What is in archives, but not in charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryKind {
    #[error("a symbolic link")]
    Symlink,
    #[error("a hard link")]
    Hardlink,
    #[error("a device")]
    Device,
    #[error("a named pipe")]
    Fifo,
    #[error("a sparse file")]
    Sparse,
    #[error("of the unknown kind {}", char::from(*.0).escape_default())]
    Unknown(u8),
}

/// What is wrong about a header that extends another one (PAX, or GNU's long names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaxFault {
    #[error("is larger than {most} bytes")]
    TooLarge { most: u64 },
    #[error("is malformed")]
    Malformed,
    #[error("gives the file another size than its header")]
    Size,
    #[error("gives the file a second name")]
    SecondName,
    #[error("is for all files of the archive")]
    Global,
    #[error("belongs to no file")]
    Alone,
}

/// A path as it may be shown: nobody else's text is longer, or more than text, in a message.
fn shown(path: &str) -> impl fmt::Display {
    const MOST: usize = 120;
    let cut = path.chars().count() > MOST;
    let text: String = path.chars().take(MOST).flat_map(char::escape_debug).collect();
    format!("`{text}{}`", if cut { "…" } else { "" })
}
