//! Paths and queries of our own pages.

use domain::id::IngestId;
use domain::name::{ClassName, EntryName, RequestNumber, SourceName};
use domain::page::PageKind;
use domain::request::UntilDate;
use domain::{Quota, Resource};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// All ASCII but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn request(number: RequestNumber) -> String {
    of(PageKind::Request, &[&number.0.to_string()])
}

pub(crate) fn revise(number: RequestNumber) -> String {
    of(PageKind::Revise, &[&number.0.to_string()])
}

pub(crate) fn namespace(cluster: &str, name: &str) -> String {
    of(PageKind::Namespace, &[cluster, name])
}

pub(crate) fn catalog_entry(name: &EntryName) -> String {
    of(PageKind::CatalogEntry, &[name.as_str()])
}

/// An entry's picture, by its digest.
pub(crate) fn icon(name: &EntryName, digest: &str) -> String {
    with_query(&format!("{}/icon", catalog_entry(name)), &[("digest", digest)])
}

pub(crate) fn curated_entry(name: &EntryName) -> String {
    of(PageKind::CuratedEntry, &[name.as_str()])
}

pub(crate) fn source(name: &SourceName) -> String {
    of(PageKind::Source, &[name.as_str()])
}

pub(crate) fn edit_source(name: &SourceName) -> String {
    of(PageKind::EditSource, &[name.as_str()])
}

pub(crate) fn edit_entry(name: &EntryName) -> String {
    of(PageKind::EditEntry, &[name.as_str()])
}

pub(crate) fn entry_form(name: &EntryName) -> String {
    of(PageKind::EntryForm, &[name.as_str()])
}

pub(crate) fn review_version(name: &EntryName, version: &str) -> String {
    of(PageKind::ReviewVersion, &[name.as_str(), version])
}

pub(crate) fn ingest(name: &EntryName, id: IngestId) -> String {
    of(PageKind::Ingest, &[name.as_str(), &id.to_string()])
}

/// Its quota, and the form that asks for another one.
pub(crate) fn quota(cluster: &str, name: &str) -> String {
    of(PageKind::Quota, &[cluster, name])
}

/// That form, filled in.
pub(crate) fn quota_asking(cluster: &str, name: &str, quota: &Quota, purpose: &str) -> String {
    let amounts = Resource::ALL.map(|resource| (resource.typed_field(), resource.write(quota.get(resource))));
    let amounts = amounts.iter().map(|(name, amount)| (*name, amount.as_str()));
    let pairs: Vec<_> = amounts.chain([("purpose", purpose)]).collect();
    with_query(&self::quota(cluster, name), &pairs)
}

/// The form that asks for another expiry.
pub(crate) fn extend(cluster: &str, name: &str) -> String {
    of(PageKind::Extend, &[cluster, name])
}

/// The form that asks for its end.
pub(crate) fn delete(cluster: &str, name: &str) -> String {
    of(PageKind::Delete, &[cluster, name])
}

/// That form, filled in.
pub(crate) fn extend_asking(cluster: &str, name: &str, until: UntilDate, purpose: &str) -> String {
    with_query(&extend(cluster, name), &[("until", &until.to_string()), ("purpose", purpose)])
}

/// That form with a reason. The name is typed anew.
pub(crate) fn delete_asking(cluster: &str, name: &str, purpose: &str) -> String {
    with_query(&delete(cluster, name), &[("purpose", purpose)])
}

pub(crate) fn quota_history(cluster: &str, name: &str) -> String {
    of(PageKind::QuotaHistory, &[cluster, name])
}

pub(crate) fn cluster(name: &str) -> String {
    of(PageKind::Cluster, &[name])
}

pub(crate) fn class(name: &ClassName) -> String {
    of(PageKind::Class, &[name.as_str()])
}

pub(crate) fn team(slug: &str) -> String {
    of(PageKind::Team, &[slug])
}

/// The address of a page, with these for its parameters.
fn of(page: PageKind, with: &[&str]) -> String {
    page.filled(&with.iter().map(|part| encode(part).to_string()).collect::<Vec<_>>())
}

/// `path?key=value&…`, without the pairs whose value is empty.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<_> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", encode(v))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Percent-encodes all but those.
pub(crate) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_an_address_cannot_leave_its_place() {
        assert_eq!(encode("a/b?c&d=é").to_string(), "a%2Fb%3Fc%26d%3D%C3%A9");
        assert_eq!(encode("a-Z_0.9~").to_string(), "a-Z_0.9~");
        assert_eq!(with_query("/audit", &[("actor", "a b"), ("action", "")]), "/audit?actor=a%20b");
    }
}
