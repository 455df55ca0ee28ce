//! What holds on the pages of requests: nothing is promised, offered or coloured that is not so.

use crate::{breaking, by_name, cases, none, part, slots};
use domain::gone::Gone;
use domain::view::{Blocker, StallReason};
use frontend::Theme;
use rstest::rstest;

#[test]
fn a_request_under_way_refreshes_itself_where_no_script_does() {
    let pages = by_name();
    let refreshes =
        |name: &str| pages[name].contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
    assert!(refreshes("request-applying"));
    assert!(!refreshes("request") && !refreshes("request-completed"));
}

/// What is not known is not drawn, and what nobody does is not promised.
#[test]
fn where_nothing_goes_on_the_page_says_what_can_be_done() {
    let pages = by_name();
    let removed = &pages["request-cluster-removed"];
    assert!(removed.contains("is removed from Berth") && removed.contains("/requests/231/reject"));
    assert!(!removed.contains("Does not fit") && !removed.contains("data-key=\"a\""));
    let idle = &pages["request-nobody-at-work"];
    assert!(idle.contains("No job is working") && !idle.contains("no action needed"));
    assert!(pages["request-applying"].contains("no action needed"));
}

#[test]
fn who_can_do_what_next_is_said_to_everybody() {
    let pages = by_name();
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
#[case(Blocker::Removed)]
#[case(Blocker::Another)]
#[case(Blocker::Paused)]
#[case(Blocker::Away)]
#[case(Blocker::NamespaceGone)]
#[case(Blocker::DeletionRequested)]
#[case(Blocker::Ahead)]
#[case(Blocker::NotAgreed)]
#[case(Blocker::AgreementUnknown)]
fn what_cannot_be_made_is_nowhere_said_to_fit(#[case] why: Blocker) {
    let [queue, home, request] = cases::blocked(Theme::System, why).try_into().expect("are three pages");
    for page in [&queue, &home] {
        assert!(page.contains(&format!("data-blocked-by=\"{}\"", why.as_str())), "{page}");
    }
    for page in [&queue, &home, &request] {
        assert!(!page.contains(">Fits<"), "{page}");
    }
    assert_eq!(request.contains("data-gone=\"decider\""), why == Blocker::NamespaceGone);
    assert_eq!(
        part(&request, "stopped").contains("/namespaces/harbour-1/payments-dev/sync"),
        why == Blocker::NamespaceGone
    );
}

/// All that is missing is named, with who can agree; whoever sees how Berth is set up has what is applied.
#[test]
fn what_a_cluster_has_not_agreed_to_is_named_whole_with_who_can_agree() {
    let pages = by_name();
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
    for (way, page) in cases::open_quotas(Theme::System) {
        let said: Vec<_> = page.split("data-open=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(said, [way]);
    }
}

/// Each way a namespace can be gone leads somewhere else, and none that does not end is said to.
#[test]
fn what_can_become_of_a_request_for_what_is_gone_is_said_as_it_is() {
    let mut said = std::collections::BTreeSet::new();
    for (gone, page) in cases::gone(Theme::System) {
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
fn what_is_not_known_to_be_used_must_be_meant_by_who_asks_and_by_who_decides() {
    let pages = by_name();
    for page in ["request-use-unknown", "quota-use-unknown"] {
        let page = &pages[page];
        assert!(page.contains("Current usage unknown") && page.contains("name=\"acknowledge_below_use\""), "{page}");
    }
}

#[test]
fn a_deletion_is_said_as_what_will_be_until_it_is_granted_and_then_as_what_became_of_it() {
    let pages = by_name();
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
    let pages = by_name();
    let is_said = |name: &str| slots(&pages[name])["next"].contains("accept");
    assert!(is_said("request-extend-sent-back") && !is_said("request-delete-sent-back"));
}

#[test]
fn what_takes_no_capacity_says_none_in_the_queue_of_who_decides() {
    let pages = by_name();
    assert_eq!(pages["requests-to-decide"].matches("data-capacity=\"none\"").count(), 2);
    assert!(!pages["requests"].contains("data-capacity"));
}

#[test]
fn another_request_begins_with_what_was_asked() {
    let pages = by_name();
    let again = pages["request-extend-rejected"].split("/extend?").nth(1).expect("can be asked again");
    let again = again.split('"').next().unwrap_or_default();
    assert!(again.contains("until=2027-03-31") && again.contains("purpose=The%20trial"), "{again}");
}

#[test]
fn who_may_not_decide_reads_why() {
    let pages = by_name();
    assert!(pages["request-own"].contains("Nobody decides their own request"));
    assert!(!pages["request-own"].contains("/approve?"));
    assert!(
        pages["request"].contains("action=\"/requests/231/approve?")
            && pages["request"].contains("/requests/231/reject")
    );
}

#[test]
fn a_suggestion_is_taken_with_one_button_by_who_may() {
    let pages = by_name();
    assert!(pages["request-sent-back"].contains("action=\"/requests/241/accept-suggestion?"));
    assert!(!pages["request-quota"].contains("accept-suggestion"));
    assert!(pages["request-sent-back-below"].contains("name=\"acknowledge_below_use\""));
}

#[test]
fn a_revision_that_was_refused_keeps_what_was_typed() {
    let pages = by_name();
    let page = &pages["request-revise-refused"];
    assert!(page.contains("value=\"lots\"") && page.contains("Kept as it was typed."));
    assert!(page.contains("name=\"revision\" value=\"2\""));
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
fn who_could_decide_is_warned_beside_the_button_that_makes_them_an_author() {
    let pages = by_name();
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
#[case(StallReason::Removed)]
#[case(StallReason::Another)]
#[case(StallReason::Paused)]
#[case(StallReason::Away)]
#[case(StallReason::Ahead)]
#[case(StallReason::NoOrder)]
fn nothing_looks_as_if_it_went_on_where_nobody_works(#[case] why: StallReason) {
    let pages = cases::stalled(Theme::System, why);
    assert_eq!(pages.len(), 5);
    for page in pages {
        assert!(page.contains(&format!("data-stalled-by=\"{}\"", why.as_str())));
        assert!(page.contains(&why.waits_for("harbour-1")));
        assert!(!page.contains("class=\"running\"") && !page.contains("http-equiv=\"refresh\""), "{page}");
        assert!(!page.contains("Berth is working on it") && !page.contains("Berth is undoing it"));
    }
}

/// In lists, on Home, and on the pages of what failed.
#[test]
fn what_failed_says_why_wherever_it_is_said() {
    let pages = by_name();
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
