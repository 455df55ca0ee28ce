//! What an SVG may have in it: shapes, texts and what paints them. A list of what is good: what is not on it is refused, for
//! what is bad is invented anew every year.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::ResolveResult;

const SVG: &str = "http://www.w3.org/2000/svg";
/// What drawing programs leave in their files; nobody draws anything by it.
const NOTES: [&str; 6] = [
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/elements/1.1/",
];
const ELEMENTS: [&str; 23] = [
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "metadata",
    "defs",
    "symbol",
    "use",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "style",
];
/// What others draw with, each of them anew. Nothing in them draws with another: each step would multiply what is drawn.
const DRAWN_WITH: [&str; 3] = ["symbol", "clipPath", "mask"];
/// Times that something is drawn again.
const MOST_USES: usize = 50;
/// How deep elements may stand in each other.
const DEEPEST: usize = 64;
/// Elements of one picture.
const MOST: usize = 5000;

/// Why an SVG is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SvgError {
    #[error("is no SVG that can be read")]
    Malformed,
    #[error("is too deep or has too many elements")]
    TooMuch,
    #[error("has a document type or entities of its own: save it as plain SVG")]
    Entities,
    #[error(
        "has an element that Berth does not show: scripts, other documents, links, pictures and animations are refused"
    )]
    Element,
    #[error("has an attribute that runs a script")]
    Handler,
    #[error("leads to something outside of it")]
    External,
    #[error("draws parts again that draw others again, or too many of them")]
    Nested,
}

pub(super) fn check(bytes: &[u8]) -> Result<(), SvgError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SvgError::Malformed)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(SvgError::Malformed);
    }
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut depth, mut n, mut style) = (0_usize, 0_usize, String::new());
    let mut uses = Uses::default();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| SvgError::Malformed)?;
        match event {
            Event::Start(element) => {
                check_element(&namespace, &element, depth)?;
                uses.enter(&element)?;
                (depth, n) = (depth + 1, n + 1);
            }
            Event::Empty(element) => {
                check_element(&namespace, &element, depth)?;
                uses.enter(&element)?;
                uses.leave();
                n += 1;
            }
            Event::End(_) => {
                uses.leave();
                depth = depth.saturating_sub(1);
            }
            // All of it is looked at as if it were a style: a picture has few other texts.
            Event::Text(text) => style.push_str(&text),
            Event::CData(text) => style.push_str(&text),
            Event::GeneralRef(entity) => style.push(named(&entity)?),
            Event::Decl(declared) if !is_utf8(&declared) => return Err(SvgError::Malformed),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::DocType(_) | Event::PI(_) => return Err(SvgError::Entities),
            Event::Eof => break,
        }
        if depth > DEEPEST || n > MOST {
            return Err(SvgError::TooMuch);
        }
    }
    if depth > 0 || n == 0 {
        return Err(SvgError::Malformed);
    }
    check_style(&style)?;
    uses.check_style(&style)
}

/// Another encoding makes other elements of the same bytes.
fn is_utf8(declared: &BytesDecl<'_>) -> bool {
    match declared.encoding() {
        None => true,
        Some(Ok(name)) => name.eq_ignore_ascii_case("utf-8"),
        Some(Err(_)) => false,
    }
}

/// What is drawn again, and whether what is has others in it.
#[derive(Default)]
struct Uses {
    n_uses: usize,
    has_drawn_with: bool,
    open: Vec<Open>,
}

/// What an element that is open stands in, itself included.
#[derive(Default, Clone, Copy)]
struct Open {
    /// Something with an id, which a `use` may name.
    named: bool,
    /// One of [`DRAWN_WITH`].
    drawn_with: bool,
}

impl Uses {
    fn enter(&mut self, element: &BytesStart<'_>) -> Result<(), SvgError> {
        let local = element.local_name();
        let name: &str = local.as_ref();
        let around = self.open.last().copied().unwrap_or_default();
        let drawn_with = DRAWN_WITH.contains(&name);
        let attributes = || element.attributes().filter_map(Result::ok);
        let named = !self.open.is_empty() && attributes().any(|it| it.key.local_name().as_ref() == "id");
        if name == "use" {
            self.n_uses += 1;
            if around.named || around.drawn_with || named || self.n_uses > MOST_USES {
                return Err(SvgError::Nested);
            }
        }
        let paints = |key: &str| matches!(key, "fill" | "stroke");
        let leads = attributes().any(|it| !paints(it.key.as_ref()) && it.value.to_ascii_lowercase().contains("url"));
        if leads && (around.drawn_with || drawn_with) {
            return Err(SvgError::Nested);
        }
        self.has_drawn_with |= drawn_with || name == "use";
        self.open.push(Open { named: around.named || named, drawn_with: around.drawn_with || drawn_with });
        Ok(())
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    /// Rules of a style reach into all of it.
    fn check_style(&self, style: &str) -> Result<(), SvgError> {
        match self.has_drawn_with && style.to_ascii_lowercase().contains("url") {
            true => Err(SvgError::Nested),
            false => Ok(()),
        }
    }
}

/// The sign of one of XML's own entities, or of a number.
fn named(entity: &quick_xml::events::BytesRef<'_>) -> Result<char, SvgError> {
    if let Ok(Some(sign)) = entity.resolve_char_ref() {
        return Ok(sign);
    }
    match &**entity {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(SvgError::Entities),
    }
}

fn check_element(namespace: &ResolveResult<'_>, element: &BytesStart<'_>, depth: usize) -> Result<(), SvgError> {
    let local = element.local_name();
    let name: &str = local.as_ref();
    match namespace {
        ResolveResult::Bound(bound) if bound.as_ref() == SVG => {
            if !ELEMENTS.contains(&name) || (depth == 0) != (name == "svg") && depth == 0 {
                return Err(SvgError::Element);
            }
        }
        ResolveResult::Bound(bound) if depth > 0 && NOTES.contains(&bound.as_ref()) => {}
        ResolveResult::Bound(_) | ResolveResult::Unbound | ResolveResult::Unknown(_) => return Err(SvgError::Element),
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| SvgError::Malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| SvgError::Entities)?;
        let whole: &str = attribute.key.as_ref();
        let local = attribute.key.local_name();
        check_attribute(whole, local.as_ref(), &value)?;
    }
    Ok(())
}

fn check_attribute(whole: &str, name: &str, value: &str) -> Result<(), SvgError> {
    let name = name.to_ascii_lowercase();
    if whole == "xmlns" || whole.starts_with("xmlns:") {
        return Ok(());
    }
    if name.starts_with("on") {
        return Err(SvgError::Handler);
    }
    match name.as_str() {
        "href" if value.trim_start().starts_with('#') => Ok(()),
        "href" | "src" | "action" | "formaction" | "base" => Err(SvgError::External),
        _ => check_style(value),
    }
}

/// What paints may be within the picture only: `url(#a)`. Signs that are written as others are not understood, so refused.
fn check_style(text: &str) -> Result<(), SvgError> {
    let lower = text.to_ascii_lowercase();
    let leads_out = |bad: &str| lower.contains(bad);
    if [
        "@import",
        "@font-face",
        "image(",
        "image-set(",
        "src(",
        "javascript:",
        "expression(",
        "-moz-binding",
        "behavior:",
    ]
    .into_iter()
    .any(leads_out)
    {
        return Err(SvgError::External);
    }
    let urls = lower.split("url").skip(1).filter_map(|after| after.trim_start().strip_prefix('('));
    for target in urls {
        if !target.trim_start().trim_start_matches(['"', '\'']).starts_with('#') {
            return Err(SvgError::External);
        }
    }
    if lower.contains('\\') || lower.contains("/*") && lower.contains("url") {
        return Err(SvgError::External);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn svg(inside: &str) -> Result<(), SvgError> {
        let xlink = "xmlns:xlink=\"http://www.w3.org/1999/xlink\"";
        check(format!("<svg xmlns=\"{SVG}\" {xlink} viewBox=\"0 0 48 48\">{inside}</svg>").as_bytes())
    }

    #[rstest]
    #[case::shapes("<g fill=\"#fff\"><path d=\"M0 0\"/><circle r=\"2\"/></g><title>A &amp; B</title>")]
    #[case::gradient(
        "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient></defs><rect fill=\"url(#a)\"/>"
    )]
    #[case::style("<style>.a{fill:#123;stroke:url( '#b' )}</style><path class=\"a\" d=\"M0 0\"/>")]
    #[case::mask("<linearGradient id=\"g\"/><mask id=\"a\"><rect fill=\"url(#g)\"/></mask><g mask=\"url(#a)\"/>")]
    #[case::used("<defs><path id=\"p\" d=\"M0 0\"/></defs><use xlink:href=\"#p\"/>")]
    #[case::notes("<i:namedview xmlns:i=\"http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd\" pagecolor=\"#fff\"/>")]
    fn what_is_drawn_is_shown(#[case] inside: &str) {
        assert_eq!(svg(inside), Ok(()));
    }

    #[rstest]
    #[case::script("\x3cscript>alert(1)</script>", SvgError::Element)]
    #[case::script_of_another_case("\x3csCript>alert(1)</sCript>", SvgError::Element)]
    #[case::prefixed("<s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script>", SvgError::Element)]
    #[case::html("<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>", SvgError::Element)]
    #[case::foreign("<foreignObject><body/></foreignObject>", SvgError::Element)]
    #[case::link("<a href=\"https://elsewhere.example.com\"><path d=\"M0 0\"/></a>", SvgError::Element)]
    #[case::image("<image href=\"https://elsewhere.example.com/pixel.png\"/>", SvgError::Element)]
    #[case::animation("<set attributeName=\"href\" to=\"javascript:alert(1)\"/>", SvgError::Element)]
    #[case::handler("<path d=\"M0 0\" onload=\"alert(1)\"/>", SvgError::Handler)]
    #[case::handler_of_another_case("<path d=\"M0 0\" OnClick=\"alert(1)\"/>", SvgError::Handler)]
    #[case::used_from_outside("<use href=\"https://elsewhere.example.com/a.svg#b\"/>", SvgError::External)]
    #[case::used_data("<use xlink:href=\"data:image/svg+xml;base64,AAAA#x\"/>", SvgError::External)]
    #[case::fill("<path d=\"M0 0\" fill=\"url(https://elsewhere.example.com/#a)\"/>", SvgError::External)]
    #[case::fill_in_disguise("<path d=\"M0 0\" style=\"fill:u&#x72;l(//elsewhere.example.com)\"/>", SvgError::External)]
    #[case::escaped("<path d=\"M0 0\" style=\"fill:\\75rl(//elsewhere.example.com)\"/>", SvgError::External)]
    #[case::imported("<style>@import '//elsewhere.example.com/a.css';</style>", SvgError::External)]
    #[case::imported_as_data("<style><![CDATA[@IMPORT url(//elsewhere.example.com)]]></style>", SvgError::External)]
    #[case::split_by_an_entity("<style>@im&#112;ort '//elsewhere.example.com/a.css';</style>", SvgError::External)]
    #[case::font("<style>@font-face{font-family:a;src:url(//elsewhere.example.com)}</style>", SvgError::External)]
    #[case::base("<g xml:base=\"https://elsewhere.example.com/\"/>", SvgError::External)]
    #[case::entity("<text>&secret;</text>", SvgError::Entities)]
    #[case::entity_in_an_attribute("<path d=\"&secret;\"/>", SvgError::Entities)]
    #[case::style_sheet("<?xml-stylesheet href=\"//elsewhere.example.com/a.css\"?>", SvgError::Entities)]
    #[case::bomb(
        "<defs><g id=\"a\"><path/></g><g id=\"b\"><use href=\"#a\"/></g></defs><use href=\"#b\"/>",
        SvgError::Nested
    )]
    #[case::bomb_by_itself("<use id=\"a\" href=\"#b\"/>", SvgError::Nested)]
    #[case::bomb_of_symbols("<symbol id=\"a\"><g><use href=\"#b\"/></g></symbol>", SvgError::Nested)]
    #[case::masks_in_masks("<mask id=\"a\"><rect mask=\"url(#b)\"/></mask>", SvgError::Nested)]
    #[case::masks_by_style("<style>rect{mask:url(#a)}</style><mask id=\"a\"><rect/></mask>", SvgError::Nested)]
    #[case::patterns("<pattern id=\"a\"/>", SvgError::Element)]
    #[case::filters("<filter id=\"a\"/>", SvgError::Element)]
    #[case::control("<text>\u{1b}$B</text>", SvgError::Malformed)]
    #[case::not_closed("<g>", SvgError::Malformed)]
    #[case::twice("<path d=\"a\" d=\"b\"/>", SvgError::Malformed)]
    fn what_could_do_something_is_refused(#[case] inside: &str, #[case] why: SvgError) {
        assert_eq!(svg(inside), Err(why));
    }

    #[test]
    fn entities_of_its_own_and_what_never_ends_are_refused() {
        let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&b;</svg>";
        assert_eq!(check(bomb.as_bytes()), Err(SvgError::Entities));
        assert_eq!(svg(&"<g>".repeat(4000)), Err(SvgError::TooMuch));
        assert_eq!(svg(&"<g/>".repeat(6000)), Err(SvgError::TooMuch));
        assert_eq!(svg(&"<use href=\"#a\"/>".repeat(51)), Err(SvgError::Nested));
        let declared =
            |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><svg xmlns=\"{SVG}\"/>");
        assert_eq!(check(declared("UTF-8").as_bytes()), Ok(()));
        assert_eq!(check(declared("ISO-2022-JP").as_bytes()), Err(SvgError::Malformed));
        assert_eq!(check(b"<svg><path/></svg>"), Err(SvgError::Element), "it is no SVG without saying so");
        assert_eq!(check(b"<svg xmlns=\"http://www.w3.org/2000/svg\">\xff</svg>"), Err(SvgError::Malformed));
    }
}
