//! The form of a source of charts.

use crate::catalog::{SourceAuth, SourceKind, SourceSpec};
use crate::field_error::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// As typed. What is secret is sent and never sent back.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceFields {
    /// Of a new one.
    pub name: String,
    /// The source's version that was read; of a new one nothing.
    pub version: String,
    pub kind: String,
    pub address: String,
    /// `keep` leaves the credentials that are there.
    pub auth: String,
    pub user: String,
    #[serde(skip_serializing)]
    pub secret: String,
    pub credential_hosts: String,
    pub charts: String,
    pub ca: String,
    /// Which proof each chart needs: `none`, `provenance`, `cosign_key`, `cosign_keyless`, or `other` for one that was written
    /// as JSON, which stays.
    pub proof: String,
    /// Public keys: OpenPGP blocks for provenance, PEM for cosign.
    pub keys: String,
    pub issuer: String,
    pub subject: String,
    /// The trusted root of keyless signatures; empty for the public Sigstore.
    pub root: String,
}

impl fmt::Debug for SourceFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFields").field("name", &self.name).field("address", &self.address).finish_non_exhaustive()
    }
}

impl SourceFields {
    /// `keep` in the field `auth`: what is there stays.
    pub const KEEP: &'static str = "keep";

    /// The form of a source as it is.
    pub fn of(name: &str, version: i32, spec: &SourceSpec, auth: SourceAuth) -> Self {
        let proof = Proof::of(&spec.proof);
        Self {
            name: name.to_owned(),
            version: version.to_string(),
            kind: spec.kind.as_str().to_owned(),
            address: spec.address.clone(),
            auth: match auth {
                SourceAuth::Anonymous => auth.as_str().to_owned(),
                SourceAuth::Basic | SourceAuth::Bearer => Self::KEEP.to_owned(),
            },
            user: String::new(),
            secret: String::new(),
            credential_hosts: lines(&spec.credential_hosts),
            charts: lines(&spec.charts),
            ca: spec.ca.clone(),
            proof: proof.kind.to_owned(),
            keys: proof.keys,
            issuer: proof.issuer,
            subject: proof.subject,
            root: proof.root,
        }
    }

    /// What it says, without what is secret, with every mistake at once.
    pub fn read(&self, before: Option<&SourceSpec>) -> Result<SourceSpec, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kind = SourceKind::find(&self.kind);
        errors.unless(kind.is_some(), "kind", "is missing");
        let proof = errors.keep(self.read_proof(before));
        let (Some(kind), Some(proof)) = (kind, proof) else { return Err(errors) };
        let spec = SourceSpec {
            kind,
            address: self.address.trim().to_owned(),
            ca: self.ca.replace("\r\n", "\n").trim().to_owned(),
            credential_hosts: words(&self.credential_hosts),
            charts: words(&self.charts),
            proof,
        };
        errors.keep(spec.check());
        errors.finish().map(|()| spec)
    }

    fn read_proof(&self, before: Option<&SourceSpec>) -> Result<Map<String, Value>, FieldErrors> {
        let keys = self.keys.replace("\r\n", "\n");
        let has_keys = !keys.trim().is_empty();
        let demand = match self.proof.as_str() {
            "" | "none" => return Ok(Map::new()),
            "provenance" if has_keys => json!({"kind": "provenance", "keyring": keys}),
            "cosign_key" if has_keys => json!({"kind": "cosign_key", "keys": pem_blocks(&keys)}),
            "provenance" | "cosign_key" => return Err(FieldErrors::of("keys", "is missing: paste the public keys")),
            "cosign_keyless" => json!({
                "kind": "cosign_keyless",
                "root": if self.root.trim().is_empty() { "public-good" } else { self.root.trim() },
                "identities": [{"issuer": self.issuer.trim(), "subject": {"glob": self.subject.trim()}}],
            }),
            "other" => return Ok(before.map(|before| before.proof.clone()).unwrap_or_default()),
            _ => return Err(FieldErrors::of("proof", "is none of the choices")),
        };
        Ok(Map::from_iter([("require".to_owned(), json!([demand]))]))
    }
}

/// What of a policy the form can show.
#[derive(Default)]
struct Proof {
    kind: &'static str,
    keys: String,
    issuer: String,
    subject: String,
    root: String,
}

impl Proof {
    fn of(policy: &Map<String, Value>) -> Self {
        let other = Self { kind: "other", ..Self::default() };
        let demands = policy.get("require").and_then(Value::as_array);
        let demand = match demands.map(Vec::as_slice) {
            None | Some([]) => return Self { kind: "none", ..Self::default() },
            Some([demand]) => demand,
            Some(_) => return other,
        };
        let text = |pointer: &str| demand.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text("/kind").as_str() {
            "provenance" => Self { kind: "provenance", keys: text("/keyring"), ..Self::default() },
            "cosign_key" => {
                let keys = demand["keys"].as_array().into_iter().flatten().filter_map(Value::as_str);
                Self { kind: "cosign_key", keys: keys.collect::<Vec<_>>().join("\n"), ..Self::default() }
            }
            "cosign_keyless" => {
                let is_one = demand["identities"].as_array().is_some_and(|identities| identities.len() == 1);
                let subject = text("/identities/0/subject/glob");
                if !is_one || subject.is_empty() {
                    return other;
                }
                let root = text("/root");
                Self {
                    kind: "cosign_keyless",
                    keys: String::new(),
                    issuer: text("/identities/0/issuer"),
                    subject,
                    root: if root == "public-good" { String::new() } else { root },
                }
            }
            _ => other,
        }
    }
}

fn lines(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join("\n")
}

/// With commas or blanks between them.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Each block, from its first line to its last; what is in none is one of its own, so that it is told.
fn pem_blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
        if line.starts_with("-----END") {
            blocks.push(String::new());
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> SourceFields {
        SourceFields {
            name: "main".into(),
            kind: "registry".into(),
            address: " oci://registry.example.com/charts ".into(),
            auth: "basic".into(),
            user: "robot".into(),
            secret: "hunter2".into(),
            credential_hosts: "tokens.example.com, blobs.example.com".into(),
            charts: "web\r\nworker".into(),
            ..SourceFields::default()
        }
    }

    #[test]
    fn a_form_is_what_it_was_made_of() {
        let mut forms = vec![fields()];
        let key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        forms.push(SourceFields { proof: "provenance".into(), keys: "-----BEGIN PGP-----\nx".into(), ..fields() });
        forms.push(SourceFields { proof: "cosign_key".into(), keys: format!("{key}{key}"), ..fields() });
        forms.push(SourceFields {
            proof: "cosign_keyless".into(),
            issuer: "https://issuer.example".into(),
            subject: "https://forge.example/acme/**".into(),
            ..fields()
        });
        for form in forms {
            let spec = form.read(None).expect("is right");
            let again = SourceFields::of("main", 2, &spec, SourceAuth::Basic);
            assert_eq!((again.read(Some(&spec)), again.auth.as_str()), (Ok(spec), SourceFields::KEEP));
        }
    }

    #[test]
    fn a_policy_that_the_form_cannot_show_stays() {
        let mut spec = fields().read(None).expect("is right");
        let several = json!([{"kind": "provenance", "keyring": "x"}, {"kind": "cosign_key", "keys": ["y"]}]);
        spec.proof.insert("require".into(), several);
        let form = SourceFields::of("main", 1, &spec, SourceAuth::Anonymous);
        assert_eq!((form.proof.as_str(), form.read(Some(&spec))), ("other", Ok(spec)));
    }

    #[test]
    fn every_mistake_is_told_at_once_and_nothing_shows_a_secret() {
        let wrong = SourceFields { kind: "ftp".into(), proof: "cosign_key".into(), ..fields() };
        let errors = wrong.read(None).expect_err("wrong");
        assert_eq!(errors.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["kind", "keys"]);
        let shown = format!("{wrong:?}{}", serde_json::to_string(&wrong).expect("is written"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
