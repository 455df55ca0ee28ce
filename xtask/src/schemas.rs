//! What the API document describes stands there under the name of its type: two types of one name are one description,
//! and one of them would be described wrongly.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Result, bail};
use regex::Regex;

use crate::imports::rust_files;

/// The crates whose types are described.
const CRATES: [&str; 2] = ["domain/src", "server/src"];
/// A type that derives its description, or one of the shapes that all do (`views!`).
const DESCRIBED: &str = r"(?m)ToSchema\b[^;{]*?\bpub (?:struct|enum) (\w+)|^    pub (?:struct|enum) (\w+)";

/// Errs with each name that two types share.
pub fn check(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    for of in CRATES {
        for file in rust_files(&root.join(of))? {
            files.push((file.strip_prefix(root)?.to_string_lossy().into_owned(), fs::read_to_string(&file)?));
        }
    }
    let twice = shared(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
    if twice.is_empty() {
        return Ok(());
    }
    bail!("{}\nThe API document takes them for one: call one of them something else.", twice.join("\n"))
}

fn shared<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Vec<String>> {
    let described = Regex::new(DESCRIBED)?;
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, text) in files {
        for found in described.captures_iter(text) {
            if let Some(of) = found.get(1).or_else(|| found.get(2)) {
                places.entry(of.as_str()).or_default().push(name);
            }
        }
    }
    places.retain(|_, at| at.len() > 1);
    Ok(places.into_iter().map(|(of, at)| format!("{of}: {}", at.join(", "))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_types_of_one_name_are_found() {
        let derived =
            "#[cfg_attr(feature = \"openapi\", derive(utoipa::ToSchema))]\n#[serde(tag = \"is\")]\npub enum Fit {\n";
        let of_views = "views! {\n    /// Whether.\n    pub struct Fit {\n    }\n    pub struct Other {}\n}\n";
        let plain = "#[derive(Debug)]\npub struct Other;\n";
        let files = [("a.rs", derived), ("b.rs", of_views), ("c.rs", plain)];
        assert_eq!(shared(files.into_iter()).unwrap(), ["Fit: a.rs, b.rs"]);
    }
}
