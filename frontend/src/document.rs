//! The HTML document around a page: head, scripts, and rendering to a string.

use crate::crumb::Crumb;
use crate::frame::Frame;
use crate::parts::form::FormsOf;
use crate::parts::labels::Labels;
use crate::shell;
use crate::slots;
use domain::page::PageKind;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// A page before the frame is put around it.
pub(crate) struct Page {
    /// For the browser's tab; ` · Berth` is added.
    pub title: String,
    /// None for an answer that is no page of the table.
    pub kind: Option<PageKind>,
    pub crumbs: Vec<Crumb>,
    /// Seconds after which a browser without script loads it again; for pages that show work under way.
    pub refresh: Option<u32>,
    pub body: AnyView,
}

impl Page {
    /// One that is called what the table calls it, and that no other leads to.
    pub fn plain(kind: PageKind, body: AnyView) -> Self {
        let title = kind.title();
        Self { title: title.to_owned(), kind: Some(kind), crumbs: vec![Crumb::here(title)], refresh: None, body }
    }
}

/// The whole document. `page` runs inside a reactive owner, which islands need to render.
pub(crate) fn render(frame: Frame, page: impl FnOnce(&Frame) -> Page) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(FormsOf(frame.form_key));
        provide_context(Labels::default());
        let page = page(&frame);
        document(&frame, page).to_html()
    });
    owner.cleanup();
    slots::with_version(without_marks(&html))
}

/// Leptos marks places (`<!>`) for a script that takes the page over, which is so in islands only. Elsewhere nobody reads
/// them, and in a title they would be text.
fn without_marks(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut parts = html.split('<');
    kept.push_str(parts.next().unwrap_or_default());
    let mut n_open = 0_usize;
    for part in parts {
        if part.starts_with("leptos-island") {
            n_open += 1;
        } else if part.starts_with("/leptos-island") {
            n_open = n_open.saturating_sub(1);
        }
        match part.strip_prefix("!>") {
            Some(text) if n_open == 0 => kept.push_str(text),
            _ => kept.extend(["<", part]),
        }
    }
    kept
}

fn document(frame: &Frame, page: Page) -> impl IntoView + use<> {
    let Page { title, kind, crumbs, refresh, body } = page;
    let assets = &frame.assets;
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=frame.theme.attribute()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{format!("{title} · Berth")}</title>
                <link rel="icon" type="image/svg+xml" href=assets.favicon.clone()/>
                <link rel="preload" r#as="font" r#type="font/woff2" href=assets.text_font.clone() crossorigin="anonymous"/>
                <link rel="stylesheet" href=assets.css.clone()/>
                <link rel="modulepreload" href=assets.app_js.clone()/>
                <link rel="preload" r#as="fetch" r#type="application/wasm" href=assets.app_wasm.clone() crossorigin="anonymous"/>
                <script
                    r#type="module"
                    src=assets.boot_js.clone()
                    data-app=assets.app_js.clone()
                    data-wasm=assets.app_wasm.clone()
                ></script>
                {refresh.map(|seconds| view! {
                    <noscript><meta http-equiv="refresh" content=seconds/></noscript>
                })}
            </head>
            {shell::body(frame, kind, crumbs, body)}
        </html>
    }
}

#[cfg(test)]
mod tests {
    use super::without_marks;

    #[test]
    fn only_islands_keep_the_marks_for_their_script() {
        let html = "<title>Home<!></title><p>a<!>b</p><leptos-island data-x=\"1\">c<!><b>d<!></b></leptos-island><!>";
        let kept = "<title>Home</title><p>ab</p><leptos-island data-x=\"1\">c<!><b>d<!></b></leptos-island>";
        assert_eq!(without_marks(html), kept);
        let nested = "<leptos-island><leptos-island>a<!></leptos-island>b<!></leptos-island>c<!>";
        assert_eq!(without_marks(nested), nested.strip_suffix("<!>").unwrap());
    }
}
