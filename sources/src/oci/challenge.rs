//! What a registry wants before it answers: `WWW-Authenticate` (RFC 9110).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::ChallengeRef;
use http_auth::parser::ChallengeParser;

/// The first that Berth can meet; tokens before passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// No challenge is longer.
const LONGEST: usize = 4096;
/// No more are asked for in one token.
const MOST_SCOPES: usize = 4;

impl Challenge {
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let values: Vec<_> = values.filter(|value| value.len() <= LONGEST).collect();
        let challenges = || values.iter().flat_map(|value| ChallengeParser::new(value)).filter_map(Result::ok);
        challenges().find_map(|it| Self::bearer(&it)).or_else(|| {
            let mut others = challenges();
            others.any(|it| it.scheme.eq_ignore_ascii_case("basic")).then_some(Self::Basic)
        })
    }

    fn bearer(challenge: &ChallengeRef<'_>) -> Option<Self> {
        let of_name = |name: &str| {
            let mut params = challenge.params.iter();
            params.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_unescaped())
        };
        if !challenge.scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        Some(Self::Bearer { realm: of_name("realm")?, service: of_name("service"), scope: of_name("scope") })
    }
}

/// What of the scopes that a registry names is only for reading: Berth asks for no more, whatever a registry would like.
pub fn reading(scopes: &str) -> Vec<String> {
    let reads = |scope: &str| {
        let (kind, rest) = scope.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        match kind {
            "registry" if name == "catalog" => Some(scope.to_owned()),
            _ if actions.split(',').any(|action| action == "pull") => Some(format!("{kind}:{name}:pull")),
            _ => None,
        }
    };
    scopes.split_ascii_whitespace().filter_map(reads).take(MOST_SCOPES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<Challenge> {
        let headers = values.iter().map(|it| (WWW_AUTHENTICATE, it.parse().expect("is a header"))).collect();
        Challenge::of(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
        Some(Challenge::Bearer { realm: realm.to_owned(), service, scope })
    }

    #[test]
    fn a_token_is_asked_for_where_the_registry_says() {
        let said = r#"Bearer realm="https://a.example/token",service="a b, c",scope="repository:x:pull,push""#;
        assert_eq!(of(&[said]), bearer("https://a.example/token", Some("a b, c"), Some("repository:x:pull,push")));
        assert_eq!(of(&["bEARER Realm=x"]), bearer("x", None, None));
        assert_eq!(of(&[r#"Bearer realm="a\"b""#]), bearer("a\"b", None, None));
    }

    #[test]
    fn of_several_challenges_a_token_comes_first() {
        assert_eq!(of(&[r#"Basic realm="a", Bearer realm="b""#]), bearer("b", None, None));
        assert_eq!(of(&[r#"Basic realm="a""#, r#"Bearer realm="b""#]), bearer("b", None, None));
        assert_eq!(of(&[r#"Negotiate, Basic realm="a, Bearer realm=b""#]), Some(Challenge::Basic));
    }

    #[test]
    fn what_is_no_challenge_is_none() {
        let long = format!("Bearer realm={}", "a".repeat(LONGEST));
        for said in ["", "Bearer", "Bearer service=a", "Digest realm=\"a\"", "Bearer realm=\"a", "\"", &long] {
            assert_eq!(of(&[said]), None, "{said}");
        }
    }

    #[test]
    fn no_more_is_asked_for_than_reading() {
        assert_eq!(reading("repository:a/b:pull,push,delete repository:c:push"), ["repository:a/b:pull"]);
        assert_eq!(reading("registry:catalog:*"), ["registry:catalog:*"]);
        assert_eq!(reading("repository:host:5000/a:pull"), ["repository:host:5000/a:pull"]);
        assert_eq!(reading("  x  "), [""; 0]);
        assert_eq!(reading(&"repository:a:pull ".repeat(100)).len(), MOST_SCOPES);
    }
}
