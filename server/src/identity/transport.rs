//! How the provider is asked: without redirects, within ten seconds, at most 1 MiB at a time. What stands before it, or it
//! itself when it cannot, answers anything: a status that says so is no answer, whatever comes with it.

use http::StatusCode;
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
    #[error("it was answered with {0}")]
    NotNow(StatusCode),
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
        if says_nothing(status) {
            return Err(Unanswered::NotNow(status));
        }
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

/// Whether it says that the question was not heard where it should be: later there may be an answer.
fn says_nothing(status: StatusCode) -> bool {
    let passes = [StatusCode::NOT_FOUND, StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || passes.contains(&status)
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_its_end() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}/userinfo", listener.local_addr().expect("has an address"));
        let endless = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody asks");
            let _ = stream.read(&mut [0; 4096]).await.expect("something is asked");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n").await.expect("is sent");
            let mut n_sent = 0;
            while stream.write_all(&[b' '; 64 * 1024]).await.is_ok() {
                n_sent += 64 * 1024;
            }
            n_sent
        });
        let asked = http::Request::get(url).body(Vec::new()).expect("is a request");
        let answered = Http::new().expect("is a client").send(asked).await;
        assert!(matches!(answered, Err(Unanswered::TooLarge)), "{answered:?}");
        let n_sent = endless.await.expect("ends when nobody reads any more");
        assert!(n_sent < 64 * LARGEST_ANSWER, "{n_sent} bytes were taken");
    }

    #[test]
    fn a_status_that_tells_of_trouble_is_no_answer() {
        for status in [404, 408, 429, 500, 502, 503, 504, 599] {
            assert!(says_nothing(StatusCode::from_u16(status).expect("is one")), "{status}");
        }
        for status in [200, 204, 302, 400, 401, 403, 422] {
            assert!(!says_nothing(StatusCode::from_u16(status).expect("is one")), "{status}");
        }
    }
}
