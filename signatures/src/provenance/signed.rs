//! What the text of a provenance file says: Chart.yaml, a line with `...`, and the digest of the archive.

use super::error::ProvenanceError;
use super::{Archive, sha256};
use crate::text::{hex, shown};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Nobody writes so many into a Chart.yaml.
const MOST_NODES: usize = 10_000;
const MOST_ALIASES: usize = 50;
const DEEPEST: usize = 32;

/// What was signed.
pub(super) struct Signed {
    name: String,
    version: String,
    file: String,
    digest: String,
}

/// Of Chart.yaml; the rest is the archive's own, which the digest covers.
#[derive(Deserialize)]
struct ChartYaml {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Sums {
    files: BTreeMap<String, String>,
}

pub(super) fn read(text: &str) -> Result<Signed, ProvenanceError> {
    let lines: Vec<&str> = text.split("\r\n").collect();
    let mut parts = lines.split(|line| *line == "...");
    let (Some(chart), Some(sums), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ProvenanceError::Parts);
    };
    let chart: ChartYaml = yaml(chart).map_err(|line| ProvenanceError::ChartYaml { line })?;
    let sums: Sums = yaml(sums).map_err(|line| ProvenanceError::Files { line })?;
    let n = sums.files.len();
    let mut files = sums.files.into_iter();
    let (Some((file, digest)), None) = (files.next(), files.next()) else {
        return Err(ProvenanceError::NumberOfFiles { n });
    };
    Ok(Signed { name: chart.name, version: chart.version, file, digest })
}

impl Signed {
    /// The name of the file is not asked for: mirrors rename archives, and the digest says which one is meant.
    pub fn require(&self, archive: &Archive<'_>) -> Result<(), ProvenanceError> {
        let signed = self.digest.strip_prefix("sha256:").filter(|digest| is_hex(digest));
        let signed = signed.ok_or_else(|| ProvenanceError::NotSha256 { file: shown(&self.file) })?;
        let found = hex(&sha256(archive.bytes));
        if !signed.eq_ignore_ascii_case(&found) {
            return Err(ProvenanceError::Digest { signed: signed.to_ascii_lowercase(), found });
        }
        if self.name != archive.name {
            return Err(ProvenanceError::Name { signed: shown(&self.name), found: shown(archive.name) });
        }
        if self.version != archive.version {
            return Err(ProvenanceError::Version { signed: shown(&self.version), found: shown(archive.version) });
        }
        Ok(())
    }
}

fn is_hex(digest: &str) -> bool {
    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Errs with the line, if it is about one.
fn yaml<T: DeserializeOwned>(lines: &[&str]) -> Result<T, Option<u64>> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MOST_NODES,
            max_events: MOST_NODES * 3,
            max_aliases: MOST_ALIASES,
            max_anchors: MOST_ALIASES,
            max_depth: DEEPEST,
            max_documents: 2,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_NODES,
            max_replay_stack_depth: DEEPEST,
        },
        with_snippet: false,
    };
    let text = lines.join("\n");
    serde_saphyr::from_str_with_options(&text, options)
        .map_err(|error| error.location().map(|location| location.line()))
}
