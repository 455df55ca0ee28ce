//! Where a page stands, in links from above.

use domain::page::PageKind;

/// A step of the path to a page. The last one is the page itself.
pub(crate) struct Crumb {
    pub text: String,
    pub href: Option<String>,
}

impl Crumb {
    /// A page that has no parameters.
    pub fn to(page: PageKind) -> Self {
        Self::link(page.title(), page.path())
    }

    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()) }
    }

    pub fn here(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }
}
