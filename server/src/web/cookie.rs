//! Cookies, read and written by hand: few names, no attributes to choose.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// Holds a session; see [`crate::app::access`].
pub const SESSION: &str = "__Host-berth";
/// Begins the name of what holds a sign-in under way, encrypted; each has its own.
pub const SIGN_IN: &str = "__Host-berth-signin-";
/// Holds what was typed into a form when the session had ended, encrypted.
pub const TYPED: &str = "__Host-berth-typed";
/// Holds the theme that somebody chose.
pub const THEME: &str = "__Host-berth-theme";
/// Holds what somebody has just done, for the page that follows.
pub const DONE: &str = "__Host-berth-done";
/// Holds where somebody has been.
pub const RECENT: &str = "__Host-berth-recent";

/// Value of the first cookie with this name.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    pairs(headers).find_map(|(found, value)| (found == name).then_some(value))
}

/// Names and values of those whose name begins so.
pub fn list<'a>(headers: &'a HeaderMap, begin: &str) -> Vec<(&'a str, &'a str)> {
    pairs(headers).filter(|(name, _)| name.starts_with(begin)).collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// Sets a cookie for this host alone, out of reach of scripts and of requests other sites make.
/// Without `max_age_s` it ends with the browser. `value` is of visible ASCII without `;`.
pub fn set(name: &str, value: &str, max_age_s: Option<u32>) -> HeaderValue {
    let age = max_age_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&line).unwrap_or_else(|_| clear(name))
}

pub fn clear(name: &str) -> HeaderValue {
    let line = format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    HeaderValue::from_str(&line).expect("names are ours")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = headers(&["a=1; __Host-berth-signin-1=s", "b=2;__Host-berth=value=with=signs"]);
        assert_eq!(find(&headers, SESSION), Some("value=with=signs"));
        assert_eq!(list(&headers, SIGN_IN), [("__Host-berth-signin-1", "s")]);
        assert_eq!(find(&headers, "berth"), None);
    }

    #[test]
    fn what_is_no_cookie_is_passed_over() {
        assert_eq!(find(&headers(&["", ";;", "__Host-berth"]), SESSION), None);
        assert_eq!(find(&headers(&["__Host-berth=one; __Host-berth=two"]), SESSION), Some("one"));
    }

    #[test]
    fn a_cookie_is_kept_to_this_host_and_from_scripts() {
        assert_eq!(set(SESSION, "v", None), "__Host-berth=v; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert_eq!(
            set(TYPED, "v", Some(600)),
            "__Host-berth-typed=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"
        );
    }
}
