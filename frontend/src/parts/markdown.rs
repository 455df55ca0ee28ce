//! Markdown of others, as elements of ours: what it says is text, whatever it is, and nothing of it becomes an element by
//! itself. Of HTML in it only the text is left, a link leads to the web or nowhere, and an image is its description, but for
//! those of hosts that the platform lets show theirs.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};
use leptos::prelude::*;

/// Bytes of a text that are shown.
const MOST_SHOWN: usize = 200_000;
/// How deep lists and quotes are shown within each other.
const DEEPEST: usize = 20;

/// None where there is nothing to see. Headings stand below the page's own of the second level. Images are loaded from
/// `image_hosts`, and from nowhere else.
pub(crate) fn markdown(text: &str, image_hosts: &[String]) -> Option<AnyView> {
    if text.trim().is_empty() {
        return None;
    }
    let shown = &text[..text.floor_char_boundary(MOST_SHOWN)];
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    let arena = Arena::new();
    let root = parse_document(&arena, shown, &options);
    let cut = (shown.len() < text.len()).then(|| view! { <p class="dim">"The rest is not shown."</p> });
    Some(view! { <div class="markdown">{children(root, image_hosts, 0)}{cut}</div> }.into_any())
}

fn children<'a>(node: &'a AstNode<'a>, image_hosts: &[String], depth: usize) -> AnyView {
    if depth > DEEPEST {
        return "…".into_any();
    }
    let (mut views, mut text) = (Vec::new(), String::new());
    for child in node.children() {
        match plain(child) {
            Some(part) => text.push_str(&part),
            None => {
                flush(&mut text, &mut views);
                views.push(element(child, image_hosts, depth + 1));
            }
        }
    }
    flush(&mut text, &mut views);
    views.collect_view().into_any()
}

/// What is nothing but text. Of HTML that is its content, which stands beside its tags.
fn plain<'a>(node: &'a AstNode<'a>) -> Option<String> {
    match &node.data.borrow().value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::SoftBreak => Some(" ".into()),
        NodeValue::HtmlInline(_) | NodeValue::Raw(_) => Some(String::new()),
        _ => None,
    }
}

/// One text, however many parts it was read in.
fn flush(text: &mut String, views: &mut Vec<AnyView>) {
    if !text.is_empty() {
        views.push(std::mem::take(text).into_any());
    }
}

fn element<'a>(node: &'a AstNode<'a>, image_hosts: &[String], depth: usize) -> AnyView {
    let inside = || children(node, image_hosts, depth);
    match &node.data.borrow().value {
        NodeValue::Code(code) => view! { <code>{code.literal.clone()}</code> }.into_any(),
        NodeValue::CodeBlock(code) => {
            view! { <pre class="code mono" tabindex="0"><code>{code.literal.clone()}</code></pre> }.into_any()
        }
        NodeValue::Paragraph => view! { <p>{inside()}</p> }.into_any(),
        NodeValue::Heading(heading) => match heading.level {
            1 => view! { <h3>{inside()}</h3> }.into_any(),
            2 => view! { <h4>{inside()}</h4> }.into_any(),
            3 => view! { <h5>{inside()}</h5> }.into_any(),
            _ => view! { <h6>{inside()}</h6> }.into_any(),
        },
        NodeValue::List(list) => match list.list_type {
            ListType::Bullet => view! { <ul>{inside()}</ul> }.into_any(),
            ListType::Ordered => view! { <ol start=list.start.to_string()>{inside()}</ol> }.into_any(),
        },
        NodeValue::Item(_) => view! { <li>{inside()}</li> }.into_any(),
        NodeValue::BlockQuote => view! { <blockquote>{inside()}</blockquote> }.into_any(),
        NodeValue::Emph => view! { <em>{inside()}</em> }.into_any(),
        NodeValue::Strong => view! { <strong>{inside()}</strong> }.into_any(),
        NodeValue::Strikethrough => view! { <s>{inside()}</s> }.into_any(),
        NodeValue::LineBreak => view! { <br/> }.into_any(),
        NodeValue::ThematicBreak => view! { <hr/> }.into_any(),
        NodeValue::Link(link) => match web_address(&link.url) {
            Some(href) => {
                view! { <a class="link" href=href rel="noopener noreferrer nofollow">{inside()}</a> }.into_any()
            }
            None => inside(),
        },
        NodeValue::Table(table) => {
            let is_first = |place: usize| place == 0;
            let n_columns = table.alignments.len();
            let rows = node
                .children()
                .enumerate()
                .map(|(place, row)| table_row(row, is_first(place), n_columns, image_hosts, depth));
            view! {
                <div class="table" tabindex="0" role="region" aria-label="Table">
                    <table><tbody>{rows.collect_view()}</tbody></table>
                </div>
            }
            .into_any()
        }
        NodeValue::HtmlBlock(html) => match without_tags(&html.literal) {
            text if text.is_empty() => ().into_any(),
            text => view! { <p>{text}</p> }.into_any(),
        },
        NodeValue::Image(image) => match image_address(&image.url, image_hosts) {
            Some(src) => {
                view! { <img src=src alt=said(node) loading="lazy" decoding="async" referrerpolicy="no-referrer"/> }
                    .into_any()
            }
            // What it shows is said.
            None => inside(),
        },
        _ => inside(),
    }
}

fn table_row<'a>(
    row: &'a AstNode<'a>,
    is_head: bool,
    n_columns: usize,
    image_hosts: &[String],
    depth: usize,
) -> AnyView {
    let cells = row.children().take(n_columns).map(|cell| match is_head {
        true => view! { <th scope="col">{children(cell, image_hosts, depth)}</th> }.into_any(),
        false => view! { <td>{children(cell, image_hosts, depth)}</td> }.into_any(),
    });
    view! { <tr>{cells.collect_view()}</tr> }.into_any()
}

/// What is left of HTML as text.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let after = if text.is_empty() && !html.starts_with('<') {
            Some(part)
        } else {
            part.split_once('>').map(|(_, after)| after)
        };
        text.push_str(after.unwrap_or_default());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An address of the web, or of a mailbox; others, and those of nothing that is known here, lead nowhere.
fn web_address(url: &str) -> Option<String> {
    let is_web = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    (is_web && !url.chars().any(|c| c.is_control() || c.is_whitespace())).then(|| url.to_owned())
}

/// An address of an image on one of the hosts that may show theirs, as the content security policy reads it: over TLS, on the
/// usual port.
fn image_address(address: &str, hosts: &[String]) -> Option<String> {
    let rest = web_address(address)?.strip_prefix("https://")?.to_owned();
    let host = rest.split(['/', '?', '#']).next()?.to_lowercase();
    hosts.contains(&host).then(|| format!("https://{rest}"))
}

/// What an element says, as nothing but text.
fn said<'a>(node: &'a AstNode<'a>) -> String {
    let text = |node: &'a AstNode<'a>| plain(node).unwrap_or_default();
    node.descendants().skip(1).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn html(text: &str) -> String {
        let owner = Owner::new();
        let hosts = ["images.example.com".to_owned()];
        owner.with(|| markdown(text, &hosts).map(|view| view.to_html()).unwrap_or_default())
    }

    #[rstest]
    #[case::script("a \x3cscript>alert(1)</script> b", "\x3cscript")]
    #[case::handler("<b onclick=\"alert(1)\">x</b>", "onclick")]
    #[case::address("[x](javascript:alert(1))", "javascript:")]
    #[case::address_in_disguise("[x](JaVa&#x09;Script:alert(1))", "href")]
    #[case::data("[x](data:text/html;base64,PHNjcmlwdD4=)", "href")]
    #[case::relative("[x](/auth/logout)", "href")]
    #[case::remote_image("![x](https://elsewhere.example.com/pixel.png)", "<img")]
    #[case::image_of_another_port("![x](https://images.example.com:8443/pixel.png)", "<img")]
    #[case::image_of_somebody("![x](https://images.example.com@elsewhere.example.com/pixel.png)", "<img")]
    #[case::image_below("![x](https://images.example.com.elsewhere.example.com/pixel.png)", "<img")]
    #[case::image_without_tls("![x](http://images.example.com/pixel.png)", "<img")]
    #[case::image_backslash("![x](https://elsewhere.example.com\\\\@images.example.com/pixel.png)", "<img")]
    #[case::image_with_handler("![x\" onerror=\"alert(1)](https://images.example.com/x.png)", "\" onerror=\"")]
    #[case::image_element("<img src=x onerror=alert(1)>", "<img")]
    #[case::style("<p style=\"position:fixed\">x</p>", "style=")]
    #[case::frame("\x3ciframe src=\"https://elsewhere.example.com\"></iframe>", "\x3ciframe")]
    #[case::form("<form action=/logout><button>x</button></form>", "<form")]
    #[case::code("```\n\x3cscript>alert(1)</script>\n```", "\x3cscript")]
    #[case::quoted("[x](https://example.com/\"onclick=\"alert)", "\"onclick")]
    fn what_could_do_something_is_gone(#[case] text: &str, #[case] refused: &str) {
        let html = html(text);
        assert!(!html.to_lowercase().contains(refused), "{html}");
    }

    #[test]
    fn what_people_write_is_kept() {
        let html = html(
            "# Title\n\nA *word*, a [link](https://example.com), `code`.\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        );
        for part in [
            "<h3>Title",
            "<em>word",
            "href=\"https://example.com\"",
            "<code>code",
            "<li>",
            "<th scope=\"col\">a",
            "<td>1",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn an_image_is_its_description() {
        assert!(html("![A harbour](https://example.com/x.png)").contains("A harbour"));
    }

    #[test]
    fn an_image_of_a_host_that_may_is_shown() {
        let html = html("[![A *harbour*](https://Images.example.com/a?b=1#c)](https://example.com)");
        assert!(html.contains("src=\"https://Images.example.com/a?b=1#c\""), "{html}");
        assert!(html.contains("alt=\"A harbour\"") && html.contains("referrerpolicy=\"no-referrer\""), "{html}");
    }

    /// What nests without end takes neither the stack nor the day.
    #[test]
    fn what_nests_deeply_comes_to_an_end() {
        for text in [
            "> ".repeat(20_000),
            "[".repeat(50_000),
            "*a **b ".repeat(20_000),
            "- ".repeat(20_000),
            "x".repeat(1 << 20),
        ] {
            assert!(html(&text).len() < 4 << 20);
        }
    }
}
