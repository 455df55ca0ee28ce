//! Markdown of others, as HTML that does nothing: no script, no style, no image from elsewhere, no address but of the web.

use comrak::Options;

/// None of nothing but blanks.
pub fn to_html(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    let html = comrak::markdown_to_html(text, &options);
    Some(cleaner().clean(&html).to_string())
}

/// Headings stand below those of the page; links say that they lead elsewhere.
fn cleaner() -> ammonia::Builder<'static> {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .rm_tags(["img", "picture", "map", "area"])
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::script("a <script>alert(1)</script> b")]
    #[case::handler("<b onclick=\"alert(1)\">x</b>")]
    #[case::address("[x](javascript:alert(1))")]
    #[case::address_in_disguise("[x](JaVa\tScript:alert(1))")]
    #[case::data("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    #[case::remote_image("![x](https://elsewhere.example.com/pixel.png)")]
    #[case::image_element("<img src=x onerror=alert(1)>")]
    #[case::style("<p style=\"position:fixed\">x</p><style>*{display:none}</style>")]
    #[case::frame("<iframe src=\"https://elsewhere.example.com\"></iframe>")]
    #[case::form("<form action=/logout><button>x</button></form>")]
    #[case::drawing("<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>")]
    #[case::meta("<meta http-equiv=refresh content=0>")]
    #[case::base("<base href=https://elsewhere.example.com>")]
    fn what_could_do_something_is_gone(#[case] text: &str) {
        let html = to_html(text).unwrap_or_default().to_lowercase();
        for word in ["<script", "onclick", "onerror", "javascript:", "data:", "<img", "style", "<iframe", "<form", "<button", "<svg", "<meta", "<base"] {
            assert!(!html.contains(word), "{word} in {html}");
        }
    }

    #[test]
    fn what_people_write_is_kept() {
        let html = to_html("# Title\n\nA *word*, a [link](https://example.com), `code`.\n\n| a | b |\n|---|---|\n| 1 | 2 |").expect("it has text");
        for part in ["<h1>Title</h1>", "<em>word</em>", "href=\"https://example.com\"", "noopener", "<code>code</code>", "<td>1</td>"] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(to_html(" \n"), None);
    }

    /// What nests without end takes neither the stack nor the day.
    #[test]
    fn what_nests_deeply_comes_to_an_end() {
        for text in ["> ".repeat(20_000), "[".repeat(50_000), "*a **b ".repeat(20_000), "<b>".repeat(20_000)] {
            to_html(&text);
        }
    }
}
