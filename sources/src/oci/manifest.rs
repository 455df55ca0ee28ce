//! What a registry has under a tag, and whether it is a chart.

use crate::digest::Digest;
use crate::error::{Error, cleaned};
use serde::Deserialize;
use std::collections::BTreeMap;

pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Lists of manifests are asked for too, so that it can be said that one is there.
pub const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json;q=0.9, \
     application/vnd.oci.image.index.v1+json;q=0.8, application/vnd.docker.distribution.manifest.list.v2+json;q=0.7";

const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// As Helm wrote it while it tried registries out.
const FORMER_CHART: &str = "application/tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// More have no meaning.
const MOST_LAYERS: usize = 100;

/// With the digest of its bytes, which was verified.
pub struct Manifest {
    pub what: String,
    pub digest: Digest,
    pub bytes: Vec<u8>,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    media_type: Option<String>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

/// What names a blob.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    #[serde(default)]
    pub media_type: String,
    pub digest: String,
    pub size: u64,
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, String>>,
    pub artifact_type: Option<String>,
}

impl Manifest {
    /// `media_type` is what the answer's header says, `said` the digest that it says.
    pub fn read(what: String, media_type: &str, said: Option<&Digest>, bytes: Vec<u8>) -> Result<Self, Error> {
        let digest = said.map_or_else(|| Digest::of(&bytes), |said| said.same_kind_of(&bytes));
        if let Some(expected) = said.filter(|said| **said != digest) {
            return Err(Error::WrongDigest { what, got: digest, expected: expected.clone() });
        }
        refuse_lists(&what, media_type)?;
        let content: Content = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Json { what: what.clone(), why: cleaned(&error.to_string()) })?;
        let found = content.media_type.as_deref().unwrap_or(media_type);
        refuse_lists(&what, found)?;
        if ![OCI_MANIFEST, DOCKER_MANIFEST].contains(&found) {
            let expected = "manifests of OCI and Docker";
            return Err(Error::MediaType { what, found: cleaned(found), expected });
        }
        if content.layers.len() > MOST_LAYERS {
            return Err(Error::TooMany { what, limit: MOST_LAYERS });
        }
        Ok(Self { what, digest, bytes, content })
    }

    /// The layer that is the chart. Errs unless it is one chart and nothing else.
    pub fn chart(&self) -> Result<&Descriptor, Error> {
        let config = self.content.config.as_ref().map_or("", |config| config.media_type.as_str());
        if config != HELM_CONFIG {
            return Err(Error::NoChart { what: self.what.clone(), found: cleaned(config) });
        }
        let is_chart = |layer: &&Descriptor| [CHART, FORMER_CHART].contains(&layer.media_type.as_str());
        let charts: Vec<_> = self.content.layers.iter().filter(is_chart).collect();
        match charts[..] {
            [chart] => Ok(chart),
            _ => Err(Error::Charts { what: self.what.clone(), n: charts.len() }),
        }
    }

    pub fn provenance(&self) -> Option<&Descriptor> {
        self.content.layers.iter().find(|layer| layer.media_type == PROVENANCE)
    }

    /// What of it is a signature.
    pub fn signatures(&self) -> impl Iterator<Item = &Descriptor> {
        self.content.layers.iter().filter(|layer| is_signature(&layer.media_type))
    }
}

/// Whether bytes of this type are a signature of cosign: what is signed, with the signature in its annotations, or a bundle.
pub fn is_signature(media_type: &str) -> bool {
    media_type == "application/vnd.dev.cosign.simplesigning.v1+json"
        || media_type.starts_with("application/vnd.dev.sigstore.bundle")
}

fn refuse_lists(what: &str, media_type: &str) -> Result<(), Error> {
    match media_type {
        OCI_INDEX | DOCKER_LIST => Err(Error::ImageList { what: what.to_owned() }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(header: &str, content: serde_json::Value) -> Result<Manifest, Error> {
        Manifest::read("it".into(), header, None, content.to_string().into_bytes())
    }

    fn layer(media_type: &str) -> serde_json::Value {
        json!({"mediaType": media_type, "digest": Digest::of(b"").as_str(), "size": 0, "annotations": null})
    }

    fn of_config(media_type: &str, layers: &[&str]) -> Result<Manifest, Error> {
        let layers: Vec<_> = layers.iter().map(|it| layer(it)).collect();
        read(OCI_MANIFEST, json!({"schemaVersion": 2, "config": layer(media_type), "layers": layers}))
    }

    #[test]
    fn a_chart_has_its_configuration_one_layer_and_perhaps_its_provenance() {
        let manifest = of_config(HELM_CONFIG, &[PROVENANCE, CHART]).expect("is a manifest");
        assert_eq!(manifest.chart().expect("is a chart").media_type, CHART);
        assert_eq!(manifest.provenance().expect("has one").media_type, PROVENANCE);
        let former = of_config(HELM_CONFIG, &[FORMER_CHART]).expect("is a manifest");
        assert_eq!(former.chart().expect("is a chart").media_type, FORMER_CHART);
        assert!(former.provenance().is_none());
    }

    #[test]
    fn what_is_another_thing_is_told_from_a_chart() {
        let image = of_config("application/vnd.oci.image.config.v1+json", &[CHART]).expect("is a manifest");
        assert!(matches!(image.chart(), Err(Error::NoChart { found, .. }) if found.contains("image.config")));
        let nothing = read(OCI_MANIFEST, json!({"schemaVersion": 2})).expect("is a manifest");
        assert!(matches!(nothing.chart(), Err(Error::NoChart { found, .. }) if found.is_empty()));
        for layers in [&["text/plain"][..], &[CHART, CHART]] {
            let manifest = of_config(HELM_CONFIG, layers).expect("is a manifest");
            let n_charts = layers.len() - layers.len() % 2;
            assert!(matches!(manifest.chart(), Err(Error::Charts { n, .. }) if n == n_charts));
        }
    }

    #[test]
    fn a_list_of_images_is_called_one_wherever_it_says_so() {
        for (header, inside) in [(OCI_INDEX, OCI_MANIFEST), (OCI_MANIFEST, OCI_INDEX), (DOCKER_LIST, DOCKER_LIST)] {
            let list = read(header, json!({"schemaVersion": 2, "mediaType": inside, "manifests": []}));
            assert!(matches!(list, Err(Error::ImageList { .. })), "{header} {inside}");
        }
    }

    #[test]
    fn what_is_of_an_unknown_type_or_no_json_is_refused() {
        let former = read("application/vnd.docker.distribution.manifest.v1+prettyjws", json!({"schemaVersion": 1}));
        assert!(matches!(former, Err(Error::MediaType { .. })));
        for bytes in [&b""[..], b"[", b"[]", b"{\"layers\":{}}", b"{\"layers\":[{\"digest\":\"a\",\"size\":-1}]}"] {
            let read = Manifest::read("it".into(), OCI_MANIFEST, None, bytes.to_vec());
            assert!(matches!(read, Err(Error::Json { .. })));
        }
        let many = vec![CHART; MOST_LAYERS + 1];
        assert!(matches!(of_config(HELM_CONFIG, &many), Err(Error::TooMany { .. })));
    }

    #[test]
    fn a_manifest_is_the_bytes_that_its_digest_is_of() {
        let said = Digest::of(b"{}");
        let read = Manifest::read("it".into(), OCI_MANIFEST, Some(&said), b"{} ".to_vec());
        assert!(matches!(read, Err(Error::WrongDigest { expected, .. }) if expected == said));
        assert!(Manifest::read("it".into(), OCI_MANIFEST, Some(&said), b"{}".to_vec()).is_ok());
    }
}
