//! Forms that may bring a file: read like any other form, the file's content as the text of its field.

use axum::Form;
use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, MapDeserializer};

/// As large as any body may be. Without a file a program may send it like a form without one.
pub struct FormWithFile<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormWithFile<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let form = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !form.starts_with("multipart/form-data") {
            let Form(fields) = Form::from_request(request, state).await.map_err(IntoResponse::into_response)?;
            return Ok(Self(fields));
        }
        let parts = Multipart::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let texts = texts(parts).await.map_err(IntoResponse::into_response)?;
        let fields = T::deserialize(MapDeserializer::<_, Error>::new(texts.into_iter()));
        let fields = fields.map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response())?;
        Ok(Self(fields))
    }
}

async fn texts(mut parts: Multipart) -> Result<Vec<(String, String)>, axum::extract::multipart::MultipartError> {
    let mut texts = Vec::new();
    while let Some(part) = parts.next_field().await? {
        if let Some(name) = part.name().map(str::to_owned) {
            texts.push((name, part.text().await?));
        }
    }
    Ok(texts)
}
