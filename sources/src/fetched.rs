//! What comes of fetching one version of a chart, from whichever kind of source.

use crate::digest::Digest;
use std::collections::BTreeMap;

/// One version of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The archive, packed.
    pub bytes: Vec<u8>,
    /// Of the archive; verified.
    pub digest: Digest,
    /// What the registry has under the version; what signatures are of. None of an index repository.
    pub manifest: Option<Manifest>,
    /// The `.prov` file.
    pub provenance: Option<Vec<u8>>,
    /// Of cosign; not verified here.
    pub signatures: Vec<Signature>,
    /// Where it was, in words that have no secret in them.
    pub from: String,
    pub etag: Option<String>,
}

/// What a registry has under a version: which layer of it is the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Of its bytes; verified.
    pub digest: Digest,
    /// As they came: what is signed is their digest.
    pub bytes: Vec<u8>,
}

/// What a registry keeps as a signature of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Of the manifest that it is a layer of.
    pub manifest: Digest,
    pub media_type: String,
    /// Those of the layer: cosign keeps the signature, the certificate and the log's word there.
    pub annotations: BTreeMap<String, String>,
    /// What is signed, or a bundle that has everything.
    pub bytes: Vec<u8>,
}
