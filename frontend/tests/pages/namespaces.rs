//! What holds on the pages of namespaces, and on Home: nothing is green that nobody looked at.

use crate::{breaking, by_name, cases, none, part, slots};
use domain::view::StoppedBy;
use frontend::Theme;
use rstest::rstest;

/// One thing that is not as it was granted, or not known to be, is enough: whatever else is right, nothing is green.
#[test]
fn nothing_is_green_of_a_namespace_that_is_not_quite_as_granted() {
    let pages = cases::not_quite_as_granted(Theme::System);
    assert!(pages.len() > 30);
    for (way, page) in pages {
        assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""), "{way}: {page}");
        assert!(!page.contains("No drift found"), "{way}");
    }
    let pages = by_name();
    assert!(pages["namespace-as-granted"].contains("class=\"ok\""));
    assert!(pages["namespace-as-granted-sync"].contains("class=\"note ok\""));
    assert!(!pages["namespace"].contains("class=\"ok\""), "the cluster enforces another quota");
}

/// What is of the version that it is to have says so, as long as the cluster has another one.
#[test]
fn what_a_class_gives_is_said_to_be_of_which_version() {
    let pages = by_name();
    assert!(pages["namespace-moved"].contains("data-desired-version=\"3\""));
    assert!(!pages["namespace"].contains("data-desired-version"));
}

#[test]
fn a_class_that_is_retired_is_not_said_to_be_on_offer_where_nobody_agreed() {
    let pages = by_name();
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
    let pages = by_name();
    let page = &pages[name];
    assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""), "{page}");
    let sync = part(page, "sync");
    assert!(!sync.contains("next look") && !sync.contains("No drift found"), "{sync}");
    assert_eq!(page.contains("data-applied-version=\"2\""), is_moved, "{page}");
    assert!(!pages["namespace-sync"].contains("data-applied-version"));
}

/// Where a namespace is asked for and where it is.
#[test]
fn devices_of_a_class_are_shown_to_who_may_use_them() {
    let pages = by_name();
    for page in ["new-namespace", "namespace"] {
        let devices = pages[page].split("data-devices").nth(1).unwrap_or_default();
        assert!(devices.split("</").next().is_some_and(|said| said.contains("amd.com/gpu: 2")), "{page}");
    }
}

#[test]
fn home_counts_all_that_waits_and_leads_to_what_is_not_shown() {
    let pages = by_name();
    let home = &pages["home"];
    assert!(home.contains("37 requests wait for your decision") && home.contains("12 workloads need attention"));
    assert!(home.contains("35 more") && home.contains("10 more"));
}

#[test]
fn what_depends_on_the_end_of_a_namespace_follows_where_its_page_is_open() {
    for mark in [" data-ends=", " data-asks=", " data-note=\"open-ask\""] {
        let outside = |html: &str| html.matches(mark).count() != frontend::Slots::of(html).html().matches(mark).count();
        assert_eq!(breaking(outside), none(), "{mark}");
        assert!(!breaking(|html| html.contains(mark)).is_empty(), "{mark}");
    }
}

#[test]
fn what_is_suspended_is_nowhere_healthy_and_offers_only_what_can_be_had() {
    let pages = by_name();
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

#[rstest]
#[case::all_known(Some(0), Some(0), "Healthy")]
#[case::one_unknown(Some(0), Some(1), "1 unknown")]
#[case::failing_first(Some(2), Some(1), "2 failing")]
#[case::not_counted(Some(0), None, "Not known")]
#[case::nothing_counted(None, None, "Not known")]
fn a_namespace_is_healthy_only_where_it_is_known_of_all_that_runs(
    #[case] n_failing: Option<i64>,
    #[case] n_unknown: Option<i64>,
    #[case] says: &str,
) {
    for page in cases::counted(Theme::System, n_failing, n_unknown) {
        let badges = page.split("class=\"badge ").skip(1).filter_map(|badge| badge.split("</span>").next());
        let badges: Vec<_> = badges.collect();
        assert!(badges.iter().any(|badge| badge.ends_with(says)), "{says}: {badges:?}");
        let is_green = badges.iter().any(|badge| badge.starts_with("ok\"") && badge.ends_with("Healthy"));
        assert_eq!(is_green, says == "Healthy", "{badges:?}");
    }
}

#[test]
fn what_is_due_and_has_not_happened_yet_is_not_said_to_be_past() {
    let pages = by_name();
    let page = &pages["namespace-overdue"];
    assert!(part(page, "ending").contains("data-due") && part(page, "about").contains("data-ends=\"expires\">due "));
}

/// Who failed, what is troubled and what nobody knows waits for somebody: no summary passes over it.
#[test]
fn home_names_what_failed_what_is_troubled_and_what_is_not_known() {
    let pages = by_name();
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
    let pages = by_name();
    let page = &pages[name];
    assert!(!page.contains("class=\"note ok\"") && !page.contains("class=\"ok\""));
    assert!(!page.contains("next look") && !page.contains("Sync queued") && !page.contains("http-equiv=\"refresh\""));
    let says_why = ["stopped", "sync", "problems"].iter().any(|slot| part(page, slot).contains("class=\"note"));
    assert!(says_why || name == "namespace-missing-access");
    assert!(!page.contains("action=\"/namespaces/harbour-1/payments-dev/sync"), "no sync is offered");
}

#[test]
fn where_a_sync_can_do_nothing_its_button_says_why() {
    let pages = by_name();
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
    let pages = by_name();
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
    let pages = by_name();
    let activity = part(&pages["namespace-activity"], "activity");
    let first = activity.split("<li data-kind=").nth(1).unwrap_or_default();
    assert!(first.starts_with("\"changed\"") && first.contains("berth-compute") && !first.contains("/requests/"));
    assert!(activity.contains("href=\"/requests/229\""));
}

#[test]
fn what_quota_is_short_of_is_asked_for_with_one_link() {
    let pages = by_name();
    assert!(pages["namespace"].contains("/quota?cpu=4&amp;memory=27%20GiB&amp;"));
}

#[rstest]
#[case(StoppedBy::Paused)]
#[case(StoppedBy::Another)]
#[case(StoppedBy::Away)]
fn no_namespace_looks_as_if_it_were_made_where_nobody_works(#[case] by: StoppedBy) {
    for page in cases::stopped_on_the_way(Theme::System, by) {
        assert!(page.contains("data-stalled-by") && !page.contains("http-equiv=\"refresh\""));
        assert!(!page.contains("Berth is creating") && !page.contains("Berth is removing this"));
    }
}

#[test]
fn who_else_has_access_is_said_and_unknown_is_not_nobody() {
    let pages = by_name();
    let said = |page: &str| {
        let said = pages[page].split("data-others=\"").nth(1).and_then(|rest| rest.split('"').next());
        said.unwrap_or_default().to_owned()
    };
    let pages = ["namespace-access", "namespace-access-alone", "namespace-access-unknown"];
    assert_eq!(pages.map(said), ["some", "none", "unknown"]);
}
