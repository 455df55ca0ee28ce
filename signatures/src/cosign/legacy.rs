//! The annotations beside an older signature, and the bundle that they amount to.

use super::error::AttachmentError;
use super::{CERTIFICATE_ANNOTATION, CHAIN_ANNOTATION, LOG_ENTRY_ANNOTATION, SIGNATURE_ANNOTATION};
use crate::limits::ANNOTATION_BYTES;
use crate::provenance::sha256;
use crate::text::shown;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use sigstore_verify::types::{Bundle, Sha256Hash};
use std::collections::BTreeMap;

type Annotations = BTreeMap<String, String>;

/// What Rekor promised to take into its log.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogEntry {
    signed_entry_timestamp: String,
    payload: Promised,
}

#[derive(Deserialize)]
struct Promised {
    body: String,
    #[serde(rename = "integratedTime")]
    integrated_time: i64,
    #[serde(rename = "logIndex")]
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
    #[serde(rename = "apiVersion")]
    version: String,
}

pub(super) fn signature(annotations: &Annotations) -> Result<Vec<u8>, AttachmentError> {
    STANDARD.decode(get(annotations, SIGNATURE_ANNOTATION)?).map_err(|_| unreadable(SIGNATURE_ANNOTATION))
}

/// A keyless signature over `payload` as a bundle of version 0.1, which has the promise of a log where newer ones have a proof.
pub(super) fn bundle(payload: &[u8], annotations: &Annotations) -> Result<Bundle, AttachmentError> {
    if !annotations.contains_key(CERTIFICATE_ANNOTATION) {
        return Err(AttachmentError::NoCertificate);
    }
    let signature = signature(annotations)?;
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": {
            "x509CertificateChain": { "certificates": certificates(annotations)? },
            "tlogEntries": [log_entry(get(annotations, LOG_ENTRY_ANNOTATION)?)?],
        },
        "messageSignature": {
            "messageDigest": { "algorithm": "SHA2_256", "digest": STANDARD.encode(sha256(payload)) },
            "signature": STANDARD.encode(signature),
        },
    });
    serde_json::from_value(bundle).map_err(|_| unreadable(LOG_ENTRY_ANNOTATION))
}

/// The signer's certificate, and those between it and the root.
fn certificates(annotations: &Annotations) -> Result<Vec<serde_json::Value>, AttachmentError> {
    let mut certificates = pem(get(annotations, CERTIFICATE_ANNOTATION)?, CERTIFICATE_ANNOTATION)?;
    if certificates.len() != 1 {
        return Err(unreadable(CERTIFICATE_ANNOTATION));
    }
    if annotations.contains_key(CHAIN_ANNOTATION) {
        certificates.extend(pem(get(annotations, CHAIN_ANNOTATION)?, CHAIN_ANNOTATION)?);
    }
    if certificates.len() > crate::limits::BUNDLE_PARTS {
        return Err(unreadable(CHAIN_ANNOTATION));
    }
    Ok(certificates.into_iter().map(|der| json!({ "rawBytes": STANDARD.encode(der) })).collect())
}

fn pem(text: &str, annotation: &str) -> Result<Vec<Vec<u8>>, AttachmentError> {
    crate::armor::blocks(text, "CERTIFICATE").map_err(|_| unreadable(annotation))
}

fn log_entry(annotation: &str) -> Result<serde_json::Value, AttachmentError> {
    let broken = || unreadable(LOG_ENTRY_ANNOTATION);
    let entry: LogEntry = serde_json::from_str(annotation).map_err(|_| broken())?;
    let body = STANDARD.decode(&entry.payload.body).map_err(|_| broken())?;
    let Kind { kind, version } = serde_json::from_slice(&body).map_err(|_| broken())?;
    if (kind.as_str(), version.as_str()) != ("hashedrekord", "0.0.1") {
        return Err(AttachmentError::LogEntry { kind: shown(&format!("{kind} {version}")) });
    }
    let log_id = Sha256Hash::from_hex(&entry.payload.log_id).map_err(|_| broken())?;
    Ok(json!({
        "logIndex": entry.payload.log_index.to_string(),
        "logId": { "keyId": log_id.to_base64() },
        "kindVersion": { "kind": kind, "version": version },
        "integratedTime": entry.payload.integrated_time.to_string(),
        "inclusionPromise": { "signedEntryTimestamp": entry.signed_entry_timestamp },
        "canonicalizedBody": entry.payload.body,
    }))
}

fn get<'a>(annotations: &'a Annotations, name: &str) -> Result<&'a str, AttachmentError> {
    let value = annotations.get(name).ok_or_else(|| unreadable(name))?;
    match value.len() {
        bytes if bytes > ANNOTATION_BYTES => Err(AttachmentError::TooLarge { bytes, most: ANNOTATION_BYTES }),
        _ => Ok(value),
    }
}

fn unreadable(annotation: &str) -> AttachmentError {
    AttachmentError::Annotation { annotation: annotation.to_owned() }
}
