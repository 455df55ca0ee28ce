//! The audit trail's chain: every event carries the hash of the one before it, and now and then the end is signed
//! ([`Checkpoint`]). What can happen is an [`EventKind`]; what must not be in an event is taken out by [`redact`].

pub mod detail;
mod event_kind;
mod redact;

pub use event_kind::{EventKind, EventName};
pub use redact::{redact, redact_text};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};
use time::OffsetDateTime;

/// A SHA-256, written as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

/// Which fields a hash covers: [`Event::format`].
pub const FORMAT: i16 = 2;
/// The first format, which knew nobody on whose behalf something is done.
const FIRST_FORMAT: i16 = 1;

/// What is known of an event before it is in the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// `person`, `operator`, `system` or, where no person decided, `rule`. Events of former versions name the requester
    /// where a rule approved; their detail has `by`.
    pub actor_kind: String,
    /// The person's id, when it was a person.
    pub actor_id: Option<String>,
    /// Their name at that time.
    pub actor_label: String,
    /// Verb with its noun: `request.approved`.
    pub action: String,
    /// What it was done to: `REQ-12`, `harbour-1/payments-dev`, `team payments`.
    pub subject: String,
    /// Id of the team it concerns, if it concerns one.
    pub team: Option<String>,
    /// Id of the HTTP request it came with.
    pub request_id: Option<String>,
    /// Before, after and whatever else explains it; no secrets.
    pub detail: Value,
    /// On whose behalf Berth acted: the person's id and their name at that time.
    pub on_behalf_id: Option<String>,
    pub on_behalf_label: Option<String>,
    /// How it is hashed; events of former versions stay what they were.
    pub format: i16,
}

/// The end of the chain at a moment, to be signed. Kept elsewhere it shows whether the chain up to there is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub seq: i64,
    pub hash: Hash,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An event in its place. `seq` counts from 1 without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub seq: i64,
    pub event: Event,
    pub previous: Hash,
    pub hash: Hash,
}

/// What is wrong with a chain, at the first row where it shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("row {found} stands where row {expected} should be: a row was removed, inserted or moved")]
    Gap { expected: i64, found: i64 },
    #[error("row {0} does not follow from the row before it: that row was changed or replaced")]
    Previous(i64),
    #[error("row {0} is not what was written: it was changed")]
    Content(i64),
    #[error("row {0} is not the one that was signed: the chain was written anew from there or before")]
    Rewritten(i64),
    #[error("the checkpoint at row {0} is not signed with this Berth's key: it was changed or made by somebody else")]
    Signature(i64),
}

impl Hash {
    /// What the first event follows.
    pub const START: Hash = Hash([0; 32]);

    /// Of a text that an event is about and does not repeat.
    pub fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl Event {
    /// Hash of the event in its place: SHA-256 over the number, the hash before it, and the event as
    /// JSON with sorted keys and no blanks. The time is cut to microseconds, which is what the
    /// database keeps.
    pub fn hash(&self, seq: i64, previous: &Hash) -> Hash {
        let mut event = self.clone();
        event.at = to_micros(self.at);
        let mut content = serde_json::json!(event);
        if self.format == FIRST_FORMAT
            && let Some(fields) = content.as_object_mut()
        {
            for later in ["on_behalf_id", "on_behalf_label", "format"] {
                fields.remove(later);
            }
        }
        let mut hasher = Sha256::new();
        hasher.update(seq.to_be_bytes());
        hasher.update(previous.0);
        hasher.update(canonical(&content).as_bytes());
        Hash(hasher.finalize().into())
    }

    /// Whether every field that is set is one that its format's hash covers.
    fn is_covered(&self) -> bool {
        match self.format {
            FIRST_FORMAT => self.on_behalf_id.is_none() && self.on_behalf_label.is_none(),
            format => format == FORMAT,
        }
    }
}

impl Checkpoint {
    /// What is signed.
    pub fn message(&self) -> String {
        let micros = self.at.unix_timestamp_nanos() / 1000;
        format!("berth audit checkpoint 1\n{}\n{}\n{micros}\n", self.seq, self.hash)
    }
}

/// JSON with the keys of every object sorted, whatever order the parser kept.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let fields: Vec<_> =
                sorted.iter().map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), canonical(v))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// Cut to whole microseconds, in UTC.
pub fn to_micros(at: OffsetDateTime) -> OffsetDateTime {
    let at = at.to_offset(time::UtcOffset::UTC);
    at.replace_nanosecond(at.microsecond() * 1000).unwrap_or(at)
}

/// Checks `link` against what came before it and returns the state to check the next one with.
pub fn follow(before: (i64, Hash), link: &Link) -> Result<(i64, Hash), Broken> {
    let expected = before.0 + 1;
    if link.seq != expected {
        return Err(Broken::Gap { expected, found: link.seq });
    }
    if link.previous != before.1 {
        return Err(Broken::Previous(link.seq));
    }
    if !link.event.is_covered() || link.event.hash(link.seq, &link.previous) != link.hash {
        return Err(Broken::Content(link.seq));
    }
    Ok((link.seq, link.hash))
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hex, as it is displayed.
impl std::str::FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a hash is 64 hexadecimal digits";
        if text.len() != 64 || !text.is_ascii() {
            return Err(WRONG);
        }
        let mut hash = [0; 32];
        for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| WRONG)?;
        }
        Ok(Self(hash))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain(n: usize) -> Vec<Link> {
        let mut previous = Hash::START;
        (1..=i64::try_from(n).expect("small"))
            .map(|seq| {
                let event = Event {
                    at: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seq),
                    actor_kind: "person".into(),
                    actor_id: None,
                    actor_label: "developer".into(),
                    action: "request.submitted".into(),
                    subject: format!("REQ-{seq}"),
                    team: None,
                    request_id: None,
                    detail: serde_json::json!({"b": 1, "a": seq}),
                    on_behalf_id: None,
                    on_behalf_label: (seq % 2 == 0).then(|| "owner".into()),
                    format: if seq % 2 == 0 { FORMAT } else { FIRST_FORMAT },
                };
                let hash = event.hash(seq, &previous);
                let link = Link { seq, event, previous, hash };
                previous = hash;
                link
            })
            .collect()
    }

    fn verify(links: &[Link]) -> Result<(), Broken> {
        links.iter().try_fold((0, Hash::START), follow).map(|_| ())
    }

    #[test]
    fn nanoseconds_that_the_database_cuts_do_not_break_the_chain() {
        let mut event = chain(1).remove(0).event;
        event.at = event.at.replace_nanosecond(123_456_789).expect("valid");
        let stored = Event { at: to_micros(event.at), ..event.clone() };
        assert_eq!(event.hash(1, &Hash::START), stored.hash(1, &Hash::START));
    }

    #[test]
    fn an_event_of_the_first_format_hashes_as_it_did_when_it_was_written() {
        let event = chain(1).remove(0).event;
        let hash = event.hash(1, &Hash::START);
        assert_eq!(hash.to_string(), "66e32bc8586f3e886ee3bb4af7e962b66b29fc6123097942f6bf4b403121d9a5");
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn what_a_format_does_not_cover_cannot_be_added_to_it() {
        let mut links = chain(3);
        links[0].event.on_behalf_label = Some("platform".into());
        assert_eq!(verify(&links), Err(Broken::Content(1)));
        let mut links = chain(3);
        links[1].event.format = FIRST_FORMAT;
        assert_eq!(verify(&links), Err(Broken::Content(2)));
        let mut links = chain(3);
        links[1].event.format = FORMAT + 1;
        assert_eq!(verify(&links), Err(Broken::Content(2)));
    }

    #[test]
    fn an_inserted_event_shows_where_it_stands() {
        let mut links = chain(4);
        let mut forged = links[1].clone();
        forged.event.subject = "REQ-99".into();
        forged.previous = links[1].hash;
        forged.seq = 3;
        forged.hash = forged.event.hash(3, &forged.previous);
        links[2].seq = 4;
        links[3].seq = 5;
        links.insert(2, forged);
        assert_eq!(verify(&links), Err(Broken::Previous(4)));
    }

    proptest! {
        #[test]
        fn a_whole_chain_holds_and_any_tampering_shows(n in 3usize..12, at in 1usize..11, how in 0..4) {
            let mut links = chain(n);
            prop_assert_eq!(verify(&links), Ok(()));
            let at = at % (n - 1);
            let row = links[at].seq;
            let broken = match how {
                0 => { links[at].event.actor_label = "owner".into(); Broken::Content(row) }
                1 => { links.remove(at); Broken::Gap { expected: row, found: row + 1 } }
                2 => { links.swap(at, at + 1); Broken::Gap { expected: row, found: row + 1 } }
                _ => {
                    links[at].event.subject = "REQ-99".into();
                    links[at].hash = links[at].event.hash(row, &links[at].previous);
                    Broken::Previous(row + 1)
                }
            };
            prop_assert_eq!(verify(&links), Err(broken));
        }
    }
}
