//! The next page of a list, as a header says it (RFC 8288).

use http::HeaderMap;
use http::header::LINK;

/// What stands between `<` and `>` of the first link that is called `next`.
pub fn next(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of)
}

fn next_of(mut value: &str) -> Option<&str> {
    loop {
        let (_, rest) = value.split_once('<')?;
        let (target, rest) = rest.split_once('>')?;
        // A comma ends a link only outside of quotes.
        let mut is_quoted = false;
        let end = rest.find(|c| {
            is_quoted ^= c == '"';
            c == ',' && !is_quoted
        });
        let (parameters, rest) = rest.split_at(end.unwrap_or(rest.len()));
        if parameters.split(';').any(is_next) {
            return Some(target);
        }
        value = rest;
    }
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|it| it.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"</v2/a/tags/list?last=1&n=2>; rel="next""#, Some("/v2/a/tags/list?last=1&n=2"))]
    #[case("<b>;rel=next", Some("b"))]
    #[case(r#"<a>; rel="prev", <b,c>; title="x, <y>"; rel="first next""#, Some("b,c"))]
    #[case(r#"<a>; REL="NEXT""#, Some("a"))]
    #[case(r#"<a>; rel="nextone""#, None)]
    #[case(r#"<a>; title="rel=next""#, None)]
    #[case("<a", None)]
    #[case("a; rel=next", None)]
    #[case("", None)]
    fn the_next_page_is_the_link_that_is_called_so(#[case] value: &str, #[case] expected: Option<&str>) {
        let headers = [(LINK, value.parse().expect("is a header"))].into_iter().collect();
        assert_eq!(next(&headers), expected);
    }
}
