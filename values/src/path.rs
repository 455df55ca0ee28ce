//! Paths into values, and how they are written: as text in files and as names of inputs in HTML.
//!
//! The text of a path is like a JSON pointer, but knows keys from items: `/containers/#0/name`. The root is the empty text.

use crate::limits::MAX_DEPTH;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The key of a map, any text at all.
    Key(String),
    /// The place of an item in a list, from 0. Below a map, a new row that has no key yet.
    Index(usize),
}

/// Where in the values something is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("The path {text:?} does not begin with '/'. Write it like /resources/limits/cpu.")]
    NoSlash { text: String },
    #[error(
        "The path {text:?} has {part:?}, which is no item. Items are written #0, #1; a key that begins with # is written ~2."
    )]
    NoIndex { text: String, part: String },
    #[error("The path {text:?} has a '~' that begins no escape. Write ~0 for '~' and ~1 for '/'.")]
    NoEscape { text: String },
    #[error("The path is longer than {MAX_DEPTH} steps.")]
    TooDeep,
}

impl Path {
    pub fn root() -> Self {
        Self::default()
    }

    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn child(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    pub fn key(&self, key: &str) -> Self {
        self.child(Segment::Key(key.to_owned()))
    }

    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    pub fn parent(&self) -> Option<Self> {
        let (_, parents) = self.0.split_last()?;
        Some(Self(parents.to_vec()))
    }

    pub fn last(&self) -> Option<&Segment> {
        self.0.last()
    }

    /// The key at the end, if it is one.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }

    /// Whether `other` is at or in it, where what is said of one row of a list is said of each.
    pub fn covers(&self, other: &Self) -> bool {
        let is_row = |segment: &Segment| matches!(segment, Segment::Index(_));
        let mut both = self.0.iter().zip(&other.0);
        self.len() <= other.len() && both.all(|(own, one)| own == one || is_row(own))
    }

    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// All keys, if there is no item on the way.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
    }

    /// Reads a path as charts' authors write it: `a.b[0].c`, with `\.` for a dot in a key.
    pub fn from_dotted(text: &str) -> Self {
        let mut segments = Vec::new();
        let mut key = String::new();
        let mut has_key = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some('.' | '[' | '\\')) => {
                    key.extend(chars.next());
                    has_key = true;
                }
                '.' => {
                    if has_key {
                        segments.push(Segment::Key(std::mem::take(&mut key)));
                    }
                    has_key = false;
                }
                '[' => match read_index(&mut chars) {
                    Some(index) => {
                        if has_key {
                            segments.push(Segment::Key(std::mem::take(&mut key)));
                        }
                        has_key = false;
                        segments.push(Segment::Index(index));
                    }
                    None => {
                        key.push('[');
                        has_key = true;
                    }
                },
                _ => {
                    key.push(c);
                    has_key = true;
                }
            }
        }
        if has_key {
            segments.push(Segment::Key(key));
        }
        // No chart has values as deep: what is left names nothing.
        segments.truncate(MAX_DEPTH);
        Self(segments)
    }

    /// The path as people read it: `resources.limits.cpu`, `env[0].name`, `labels["a.b/c"]`.
    pub fn dotted(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            match segment {
                Segment::Index(index) => text.push_str(&format!("[{index}]")),
                Segment::Key(key) if is_plain_key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Segment::Key(key) => text.push_str(&format!("[{key:?}]")),
            }
        }
        text
    }
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// The number before a `]`; nothing is taken if there is none.
fn read_index(chars: &mut std::iter::Peekable<std::str::Chars>) -> Option<usize> {
    let ahead: String = chars.clone().take_while(|c| *c != ']').take(10).collect();
    let index = ahead.parse().ok().filter(|_| ahead.bytes().all(|byte| byte.is_ascii_digit()))?;
    if chars.clone().nth(ahead.len()) != Some(']') {
        return None;
    }
    for _ in 0..=ahead.len() {
        chars.next();
    }
    Some(index)
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Self {
        Self(segments)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<T: IntoIterator<Item = Segment>>(segments: T) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for segment in &self.0 {
            match segment {
                Segment::Index(index) => write!(formatter, "/#{index}")?,
                Segment::Key(key) => write!(formatter, "/{}", escape(key))?,
            }
        }
        Ok(())
    }
}

/// A key without what would be read as something else, and without what a browser changes in names.
fn escape(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for (place, c) in key.chars().enumerate() {
        match c {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            '#' if place == 0 => text.push_str("~2"),
            '\0'..='\x1f' | '\x7f' => text.push_str(&format!("~3{:02x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text
}

fn unescape(part: &str) -> Option<String> {
    let mut key = String::with_capacity(part.len());
    let mut chars = part.chars();
    while let Some(c) = chars.next() {
        if c != '~' {
            key.push(c);
            continue;
        }
        match chars.next()? {
            '0' => key.push('~'),
            '1' => key.push('/'),
            '2' => key.push('#'),
            '3' => {
                let digits: String = chars.by_ref().take(2).collect();
                key.push(u8::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 2)?.into());
            }
            _ => return None,
        }
    }
    Some(key)
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let parts = text.strip_prefix('/').ok_or_else(|| PathError::NoSlash { text: text.to_owned() })?;
        if parts.split('/').nth(MAX_DEPTH).is_some() {
            return Err(PathError::TooDeep);
        }
        parts.split('/').map(|part| read_segment(text, part)).collect()
    }
}

fn read_segment(text: &str, part: &str) -> Result<Segment, PathError> {
    if let Some(index) = part.strip_prefix('#') {
        let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        return match index.parse() {
            Ok(index) if is_number => Ok(Segment::Index(index)),
            Ok(_) | Err(_) => Err(PathError::NoIndex { text: text.to_owned(), part: part.to_owned() }),
        };
    }
    unescape(part).map(Segment::Key).ok_or_else(|| PathError::NoEscape { text: text.to_owned() })
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an input of the form is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// What is typed as the value.
    Value,
    /// The key of a row of a map.
    Key,
    /// A box that is ticked to remove a row.
    Remove,
    /// A box that is ticked to take the default again.
    Reset,
    /// Hidden: says that a list or a map was on the page, also if it has no rows.
    Rows,
}

impl Part {
    const ALL: [(Self, char); 5] =
        [(Self::Value, 'v'), (Self::Key, 'k'), (Self::Remove, 'x'), (Self::Reset, 'r'), (Self::Rows, 'p')];

    fn letter(self) -> char {
        match self {
            Self::Value => 'v',
            Self::Key => 'k',
            Self::Remove => 'x',
            Self::Reset => 'r',
            Self::Rows => 'p',
        }
    }

    /// The name of an input: a letter and the path. It comes back from a browser as it is, whatever is in the keys.
    pub fn name(self, path: &Path) -> String {
        format!("{}{path}", self.letter())
    }

    /// Reads the name of an input; `None` for a name that is not of a form.
    pub fn read(name: &str) -> Option<(Self, Path)> {
        let letter = name.chars().next()?;
        let (part, _) = Self::ALL.into_iter().find(|(_, own)| *own == letter)?;
        let path = name.get(letter.len_utf8()..)?.parse().ok()?;
        Some((part, path))
    }
}
