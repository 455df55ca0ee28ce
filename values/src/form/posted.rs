//! What a browser sent for a form.

use std::collections::HashMap;

use crate::limits::MAX_POSTED;
use crate::path::{Part, Path, Segment};

/// What a browser sent, by part and path; of inputs with the same name the last one counts.
pub(super) struct Posted<'a> {
    inputs: HashMap<(Part, Path), &'a str>,
}

impl<'a> Posted<'a> {
    pub fn new(posted: &'a [(String, String)]) -> Self {
        let read = |(name, value): &'a (String, String)| Some((Part::read(name)?, value.as_str()));
        Self { inputs: posted.iter().take(MAX_POSTED).filter_map(read).collect() }
    }

    pub fn get(&self, part: Part, path: &Path) -> Option<&'a str> {
        self.inputs.get(&(part, path.clone())).copied()
    }

    pub fn is_ticked(&self, part: Part, path: &Path) -> bool {
        self.get(part, path).is_some_and(|value| !value.is_empty() && value != "false")
    }

    /// The numbers, from `first`, of rows below a path that have inputs.
    pub fn new_rows(&self, path: &Path, first: usize) -> Vec<usize> {
        let number = |(_, own): &(Part, Path)| match own.segments().get(path.len()) {
            Some(Segment::Index(index)) if *index >= first && own.starts_with(path) => Some(*index),
            Some(Segment::Index(_) | Segment::Key(_)) | None => None,
        };
        let mut numbers: Vec<usize> = self.inputs.keys().filter_map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// All that was typed below a path, by name.
    pub fn below(&self, path: &Path) -> impl Iterator<Item = (String, String)> {
        let own = self.inputs.iter().filter(|((_, own), _)| own.starts_with(path));
        own.map(|((part, own), value)| (part.name(own), (*value).to_owned()))
    }
}
