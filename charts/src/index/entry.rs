//! One version of one chart in an index.

use crate::archive::Digest;
use crate::fields::{FieldError, Fields};
use crate::version::Version;
use crate::yaml;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

const URL_BYTES: usize = 2_048;
/// Mirrors of one archive. Helm takes the first.
const N_URLS: usize = 8;
/// Of the texts that lists show.
const TEXT_CHARS: usize = 500;

/// A version of a chart, as an index has it. Nothing of it is proven before the archive is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexVersion {
    pub version: Version,
    pub app_version: Option<String>,
    pub description: Option<String>,
    pub kube_version: Option<String>,
    /// Of the archive. Without it nobody sees that its bytes have changed.
    pub digest: Option<Digest>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub created_at: Option<OffsetDateTime>,
    pub is_deprecated: bool,
    pub is_library: bool,
    /// An address, unchecked.
    pub icon: Option<String>,
    /// Where the archive is: by http or https, at least one.
    pub urls: Vec<Url>,
}

/// Why an entry is set apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Rejection {
    #[error("is no set of fields")]
    NoFields,
    #[error("is larger than an entry may be")]
    TooLarge,
    #[error("{field} must be {expected}")]
    Field { field: String, expected: &'static str },
    #[error("is below {listed:?}, but has the name {own:?}")]
    Name { listed: String, own: String },
    #[error("has no version, or one that is none")]
    Version,
    #[error("has a digest that is no SHA-256 digest")]
    Digest,
    #[error("has no address of its archive")]
    NoUrl,
    #[error("has an address that cannot be read")]
    BadUrl,
    #[error("has an address with a user name or password in it")]
    Credentials,
    #[error("has an address of the scheme {scheme}: charts at registries are added as a source of their own")]
    Scheme { scheme: String },
    #[error("was removed from its repository")]
    Removed,
    #[error("is there twice: the first one counts")]
    Duplicate,
}

impl From<FieldError> for Rejection {
    fn from(FieldError { field, expected }: FieldError) -> Self {
        Self::Field { field, expected }
    }
}

impl IndexVersion {
    /// The host that the archive comes from, and whether it is another one than the repository's.
    pub fn host(&self, base: &Url) -> (Option<&str>, bool) {
        let Some(url) = self.urls.first() else { return (None, false) };
        let is_other = url.host() != base.host() || url.port_or_known_default() != base.port_or_known_default();
        (url.host_str(), is_other)
    }

    pub(super) fn n_bytes(&self) -> usize {
        let texts = [&self.app_version, &self.description, &self.kube_version, &self.icon];
        let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
        let urls = self.urls.iter().map(|url| size_of::<Url>() + url.as_str().len()).sum::<usize>();
        size_of::<Self>() + texts + urls + 3 * self.version.as_str().len()
    }
}

/// The version of an entry as it is shown, whatever it is.
pub fn shown_version(value: &Value) -> String {
    let version = value.get("version").and_then(crate::fields::scalar);
    yaml::cut(&version.unwrap_or_default())
}

pub fn read(listed: &str, value: &Value, base: &Url) -> Result<IndexVersion, Rejection> {
    if !value.is_object() {
        return Err(Rejection::NoFields);
    }
    let fields = Fields::of(value, "")?;
    let own = fields.text("name")?.unwrap_or_default();
    if own != listed || !crate::chart::is_name(&own) {
        return Err(Rejection::Name { listed: yaml::cut(listed), own: yaml::cut(&own) });
    }
    if fields.flag("removed")? {
        return Err(Rejection::Removed);
    }
    let version = fields.text("version")?.ok_or(Rejection::Version)?;
    let text = |name| Ok::<_, Rejection>(fields.text(name)?.map(|text| short(&text)));
    Ok(IndexVersion {
        version: Version::parse(&version).map_err(|_| Rejection::Version)?,
        app_version: text("appVersion")?,
        description: text("description")?,
        kube_version: text("kubeVersion")?,
        digest: fields.text("digest")?.map(|text| text.parse().map_err(|_| Rejection::Digest)).transpose()?,
        created_at: fields.text("created")?.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok()),
        is_deprecated: fields.flag("deprecated")?,
        is_library: fields.text("type")?.as_deref() == Some("library"),
        icon: fields.text("icon")?.filter(|icon| icon.len() <= URL_BYTES),
        urls: urls(&fields, base)?,
    })
}

/// One line, cut.
fn short(text: &str) -> String {
    let mut text = crate::chart::printable(text);
    if let Some((end, _)) = text.char_indices().nth(TEXT_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn urls(fields: &Fields<'_>, base: &Url) -> Result<Vec<Url>, Rejection> {
    let texts = fields.texts("urls")?;
    let urls: Vec<Url> = texts.iter().take(N_URLS).map(|text| url(text, base)).collect::<Result<_, _>>()?;
    if urls.is_empty() { Err(Rejection::NoUrl) } else { Ok(urls) }
}

fn url(text: &str, base: &Url) -> Result<Url, Rejection> {
    if text.is_empty() || text.len() > URL_BYTES {
        return Err(Rejection::BadUrl);
    }
    let url = base.join(text).map_err(|_| Rejection::BadUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Rejection::Scheme { scheme: url.scheme().chars().take(20).collect() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Rejection::Credentials);
    }
    Ok(url)
}
