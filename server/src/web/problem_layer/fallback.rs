//! The page for when no page can be made: one string, no styles, no scripts.

use domain::view::ProblemView;

pub fn page(view: &ProblemView) -> String {
    let (title, detail, id) = (escaped(&view.title), escaped(&view.detail), escaped(&view.request_id));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} · Berth</title></head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>{detail}</p>\n<p>Id in the log: <code>{id}</code></p>\n<p><a href=\"/\">Home</a></p>\n</main>\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut html, c| {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
        html
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_stays_text() {
        let view = ProblemView {
            status: 404,
            title: "Not found".into(),
            detail: "<script>alert('1')</script>".into(),
            request_id: "1".into(),
            again: None,
        };
        assert!(page(&view).contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    }
}
