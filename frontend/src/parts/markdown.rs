//! Markdown of others, as elements of ours: what it says is text, whatever it is, and nothing of it becomes an element by
//! itself. of HTML in it only the text is left, an image is its description, and a link leads to the web or nowhere.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};
use leptos::prelude::*;

/// Bytes of a text that are shown.
const MOST_SHOWN: usize = 200_000;
/// How deep lists and quotes are shown within each other.
const DEEPEST: usize = 20;

/// None where there is nothing to see. Headings stand below the page's own of the second level.
pub(crate) fn markdown(text: &str) -> Option<AnyView> {
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
    Some(view! { <div class="markdown">{children(root, 0)}{cut}</div> }.into_any())
}

fn children<'a>(node: &'a AstNode<'a>, depth: usize) -> AnyView {
    if depth > DEEPEST {
        return "…".into_any();
    }
    let (mut views, mut text) = (Vec::new(), String::new());
    for child in node.children() {
        match plain(child) {
            Some(part) => text.push_str(&part),
            None => {
                flush(&mut text, &mut views);
                views.push(element(child, depth + 1));
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

fn element<'a>(node: &'a AstNode<'a>, depth: usize) -> AnyView {
    let inside = || children(node, depth);
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
            let rows =
                node.children().enumerate().map(|(place, row)| table_row(row, is_first(place), n_columns, depth));
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
        // What an image shows is said.
        _ => inside(),
    }
}

fn table_row<'a>(row: &'a AstNode<'a>, is_head: bool, n_columns: usize, depth: usize) -> AnyView {
    let cells = row.children().take(n_columns).map(|cell| match is_head {
        true => view! { <th scope="col">{children(cell, depth)}</th> }.into_any(),
        false => view! { <td>{children(cell, depth)}</td> }.into_any(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn html(text: &str) -> String {
        let owner = Owner::new();
        owner.with(|| markdown(text).map(|view| view.to_html()).unwrap_or_default())
    }

    #[rstest]
    #[case::script("a \x3cscript>alert(1)</script> b", "\x3cscript")]
    #[case::handler("<b onclick=\"alert(1)\">x</b>", "onclick")]
    #[case::address("[x](javascript:alert(1))", "javascript:")]
    #[case::address_in_disguise("[x](JaVa&#x09;Script:alert(1))", "href")]
    #[case::data("[x](data:text/html;base64,PHNjcmlwdD4=)", "href")]
    #[case::relative("[x](/auth/logout)", "href")]
    #[case::remote_image("![x](https://elsewhere.example.com/pixel.png)", "<img")]
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
