//! A small Sigstore of its own: an authority that certifies identities, a log of certificates and a transparency log. Each step
//! can be made wrong.

use super::openpgp::SIGNED;
use super::{b64, sha256, sha256_hex};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, SanType, SigningKey as _,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

pub const ISSUER: &str = "https://token.actions.example.com";
pub const SUBJECT: &str = "https://github.com/acme/charts/.github/workflows/release.yml@refs/heads/main";
const EMBEDDED_SCTS: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

/// A key that vouches for something.
pub struct Log {
    key: KeyPair,
}

impl Log {
    fn new() -> Self {
        Self { key: KeyPair::generate().unwrap() }
    }

    fn id(&self) -> [u8; 32] {
        sha256(&self.key.subject_public_key_info())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).unwrap()
    }

    fn in_root(&self, name: &str) -> Value {
        json!({
            "baseUrl": format!("https://{name}.example.com"),
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": b64(&self.key.subject_public_key_info()),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": { "start": "2025-01-01T00:00:00Z" },
            },
            "logId": { "keyId": b64(&self.id()) },
        })
    }
}

pub struct Sigstore {
    authority: Issuer<'static, KeyPair>,
    authority_der: Vec<u8>,
    pub certificates: Log,
    pub entries: Log,
}

/// A certificate to be.
#[derive(Clone)]
pub struct Wanted {
    pub issuer: Option<&'static str>,
    pub subject: Option<&'static str>,
    pub not_before: u32,
    pub lasts: u32,
    pub is_for_code: bool,
    pub sct: Sct,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sct {
    Good,
    Missing,
    /// By a log that nobody knows.
    Foreign,
    /// Of another certificate.
    Moved,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            issuer: Some(ISSUER),
            subject: Some(SUBJECT),
            not_before: SIGNED - 60,
            lasts: 600,
            is_for_code: true,
            sct: Sct::Good,
        }
    }
}

/// Somebody with a certificate and its key.
pub struct Signing {
    key: KeyPair,
    pub der: Vec<u8>,
}

impl Signing {
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).unwrap()
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// Uses the certificate as if it were an authority's.
    pub fn as_authority(&self) -> Issuer<'static, KeyPair> {
        let key = KeyPair::try_from(self.key.serialized_der()).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.remove(DnType::CommonName);
        Issuer::new(params, key)
    }
}

pub fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", b64(der))
}

fn moment(seconds: u32) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds.into()).unwrap()
}

impl Sigstore {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "An authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.not_before = moment(SIGNED - 86_400 * 365);
        params.not_after = moment(SIGNED + 86_400 * 3650);
        let authority_der = params.self_signed(&key).unwrap().der().to_vec();
        let authority = Issuer::new(params, key);
        Self { authority, authority_der, certificates: Log::new(), entries: Log::new() }
    }

    pub fn root(&self) -> Value {
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.entries.in_root("rekor")],
            "certificateAuthorities": [{
                "subject": { "organization": "example.com", "commonName": "An authority" },
                "uri": "https://fulcio.example.com",
                "certChain": { "certificates": [{ "rawBytes": b64(&self.authority_der) }] },
                "validFor": { "start": "2025-01-01T00:00:00Z" },
            }],
            "ctlogs": [self.certificates.in_root("ctfe")],
            "timestampAuthorities": [],
        })
    }

    pub fn certify(&self, wanted: &Wanted) -> Signing {
        self.certify_by(&self.authority, wanted)
    }

    pub fn certify_by(&self, authority: &Issuer<'_, KeyPair>, wanted: &Wanted) -> Signing {
        let key = KeyPair::generate().unwrap();
        let mut params = params(wanted);
        let bare = params.signed_by(&key, authority).unwrap().der().to_vec();
        let foreign = Log::new();
        let log = if wanted.sct == Sct::Foreign { &foreign } else { &self.certificates };
        let mut tbs = tbs(&bare).to_vec();
        if wanted.sct == Sct::Moved {
            *tbs.last_mut().unwrap() ^= 1;
        }
        if wanted.sct != Sct::Missing {
            let issuer = sha256(&authority.key().subject_public_key_info());
            let list = sct_list(log, &issuer, &tbs, wanted.not_before);
            params.custom_extensions.push(CustomExtension::from_oid_content(EMBEDDED_SCTS, octet_string(&list)));
        }
        let der = params.signed_by(&key, authority).unwrap().der().to_vec();
        Signing { key, der }
    }
}

fn params(wanted: &Wanted) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.serial_number = Some(7.into());
    params.not_before = moment(wanted.not_before);
    params.not_after = moment(wanted.not_before + wanted.lasts);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let usage =
        if wanted.is_for_code { ExtendedKeyUsagePurpose::CodeSigning } else { ExtendedKeyUsagePurpose::ServerAuth };
    params.extended_key_usages = vec![usage];
    params.subject_alt_names = wanted.subject.into_iter().map(name).collect();
    params.use_authority_key_identifier_extension = true;
    if let Some(issuer) = wanted.issuer {
        let fulcio = |last| [1, 3, 6, 1, 4, 1, 57264, 1, last];
        params.custom_extensions = vec![
            CustomExtension::from_oid_content(&fulcio(1), issuer.as_bytes().to_vec()),
            CustomExtension::from_oid_content(&fulcio(8), der(0x0c, issuer.as_bytes())),
        ];
    }
    params
}

fn name(subject: &str) -> SanType {
    match subject.starts_with("https://") {
        true => SanType::URI(subject.try_into().unwrap()),
        false => SanType::Rfc822Name(subject.try_into().unwrap()),
    }
}

/// Tag, length and content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let mut der = vec![tag];
    match length {
        0..=127 => der.push(length as u8),
        _ => der.extend([&[0x82][..], &length.to_be_bytes()].concat()),
    }
    [der, content.to_vec()].concat()
}

fn octet_string(content: &[u8]) -> Vec<u8> {
    der(0x04, content)
}

/// What a certificate signs: the first thing in it.
fn tbs(certificate: &[u8]) -> &[u8] {
    let content = |der: &[u8]| match der[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(der[2])),
        _ => (4, usize::from(u16::from_be_bytes([der[2], der[3]]))),
    };
    let (begins, _) = content(certificate);
    let inner = &certificate[begins..];
    let (head, length) = content(inner);
    &inner[..head + length]
}

/// RFC 6962: what a log of certificates says of one, embedded in it.
fn sct_list(log: &Log, issuer: &[u8; 32], tbs: &[u8], at: u32) -> Vec<u8> {
    let time = (u64::from(at) * 1000).to_be_bytes();
    let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
    let signed = [&[0, 0][..], &time, &[0, 1], issuer, &length[1..], tbs, &[0, 0]].concat();
    let signature = log.sign(&signed);
    let prefixed = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let sct = [&[0][..], &log.id(), &time, &[0, 0, 4, 3], &prefixed(&signature)].concat();
    prefixed(&prefixed(&sct))
}

/// What is logged of a signature over bytes.
pub fn hashedrekord(signing: &Signing, signature: &[u8], message: &[u8]) -> Vec<u8> {
    let body = json!({
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": { "hash": { "algorithm": "sha256", "value": sha256_hex(message) } },
            "signature": { "content": b64(signature), "publicKey": { "content": b64(signing.pem().as_bytes()) } },
        },
    });
    body.to_string().into_bytes()
}

/// What is logged of a signature over a statement.
pub fn dsse_entry(signing: &Signing, signature: &[u8], statement: &[u8]) -> Vec<u8> {
    let body = json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": { "algorithm": "sha256", "value": sha256_hex(b"any") },
            "payloadHash": { "algorithm": "sha256", "value": sha256_hex(statement) },
            "signatures": [{ "signature": b64(signature), "verifier": b64(signing.pem().as_bytes()) }],
        },
    });
    body.to_string().into_bytes()
}

impl Log {
    /// The entry of `body` in a log of two, with promise and proof, in a bundle's form.
    pub fn entry(&self, body: &[u8], at: u32) -> Value {
        let kind: Value = serde_json::from_slice(body).unwrap();
        let leaf = sha256(&[&[0], body].concat());
        let other = sha256(b"\0another entry");
        let root = sha256(&[&[1][..], &other, &leaf].concat());
        let note = format!("rekor.example.com - 1\n2\n{}\n", b64(&root));
        let signature = [&self.id()[..4], &self.sign(note.as_bytes())].concat();
        let checkpoint = format!("{note}\n\u{2014} rekor.example.com {}\n", b64(&signature));
        json!({
            "logIndex": "1",
            "logId": { "keyId": b64(&self.id()) },
            "kindVersion": { "kind": kind["kind"], "version": kind["apiVersion"] },
            "integratedTime": at.to_string(),
            "inclusionPromise": { "signedEntryTimestamp": b64(&self.promise(body, at)) },
            "inclusionProof": {
                "logIndex": "1",
                "rootHash": b64(&root),
                "treeSize": "2",
                "hashes": [b64(&other)],
                "checkpoint": { "envelope": checkpoint },
            },
            "canonicalizedBody": b64(body),
        })
    }

    fn promise(&self, body: &[u8], at: u32) -> Vec<u8> {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        self.sign(format!(r#"{{"body":"{}","integratedTime":{at},"logID":"{id}","logIndex":1}}"#, b64(body)).as_bytes())
    }

    /// The promise as cosign's annotation has it.
    pub fn annotation(&self, body: &[u8], at: u32) -> Value {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "SignedEntryTimestamp": b64(&self.promise(body, at)),
            "Payload": { "body": b64(body), "integratedTime": at, "logIndex": 1, "logID": id },
        })
    }
}

pub fn pae(kind: &str, payload: &[u8]) -> Vec<u8> {
    [format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(), payload].concat()
}

/// What `cosign sign` states of the manifest with this digest.
pub fn statement(digest: &str, predicate: &str) -> Vec<u8> {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "digest": { "sha256": digest } }],
        "predicateType": predicate,
        "predicate": {},
    });
    statement.to_string().into_bytes()
}

pub fn bundle(material: Value, content: (&str, Value)) -> Value {
    let mut bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
    });
    bundle[content.0] = content.1;
    bundle
}

pub fn envelope(kind: &str, payload: &[u8], signature: &[u8]) -> (&'static str, Value) {
    let signatures = json!([{ "sig": b64(signature) }]);
    ("dsseEnvelope", json!({ "payloadType": kind, "payload": b64(payload), "signatures": signatures }))
}

pub fn message_signature(message: &[u8], signature: &[u8]) -> (&'static str, Value) {
    let digest = json!({ "algorithm": "SHA2_256", "digest": b64(&sha256(message)) });
    ("messageSignature", json!({ "messageDigest": digest, "signature": b64(signature) }))
}
