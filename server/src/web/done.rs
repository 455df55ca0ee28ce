//! What somebody has just done, said once on the page that follows: a cookie that survives one redirect.
//!
//! Only for what went well. What needs reading stands on the page itself.

use super::cookie;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use url::form_urlencoded::{Serializer, parse};

/// Long enough for the page that follows.
const LIFE_S: u32 = 60;
const LONGEST: usize = 200;
const FIELD: &str = "done";

/// After a change: 303, and there a word about it.
pub fn see(path: &str, done: &str) -> Response {
    ([(SET_COOKIE, write(done))], Redirect::to(path)).into_response()
}

fn write(done: &str) -> HeaderValue {
    let done: String = done.chars().take(LONGEST).collect();
    let value = Serializer::new(String::new()).append_pair(FIELD, &done).finish();
    cookie::set(cookie::DONE, &value, Some(LIFE_S))
}

/// What the browser brings along; a text, whatever it says.
pub fn read(headers: &HeaderMap) -> Option<String> {
    let value = cookie::find(headers, cookie::DONE)?;
    let (field, done) = parse(value.as_bytes()).next()?;
    (field == FIELD && !done.is_empty()).then(|| done.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;

    #[test]
    fn what_was_done_comes_back_as_it_was_written() {
        let said = "REQ-12 is approved; 2 CPU ü <b>";
        let line = write(said);
        let value = line.to_str().expect("is ASCII").split(';').next().expect("has a value").to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&value).expect("is a header"))]);
        assert_eq!(read(&headers).as_deref(), Some(said));
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
