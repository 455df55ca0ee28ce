//! The OCI manifest of a chart: what is signed is its digest, and what it holds is the archive.

use super::error::ManifestError;
use crate::limits::MANIFEST_BYTES;
use crate::provenance::sha256;
use crate::text::{hex, shown};
use serde::Deserialize;

const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The manifest of one archive.
pub(super) struct Manifest<'a> {
    pub bytes: &'a [u8],
    /// `sha256:` and hexadecimal digits, of the bytes.
    pub digest: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
}

impl<'a> Manifest<'a> {
    /// A signed manifest says nothing of an archive that it does not hold.
    pub fn read(bytes: &'a [u8], archive: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES {
            return Err(ManifestError::TooLarge { bytes: bytes.len(), most: MANIFEST_BYTES });
        }
        let image: Image = serde_json::from_slice(bytes).map_err(|_| ManifestError::Unreadable)?;
        let charts: Vec<&Layer> = image.layers.iter().filter(|layer| layer.media_type == CHART).collect();
        let [chart] = charts.as_slice() else {
            return Err(ManifestError::Charts { n: charts.len() });
        };
        let found = digest(archive);
        if chart.digest != found {
            return Err(ManifestError::OtherArchive { named: shown(&chart.digest), found });
        }
        Ok(Self { bytes, digest: digest(bytes) })
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&sha256(bytes)))
}
