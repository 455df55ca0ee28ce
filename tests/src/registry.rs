//! The registry and the repository of the stack, and what is put there past Helm.

use crate::stack;
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{KeyPair, SigningKey};
use reqwest::{Certificate, Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stack::registry::Address;
use std::fs;
use std::path::PathBuf;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

pub struct Registry {
    address: &'static Address,
    http: Client,
}

impl Default for Registry {
    fn default() -> Self {
        let address = &stack().registry;
        let ca = fs::read(&address.ca).expect("is there");
        let ca = Certificate::from_pem(&ca).expect("is a certificate");
        let http = Client::builder().add_root_certificate(ca).no_proxy().build().expect("is a client");
        Self { address, http }
    }
}

impl Registry {
    pub fn address(&self) -> &Address {
        self.address
    }

    /// A source of it, for charts below `path`.
    pub fn source(&self, path: &str, charts: &[&str]) -> Value {
        let tokens = self.address.tokens.replacen("https://", "", 1);
        let address = self.address.registry.replacen("https://", "oci://", 1);
        json!({
            "kind": "registry", "address": format!("{address}/{path}"), "ca": self.ca(), "charts": charts,
            "credential_hosts": [tokens],
        })
    }

    /// A source of the repository's directory `path`.
    pub fn repository(&self, path: &str) -> Value {
        json!({"kind": "index", "address": format!("{}/{path}", self.address.repository), "ca": self.ca()})
    }

    pub fn ca(&self) -> String {
        fs::read_to_string(&self.address.ca).expect("is there")
    }

    pub fn credentials(&self) -> Value {
        json!({"auth": "basic", "user": self.address.user, "password": self.address.password})
    }

    /// Pushes a chart below `path`, as Helm does.
    pub fn push(&self, path: &str, archive: &[u8]) {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("chart.tgz");
        fs::write(&file, archive).expect("is written");
        self.address.push(&stack().helm, &file, path).expect("is pushed");
    }

    /// Puts archives by their names into a directory of the repository, with an index of them.
    pub fn publish(&self, path: &str, archives: &[(&str, Vec<u8>)]) -> PathBuf {
        let dir = self.address.repository_dir.join(path);
        fs::create_dir_all(&dir).expect("is made");
        for (name, archive) in archives {
            fs::write(dir.join(name), archive).expect("is written");
        }
        self.address.index(&stack().helm, path).expect("has an index");
        dir.join("index.yaml")
    }

    /// Signs what is at a tag as `cosign sign --key` does.
    pub async fn sign(&self, repository: &str, tag: &str, key: &KeyPair) {
        let url = format!("{}/v2/{repository}/manifests/{tag}", self.address.registry);
        let manifest = self.signed(repository, self.http.get(url).header("Accept", MANIFEST)).await;
        let manifest = manifest.send().await.expect("is answered").bytes().await.expect("is whole");
        let digest = digest(&manifest);
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": repository}, "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": null,
        });
        let payload = payload.to_string().into_bytes();
        let signature = STANDARD.encode(key.sign(&payload).expect("is signed"));
        let config = b"{}".to_vec();
        for bytes in [&payload, &config] {
            self.blob(repository, bytes).await;
        }
        let image = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": [{
                "mediaType": SIMPLE_SIGNING, "digest": self::digest(&payload), "size": payload.len(),
                "annotations": {SIGNATURE: signature},
            }],
        });
        let tag = format!("{}.sig", digest.replace(':', "-"));
        let url = format!("{}/v2/{repository}/manifests/{tag}", self.address.registry);
        let put = self.http.put(url).header("Content-Type", MANIFEST).body(image.to_string());
        let put = self.signed(repository, put).await.send().await.expect("is answered");
        assert_eq!(put.status(), StatusCode::CREATED);
    }

    async fn blob(&self, repository: &str, bytes: &[u8]) {
        let start = format!("{}/v2/{repository}/blobs/uploads/", self.address.registry);
        let started = self.signed(repository, self.http.post(start)).await.send().await.expect("is answered");
        let location = started.headers()["location"].to_str().expect("is text");
        let mut url = started.url().join(location).expect("is a URL");
        url.query_pairs_mut().append_pair("digest", &digest(bytes));
        let put = self.http.put(url).header("Content-Type", "application/octet-stream").body(bytes.to_owned());
        let put = self.signed(repository, put).await.send().await.expect("is answered");
        assert_eq!(put.status(), StatusCode::CREATED);
    }

    /// With a token for this repository.
    async fn signed(&self, repository: &str, request: RequestBuilder) -> RequestBuilder {
        let Address { tokens, user, password, .. } = self.address;
        let scope = format!("repository:{repository}:pull,push");
        let mut url = reqwest::Url::parse(&format!("{tokens}/token")).expect("is a URL");
        url.query_pairs_mut().append_pair("service", "registry").append_pair("scope", &scope);
        let answer = self.http.get(url).basic_auth(user, Some(password)).send().await.expect("is answered");
        let answer: Value = serde_json::from_slice(&answer.bytes().await.expect("is whole")).expect("is JSON");
        request.bearer_auth(answer["token"].as_str().expect("has a token"))
    }
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}
