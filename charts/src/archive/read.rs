//! Reading: gzip and tar are decoded as they come, and what is outside of the limits is refused before it is kept.

use super::error::{ArchiveError, EntryKind, PaxFault};
use super::folder::{Content, Files};
use super::limits::Limits;
use super::{path, pax};
use flate2::bufread::GzDecoder;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use tar::EntryType;

/// Of one extended header: a path, and what programs note beside it.
const EXTENSION_BYTES: u64 = 16 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub fn read(bytes: &[u8], limits: &Limits) -> Result<Files, ArchiveError> {
    if bytes.len() as u64 > limits.packed_bytes {
        return Err(ArchiveError::PackedTooLarge { bytes: bytes.len() as u64, most: limits.packed_bytes });
    }
    if !bytes.starts_with(&GZIP) {
        return Err(ArchiveError::NotGzip);
    }
    let (most, is_by_ratio) = limits.unpacked_from(bytes.len());
    let stream = Stream { gzip: GzDecoder::new(bytes), left: most, stopped: &Cell::new(Stopped::No) };
    let stopped = stream.stopped;
    let told = |fault: ArchiveError| match stopped.take() {
        Stopped::AtLimit if is_by_ratio => ArchiveError::RatioTooHigh { most: limits.ratio },
        Stopped::AtLimit => ArchiveError::UnpackedTooLarge { most: limits.unpacked_bytes },
        Stopped::CutOff => ArchiveError::Truncated,
        Stopped::Damaged(fault) => ArchiveError::BadGzip { fault },
        // A tar says itself where it ends, so that this is one that does not.
        Stopped::AtEnd if matches!(fault, ArchiveError::BadTar { .. }) => ArchiveError::Truncated,
        Stopped::AtEnd | Stopped::No => fault,
    };
    let mut tar = tar::Archive::new(stream);
    let files = read_tar(&mut tar, limits).map_err(told)?;
    if matches!(stopped.take(), Stopped::AtEnd) {
        return Err(ArchiveError::Truncated);
    }
    let mut stream = tar.into_inner();
    read_filling(&mut stream).map_err(told)?;
    match stream.gzip.into_inner() {
        [] => files.finish(),
        after if after.starts_with(&GZIP) => Err(ArchiveError::SecondStream),
        after => Err(ArchiveError::TrailingBytes { bytes: after.len() }),
    }
}

/// Why the stream gave no more.
#[derive(Debug, Default)]
enum Stopped {
    #[default]
    No,
    AtEnd,
    AtLimit,
    CutOff,
    Damaged(String),
}

/// What is in the gzip, up to a number of bytes.
struct Stream<'a> {
    gzip: GzDecoder<&'a [u8]>,
    left: u64,
    stopped: &'a Cell<Stopped>,
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        // At the limit one byte more tells whether there is more.
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).clamp(1, buffer.len());
        let n = self.gzip.read(&mut buffer[..most]).inspect_err(|error| {
            self.stopped.set(match error.kind() {
                io::ErrorKind::UnexpectedEof => Stopped::CutOff,
                _ => Stopped::Damaged(error.to_string()),
            });
        })?;
        if n == 0 {
            self.stopped.set(Stopped::AtEnd);
        } else if self.left == 0 {
            self.stopped.set(Stopped::AtLimit);
            return Err(io::Error::other("limit"));
        }
        self.left -= n as u64;
        Ok(n)
    }
}

fn read_tar<'a>(tar: &mut tar::Archive<Stream<'a>>, limits: &'a Limits) -> Result<Unpacked<'a>, ArchiveError> {
    let (mut unpacked, mut extension) = (Unpacked::new(limits), Extension::default());
    // Raw: each header as it stands, extended ones too, because it is we who refuse.
    for entry in tar.entries().map_err(bad_tar)?.raw(true) {
        take(entry.map_err(bad_tar)?, &mut unpacked, &mut extension, limits)?;
    }
    match extension.is_empty() {
        true => Ok(unpacked),
        false => Err(ArchiveError::BadExtension { path: String::new(), fault: PaxFault::Alone }),
    }
}

fn bad_tar(error: io::Error) -> ArchiveError {
    let fault = error.to_string().chars().take(200).flat_map(char::escape_debug).collect();
    ArchiveError::BadTar { fault }
}

/// What headers before it say of the next file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Extension {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    has_records: bool,
}

impl Extension {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

type Entry<'a, 'b> = tar::Entry<'a, Stream<'b>>;

fn take(
    mut entry: Entry<'_, '_>,
    unpacked: &mut Unpacked<'_>,
    extension: &mut Extension,
    limits: &Limits,
) -> Result<(), ArchiveError> {
    match entry.header().entry_type() {
        EntryType::XGlobalHeader => take_global(&mut entry),
        EntryType::XHeader => take_records(&mut entry, extension),
        EntryType::GNULongName => take_long_name(&mut entry, extension),
        kind => {
            let extension = std::mem::take(extension);
            let raw = extension.path.unwrap_or_else(|| entry.header().path_bytes().into_owned());
            let size = entry.header().entry_size().map_err(bad_tar)?;
            if extension.size.is_some_and(|said| said != size) {
                return Err(bad_extension(&raw, PaxFault::Size));
            }
            take_entry(&mut entry, kind, &raw, unpacked, limits)
        }
    }
}

/// Git notes its commit there; anything else would be of every file.
fn take_global(entry: &mut Entry<'_, '_>) -> Result<(), ArchiveError> {
    let name = entry.header().path_bytes().into_owned();
    let records = pax::read(&extension_bytes(entry)?).map_err(|fault| bad_extension(&name, fault))?;
    match records.is_more_than_comment {
        true => Err(bad_extension(&name, PaxFault::Global)),
        false => Ok(()),
    }
}

fn take_records(entry: &mut Entry<'_, '_>, extension: &mut Extension) -> Result<(), ArchiveError> {
    let name = entry.header().path_bytes().into_owned();
    let records = pax::read(&extension_bytes(entry)?).map_err(|fault| bad_extension(&name, fault))?;
    if std::mem::replace(&mut extension.has_records, true) {
        return Err(bad_extension(&name, PaxFault::Alone));
    }
    if records.is_sparse || records.is_link {
        let kind = if records.is_sparse { EntryKind::Sparse } else { EntryKind::Symlink };
        return Err(ArchiveError::NotAFile { path: lossy(&name), kind });
    }
    extension.size = records.size;
    name_once(extension, records.path)
}

fn take_long_name(entry: &mut Entry<'_, '_>, extension: &mut Extension) -> Result<(), ArchiveError> {
    let mut name = extension_bytes(entry)?;
    if name.last() == Some(&0) {
        name.pop();
    }
    match name.is_empty() {
        true => Err(bad_extension(&name, PaxFault::Malformed)),
        false => name_once(extension, Some(name)),
    }
}

fn name_once(extension: &mut Extension, path: Option<Vec<u8>>) -> Result<(), ArchiveError> {
    match (&extension.path, path) {
        (Some(_), Some(path)) => Err(bad_extension(&path, PaxFault::SecondName)),
        (None, Some(path)) => {
            extension.path = Some(path);
            Ok(())
        }
        (_, None) => Ok(()),
    }
}

fn extension_bytes(entry: &mut Entry<'_, '_>) -> Result<Vec<u8>, ArchiveError> {
    let size = entry.header().entry_size().map_err(bad_tar)?;
    if size > EXTENSION_BYTES {
        return Err(bad_extension(&entry.header().path_bytes(), PaxFault::TooLarge { most: EXTENSION_BYTES }));
    }
    content(entry, size)
}

fn take_entry(
    entry: &mut Entry<'_, '_>,
    kind: EntryType,
    raw: &[u8],
    unpacked: &mut Unpacked<'_>,
    limits: &Limits,
) -> Result<(), ArchiveError> {
    let size = entry.header().entry_size().map_err(bad_tar)?;
    let folder = raw.strip_suffix(b"/");
    let refused = |kind| Err(ArchiveError::NotAFile { path: lossy(raw), kind });
    match kind {
        // Old programs mark a folder by the last sign of its name only.
        EntryType::Directory | EntryType::Regular if folder.is_some() || kind == EntryType::Directory => {
            let path = path::check(folder.unwrap_or(raw), limits)?;
            match size {
                0 => unpacked.add_folder(path),
                _ => Err(ArchiveError::FolderWithContent { path }),
            }
        }
        EntryType::Regular => {
            let path = path::check(raw, limits)?;
            unpacked.make_room(&path, size)?;
            unpacked.add(&path, content(entry, size)?)
        }
        EntryType::Symlink => refused(EntryKind::Symlink),
        EntryType::Link | EntryType::GNULongLink => refused(EntryKind::Hardlink),
        EntryType::Char | EntryType::Block => refused(EntryKind::Device),
        EntryType::Fifo => refused(EntryKind::Fifo),
        EntryType::GNUSparse => refused(EntryKind::Sparse),
        other => refused(EntryKind::Unknown(other.as_byte())),
    }
}

/// `size` is within the limits already.
fn content(entry: &mut Entry<'_, '_>, size: u64) -> Result<Vec<u8>, ArchiveError> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut content = Vec::with_capacity(size);
    entry.read_to_end(&mut content).map_err(bad_tar)?;
    match content.len() == size {
        true => Ok(content),
        false => Err(ArchiveError::Truncated),
    }
}

/// A tar is filled with zeros to a multiple of its blocks, and nothing else comes.
fn read_filling(stream: &mut Stream<'_>) -> Result<(), ArchiveError> {
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer).map_err(bad_tar)? {
            0 => return Ok(()),
            n if buffer[..n].iter().any(|byte| *byte != 0) => return Err(ArchiveError::ContentAfterEnd),
            _ => {}
        }
    }
}

fn bad_extension(name: &[u8], fault: PaxFault) -> ArchiveError {
    ArchiveError::BadExtension { path: lossy(name), fault }
}

fn lossy(raw: &[u8]) -> String {
    String::from_utf8_lossy(&raw[..raw.len().min(512)]).into_owned()
}

/// What was taken so far.
#[derive(Debug)]
pub struct Unpacked<'a> {
    limits: &'a Limits,
    root: Option<String>,
    by_path: BTreeMap<String, Content>,
    /// Each file by what it has in common with those it would clash with.
    by_key: BTreeMap<String, String>,
    folders: BTreeSet<String>,
    n_entries: usize,
    n_bytes: u64,
}

impl<'a> Unpacked<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        let (by_path, by_key, folders) = Default::default();
        Self { limits, root: None, by_path, by_key, folders, n_entries: 0, n_bytes: 0 }
    }

    pub fn set_root(&mut self, root: &str) -> Result<(), ArchiveError> {
        let root = path::check(root.as_bytes(), self.limits)?;
        match root.contains('/') {
            true => Err(ArchiveError::OutsideRoot { path: root }),
            false => {
                self.root = Some(root);
                Ok(())
            }
        }
    }

    /// Errs if a file of this size is too much.
    fn make_room(&self, path: &str, bytes: u64) -> Result<(), ArchiveError> {
        let Limits { file_bytes, unpacked_bytes, .. } = *self.limits;
        if bytes > file_bytes {
            return Err(ArchiveError::FileTooLarge { path: path.to_owned(), bytes, most: file_bytes });
        }
        match self.n_bytes.checked_add(bytes) {
            Some(all) if all <= unpacked_bytes => Ok(()),
            _ => Err(ArchiveError::UnpackedTooLarge { most: unpacked_bytes }),
        }
    }

    /// Takes a file by its path in the archive, which was checked.
    pub fn add(&mut self, path: &str, content: Vec<u8>) -> Result<(), ArchiveError> {
        self.count()?;
        self.make_room(path, content.len() as u64)?;
        let Some((root, within)) = path.split_once('/') else {
            return Err(ArchiveError::OutsideRoot { path: path.to_owned() });
        };
        self.be_in(root)?;
        if let Some(first) = self.by_key.insert(path::key(within), within.to_owned()) {
            return Err(ArchiveError::Duplicate { first, second: within.to_owned() });
        }
        self.n_bytes += content.len() as u64;
        self.by_path.insert(within.to_owned(), Content::new(content));
        Ok(())
    }

    fn add_folder(&mut self, path: String) -> Result<(), ArchiveError> {
        self.count()?;
        match path.split_once('/') {
            Some((root, within)) => {
                self.be_in(root)?;
                self.folders.insert(within.to_owned());
                Ok(())
            }
            None => self.be_in(&path),
        }
    }

    fn count(&mut self) -> Result<(), ArchiveError> {
        self.n_entries += 1;
        match self.n_entries > self.limits.n_entries {
            true => Err(ArchiveError::TooManyEntries { most: self.limits.n_entries }),
            false => Ok(()),
        }
    }

    fn be_in(&mut self, root: &str) -> Result<(), ArchiveError> {
        let first = self.root.get_or_insert_with(|| root.to_owned());
        match first == root {
            true => Ok(()),
            false => Err(ArchiveError::SeveralRoots { first: first.clone(), second: root.to_owned() }),
        }
    }

    pub fn finish(self) -> Result<Files, ArchiveError> {
        self.clashes()?;
        match self.root {
            Some(root) if !self.by_path.is_empty() => {
                let left = self.limits.after(self.n_bytes, self.n_entries);
                Ok(Files { root, by_path: self.by_path, left })
            }
            _ => Err(ArchiveError::Empty),
        }
    }

    /// Errs if a file is where a folder is.
    fn clashes(&self) -> Result<(), ArchiveError> {
        let is_clash = |first: &str, second: &str| {
            Err(ArchiveError::Duplicate { first: first.to_owned(), second: second.to_owned() })
        };
        for folder in &self.folders {
            if let Some(file) = self.by_key.get(&path::key(folder)) {
                return is_clash(file, folder);
            }
        }
        for (key, file) in &self.by_key {
            let below = format!("{key}/");
            let next = self.by_key.range(below.clone()..).next();
            if let Some((_, inner)) = next.filter(|(next, _)| next.starts_with(&below)) {
                return is_clash(file, inner);
            }
        }
        Ok(())
    }
}
