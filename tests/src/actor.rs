//! Somebody at the desk: sends requests with their credentials, and keeps what came back.

use crate::seen;
use domain::FormKey;
use http::{HeaderMap, Method};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A person by their session or token, or nobody.
#[derive(Clone)]
pub struct Actor {
    http: Client,
    url: String,
    credentials: Credentials,
}

#[derive(Clone)]
enum Credentials {
    Nobody,
    /// Value of the `Cookie` header.
    Session(String),
    Token(String),
}

/// What came back, read to its end if it has one.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Method and path, for failures.
    pub(crate) asked: String,
}

/// Characters of an answer that a failure says; a page is longer.
const LONGEST_SAID: usize = 1000;

/// A stream of server-sent events.
pub struct Events {
    response: Response,
    unread: String,
    /// Of the event that was read last.
    last_id: String,
}

impl Actor {
    pub(crate) fn nobody(http: Client, url: &str) -> Self {
        Self { http, url: url.to_owned(), credentials: Credentials::Nobody }
    }

    /// The same person at the same desk, with other credentials.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { credentials: Credentials::Session(cookie.to_owned()), ..self.clone() }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { credentials: Credentials::Token(token.to_owned()), ..self.clone() }
    }

    /// Value of the `Cookie` header, for whoever has one.
    pub fn cookie(&self) -> Option<&str> {
        match &self.credentials {
            Credentials::Session(cookie) => Some(cookie),
            Credentials::Nobody | Credentials::Token(_) => None,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// As a browser or a program of theirs would begin it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare(method.clone(), path);
        match &self.credentials {
            Credentials::Session(_) if method != Method::GET => {
                request.header("origin", &self.url).header("sec-fetch-site", "same-origin")
            }
            Credentials::Nobody | Credentials::Session(_) | Credentials::Token(_) => request,
        }
    }

    /// Where the form of a page is sent to: with its token, as it was given out to their session.
    fn target(&self, method: &Method, path: &str) -> String {
        let is_page = !path.starts_with("/api/") && !path.contains('?');
        match &self.credentials {
            Credentials::Session(cookie) if *method == Method::POST && is_page => form_key(cookie).address(path),
            Credentials::Nobody | Credentials::Session(_) | Credentials::Token(_) => path.to_owned(),
        }
    }

    /// The same without saying which page it comes from.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let path = self.target(&method, path);
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.credentials {
            Credentials::Nobody => request,
            Credentials::Session(cookie) => request.header("cookie", cookie),
            Credentials::Token(token) => request.bearer_auth(token),
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("is a request");
        let asked = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A live view does not end by itself.
        let is_endless = headers.get("content-type").is_some_and(|form| form == "text/event-stream");
        let body = match is_endless {
            true => Vec::new(),
            false => response.bytes().await.unwrap_or_else(|error| panic!("{asked}: {error}")).to_vec(),
        };
        let answer = Answer { status, headers, body, asked };
        seen::look_through(&answer);
        answer
    }

    /// Begins to listen.
    pub async fn listen(&self, path: &str) -> Events {
        self.begin(self.request(Method::GET, path)).await
    }

    /// The same, by a request with more to it.
    pub async fn begin(&self, request: RequestBuilder) -> Events {
        let response = request.send().await.expect("answers");
        assert_eq!(response.status(), 200, "{}", response.url());
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response, unread: String::new(), last_id: String::new() }
    }
}

/// What the forms of the session in this `Cookie` header carry.
fn form_key(cookie: &str) -> FormKey {
    let value = cookie.split("; ").find_map(|pair| pair.strip_prefix("__Host-berth=")).unwrap_or_default();
    FormKey::of_session(&Sha256::digest(value).into())
}

impl Answer {
    /// Itself, when it has this status; the test fails with what was said otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let beginning: String = self.text().chars().take(LONGEST_SAID).collect();
        assert_eq!(self.status, status, "{}: {beginning}", self.asked);
        self
    }

    /// A problem with this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.asked);
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{}: {problem}", answer.asked);
        assert_eq!(problem["request_id"], answer.header("x-request-id"), "{}", answer.asked);
        problem
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect()
    }
}

impl Events {
    /// The next event's data; the test fails when none comes in time.
    pub async fn next(&mut self) -> Value {
        const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
        let read = tokio::time::timeout(LIMIT, self.read()).await.expect("an event in time");
        serde_json::from_str(&read).expect("is JSON")
    }

    /// The id of the request that it is the answer to.
    pub fn request_id(&self) -> &str {
        self.response.headers()["x-request-id"].to_str().expect("is text")
    }

    /// The next event of a live page that says this: the version of the page then, and the slots that are sent.
    pub async fn until_slots_say(&mut self, text: &str) -> (String, String) {
        loop {
            let slots = self.next().await.as_str().expect("is text").to_owned();
            if slots.contains(text) {
                return (self.last_id.clone(), slots);
            }
        }
    }

    /// Waits for an event of which this is true; others may come before it.
    pub async fn until(&mut self, is_true: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await;
            if is_true(&event) {
                return event;
            }
        }
    }

    /// The same for a text that is somewhere in it.
    pub async fn until_said(&mut self, text: &str) {
        self.until(|event| event.to_string().contains(text)).await;
    }

    /// Waits for the end of the stream; the test fails when it does not come in time.
    pub async fn ends(mut self) {
        const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
        let end = async { while self.response.chunk().await.expect("it does not break off").is_some() {} };
        tokio::time::timeout(LIMIT, end).await.expect("the stream ends in time");
    }

    /// Waits for the end of the stream; the test fails when an event comes before it.
    pub async fn ends_without_event(mut self) {
        const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
        let end = async {
            while let Some(chunk) = self.response.chunk().await.expect("it does not break off") {
                self.unread.push_str(std::str::from_utf8(&chunk).expect("is text"));
            }
        };
        tokio::time::timeout(LIMIT, end).await.expect("the stream ends in time");
        assert!(!self.unread.lines().any(|line| line.starts_with("data:")), "{}", self.unread);
    }

    /// Waits until the stream breaks off; the test fails when it does not in time.
    pub async fn breaks(mut self) {
        const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
        let end = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(LIMIT, end).await.expect("the stream breaks off in time");
    }

    async fn read(&mut self) -> String {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                if let Some(id) = event.lines().find_map(|line| line.strip_prefix("id: ")) {
                    self.last_id = id.to_owned();
                }
                self.unread = rest.to_owned();
                match data {
                    Some(data) => return data,
                    None => continue, // a sign of life
                }
            }
            let chunk = self.response.chunk().await.expect("the stream goes on").expect("the stream has not ended");
            self.unread.push_str(std::str::from_utf8(&chunk).expect("is text"));
        }
    }
}
