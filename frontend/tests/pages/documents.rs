//! What holds of every document: what it may contain, how its parts are found, what is said without a script.

use crate::{breaking, by_name, none, samples, shape, slots, sources};
use frontend::{Assets, MissingAsset, Theme};
use rstest::rstest;
use std::collections::BTreeMap;

#[test]
fn every_page_is_a_whole_document_with_one_heading() {
    let whole = |html: &str| html.starts_with("<!DOCTYPE html><html lang=\"en\"") && html.ends_with("</html>");
    assert_eq!(breaking(|html| !whole(html)), none());
    assert_eq!(breaking(|html| html.matches("<h1").count() != 1), none());
    assert_eq!(breaking(|html| html.matches("<main").count() != 1), none());
}

/// The Content-Security-Policy allows neither inline style nor inline script.
#[rstest]
#[case(" style=")]
#[case("<style")]
#[case(" onclick=")]
#[case(" onload=")]
#[case("javascript:")]
fn no_page_holds_what_the_content_security_policy_refuses(#[case] refused: &str) {
    assert_eq!(breaking(|html| html.contains(refused)), none());
}

#[test]
fn the_only_script_is_a_file() {
    let inline = |html: &str| html.matches("<script").count() != html.matches("></script>").count();
    assert_eq!(breaking(inline), none());
    assert_eq!(breaking(|html| html.matches("<script").count() != 1), none());
}

#[test]
fn names_are_shown_as_text() {
    let shown = samples::pages(Theme::System).iter().filter(|(_, html)| html.contains("&lt;script&gt;alert")).count();
    assert!(shown >= 3, "the hostile name is on {shown} pages");
    assert_eq!(breaking(|html| html.contains("<script>")), none());
}

/// Whatever a person, a provider or a cluster writes.
#[test]
fn no_text_of_a_view_becomes_an_element_or_an_attribute() {
    let [hostile, harmless] = [shape::HOSTILE, shape::HARMLESS].map(|text| samples::pages_with(Theme::System, text));
    for ((name, hostile), (_, harmless)) in hostile.iter().zip(&harmless) {
        let [hostile, harmless] = [hostile, harmless].map(|page| shape::shape(page));
        assert_eq!(shape::difference(&hostile, &harmless), None, "{name}");
    }
    let n_held = hostile.iter().filter(|(_, html)| html.contains("&lt;b id=x onclick=y")).count();
    assert!(n_held > 70, "the hostile text is on {n_held} pages");
}

/// Leptos does not escape the children of these. Texts in them go through the one place that does.
#[test]
fn no_element_whose_children_are_not_escaped_is_written_elsewhere() {
    let mut found = Vec::new();
    for (name, source) in sources() {
        let elements = ["<textarea", "<noscript>", "<script", "<style", "<iframe", "inner_html="];
        found.extend(elements.iter().filter(|tag| source.contains(**tag)).map(|tag| format!("{name} {tag}")));
    }
    found.sort_unstable();
    // Without script a form says what to press, and every page when it was made: nothing that anybody typed.
    let known = [
        "document.rs <noscript>",
        "document.rs <script",
        "form.rs <textarea",
        "icon.rs inner_html=",
        "new_namespace.rs <noscript>",
        "quota.rs <noscript>",
    ];
    assert_eq!(found, known);
}

#[test]
fn ids_are_unique() {
    let doubled = |html: &str| {
        let mut ids: Vec<_> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let n_ids = ids.len();
        ids.sort_unstable();
        ids.dedup();
        ids.len() != n_ids
    };
    assert_eq!(breaking(doubled), none());
}

#[test]
fn every_link_inside_a_page_has_its_target() {
    let dangling = |html: &str| {
        let targets = html.split(" href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        targets.into_iter().any(|target| !html.contains(&format!(" id=\"{target}\"")))
    };
    assert_eq!(breaking(dangling), none());
}

#[rstest]
#[case(Theme::System, None)]
#[case(Theme::Light, Some("light"))]
#[case(Theme::Dark, Some("dark"))]
fn the_document_says_which_theme_was_chosen(#[case] theme: Theme, #[case] said: Option<&str>) {
    let (_, html) = samples::pages(theme).remove(0);
    let head = html.split("<head>").next().unwrap_or_default();
    assert_eq!(head.split("data-theme=\"").nth(1).and_then(|rest| rest.split('"').next()), said);
    assert_eq!(Theme::parse(theme.as_str()), theme);
}

/// Without a script that runs nothing moves, be it that there is none, or that it does not load: each page says as of when
/// it is, what is live is as of an exact time, and only a stream makes it live.
#[test]
fn every_page_says_as_of_when_it_is_until_a_script_is_awake() {
    let says = |html: &str| {
        let before = html.split("<p class=\"at-load\">As of ").next().filter(|before| before.len() < html.len());
        before.is_some_and(|before| before.matches("<noscript>").count() == before.matches("</noscript>").count())
    };
    assert_eq!(breaking(|html| !says(html) || html.contains("data-awake")), none());
    let is_said_to_be_now = |html: &str| {
        html.split("class=\"fresh live\"").skip(1).any(|rest| {
            let time = rest.split("</time>").next().unwrap_or_default();
            !time.contains("class=\"then\"") || !time.ends_with(" UTC")
        })
    };
    assert_eq!(breaking(is_said_to_be_now), none());
    let (boot, style) = (include_str!("../../assets/boot.js"), include_str!("../../style/base.css"));
    let woken = boot.find("walk(document.body)").expect("wakes the islands");
    assert!(boot.find("dataset.awake").is_some_and(|said| said > woken), "it is awake when all of it is");
    assert!(style.contains("[data-awake] & { display: none; }"));
}

/// On a small screen each row of these is a group of cells: none is left out, and each has its name.
#[test]
fn what_people_decide_by_is_not_left_out_on_a_small_screen() {
    let unnamed = |html: &str| {
        html.split("class=\"table").skip(1).any(|rest| {
            let (class, rest) = rest.split_once('"').unwrap_or_default();
            let rows = rest.split("</table>").next().unwrap_or_default();
            let cells = rows.split("<tr>").skip(2).flat_map(|row| row.split("<td").skip(2));
            let is_named = |cell: &str| {
                cell.split('>').next().is_some_and(|tag| tag.contains("data-label=") || tag.contains("wider"))
            };
            class.contains("stacks") && (rows.contains("class=\"wide\"") || !cells.into_iter().all(is_named))
        })
    };
    assert_eq!(breaking(unnamed), none());
    let pages = by_name();
    for (page, label) in [
        ("class-preview", "After"),
        ("class-move", "Quota"),
        ("namespace-sync", "Set by"),
        ("requests-to-decide", "Asks for"),
        ("requests", "Asks for"),
        ("namespaces", "CPU"),
        ("home", "Memory"),
    ] {
        assert!(pages[page].contains(&format!("data-label=\"{label}\"")) && pages[page].contains("stacks"), "{page}");
    }
}

/// `12 min ago` that stands still is a lie in a tab left open.
#[test]
fn every_relative_time_is_one_that_moves() {
    let stands_still = |html: &str| {
        let times = html.split("<time ").skip(1).filter_map(|rest| rest.split("</time>").next());
        times.into_iter().any(|time| time.ends_with(" ago") && !time.contains("data-ticks="))
    };
    assert_eq!(breaking(stands_still), none());
}

/// A slot inside another one has a name of its own too: it is found by that.
#[test]
fn no_page_has_two_slots_of_one_name() {
    let doubled = |html: &str| {
        let mut names: Vec<_> = html.split(" data-slot=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let n_names = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() != n_names
    };
    assert_eq!(breaking(doubled), none());
}

#[test]
fn what_waits_is_counted_anew_where_the_stream_is_of_the_reader_alone_and_nowhere_else() {
    let pages = by_name();
    for (name, is_counted) in [("home", true), ("requests", true), ("request", true), ("namespace", false)] {
        assert_eq!(slots(&pages[name]).contains_key("n-waiting"), is_counted, "{name}");
        assert!(pages[name].contains(" title=\"Requests\""), "{name}");
    }
}

/// A dash without words is read as zero, as none, or not at all.
#[test]
fn what_nobody_knows_is_said_in_words_too() {
    let bare = |html: &str| {
        html.contains(">–<") && !html.contains("aria-hidden=\"true\">–</span><span class=\"unseen\">not known")
    };
    assert_eq!(breaking(bare), none());
}

/// Whatever it quotes: a reason that people wrote may end with a mark of its own.
#[test]
fn no_sentence_ends_twice() {
    let quoted = samples::pages(Theme::System).iter().filter(|(_, html)| html.contains("until noon.")).count();
    assert!(quoted > 0, "no page quotes a reason that ends with a full stop");
    let ends_twice = |html: &str| {
        let ends = ["..", "?.", "!."].map(|end| [format!("{end}<"), format!("{end} ")]);
        ends.as_flattened().iter().any(|end| html.contains(end))
    };
    assert_eq!(breaking(ends_twice), none());
}

#[test]
fn a_site_that_lacks_a_file_is_named_by_it() {
    let mut manifest: BTreeMap<_, _> = ["berth.css", "boot.js", "app.js", "app_bg.wasm", "favicon.svg"]
        .into_iter()
        .map(|name| (name.to_owned(), format!("hashed-{name}")))
        .collect();
    let missing = "fonts/inter-latin-wght-normal.woff2";
    assert_eq!(Assets::from_manifest("/assets", &manifest), Err(MissingAsset(missing)));
    for font in [missing, "fonts/jetbrains-mono-latin-wght-normal.woff2"] {
        manifest.insert(font.to_owned(), font.to_owned());
    }
    assert_eq!(
        Assets::from_manifest("/assets", &manifest).map(|assets| assets.css),
        Ok("/assets/hashed-berth.css".into())
    );
}
