//! Reading an index as a stream: of each entry no more is kept than is shown, and an entry is let go before the next comes.

use super::entry::{self, IndexVersion, Rejection};
use super::{INDEX_BYTES, Index, IndexError, KEPT_BYTES, N_SHOWN, N_VERSIONS, Rejected};
use crate::bounded::{Bounded, Noted, unread_json};
use crate::yaml::{self, Budget, TextError};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;
use std::collections::BTreeSet;
use std::fmt;
use url::Url;

/// Of one entry: annotations with changes and examples are the most of it.
const ENTRY: Budget = Budget { nodes: 20_000, bytes: 1 << 20, aliases: 0 };
/// Of the text. There are no aliases in an index, so that a node takes two bytes of it.
const TEXT: Budget = Budget { nodes: INDEX_BYTES / 2, bytes: INDEX_BYTES, aliases: 0 };

pub fn read(bytes: &[u8], base: &Url) -> Result<Index, IndexError> {
    if !matches!(base.scheme(), "http" | "https") {
        return Err(IndexError::Scheme { scheme: base.scheme().to_owned() });
    }
    let text = yaml::text(bytes, INDEX_BYTES).map_err(|error| match error {
        TextError::TooLarge { bytes, most } => IndexError::TooLarge { bytes, most },
        TextError::NotUtf8
        | TextError::OverBudget { .. }
        | TextError::DuplicateKey { .. }
        | TextError::Syntax { .. } => IndexError::Unreadable(error),
    })?;
    let mut reading = Reading::new(&folder(base));
    let read = read_text(text, &mut reading);
    match reading.stopped {
        Some(stopped) => Err(stopped),
        None => read.map_err(IndexError::Unreadable).and_then(|()| reading.finish()),
    }
}

/// JSON is YAML, but not the other way round, and some indexes are JSON of one line.
fn read_text(text: &str, reading: &mut Reading) -> Result<(), TextError> {
    if text.trim_start().starts_with('{') {
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Top(reading).deserialize(&mut json).and_then(|()| json.end());
        return read.map_err(|error| unread_json(&error));
    }
    let options = yaml::options(TEXT, DuplicateKeyPolicy::Error);
    let read = |yaml: serde_saphyr::Deserializer<'_, '_>| Top(reading).deserialize(yaml);
    serde_saphyr::with_deserializer_from_str_with_options(text, options, read).map_err(|error| yaml::unread(&error))
}

/// The address as that of a folder, without which its last part would be replaced.
fn folder(base: &Url) -> Url {
    let mut folder = base.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", base.path()));
    }
    folder.set_query(None);
    folder.set_fragment(None);
    folder
}

/// What was read so far.
struct Reading {
    base: Url,
    index: Index,
    has_api_version: bool,
    has_entries: bool,
    n_entries: usize,
    n_bytes: usize,
    stopped: Option<IndexError>,
}

impl Reading {
    fn new(base: &Url) -> Self {
        Self {
            base: base.clone(),
            index: Index::default(),
            has_api_version: false,
            has_entries: false,
            n_entries: 0,
            n_bytes: 0,
            stopped: None,
        }
    }

    /// False to stop.
    fn take(&mut self, name: &str, entry: &Value, noted: &Noted) -> bool {
        self.n_entries += 1;
        if self.n_entries > N_VERSIONS {
            self.stopped = Some(IndexError::TooManyVersions { most: N_VERSIONS });
            return false;
        }
        let read = match noted.is_over {
            true => Err(Rejection::TooLarge),
            false => entry::read(name, entry, &self.base),
        };
        match read {
            Ok(version) => self.keep(name, version),
            Err(reason) => {
                self.reject(name, entry::shown_version(entry), reason);
                true
            }
        }
    }

    fn keep(&mut self, name: &str, version: IndexVersion) -> bool {
        self.n_bytes += version.n_bytes();
        if self.n_bytes > KEPT_BYTES {
            self.stopped = Some(IndexError::TooMuchText { most: KEPT_BYTES });
            return false;
        }
        match self.index.charts.get_mut(name) {
            Some(versions) => versions.push(version),
            None => {
                self.index.charts.insert(name.to_owned(), vec![version]);
            }
        }
        true
    }

    fn reject(&mut self, name: &str, version: String, reason: Rejection) {
        self.index.n_rejected += 1;
        if self.index.rejected.len() < N_SHOWN {
            self.index.rejected.push(Rejected { name: yaml::cut(name), version, reason });
        }
    }

    fn finish(mut self) -> Result<Index, IndexError> {
        if !self.has_entries || !self.has_api_version {
            let missing = if self.has_entries { "apiVersion" } else { "entries" };
            return Err(IndexError::NoIndex { missing });
        }
        let mut duplicates = Vec::new();
        for (name, versions) in &mut self.index.charts {
            let mut seen = BTreeSet::new();
            versions.retain(|version| {
                let is_first = seen.insert(version.version.as_str().to_owned());
                if !is_first {
                    duplicates.push((name.clone(), version.version.as_str().to_owned()));
                }
                is_first
            });
            versions.sort_by(|a, b| b.version.cmp(&a.version));
        }
        for (name, version) in duplicates {
            self.reject(&name, version, Rejection::Duplicate);
        }
        Ok(self.index)
    }
}

/// The document.
struct Top<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index of charts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "entries" => {
                    self.0.has_entries = true;
                    map.next_value_seed(Entries(self.0))?;
                }
                key => {
                    self.0.has_api_version |= key == "apiVersion";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Names with their entries. A repository without charts has none at all.
struct Entries<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("charts by name")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Versions { reading: self.0, name: &name })?;
        }
        Ok(())
    }
}

/// The entries of one name.
struct Versions<'a> {
    reading: &'a mut Reading,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Versions<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Versions<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of versions")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            let mut noted = Noted::within(ENTRY);
            let Some(entry) = seq.next_element_seed(Bounded::new(&mut noted))? else { return Ok(()) };
            if !self.reading.take(self.name, &entry, &noted) {
                return Err(A::Error::custom("more than is read"));
            }
        }
    }
}
