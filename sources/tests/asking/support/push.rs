//! Puts charts into a registry, by the protocol that Helm uses.

use super::parts::{PASSWORD, Parts, USER};
use flate2::{Compression, write::GzEncoder};
use reqwest::{Certificate, Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sources::Digest;
use std::io::Write;

pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
pub const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
pub const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

pub struct Pusher {
    http: Client,
    registry: String,
    auth: Auth,
}

enum Auth {
    Basic,
    Token { from: String },
}

/// What stands for an archive: nobody unpacks it here.
pub fn archive(of: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(of.as_bytes()).expect("is packed");
    packed.finish().expect("is packed")
}

pub fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).as_str(), "size": bytes.len()})
}

/// The manifest of a chart.
pub fn manifest(config: &[u8], layers: &[(&str, &[u8])]) -> Value {
    let layers: Vec<_> = layers.iter().map(|(media_type, bytes)| descriptor(media_type, bytes)).collect();
    json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(HELM_CONFIG, config), "layers": layers})
}

impl Pusher {
    pub fn to(parts: &Parts) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let ca = Certificate::from_pem(parts.certificates.ca.as_bytes()).expect("is a certificate");
        let http = Client::builder().add_root_certificate(ca).no_proxy().build().expect("is a client");
        let auth = match parts.said.tokens.as_str() {
            "" => Auth::Basic,
            tokens => Auth::Token { from: format!("{tokens}/token") },
        };
        Self { http, registry: parts.said.registry.clone(), auth }
    }

    /// A chart of this content with its provenance, if it has one. Answers the manifest's bytes.
    pub async fn chart(&self, repository: &str, tag: &str, chart: &[u8], provenance: Option<&[u8]>) -> Vec<u8> {
        let config = br#"{"name":"web","version":"1.0.0","apiVersion":"v2"}"#;
        let mut layers = vec![(CHART, chart)];
        layers.extend(provenance.map(|provenance| (PROVENANCE, provenance)));
        for bytes in layers.iter().map(|(_, bytes)| *bytes).chain([&config[..]]) {
            self.blob(repository, bytes).await;
        }
        self.manifest(repository, tag, &manifest(config, &layers)).await
    }

    pub async fn blob(&self, repository: &str, bytes: &[u8]) {
        let start = format!("{}/v2/{repository}/blobs/uploads/", self.registry);
        let started = self.signed(repository, self.http.post(start)).await.send().await.expect("is answered");
        assert_eq!(started.status(), StatusCode::ACCEPTED);
        let location = started.headers()["location"].to_str().expect("is text");
        let mut url = started.url().join(location).expect("is a URL");
        url.query_pairs_mut().append_pair("digest", Digest::of(bytes).as_str());
        let put = self.http.put(url).header("Content-Type", "application/octet-stream").body(bytes.to_owned());
        let put = self.signed(repository, put).await.send().await.expect("is answered");
        assert_eq!(put.status(), StatusCode::CREATED);
    }

    /// By tag or digest.
    pub async fn manifest(&self, repository: &str, reference: &str, manifest: &Value) -> Vec<u8> {
        let bytes = manifest.to_string().into_bytes();
        let media_type = manifest["mediaType"].as_str().expect("says its type").to_owned();
        let url = format!("{}/v2/{repository}/manifests/{reference}", self.registry);
        let put = self.http.put(url).header("Content-Type", media_type).body(bytes.clone());
        let put = self.signed(repository, put).await.send().await.expect("is answered");
        assert_eq!(put.status(), StatusCode::CREATED, "{}", put.text().await.expect("is text"));
        bytes
    }

    async fn signed(&self, repository: &str, request: RequestBuilder) -> RequestBuilder {
        let Auth::Token { from } = &self.auth else {
            return request.basic_auth(USER, Some(PASSWORD));
        };
        let scope = format!("repository:{repository}:pull,push");
        let mut url = reqwest::Url::parse(from).expect("is a URL");
        url.query_pairs_mut().append_pair("service", "registry").append_pair("scope", &scope);
        let asked = self.http.get(url).basic_auth(USER, Some(PASSWORD)).send().await.expect("is answered");
        let said: Value = serde_json::from_slice(&asked.bytes().await.expect("is read")).expect("is JSON");
        request.bearer_auth(said["token"].as_str().expect("is a token"))
    }
}
