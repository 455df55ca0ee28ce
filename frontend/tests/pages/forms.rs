//! What holds of every form: what it sends, what it says of a field, what is kept of what was typed.

use crate::{breaking, by_name, none, part, samples, sources};
use frontend::Theme;
use rstest::rstest;

#[test]
fn a_form_that_changes_something_carries_the_token_of_its_session_and_its_address() {
    let key = domain::FormKey::of_session(&[7; 32]);
    // What a button leads back to is not sent.
    let sent = |address: &str| address.split('#').next().unwrap_or_default().to_owned();
    let is_marked =
        |address: &str| sent(address).split_once('?').is_some_and(|(path, query)| key.is_from_form(path, query));
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
    let pages = by_name();
    for page in ["request", "request-revise", "quota", "new-namespace"] {
        assert!(pages[page].contains("class=\"input amount\""), "{page} has amounts");
    }
}

#[test]
fn a_form_that_was_refused_keeps_its_verdict_and_calls_a_field_what_its_label_does() {
    let pages = by_name();
    assert!(pages["delete-refused"].contains("data-slot=\"verdict\""));
    let verdict = part(&pages["extend"], "verdict");
    let missing = verdict.split(" data-to-fill-in=\"purpose\"").nth(1).expect("is missing");
    assert!(missing.split("</p>").next().is_some_and(|says| says.contains("reason")), "{missing}");
}

#[test]
fn what_is_still_to_be_typed_is_no_mistake_and_a_full_cluster_leads_to_another() {
    let pages = by_name();
    let begun = &pages["new-namespace-begun"];
    let verdict = begun.split("data-slot=\"verdict\"").nth(1).unwrap_or_default();
    assert!(
        verdict.contains("Still to fill in: name, purpose.") && verdict.contains("harbour-2 has capacity for this")
    );
    assert!(!begun.contains("aria-invalid=\"true\""));
}

#[test]
fn what_was_typed_is_still_there_when_it_was_refused() {
    let pages = by_name();
    let page = &pages["request-errors"];
    assert!(page.contains("value=\"lots\"") && page.contains("A little less storage."));
    assert!(
        page.contains("aria-invalid=\"true\" aria-describedby=\"error-memory unit-memory\"")
            && page.contains("id=\"error-memory\"")
    );
}

#[test]
fn what_one_may_not_do_is_not_offered() {
    let pages = by_name();
    let draft = &pages["class-draft-read"];
    assert!(draft.contains("<fieldset disabled class=\"bare\"") && !draft.contains("class=\"btn primary\""));
    assert!(!pages["class-draft"].contains("<fieldset disabled class=\"bare\""));
    assert!(!pages["new-namespace-none"].contains("action=\"/namespaces/new"));
    assert!(pages["new-namespace"].contains("action=\"/namespaces/new"));
}

#[test]
fn every_form_that_asks_says_what_its_sizes_cost() {
    let pages = by_name();
    for page in ["new-namespace", "quota", "request-revise"] {
        let cards = pages[page].split("choices sizes").nth(1).unwrap_or_default().split("</label>");
        assert!(cards.filter(|card| card.contains("name=\"size\"")).any(|card| card.contains(" a month")), "{page}");
        assert!(pages[page].contains("name=\"check\""), "{page}");
    }
}

#[test]
fn the_teams_part_of_a_name_stands_once_before_its_field() {
    let pages = by_name();
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
    let pages = by_name();
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
    for (_, source) in sources() {
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
    untitled.sort_unstable();
    untitled.dedup();
    assert_eq!(untitled, Vec::<String>::new());
    assert!(named >= 40 && titled.len() >= 40, "{named} fields and {} titles were found", titled.len());
}

/// Names of fields that there is a title for: those before `=>`.
fn titled() -> Vec<&'static str> {
    let source = include_str!("../../src/parts/labels.rs");
    let titles = source.split("fn plain_title").nth(1).and_then(|rest| rest.split("other => other").next());
    let arms = titles.unwrap_or_default().lines().filter_map(|line| line.split_once("=>"));
    arms.flat_map(|(names, _)| names.split('|')).map(|name| name.trim().trim_matches('"')).collect()
}
