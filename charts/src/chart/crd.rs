//! What a chart installs of its own kinds: the documents in `crds/`. Helm installs them before all else, never
//! changes them on an upgrade and never deletes them.

use super::error::ChartError;
use crate::yaml::{self, Budget};
use serde::{Deserialize, Serialize};
use serde_saphyr::DuplicateKeyPolicy;

/// Of one file. All kinds of a large operator in one file are 5 MB.
const FILE_BYTES: usize = 10 << 20;
/// Little is kept of them, so that they are counted apart from the chart's other documents. Without aliases no text
/// is more than it is long.
const BUDGET: Budget = Budget { nodes: 1_000_000, bytes: FILE_BYTES, aliases: 0 };

/// A document in `crds/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrdDocument {
    pub file: String,
    pub api_version: String,
    pub kind: String,
    pub name: String,
    /// None if the document is no CustomResourceDefinition.
    pub defines: Option<DefinedKind>,
}

/// A kind that a CustomResourceDefinition defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedKind {
    pub group: String,
    pub kind: String,
    pub is_namespaced: bool,
    pub versions: Vec<String>,
}

impl CrdDocument {
    pub(super) fn n_kept(&self) -> usize {
        1 + self.defines.as_ref().map_or(0, |kind| kind.versions.len())
    }
}

/// Whether Helm installs what is in it.
pub fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// The documents of one file.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<CrdDocument>, ChartError> {
    let unreadable = |error| ChartError::Unreadable { file: file.to_owned(), error };
    let text = yaml::text(bytes, FILE_BYTES).map_err(unreadable)?;
    // The API server decides about the rest.
    let documents: Vec<Document> = yaml::read_as(text, BUDGET, DuplicateKeyPolicy::LastWins).map_err(unreadable)?;
    Ok(documents.into_iter().map(|document| document.of(file)).collect())
}

/// What is read of a document.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Document {
    api_version: Option<String>,
    kind: Option<String>,
    metadata: Named,
    spec: Option<Spec>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    group: Option<String>,
    names: Kind,
    scope: Option<String>,
    versions: Vec<Named>,
    /// Before version 1 of the API there was one.
    version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Kind {
    kind: Option<String>,
}

impl Document {
    fn of(self, file: &str) -> CrdDocument {
        let kind = self.kind.unwrap_or_default();
        let spec = self.spec.filter(|_| kind == "CustomResourceDefinition");
        CrdDocument {
            file: file.to_owned(),
            api_version: self.api_version.unwrap_or_default(),
            name: self.metadata.name.unwrap_or_default(),
            defines: spec.map(Spec::defines),
            kind,
        }
    }
}

impl Spec {
    fn defines(self) -> DefinedKind {
        let versions: Vec<String> = self.versions.into_iter().filter_map(|version| version.name).collect();
        DefinedKind {
            group: self.group.unwrap_or_default(),
            kind: self.names.kind.unwrap_or_default(),
            is_namespaced: self.scope.as_deref() != Some("Cluster"),
            versions: if versions.is_empty() { self.version.into_iter().collect() } else { versions },
        }
    }
}
