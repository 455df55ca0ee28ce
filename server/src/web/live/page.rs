//! Which pages are live, and how each is rendered.

use crate::app::views::me::viewer;
use crate::app::{Ctx, Error, PAGE, Result, views};
use crate::web::extract::Paging;
use crate::web::request_context::frame_of;
use axum::extract::Query;
use domain::id::IngestId;
use domain::name::{ClusterName, EntryName, NamespaceName, RequestNumber};
use domain::view::{Queue, RequestFilter, RequestPage};
use frontend::pages::namespace::Tab;
use frontend::{Again, Assets, pages};
use http::Uri;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LivePage {
    Home,
    /// The list; which, its query says.
    Requests,
    Request(RequestNumber),
    CuratedEntry(EntryName),
    Ingest {
        entry: EntryName,
        id: IngestId,
    },
    Namespace {
        cluster: ClusterName,
        name: NamespaceName,
        tab: Tab,
    },
}

impl LivePage {
    /// By its path. None for a page that is not live.
    pub fn parse(path: &str) -> Option<Self> {
        let uri: Uri = path.parse().ok()?;
        let parts: Vec<_> = uri.path().split('/').skip(1).collect();
        let namespace = |cluster: &str, name: &str, tab: &str| {
            Some(Self::Namespace { cluster: cluster.parse().ok()?, name: name.parse().ok()?, tab: Tab::parse(tab)? })
        };
        match parts.as_slice() {
            [""] => Some(Self::Home),
            ["requests"] => Some(Self::Requests),
            ["requests", number] => Some(Self::Request(RequestNumber(number.parse().ok()?))),
            // The form of a new one is no entry.
            ["admin", "catalog", entry] if *entry != "new" => Some(Self::CuratedEntry(entry.parse().ok()?)),
            ["admin", "catalog", entry, "ingests", id] => {
                Some(Self::Ingest { entry: entry.parse().ok()?, id: IngestId(id.parse().ok()?) })
            }
            ["namespaces", cluster, name] => namespace(cluster, name, ""),
            ["namespaces", cluster, name, tab] => namespace(cluster, name, tab),
            _ => None,
        }
    }

    /// As whoever asks sees it. A namespace is rendered for all who may see the same of it: see [`super::channel`].
    pub async fn html(&self, ctx: &Ctx, assets: &Arc<Assets>, path: &str) -> Result<String> {
        let frame = frame_of(assets.clone(), Some(viewer(ctx).await?), ctx.session.as_ref(), path);
        match self {
            Self::Home => Ok(pages::home::page(frame, views::home(ctx).await?)),
            Self::Request(number) => {
                Ok(pages::request::page(frame, RequestPage::of(views::requests::get(ctx, *number).await?)))
            }
            Self::Requests => {
                let (which, paging): (Which, Paging) = (query(path)?, query(path)?);
                let list = views::requests::list(
                    ctx,
                    which.queue.unwrap_or_default(),
                    query::<RequestFilter>(path)?,
                    paging.after_number()?,
                    PAGE,
                );
                Ok(pages::requests::page(frame, list.await?))
            }
            Self::CuratedEntry(entry) => {
                let after = query::<Paging>(path)?.after;
                let view = views::catalog::curated_entry(ctx, entry, after.as_deref(), PAGE).await?;
                Ok(pages::curation::entry::page(frame, view, after.is_none(), Again::default()))
            }
            Self::Ingest { entry, id } => {
                Ok(pages::curation::ingest::page(frame, views::catalog::ingest(ctx, entry, *id).await?))
            }
            Self::Namespace { .. } => Err(Error::NotFound),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Which {
    #[serde(default)]
    queue: Option<Queue>,
}

/// What the page's own handler reads of the same address.
fn query<T: DeserializeOwned>(path: &str) -> Result<T> {
    let uri: Uri = path.parse().map_err(|_| Error::NotFound)?;
    Ok(Query::try_from_uri(&uri).map_err(|_| Error::NotFound)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::page::PageKind;

    #[test]
    fn only_pages_with_slots_that_change_are_live() {
        assert_eq!(LivePage::parse("/"), Some(LivePage::Home));
        assert_eq!(LivePage::parse("/requests?queue=to_decide"), Some(LivePage::Requests));
        assert_eq!(LivePage::parse("/requests/12"), Some(LivePage::Request(RequestNumber(12))));
        let tab = |path| match LivePage::parse(path) {
            Some(LivePage::Namespace { tab, .. }) => Some(tab),
            Some(
                LivePage::Home
                | LivePage::Requests
                | LivePage::Request(_)
                | LivePage::CuratedEntry(_)
                | LivePage::Ingest { .. },
            )
            | None => None,
        };
        assert_eq!(tab("/namespaces/harbour-1/payments-dev"), Some(Tab::Overview));
        assert_eq!(tab("/namespaces/harbour-1/payments-dev/events"), Some(Tab::Events));
        // Each of them, with something for its parameters, is what the table says of it.
        for page in PageKind::ALL {
            let example = page
                .path()
                .replace("{number}", "12")
                .replace("{id}", "0195d0a0-0000-7000-8000-000000000000")
                .replace("{tab}", "events")
                .replace(['{', '}'], "");
            assert_eq!(LivePage::parse(&example).is_some(), page.about().is_live, "{example}");
        }
        for path in
            ["", "namespaces", "/namespaces/new", "/namespaces/harbour-1/payments-dev/quota", "/teams", "//evil"]
        {
            assert_eq!(LivePage::parse(path), None, "{path}");
        }
    }
}
