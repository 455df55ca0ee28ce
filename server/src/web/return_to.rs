//! Where to go after signing in: a page of ours, never another site.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

const LONGEST: usize = 2000;

/// A path of ours, with its query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTo(String);

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl ReturnTo {
    /// What is not a path of ours leads home. Browsers take `//` and `/\` for another host and drop
    /// control characters, so none of them may be in it.
    pub fn parse(text: &str) -> Self {
        let is_local = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let is_plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        // Signing in or out again is nowhere to go.
        let is_page = !text.starts_with("/auth/") && text != "/signed-out";
        if is_local && is_plain && is_page { Self(text.to_owned()) } else { Self::default() }
    }

    /// Signs in, and comes back here.
    pub fn sign_in_path(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &self.0).finish();
        format!("/auth/login?{query}")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/")]
    #[case("/requests/12")]
    #[case("/namespaces/new?team=payments&size=M")]
    #[case("/requests?after=%2F%2Fexample.org")]
    #[case("/a//b")]
    fn a_page_of_ours_is_kept(#[case] text: &str) {
        assert_eq!(ReturnTo::parse(text).as_str(), text);
    }

    #[rstest]
    #[case("")]
    #[case("requests")]
    #[case("//example.org")]
    #[case("///example.org")]
    #[case("/\\example.org")]
    #[case("\\\\example.org")]
    #[case("/a\\b")]
    #[case("https://example.org/")]
    #[case("javascript:alert(1)")]
    #[case("/\t/example.org")]
    #[case("/\n/example.org")]
    #[case(" /requests")]
    #[case("/ä")]
    #[case("/auth/login?return_to=/")]
    #[case("/auth/logout")]
    #[case("/signed-out")]
    fn everything_else_leads_home(#[case] text: &str) {
        assert_eq!(ReturnTo::parse(text).as_str(), "/");
    }

    #[test]
    fn an_endless_path_leads_home() {
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(LONGEST))).as_str(), "/");
    }
}
