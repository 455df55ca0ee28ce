//! Why a source did not give what it was asked for. Each sentence is for the curator who connects it: what is wrong, where, and
//! what to do. `what` always names the thing and the host that it was asked of.

use crate::digest::{Digest, NotADigest};
use crate::guard::{Refused, Unconnected};
use std::time::Duration;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    // The address.
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("{why}")]
    Address { why: String },
    #[error("`{name}` is no name of a chart in a registry; it has lower case letters, digits and single separators")]
    Name { name: String },
    #[error(
        "`{version}` is no version that a tag can have; a tag has at most 128 letters, digits, dots, dashes and underscores"
    )]
    Version { version: String },
    #[error(transparent)]
    Digest(#[from] NotADigest),
    #[error("the credentials of this source cannot be sent: {why}")]
    Credentials { why: &'static str },
    #[error("the CA certificates of this source cannot be read: {why}; they are PEM, one after the other")]
    Ca { why: String },

    // The way there.
    #[error(transparent)]
    Unconnected(Unconnected),
    #[error("{what} is moved on and on; Berth follows {limit} redirects")]
    Redirects { what: String, limit: usize },
    #[error("{what} is moved, and where to is not said")]
    RedirectNowhere { what: String },
    #[error("{what} is moved from https to http, where anybody could change it; have the source stay with https")]
    RedirectInTheClear { what: String },
    #[error("{what} is in a registry, at {address}; connect that registry as a source of its own")]
    InRegistry { what: String, address: String },
    #[error("{what} continues at another host, {host}; Berth asks no other host for a list")]
    LinkElsewhere { what: String, host: String },
    #[error("{what} did not come within {} s; the source is slow, or something between holds it up", limit.as_secs())]
    Slow { what: String, limit: Duration },
    #[error("{what} broke off: {why}")]
    Broken { what: String, why: String },

    // What the other side says.
    #[error("{what} may be asked again in {} s; the source wants less to do", after.as_secs())]
    Later { what: String, after: Duration },
    #[error("{what} needs credentials, and these are not taken{}", said(said_by_it))]
    Unauthorized { what: String, said_by_it: String },
    #[error("{what} is not for these credentials{}; have them read it", said(said_by_it))]
    Forbidden { what: String, said_by_it: String },
    #[error("{what} is not there")]
    NotFound { what: String },
    #[error("{what} was answered with {status}{}", said(said_by_it))]
    Status { what: String, status: u16, said_by_it: String },
    #[error(
        "{what} wants a token from {realm}, another host; if it belongs to this source, list it as one that may have its \
         credentials"
    )]
    TokenHost { what: String, realm: String },
    #[error("{what} wants a token, and how to get one is not understood: {why}")]
    Challenge { what: String, why: String },

    // What comes.
    #[error("{what} is larger than the {limit} bytes that Berth takes")]
    TooLarge { what: String, limit: u64 },
    #[error("{what} has more than the {limit} entries that Berth takes")]
    TooMany { what: String, limit: usize },
    #[error("{what} ended after {got} of {expected} bytes; try again")]
    CutShort { what: String, got: u64, expected: u64 },
    #[error("{what} has {got} bytes and should have {expected}; the source is damaged, or somebody changed it")]
    Length { what: String, got: u64, expected: u64 },
    #[error("{what} is {got} and should be {expected}; the source is damaged, or somebody changed it")]
    WrongDigest { what: String, got: Digest, expected: Digest },
    #[error("{what} is a web page; is the address right? A page to sign in, or a proxy, may stand before it")]
    WebPage { what: String },
    #[error("{what} comes compressed as `{encoding}` although that was not asked for; have it sent as it is")]
    Encoded { what: String, encoding: String },
    #[error("{what} is no JSON as it should be: {why}")]
    Json { what: String, why: String },
    #[error("{what} is of the type `{found}`, and Berth reads {expected}")]
    MediaType { what: String, found: String, expected: &'static str },
    #[error("{what} is a list of images for several platforms and no chart; is it the right repository?")]
    ImageList { what: String },
    #[error("{what} is a container image or something else, and no chart: its configuration is `{found}`")]
    NoChart { what: String, found: String },
    #[error("{what} has {n} layers that are charts, and should have one")]
    Charts { what: String, n: usize },
}

impl Error {
    /// When it may be asked again, where the source said so.
    pub fn later(&self) -> Option<Duration> {
        if let Self::Later { after, .. } = self { Some(*after) } else { None }
    }
}

impl From<Unconnected> for Error {
    fn from(unconnected: Unconnected) -> Self {
        match unconnected {
            Unconnected::Refused(refused) => Self::Refused(refused),
            other => Self::Unconnected(other),
        }
    }
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" (it says: {text})") }
}

/// What the other side wrote, fit to stand in a sentence: one line, without control characters, at most 200 characters.
pub(crate) fn cleaned(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
