//! The sign-ins that one browser has under way: several tabs may begin at once, and each comes back by its own `state`.

use super::attempt::{Attempt, LIFE_S};
use crate::seal::Seal;
use crate::web::cookie;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// Of one browser, beside the one that begins.
const MOST_OTHERS: usize = 9;
/// All of them, in bytes: what a proxy lets through in the headers of a request is little.
const LARGEST: usize = 4000;

/// Which sign-in an answer belongs to.
pub enum Found {
    This(Attempt),
    /// The browser has some under way, and this is none of them.
    Others,
    None,
}

/// The cookie of a sign-in. What comes back as `state` may be anything, and a name may not.
pub fn name(state: &str) -> String {
    let digest: String = Sha256::digest(state).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}{digest}", cookie::SIGN_IN)
}

pub fn keep(attempt: &Attempt, seal: &Seal) -> HeaderValue {
    cookie::set(&name(attempt.challenge.state.secret()), &attempt.to_cookie(seal), Some(LIFE_S))
}

/// Clears away those that are over, and the oldest when there are too many.
pub fn make_room(headers: &HeaderMap, seal: &Seal) -> Vec<HeaderValue> {
    let now = OffsetDateTime::now_utc();
    let begun_at = |sealed| Attempt::from_cookie(seal, sealed, now).map_or(0, |attempt| attempt.begun_at);
    let all = cookie::list(headers, cookie::SIGN_IN).into_iter();
    let mut all: Vec<_> = all.map(|(name, sealed)| (begun_at(sealed), name, sealed.len())).collect();
    all.sort_by(|a, b| b.cmp(a));
    let mut size = 0;
    let is_too_much = |(n, (begun_at, _, length)): &(usize, (i64, &str, usize))| {
        size += length;
        *begun_at == 0 || *n >= MOST_OTHERS || size > LARGEST
    };
    all.into_iter().enumerate().filter(is_too_much).map(|(_, (_, name, _))| cookie::clear(name)).collect()
}

pub fn find(headers: &HeaderMap, seal: &Seal, state: Option<&str>) -> Found {
    let open = |sealed: &str| Attempt::from_cookie(seal, sealed, OffsetDateTime::now_utc());
    let this = state.and_then(|state| cookie::find(headers, &name(state)));
    match this.map(open) {
        Some(Some(attempt)) => Found::This(attempt),
        Some(None) => Found::None,
        None => {
            let is_under_way = |(_, sealed): (&str, &str)| open(sealed).is_some();
            let any = cookie::list(headers, cookie::SIGN_IN).into_iter().any(is_under_way);
            if any { Found::Others } else { Found::None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;
    use crate::web::return_to::ReturnTo;
    use http::header::COOKIE;

    fn attempt(state: &str, age_s: i64, return_to: &str) -> Attempt {
        let challenge = serde_json::json!({"state": state, "nonce": "nonce", "verifier": "v".repeat(43)});
        let challenge = serde_json::from_value(challenge).expect("reads");
        let mut attempt = Attempt::new(challenge, ReturnTo::parse(return_to));
        attempt.begun_at -= age_s;
        attempt
    }

    fn browser(seal: &Seal, attempts: &[Attempt]) -> HeaderMap {
        let pair =
            |attempt: &Attempt| format!("{}={}", name(attempt.challenge.state.secret()), attempt.to_cookie(seal));
        let line = attempts.iter().map(pair).collect::<Vec<_>>().join("; ");
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).expect("is a header"))])
    }

    #[test]
    fn each_answer_finds_its_own_sign_in() {
        let seal = Seal::new(&Key::generate());
        let headers = browser(&seal, &[attempt("a", 0, "/me"), attempt("b", 0, "/teams")]);
        for (state, to) in [("a", "/me"), ("b", "/teams")] {
            let Found::This(found) = find(&headers, &seal, Some(state)) else { panic!("{state} is not found") };
            assert_eq!(found.return_to.as_str(), to);
        }
        assert!(matches!(find(&headers, &seal, Some("c")), Found::Others));
        assert!(matches!(find(&headers, &seal, None), Found::Others));
        assert!(matches!(find(&HeaderMap::new(), &seal, Some("a")), Found::None));
        let over = browser(&seal, &[attempt("a", 601, "/me")]);
        assert!(matches!(find(&over, &seal, Some("a")), Found::None));
        assert!(matches!(find(&over, &seal, Some("b")), Found::None));
    }

    #[test]
    fn the_oldest_make_room_and_what_is_over_goes() {
        let seal = Seal::new(&Key::generate());
        let mut attempts: Vec<_> = (0..MOST_OTHERS as i64).map(|n| attempt(&n.to_string(), n, "/")).collect();
        assert_eq!(make_room(&browser(&seal, &attempts), &seal).len(), 0);
        attempts.insert(0, attempt("oldest", 300, "/"));
        attempts.push(attempt("over", 700, "/"));
        let cleared: Vec<_> = make_room(&browser(&seal, &attempts), &seal);
        let expected = ["oldest", "over"].map(|state| cookie::clear(&name(state)));
        assert_eq!(cleared, expected);
    }

    #[test]
    fn all_of_them_fit_into_a_request() {
        let seal = Seal::new(&Key::generate());
        let long = format!("/{}", "a".repeat(1500));
        let headers = browser(&seal, &[attempt("a", 1, &long), attempt("b", 2, &long), attempt("c", 3, &long)]);
        assert_eq!(make_room(&headers, &seal), [cookie::clear(&name("b")), cookie::clear(&name("c"))]);
    }
}
