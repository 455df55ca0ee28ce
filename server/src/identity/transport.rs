//! How the provider is asked: without redirects, within ten seconds, at most 1 MiB at a time.

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;
use std::time::Duration;

const ANSWER_LIMIT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 1024 * 1024;

pub struct Http(reqwest::Client);

/// Why the provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
}

impl Http {
    pub fn new() -> reqwest::Result<Self> {
        // A redirect would carry codes and secrets to where nobody meant them to go.
        let no_redirects = reqwest::redirect::Policy::none();
        Ok(Self(reqwest::Client::builder().redirect(no_redirects).timeout(ANSWER_LIMIT).build()?))
    }

    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_ANSWER {
                return Err(Unanswered::TooLarge);
            }
        }
        let mut response = HttpResponse::new(body);
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
