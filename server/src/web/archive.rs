//! Archives that are uploaded: far larger than any other body, so nothing of one is read before it is known who sends it, and
//! few are read at a time.

use crate::app::catalog::{self, LARGEST_ARCHIVE};
use crate::app::{Ctx, Result};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::routing::MethodRouter;
use domain::id::IngestId;
use domain::name::EntryName;
use domain::{Action, Refusal};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, Limited};
use std::convert::Infallible;
use tokio::sync::Semaphore;

/// Around what a form sends with the archive.
const AROUND: usize = 16 * 1024;
/// Archives in memory at a time.
static READ: Semaphore = Semaphore::const_new(4);

/// A body that is an archive, or a form with one in its field `archive`. It is not read yet.
pub struct Archive(Request);

impl<S: Send + Sync> FromRequest<S> for Archive {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(request))
    }
}

/// Whether the body of such a request is left to its handler.
pub fn is_upload(method: &Method, path: &str) -> bool {
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    method == Method::POST
        && matches!(parts[..], ["admin", "catalog", _, "versions"] | ["api", "v1", "curation", _, "versions"])
}

/// The route of a handler that takes one.
pub fn route<S: Clone + Send + Sync + 'static>(handler: MethodRouter<S>) -> MethodRouter<S> {
    handler.layer(DefaultBodyLimit::max(LARGEST_ARCHIVE + AROUND))
}

impl Archive {
    /// Orders that it is taken in, as a version of this entry.
    pub async fn upload(self, ctx: &Ctx, entry: &EntryName) -> Result<IngestId> {
        ctx.allow(Action::SetUp)?;
        let Ok(_permit) = READ.try_acquire() else {
            return Err(
                Refusal::NotPossible("other archives are being uploaded now: try again in a moment".into()).into()
            );
        };
        let (file, bytes) = self.read().await?;
        catalog::upload(ctx, entry, &file, bytes).await
    }

    async fn read(self) -> Result<(String, Vec<u8>), Refusal> {
        if is_form(self.0.headers()) {
            let parts = Multipart::from_request(self.0, &()).await.map_err(|_| broken())?;
            return from_form(parts).await;
        }
        let body = Limited::new(Body::new(self.0.into_body()), LARGEST_ARCHIVE);
        match body.collect().await {
            Ok(body) => Ok(("upload".to_owned(), body.to_bytes().into())),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Err(_) => Err(broken()),
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/form-data")
}

async fn from_form(mut parts: Multipart) -> Result<(String, Vec<u8>), Refusal> {
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        if part.name() == Some("archive") {
            let file = part.file_name().unwrap_or("upload").to_owned();
            let bytes = part.bytes().await.map_err(|error| match error.status() {
                http::StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => broken(),
            })?;
            return Ok((file, bytes.into()));
        }
    }
    Err(Refusal::invalid("archive", "is missing: choose the file"))
}

fn too_large() -> Refusal {
    Refusal::invalid("archive", "is larger than 20 MiB")
}

fn broken() -> Refusal {
    Refusal::invalid("archive", "did not arrive whole: send it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_archives_are_left_unread() {
        for path in ["/admin/catalog/postgresql/versions", "/api/v1/curation/postgresql/versions"] {
            assert!(is_upload(&Method::POST, path) && !is_upload(&Method::PUT, path), "{path}");
        }
        for path in ["/admin/catalog/new", "/admin/catalog/a/versions/1.0.0/approve", "/api/v1/requests", "/"] {
            assert!(!is_upload(&Method::POST, path), "{path}");
        }
    }
}
