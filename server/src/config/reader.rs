//! Reads settings key by key, and collects what is wrong with them.

use super::Config;
use config::{Environment, File, FileFormat, Source, ValueKind};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `section.key`; empty when it is about the whole file.
    pub key: String,
    pub says: String,
}

/// Hands out values and remembers which keys exist and what was wrong. After a mistake it hands out
/// something harmless, so that reading goes on; [`Reader::finish`] lets none of it through.
pub struct Reader {
    values: config::Config,
    known: BTreeSet<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    pub fn open(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Self, Mistakes> {
        let mut sources = config::Config::builder();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| whole(path, &error))?;
            sources = sources.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let environment =
            Environment::with_prefix("BERTH").prefix_separator("_").separator("__").source(Some(environment));
        let values =
            sources.add_source(environment).build().map_err(|error| whole(file.unwrap_or(Path::new("")), &error))?;
        Ok(Self { values, known: BTreeSet::new(), mistakes: Vec::new() })
    }

    /// An empty text is as good as none.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.known.insert(key);
        match self.values.get_string(key) {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(config::ConfigError::NotFound(_)) => None,
            Err(_) => {
                self.mistake(key, "must be a text");
                None
            }
        }
    }

    pub fn required(&mut self, key: &'static str) -> String {
        let before = self.mistakes.len();
        let text = self.text(key);
        if text.is_none() && self.mistakes.len() == before {
            self.mistake(key, "is missing");
        }
        text.unwrap_or_default()
    }

    pub fn parsed<T: FromStr>(&mut self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.mistake(key, format!("must be {what}, not {text:?}"));
        }
        parsed
    }

    pub fn number<T>(&mut self, key: &'static str, standard: T, allowed: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let what = format!("a number from {} to {}", allowed.start(), allowed.end());
        let Some(number) = self.parsed(key, &what) else { return standard };
        if !allowed.contains(&number) {
            self.mistake(key, format!("must be {what}, not {number}"));
        }
        number
    }

    /// A list in the file, or words with blanks between them.
    pub fn list(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.known.insert(key);
        match self.values.get_array(key) {
            Ok(values) => Some(values.into_iter().map(|value| value.to_string()).collect()),
            Err(_) => Some(self.text(key)?.split_whitespace().map(str::to_owned).collect()),
        }
    }

    pub fn mistake(&mut self, key: &str, says: impl Into<String>) {
        let mistake = Mistake { key: key.to_owned(), says: says.into() };
        // A value that is asked for twice is wrong once.
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    pub fn finish(mut self, config: Config) -> Result<Config, Mistakes> {
        for key in self.unknown() {
            self.mistake(&key, "is not a setting of Berth");
        }
        if self.mistakes.is_empty() { Ok(config) } else { Err(Mistakes(self.mistakes)) }
    }

    /// Keys that nobody asked for: misspelt, as a rule.
    fn unknown(&self) -> BTreeSet<String> {
        let sections = self.values.collect().unwrap_or_default();
        let keys = sections.into_iter().flat_map(|(section, value)| match value.kind {
            ValueKind::Table(keys) => keys.into_keys().map(|key| format!("{section}.{key}")).collect(),
            _ => vec![section],
        });
        keys.filter(|key| !self.known.contains(key.as_str())).collect()
    }
}

fn whole(file: &Path, problem: &dyn fmt::Display) -> Mistakes {
    Mistakes(vec![Mistake { key: String::new(), says: format!("{}: {problem}", file.display()) }])
}

impl Mistake {
    /// The environment variable that sets the same.
    fn variable(&self) -> String {
        format!("BERTH_{}", self.key.replace('.', "__").to_uppercase())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            f.write_str(&self.says)
        } else {
            write!(f, "{} ({}) {}", self.key, self.variable(), self.says)
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {}:", count(self.0.len()))?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

fn count(n: usize) -> String {
    if n == 1 { "a mistake".to_owned() } else { format!("{n} mistakes") }
}

impl std::error::Error for Mistakes {}
