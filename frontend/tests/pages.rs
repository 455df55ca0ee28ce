//! What holds on every page, over sample views in many states.
#![cfg(feature = "ssr")]

use domain::gone::Gone;
use domain::view::{Hindrance, Standstill, StoppedBy};
use frontend::{Assets, MissingAsset, Theme};
use rstest::rstest;
use std::collections::BTreeMap;

#[path = "../examples/gallery/classes.rs"]
mod classes;
#[path = "../examples/gallery/platform.rs"]
mod platform;
#[path = "../examples/gallery/samples.rs"]
mod samples;
#[path = "html/shape.rs"]
mod shape;
#[path = "html/table.rs"]
mod table;

/// Pages that break the rule, with what they hold.
fn breaking(is_broken: impl Fn(&str) -> bool) -> Vec<&'static str> {
    samples::pages(Theme::System).into_iter().filter(|(_, html)| is_broken(html)).map(|(name, _)| name).collect()
}

fn none() -> Vec<&'static str> {
    Vec::new()
}

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
    let mut directories = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("is there").map(|entry| entry.expect("is read").path()) {
            if entry.is_dir() {
                directories.push(entry);
                continue;
            }
            let source = std::fs::read_to_string(&entry).expect("is text");
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let elements = ["<textarea", "<noscript>", "<script", "<style", "<iframe", "inner_html="];
            found.extend(elements.iter().filter(|tag| source.contains(**tag)).map(|tag| format!("{name} {tag}")));
        }
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
fn a_form_that_changes_something_carries_the_token_of_its_session_and_its_address() {
    let key = domain::FormKey::of_session(&[7; 32]);
    let is_marked = |address: &str| address.split_once('?').is_some_and(|(path, query)| key.is_from_form(path, query));
    let unmarked = |html: &str| {
        let posts = html
            .split("<form ")
            .skip(1)
            .filter_map(|form| form.split('>').next())
            .filter(|form| form.contains("method=\"post\""));
        let addresses = posts
            .map(|form| form.split(" action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default());
        let others = html.split(" formaction=\"").skip(1).filter_map(|rest| rest.split('"').next());
        addresses.chain(others).any(|address| !is_marked(address))
    };
    let signed_in = |html: &str| html.contains("action=\"/auth/logout");
    assert_eq!(breaking(|html| signed_in(html) && unmarked(html)), none());
    assert!(
        breaking(|html| !signed_in(html)).iter().all(|name| ["welcome", "signed-out", "problem-503"].contains(name))
    );
}

#[test]
fn a_form_that_changes_something_is_a_post() {
    let unsafe_get =
        |html: &str| html.contains("method=\"get\" action=\"/requests/") || html.contains("formmethod=\"post\"");
    assert_eq!(breaking(unsafe_get), none());
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

#[test]
fn a_request_under_way_refreshes_itself_where_no_script_does() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let refreshes =
        |name: &str| pages[name].contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
    assert!(refreshes("request-applying"));
    assert!(!refreshes("request") && !refreshes("request-completed"));
}

/// What is not known is not drawn, and what nobody does is not promised.
#[test]
fn where_nothing_goes_on_the_page_says_what_can_be_done() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let removed = &pages["request-cluster-removed"];
    assert!(removed.contains("is removed from Berth") && removed.contains("/requests/231/reject"));
    assert!(!removed.contains("Does not fit") && !removed.contains("data-key=\"a\""));
    let idle = &pages["request-nobody-at-work"];
    assert!(idle.contains("No job is working") && !idle.contains("no action needed"));
    assert!(pages["request-applying"].contains("no action needed"));
}

#[test]
fn who_can_do_what_next_is_said_to_everybody() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let replaced = &pages["request-cluster-replaced"];
    assert!(replaced.contains("data-act=\"accept_cluster\"") && replaced.contains("data-act=\"withdraw\""));
    assert!(
        !replaced.contains("Fits") && replaced.contains("Capacity unknown"),
        "what another offers is not its capacity"
    );
    assert!(replaced.contains("/requests/231/reject") && !replaced.contains("data-key=\"a\""), "it is not approved");
    let paused = &pages["request-cluster-paused"];
    assert!(paused.contains("data-act=\"resume_cluster\"") && paused.contains("its nodes are replaced until noon"));
    assert!(paused.contains("data-key=\"a\""), "what is approved waits");
    assert!(pages["request-nobody-at-work"].contains("data-act=\"retry\""));
    assert!(!pages["request-completed"].contains("data-act="), "no action needed");
}

/// Green is only what could be made, once it is granted.
#[rstest]
#[case(Hindrance::Removed)]
#[case(Hindrance::Another)]
#[case(Hindrance::Paused)]
#[case(Hindrance::Away)]
#[case(Hindrance::NamespaceGone)]
#[case(Hindrance::Ahead)]
#[case(Hindrance::NotAgreed)]
#[case(Hindrance::AgreementUnknown)]
fn what_cannot_be_made_is_nowhere_said_to_fit(#[case] why: Hindrance) {
    let [queue, home, request] = samples::hindered(Theme::System, why).try_into().expect("are three pages");
    for page in [&queue, &home] {
        assert!(page.contains(&format!("data-hindrance=\"{}\"", why.as_str())), "{page}");
    }
    for page in [&queue, &home, &request] {
        assert!(!page.contains(">Fits<"), "{page}");
    }
    assert_eq!(request.contains("data-gone=\"decider\""), why == Hindrance::NamespaceGone);
    assert_eq!(
        part(&request, "stopped").contains("/namespaces/harbour-1/payments-dev/sync"),
        why == Hindrance::NamespaceGone
    );
}

/// All that is missing is named, with who can agree; whoever sees how Berth is set up has what is applied.
#[test]
fn what_a_cluster_has_not_agreed_to_is_named_whole_with_who_can_agree() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let with_manifest = ["class", "class-preview", "class-move", "cluster", "request-failed-not-agreed"];
    let without = ["request-applying-not-agreed", "request-failed-not-agreed-team", "new-namespace-checked"];
    for name in with_manifest.iter().chain(&without) {
        let page = &pages[name];
        for word in ["node-ports", "toleration"] {
            assert!(page.contains(&format!("data-missing=\"{word}\"")), "{name}: {word}");
        }
        let has_manifest = with_manifest.contains(name);
        assert_eq!(page.contains("data-agree=\"apply\""), has_manifest, "{name}");
        assert_eq!(page.contains("data-manifest=\"\"") && page.contains("CopyButton"), has_manifest, "{name}");
        assert_eq!(page.contains("data-agree=\"others\""), !has_manifest, "{name}");
        assert!(!page.contains("no action needed"), "{name}");
    }
    for name in ["request-failed-not-agreed", "request-failed-not-agreed-team", "request-applying-not-agreed"] {
        assert!(pages[name].contains("data-act=\"agree\""), "{name}");
    }
    let moved = pages["class-move"].split("name=\"namespace\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(moved.is_some_and(|input| !input.contains("checked")), "who would be refused is not chosen: {moved:?}");
}

/// Whose the open request is, and what the reader may, is known: nothing is left to an if.
#[test]
fn beside_an_open_quota_stands_what_this_reader_can_do() {
    for (way, page) in samples::open_quotas(Theme::System) {
        let said: Vec<_> = page.split("data-open=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(said, [way]);
    }
}

/// One thing that is not as it was granted, or not known to be, is enough: whatever else is right, nothing is green.
#[test]
fn nothing_is_green_of_a_namespace_that_is_not_quite_as_granted() {
    let pages = samples::not_quite_as_granted(Theme::System);
    assert!(pages.len() > 30);
    for (way, page) in pages {
        assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""), "{way}: {page}");
        assert!(!page.contains("No drift found"), "{way}");
    }
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["namespace-as-granted"].contains("class=\"ok\""));
    assert!(pages["namespace-as-granted-sync"].contains("class=\"note ok\""));
    assert!(!pages["namespace"].contains("class=\"ok\""), "the cluster enforces another quota");
}

/// What is of the version that it is to have says so, as long as the cluster has another one.
#[test]
fn what_a_class_gives_is_said_to_be_of_which_version() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["namespace-moved"].contains("data-desired-version=\"3\""));
    assert!(!pages["namespace"].contains("data-desired-version"));
}

/// Each way a namespace can be gone leads somewhere else, and none that does not end is said to.
#[test]
fn what_can_become_of_a_request_for_what_is_gone_is_said_as_it_is() {
    let mut said = std::collections::BTreeSet::new();
    for (gone, page) in samples::gone(Theme::System) {
        let note = page.split("data-gone=\"decider\"").nth(1).and_then(|rest| rest.split("</p>").next());
        let note = note.unwrap_or_default();
        let how = gone.map_or("", Gone::as_str);
        assert_eq!(note.contains(&format!("data-how=\"{how}\"")), gone.is_some(), "{how}: {note}");
        assert_eq!(note.contains("once"), gone.is_some_and(Gone::may_end), "{how}: {note}");
        said.insert(note.replace(how, ""));
    }
    assert!(said.len() >= 5, "{said:?}");
}

#[test]
fn a_class_that_is_retired_is_not_said_to_be_on_offer_where_nobody_agreed() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for (name, is_on_offer) in [("class", true), ("class-retired", false)] {
        let note = part(&pages[name], "disagreements");
        assert!(!note.is_empty());
        assert_eq!(note.contains("data-more"), is_on_offer, "{name}");
    }
}

/// What is about to be looked at is not said to be in order, nor due later.
#[rstest]
#[case("namespace-ordered-sync", false)]
#[case("namespace-moved-sync", true)]
#[case("namespace-moved", true)]
fn a_namespace_that_is_to_be_written_anew_is_said_one_thing_of(#[case] name: &str, #[case] is_moved: bool) {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages[name];
    assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""), "{page}");
    let sync = part(page, "sync");
    assert!(!sync.contains("next look") && !sync.contains("No drift found"), "{sync}");
    assert_eq!(page.contains("data-applied-version=\"2\""), is_moved, "{page}");
    assert!(!pages["namespace-sync"].contains("data-applied-version"));
}

#[test]
fn what_is_not_known_to_be_used_must_be_meant_by_who_asks_and_by_who_decides() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["request-use-unknown", "quota-use-unknown"] {
        let page = &pages[page];
        assert!(page.contains("Current usage unknown") && page.contains("name=\"acknowledge_below_use\""), "{page}");
    }
}

/// Its unit, an example that cannot be taken for a value or its default, and what is wrong with it are beside every amount, and are read out with it.
#[test]
fn every_amount_says_its_unit_and_an_example() {
    let bare = |html: &str| {
        html.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()).any(|input| {
            let attribute = |name: &str| {
                let value = input.split_once(&format!("{name}=\""))?.1.split('"').next()?;
                Some(value.to_owned())
            };
            let is_amount = attribute("class").is_some_and(|class| class.split(' ').any(|word| word == "amount"));
            let texts = attribute("aria-describedby").unwrap_or_default();
            let says = |id: &str| {
                let element = html.split_once(&format!(" id=\"{id}\"")).map(|(_, rest)| rest);
                let text = element.and_then(|rest| rest.split(['<', '>']).nth(1)).unwrap_or_default();
                text.split_once(", for example ").is_some_and(|(unit, example)| !unit.is_empty() && !example.is_empty())
                    || text
                        .split_once(", ")
                        .is_some_and(|(unit, default)| !unit.is_empty() && default.ends_with(" when empty."))
            };
            let is_unit = |id: &&str| id.starts_with("unit-") || id.starts_with("help-");
            is_amount && !texts.split(' ').filter(is_unit).any(says)
        })
    };
    assert_eq!(breaking(bare), none());
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["request", "request-revise", "quota", "new-namespace"] {
        assert!(pages[page].contains("class=\"input amount\""), "{page} has amounts");
    }
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
    let (boot, style) = (include_str!("../assets/boot.js"), include_str!("../style/base.css"));
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
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
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

/// Where a namespace is asked for and where it is.
#[test]
fn devices_of_a_class_are_shown_to_who_may_use_them() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["new-namespace", "namespace"] {
        let devices = pages[page].split("data-devices").nth(1).unwrap_or_default();
        assert!(devices.split("</").next().is_some_and(|said| said.contains("amd.com/gpu: 2")), "{page}");
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

#[test]
fn home_counts_all_that_waits_and_leads_to_what_is_not_shown() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let home = &pages["home"];
    assert!(home.contains("37 requests wait for your decision") && home.contains("12 workloads need attention"));
    assert!(home.contains("35 more") && home.contains("10 more"));
}

/// The part of a page that is kept as it is now.
fn part<'a>(html: &'a str, slot: &str) -> &'a str {
    html.split(&format!("data-slot=\"{slot}\"")).nth(1).unwrap_or_default()
}

/// What is sent to who has the page open, by the name of its slot.
fn slots(html: &str) -> BTreeMap<String, String> {
    let html = frontend::Slots::of(html).html();
    let parts = html.split(" data-slot=\"").skip(1).filter_map(|part| part.split_once('"'));
    parts.map(|(name, part)| (name.to_owned(), part.to_owned())).collect()
}

#[test]
fn what_depends_on_the_end_of_a_namespace_follows_where_its_page_is_open() {
    for mark in [" data-ends=", " data-asks=", " data-note=\"open-ask\""] {
        let outside = |html: &str| html.matches(mark).count() != frontend::Slots::of(html).html().matches(mark).count();
        assert_eq!(breaking(outside), none(), "{mark}");
        assert!(!breaking(|html| html.contains(mark)).is_empty(), "{mark}");
    }
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
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for (name, is_counted) in [("home", true), ("requests", true), ("request", true), ("namespace", false)] {
        assert_eq!(slots(&pages[name]).contains_key("n-waiting"), is_counted, "{name}");
        assert!(pages[name].contains(" title=\"Requests\""), "{name}");
    }
}

#[test]
fn what_is_suspended_is_nowhere_healthy_and_offers_only_what_can_be_had() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let offered = |name: &str| {
        let html = &pages[name];
        ["extend", "delete"].map(|kind| html.contains(&format!("data-asks=\"{kind}\"")))
    };
    assert_eq!(offered("namespace-suspended"), [true, true], "one that expired can be kept, or go sooner");
    assert_eq!(offered("namespace-deletion-granted"), [false, false]);
    assert_eq!(offered("namespace-deletion-stuck"), [false, false]);
    for name in ["namespace-suspended", "namespace-deletion-granted"] {
        let slots = slots(&pages[name]);
        assert!(slots["state"].contains("Suspended") && !slots["state"].contains("badge ok"), "{name}");
        assert!(part(&pages[name], "about").contains("data-ends=\"deleted\""), "{name}");
    }
    assert!(!slots(&pages["namespace-restoring"])["state"].contains("badge ok"));
    let row = pages["namespaces"].split("payments-former").nth(2).expect("is listed");
    let row = row.split("</tr>").next().unwrap_or_default();
    assert!(row.contains("data-ending=\"suspended\"") && !row.contains("badge ok"), "{row}");
}

#[test]
fn what_is_due_and_has_not_happened_yet_is_not_said_to_be_past() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages["namespace-overdue"];
    assert!(part(page, "ending").contains("data-due") && part(page, "about").contains("data-ends=\"expires\">due "));
}

#[test]
fn a_deletion_is_said_as_what_will_be_until_it_is_granted_and_then_as_what_became_of_it() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let said = |name: &str| {
        let course = pages[name].split(" data-course=\"").nth(1).expect("is said");
        course.split('"').next().unwrap_or_default().to_owned()
    };
    let all = ["request-delete", "request-delete-sent-back", "request-deleted", "request-deleted-restored"];
    assert_eq!(all.map(said), ["ahead", "ahead", "done", "done"]);
    assert!(!pages["request-deleted-restored"].contains("is suspended"));
}

#[test]
fn only_what_was_suggested_can_be_accepted() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let is_said = |name: &str| slots(&pages[name])["next"].contains("accept");
    assert!(is_said("request-extend-sent-back") && !is_said("request-delete-sent-back"));
}

#[test]
fn what_takes_no_capacity_says_none_in_the_queue_of_who_decides() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert_eq!(pages["requests-to-decide"].matches("data-capacity=\"none\"").count(), 2);
    assert!(!pages["requests"].contains("data-capacity"));
}

#[test]
fn another_request_begins_with_what_was_asked() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let again = pages["request-extend-rejected"].split("/extend?").nth(1).expect("can be asked again");
    let again = again.split('"').next().unwrap_or_default();
    assert!(again.contains("until=2027-03-31") && again.contains("purpose=The%20trial"), "{again}");
}

#[test]
fn a_form_that_was_refused_keeps_its_verdict_and_calls_a_field_what_its_label_does() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["delete-refused"].contains("data-slot=\"verdict\""));
    let verdict = part(&pages["extend"], "verdict");
    let missing = verdict.split(" data-to-fill-in=\"purpose\"").nth(1).expect("is missing");
    assert!(missing.split("</p>").next().is_some_and(|says| says.contains("reason")), "{missing}");
}

/// Who failed, what is troubled and what nobody knows waits for somebody: no summary passes over it.
#[test]
fn home_names_what_failed_what_is_troubled_and_what_is_not_known() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let attention = part(&pages["home"], "attention").split("</ul>").next().unwrap_or_default();
    for href in ["/requests/233", "/namespaces/harbour-1/payments-perf/sync"] {
        assert!(attention.contains(&format!("href=\"{href}\"")), "{href}");
    }
    assert!(attention.contains("quay-7"));
    let summary = |page: &str| part(&pages[page], "summary").split("</div>").next().unwrap_or_default().to_owned();
    assert!(
        !summary("home-platform").contains("No action needed") && summary("home-auditor").contains("No action needed")
    );
    assert!(pages["home-platform"].contains("class=\"count\">8<"), "seven to decide, one to try again");
    for page in ["home-platform", "home-auditor"] {
        assert!(
            !pages[page].contains("No namespace yet") && !pages[page].contains("href=\"/namespaces/new\""),
            "{page}"
        );
    }
}

/// Green is only what was looked at and is still looked after.
#[rstest]
#[case("namespace-paused")]
#[case("namespace-paused-sync")]
#[case("namespace-replaced-access")]
#[case("namespace-away-sync")]
#[case("namespace-missing-overview")]
#[case("namespace-missing-access")]
fn nothing_is_said_to_be_in_order_that_nobody_looks_at(#[case] name: &str) {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages[name];
    assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""));
    assert!(!page.contains("next look") && !page.contains("Sync queued") && !page.contains("http-equiv=\"refresh\""));
    let says_why = ["stopped", "sync", "problems"].iter().any(|slot| part(page, slot).contains("class=\"note"));
    assert!(says_why || name == "namespace-missing-access");
    assert!(!page.contains("action=\"/namespaces/harbour-1/payments-dev/sync"), "no sync is offered");
}

#[test]
fn where_a_sync_can_do_nothing_its_button_says_why() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for name in ["namespace-paused-sync", "namespace-away-sync"] {
        assert!(
            pages[name].contains("disabled aria-describedby=\"no-sync\"") && pages[name].contains("id=\"no-sync\"")
        );
    }
    assert!(!pages["namespace-sync"].contains("no-sync"));
    assert!(pages["namespace-as-granted"].contains("class=\"ok\""));
}

#[test]
fn of_what_is_gone_nothing_is_counted_and_nothing_given_out() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let overview = &pages["namespace-missing-overview"];
    let tabs = part(overview, "tabs").split("</nav>").next().unwrap_or_default();
    for tab in ["Workloads", "Warnings"] {
        let link = tabs.split(tab).nth(1).and_then(|rest| rest.split("</a>").next()).expect("is there");
        assert!(!link.contains("class=\"n\""), "{tab}: {link}");
    }
    assert!(!overview.contains("kubectl"));
    for name in ["namespace-missing-access", "namespace-replaced-access"] {
        assert!(!pages[name].contains("/kubeconfig"), "{name}");
    }
    assert!(pages["namespace-access"].contains("/kubeconfig"));
}

#[test]
fn activity_names_the_request_of_what_happened_and_what_happened_to_the_namespace_itself() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let activity = part(&pages["namespace-activity"], "activity");
    let first = activity.split("<li data-kind=").nth(1).unwrap_or_default();
    assert!(first.starts_with("\"changed\"") && first.contains("berth-compute") && !first.contains("/requests/"));
    assert!(activity.contains("href=\"/requests/229\""));
}

/// A dash without words is read as zero, as none, or not at all.
#[test]
fn what_nobody_knows_is_said_in_words_too() {
    let bare = |html: &str| {
        html.contains(">–<") && !html.contains("aria-hidden=\"true\">–</span><span class=\"unseen\">not known")
    };
    assert_eq!(breaking(bare), none());
}

#[test]
fn what_is_still_to_be_typed_is_no_mistake_and_a_full_cluster_leads_to_another() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let begun = &pages["new-namespace-begun"];
    let verdict = begun.split("data-slot=\"verdict\"").nth(1).unwrap_or_default();
    assert!(
        verdict.contains("Still to fill in: name, purpose.") && verdict.contains("harbour-2 has capacity for this")
    );
    assert!(!begun.contains("aria-invalid=\"true\""));
}

#[test]
fn who_may_not_decide_reads_why() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["request-own"].contains("Nobody decides their own request"));
    assert!(!pages["request-own"].contains("/approve?"));
    assert!(
        pages["request"].contains("action=\"/requests/231/approve?")
            && pages["request"].contains("/requests/231/reject")
    );
}

#[test]
fn what_quota_is_short_of_is_asked_for_with_one_link() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["namespace"].contains("/quota?cpu=4&amp;memory=27%20GiB&amp;"));
}

#[test]
fn a_suggestion_is_taken_with_one_button_by_who_may() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    assert!(pages["request-sent-back"].contains("action=\"/requests/241/accept-suggestion?"));
    assert!(!pages["request-quota"].contains("accept-suggestion"));
    assert!(pages["request-sent-back-below"].contains("name=\"acknowledge_below_use\""));
}

#[test]
fn a_revision_that_was_refused_keeps_what_was_typed() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages["request-revise-refused"];
    assert!(page.contains("value=\"lots\"") && page.contains("Kept as it was typed."));
    assert!(page.contains("name=\"revision\" value=\"2\""));
}

#[test]
fn what_was_typed_is_still_there_when_it_was_refused() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages["request-errors"];
    assert!(page.contains("value=\"lots\"") && page.contains("A little less storage."));
    assert!(
        page.contains("aria-invalid=\"true\" aria-describedby=\"error-memory unit-memory\"")
            && page.contains("id=\"error-memory\"")
    );
}

#[test]
fn what_one_may_not_do_is_not_offered() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let draft = &pages["class-draft-read"];
    assert!(draft.contains("<fieldset disabled class=\"bare\"") && !draft.contains("class=\"btn primary\""));
    assert!(!pages["class-draft"].contains("<fieldset disabled class=\"bare\""));
    assert!(!pages["new-namespace-none"].contains("action=\"/namespaces/new"));
    assert!(pages["new-namespace"].contains("action=\"/namespaces/new"));
}

/// Bars of a cluster's capacity are about one ask or another, and every form that asks may stand beside them.
#[test]
fn capacity_is_said_with_what_would_be_granted() {
    let capacities = |html: &str| html.matches("<h2>Capacity on").count();
    let is_unsaid = |html: &str| {
        let bars = html
            .split("<h2>Capacity on")
            .skip(1)
            .filter(|rest| rest.split("</section>").next().is_some_and(|panel| panel.contains("class=\"bar")));
        bars.into_iter().any(|rest| !rest.split("</section>").next().unwrap_or_default().contains("data-grant="))
    };
    assert_eq!(breaking(is_unsaid), none());
    assert!(breaking(|html| capacities(html) > 0).len() > 5);
}

#[test]
fn every_form_that_asks_says_what_its_sizes_cost() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["new-namespace", "quota", "request-revise"] {
        let cards = pages[page].split("choices sizes").nth(1).unwrap_or_default().split("</label>");
        assert!(cards.filter(|card| card.contains("name=\"size\"")).any(|card| card.contains(" a month")), "{page}");
        assert!(pages[page].contains("name=\"check\""), "{page}");
    }
}

#[test]
fn who_could_decide_is_warned_beside_the_button_that_makes_them_an_author() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["request-sent-back-decider", "request-revise-decider"] {
        let page = &pages[page];
        assert!(page.contains("id=\"loses-decision\"") && page.contains("aria-describedby=\"loses-decision\""));
    }
    for page in ["request-sent-back", "request-revise"] {
        assert!(!pages[page].contains("loses-decision"), "{page}");
    }
}

/// Neither a badge, a step nor a sentence looks as if somebody worked on it, and each page says what ends it.
#[rstest]
#[case(Standstill::Removed)]
#[case(Standstill::Another)]
#[case(Standstill::Paused)]
#[case(Standstill::Away)]
#[case(Standstill::Ahead)]
#[case(Standstill::NoOrder)]
fn nothing_looks_as_if_it_went_on_where_nobody_works(#[case] why: Standstill) {
    let pages = samples::standing_still(Theme::System, why);
    assert_eq!(pages.len(), 5);
    for page in pages {
        assert!(page.contains(&format!("data-standstill=\"{}\"", why.as_str())));
        assert!(page.contains(&why.waits_for("harbour-1")));
        assert!(!page.contains("class=\"running\"") && !page.contains("http-equiv=\"refresh\""), "{page}");
        assert!(!page.contains("Berth is working on it") && !page.contains("Berth is undoing it"));
    }
}

#[rstest]
#[case(StoppedBy::Paused)]
#[case(StoppedBy::Another)]
#[case(StoppedBy::Away)]
fn no_namespace_looks_as_if_it_were_made_where_nobody_works(#[case] by: StoppedBy) {
    for page in samples::stopped_on_the_way(Theme::System, by) {
        assert!(page.contains("data-standstill") && !page.contains("http-equiv=\"refresh\""));
        assert!(!page.contains("Berth is creating") && !page.contains("Berth is removing this"));
    }
}

/// In lists, on Home, and on the pages of what failed.
#[test]
fn what_failed_says_why_wherever_it_is_said() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    for page in ["requests", "home-platform", "namespace-failed"] {
        assert!(pages[page].contains("data-failure"), "{page}");
    }
    let is_silent = |html: &str| {
        let rows = html.split("<tr>").chain(html.split("<li>"));
        rows.into_iter().any(|row| {
            let row = row.split("</tr>").next().unwrap_or_default().split("</li>").next().unwrap_or_default();
            row.contains("href=\"/requests/") && row.contains(">Failed<") && !row.contains("data-failure")
        })
    };
    assert_eq!(breaking(is_silent), none());
}

#[test]
fn who_else_has_access_is_said_and_unknown_is_not_nobody() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let said = |page: &str| {
        let said = pages[page].split("data-others=\"").nth(1).and_then(|rest| rest.split('"').next());
        said.unwrap_or_default().to_owned()
    };
    let pages = ["namespace-access", "namespace-access-alone", "namespace-access-unknown"];
    assert_eq!(pages.map(said), ["some", "none", "unknown"]);
}

#[test]
fn the_teams_part_of_a_name_stands_once_before_its_field() {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let names = ["new-namespace-checked", "new-namespace-refused"].map(|page| {
        let field = pages[page].split("name=\"name\" value=\"").nth(1).unwrap_or_default();
        field.split('"').next().unwrap_or_default().to_owned()
    });
    assert!(names.iter().all(|name| !name.starts_with("payments-")), "{names:?}");
    assert!(names.iter().any(|name| !name.is_empty()));
}

/// At the field, as the form calls it, with what was typed; and at the top with a link to it.
#[rstest]
#[case("class-retire-refused", "reason", "")]
#[case("cluster-remove-refused", "confirm", "value=\"harbour\"")]
fn a_form_that_was_refused_is_shown_again(#[case] page: &str, #[case] field: &str, #[case] typed: &str) {
    let pages: BTreeMap<_, _> = samples::pages(Theme::System).into_iter().collect();
    let page = &pages[page];
    assert!(page.contains("aria-invalid=\"true\"") && page.contains(&format!("id=\"error-{field}\"")));
    assert!(page.contains(&format!("href=\"#field-{field}\"")) && page.contains(typed));
}

/// A message is one sentence, and its field has a name that people read.
#[test]
fn no_message_ends_twice_and_none_is_about_a_field_without_a_name() {
    let is_odd = |html: &str| {
        let messages = html.split("class=\"error\" id=\"error-").skip(1).filter_map(|rest| rest.split("</p>").next());
        let ends_twice = messages.into_iter().any(|text| ["?.", "..", "!."].iter().any(|end| text.contains(end)));
        let mut summaries = html.split("role=\"alert\"").skip(1).filter_map(|rest| rest.split("</ul>").next());
        ends_twice || summaries.any(|summary| summary.contains(">: "))
    };
    assert_eq!(breaking(is_odd), none());
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

/// A summary calls a field what the form calls it, and never by its key.
#[test]
fn a_mistake_is_told_by_the_label_of_its_field() {
    let label_of = |html: &str, id: &str| {
        let text = |rest: &str| rest.split(['>', '<']).nth(1).unwrap_or_default().to_owned();
        let labelled = html.split_once(&format!("<label for=\"{id}\"")).map(|(_, rest)| text(rest));
        let after = html.split_once(&format!(" id=\"{id}\"")).map(|(_, rest)| rest);
        let tag = after.and_then(|rest| rest.split('>').next()).unwrap_or_default();
        let said = tag.split_once("aria-label=\"").and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
        let legend = after.and_then(|rest| rest.split_once("<legend>")).map(|(_, rest)| rest);
        labelled.or(said).or(legend.and_then(|rest| rest.split('<').next()).map(str::to_owned))
    };
    let mut n = 0;
    let pages = samples::pages(Theme::System);
    for (name, html) in &pages {
        for summary in html.split("role=\"alert\"").skip(1).filter_map(|rest| rest.split("</ul>").next()) {
            for link in summary.split("href=\"#").skip(1) {
                let (id, rest) = link.split_once('"').expect("has a target");
                let says = rest.split(['>', '<']).nth(1).unwrap_or_default();
                n += 1;
                assert!(!says.contains('_'), "{name}: {says}");
                // Groups of amounts, and of check boxes that are one each, are named by a heading.
                if ["sizes", "roles", "acknowledge_below_use", "grant", "quota"]
                    .iter()
                    .any(|group| id == format!("field-{group}"))
                {
                    continue;
                }
                let label = label_of(html, id).unwrap_or_else(|| panic!("{name}: {id} has a label"));
                assert!(says.trim_start_matches('\u{201c}').starts_with(&label), "{name}, {id}: {says} of {label}");
            }
        }
    }
    assert!(n > 60, "{n} mistakes are on the pages");
}

/// What the summary calls a field that has no title of its own is its raw name.
#[test]
fn every_field_of_a_form_has_a_title() {
    let (mut named, mut untitled) = (0, Vec::new());
    let titled = titled();
    let mut directories = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("is there").map(|entry| entry.expect("is read").path()) {
            if entry.is_dir() {
                directories.push(entry);
                continue;
            }
            let source = std::fs::read_to_string(&entry).expect("is text");
            // Those whose name is written there.
            let fields = source.split("Field::new(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            let names: Vec<_> = fields.filter_map(|rest| rest.split('"').next()).collect();
            named += names.len();
            untitled.extend(
                names
                    .into_iter()
                    .filter(|name| !name.rsplit('.').next().is_some_and(|last| titled.contains(&last)))
                    .map(str::to_owned),
            );
        }
    }
    untitled.sort_unstable();
    untitled.dedup();
    assert_eq!(untitled, Vec::<String>::new());
    assert!(named >= 40 && titled.len() >= 40, "{named} fields and {} titles were found", titled.len());
}

/// Names of fields that there is a title for: those before `=>`.
fn titled() -> Vec<&'static str> {
    let source = include_str!("../src/parts/labels.rs");
    let titles = source.split("fn plain_title").nth(1).and_then(|rest| rest.split("other => other").next());
    let arms = titles.unwrap_or_default().lines().filter_map(|line| line.split_once("=>"));
    arms.flat_map(|(names, _)| names.split('|')).map(|name| name.trim().trim_matches('"')).collect()
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
