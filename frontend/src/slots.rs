//! The slots of a page that was rendered, apart: what is sent to who has the page open when something changed.
//!
//! Read from the HTML itself, so that what is sent is what the page says, to the byte. It is our own HTML: attributes stand
//! in double quotes, and elements that hold others are closed.

use domain::form_token;
use std::hash::{DefaultHasher, Hash, Hasher};

/// In place of the version, in a page that is not rendered to the end.
pub(crate) const VERSION_PLACE: &str = "version-of-this-page";
/// On an element that is another one at each moment, and no news: as of when something is that is well.
const PASSING: &str = " data-passing";
const SLOT: &str = " data-slot=\"";

/// The parts of one page that change by themselves, in their order.
pub struct Slots(Vec<Slot>);

struct Slot {
    name: String,
    html: String,
    /// Of what is news in it.
    digest: u64,
}

impl Slots {
    pub fn of(page: &str) -> Self {
        let (mut slots, mut from) = (Vec::new(), 0);
        while let Some(tag) = Tag::next(page, from) {
            from = tag.end;
            if let Some(name) = tag.slot() {
                from = tag.end_of_element(page);
                let html = page[tag.start..from].to_owned();
                slots.push(Slot { name: name.to_owned(), digest: digest(&html), html });
            }
        }
        Self(slots)
    }

    /// The same as long as nothing in them is news, whoever rendered them and when.
    pub fn version(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for slot in &self.0 {
            (&slot.name, slot.digest).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    pub fn html(&self) -> String {
        self.0.iter().map(|slot| slot.html.as_str()).collect()
    }

    /// Those that are otherwise than before, and those that say as of when they are.
    pub fn html_changed_since(&self, before: &Self) -> String {
        let is_as_before =
            |slot: &Slot| before.0.iter().any(|other| other.name == slot.name && other.digest == slot.digest);
        self.0
            .iter()
            .filter(|slot| !is_as_before(slot) || slot.html.contains(PASSING))
            .map(|slot| slot.html.as_str())
            .collect()
    }
}

/// Puts its version into a page that asks for it.
pub(crate) fn with_version(page: String) -> String {
    if !page.contains(VERSION_PLACE) {
        return page;
    }
    let version = Slots::of(&page).version();
    page.replace(VERSION_PLACE, &version)
}

/// How long ago something was is no news, nor are the tokens of forms, which are of the session.
fn digest(html: &str) -> u64 {
    let (mut hasher, mut from) = (DefaultHasher::new(), 0);
    while let Some(tag) = Tag::next(html, from) {
        html[from..tag.start].hash(&mut hasher);
        from = tag.end;
        if tag.is_passing() {
            PASSING.hash(&mut hasher);
            from = tag.end_of_element(html);
            continue;
        }
        without_token(&html[tag.start..tag.end]).hash(&mut hasher);
        if tag.name == "time" && !tag.is_end {
            from = tag.end_of_element(html);
        }
    }
    html[from..].hash(&mut hasher);
    hasher.finish()
}

fn without_token(tag: &str) -> (&str, &str) {
    let Some((before, token)) = tag.split_once(form_token::NAME) else { return (tag, "") };
    (before, token.trim_start_matches(|c: char| c == '=' || c.is_ascii_hexdigit()))
}

/// A beginning or an end of an element.
struct Tag<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    attributes: &'a str,
    is_end: bool,
}

impl<'a> Tag<'a> {
    /// The first that begins at `from` or later. What else stands in angle brackets is passed over.
    fn next(html: &'a str, mut from: usize) -> Option<Self> {
        loop {
            let start = from + html[from..].find('<')?;
            let end = start + end_of_tag(&html[start..])?;
            let inner = &html[start + 1..end - 1];
            let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
            if inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let name = inner.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
                return Some(Self { start, end, name, attributes: &inner[name.len()..], is_end });
            }
            from = end;
        }
    }

    fn slot(&self) -> Option<&'a str> {
        if self.is_end {
            return None;
        }
        self.attributes.split_once(SLOT)?.1.split('"').next()
    }

    fn is_passing(&self) -> bool {
        !self.is_end && self.attributes.contains(PASSING)
    }

    /// Where the element ends that this tag begins: elements of the same name may stand in it.
    fn end_of_element(&self, html: &'a str) -> usize {
        let (mut n_open, mut from) = (1_usize, self.end);
        while let Some(tag) = Tag::next(html, from) {
            from = tag.end;
            if tag.name == self.name && !tag.attributes.ends_with('/') {
                n_open = if tag.is_end { n_open - 1 } else { n_open + 1 };
            }
            if n_open == 0 {
                return from;
            }
        }
        html.len()
    }
}

/// After the bracket that closes it; those in quotes are text.
fn end_of_tag(html: &str) -> Option<usize> {
    let mut is_quoted = false;
    let closes = |(_, byte): &(usize, u8)| {
        is_quoted ^= *byte == b'"';
        *byte == b'>' && !is_quoted
    };
    html.bytes().enumerate().find(closes).map(|(place, _)| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><main><div class=\"a\" data-slot=\"one\" title=\"x > y\"><div>1<br></div><!></div>\
                        <ul data-slot=\"two\"><li data-slot=\"inner\">2</li></ul><p>3</p></main>";

    #[test]
    fn slots_are_whole_elements_and_what_stands_in_one_belongs_to_it() {
        let slots = Slots::of(PAGE);
        let names: Vec<_> = slots.0.iter().map(|slot| slot.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
        assert_eq!(slots.0[0].html, "<div class=\"a\" data-slot=\"one\" title=\"x > y\"><div>1<br></div><!></div>");
        assert_eq!(slots.0[1].html, "<ul data-slot=\"two\"><li data-slot=\"inner\">2</li></ul>");
    }

    #[test]
    fn only_what_changed_is_sent() {
        let (before, after) = (Slots::of(PAGE), Slots::of(&PAGE.replace(">2<", ">4<")));
        assert_eq!(after.html_changed_since(&before), "<ul data-slot=\"two\"><li data-slot=\"inner\">4</li></ul>");
        assert_eq!(after.html_changed_since(&after), "");
        assert_ne!(before.version(), after.version());
    }

    #[test]
    fn time_that_passes_and_tokens_of_a_session_make_no_new_version() {
        let page = |ago: &str, token: &str, as_of: &str, machine: &str| {
            let html = format!(
                "<div data-slot=\"a\"><time datetime=\"{machine}\">{ago}</time><form action=\"/x?form_token={token}\"></form>\
                 <span class=\"live\" title=\"{as_of}\" data-passing=\"\"><i></i>{as_of}<span>b</span></span>c</div>"
            );
            Slots::of(&html).version()
        };
        let then = page("1 min ago", "0a1b", "10:01", "2026");
        assert_eq!(then, page("2 min ago", "ffff", "10:02", "2026"));
        assert_ne!(then, page("1 min ago", "0a1b", "10:01", "2027"), "another moment is news");
    }

    #[test]
    fn a_page_carries_the_version_of_its_slots() {
        let page = format!("<b data-x=\"{VERSION_PLACE}\"></b>{PAGE}");
        let version = Slots::of(PAGE).version();
        assert!(with_version(page).starts_with(&format!("<b data-x=\"{version}\">")));
        assert_eq!(with_version(PAGE.to_owned()), PAGE);
    }
}
