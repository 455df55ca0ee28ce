//! Times: how long ago in words, the exact time on hover. The island `LocalTimes` keeps the words true while the page is
//! open, and turns the exact time into the person's zone.

use crate::relative;
use leptos::prelude::*;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// `3 h ago`, `in 2 d`.
pub(crate) fn ago(at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    element(at, format_ago(at, now), Some("ago"))
}

/// As of when something is: the exact time until a script says how long ago that is, and keeps it true.
pub(crate) fn as_of(at: OffsetDateTime) -> AnyView {
    element(at, exact(at), Some("ago"))
}

/// `21 Nov 2026, 05:30:12 UTC`, where the exact time is what matters.
pub(crate) fn stamp(at: OffsetDateTime) -> AnyView {
    element(at, exact(at), None)
}

pub(crate) fn format_ago(at: OffsetDateTime, now: OffsetDateTime) -> String {
    relative::ago((now - at).whole_seconds()).unwrap_or_else(|| format_date(at))
}

/// How long something takes, roughly: `3 h`.
pub(crate) fn format_long(seconds: i64) -> String {
    match seconds.max(0) {
        0..60 => "less than a minute".to_owned(),
        s @ 60..5_400 => format!("{} min", (s + 30) / 60),
        s @ 5_400..129_600 => format!("{} h", (s + 1_800) / 3_600),
        s => format!("{} d", (s + 43_200) / 86_400),
    }
}

/// How old something is: `6 d`.
pub(crate) fn age(since: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let age = relative::age((now - since).whole_seconds()).unwrap_or_else(|| format_date(since));
    element(since, age, Some("age"))
}

pub(crate) fn exact(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}, {:02}:{:02}:{:02} UTC", format_date(at), at.hour(), at.minute(), at.second())
}

pub(crate) fn format_date(at: OffsetDateTime) -> String {
    let month = at.month().to_string();
    format!("{} {} {}", at.day(), month.get(..3).unwrap_or(&month), at.year())
}

/// `ticks` is how the island says it again as time goes on.
fn element(at: OffsetDateTime, text: String, ticks: Option<&'static str>) -> AnyView {
    let machine = at.format(&Rfc3339).unwrap_or_default();
    view! { <time datetime=machine title=exact(at) data-ticks=ticks>{text}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn a_time_is_said_in_the_unit_people_would_use() {
        let now = datetime!(2026-11-21 12:00 UTC);
        let said = |before: Duration| format_ago(now - before, now);
        assert_eq!(said(Duration::seconds(3)), "just now");
        assert_eq!(said(Duration::seconds(40)), "40 s ago");
        assert_eq!(said(Duration::minutes(35)), "35 min ago");
        assert_eq!(said(Duration::hours(3)), "3 h ago");
        assert_eq!(said(Duration::days(6)), "6 d ago");
        assert_eq!(said(Duration::days(90)), "23 Aug 2026");
        assert_eq!(said(-Duration::minutes(5)), "in 5 min");
    }

    #[test]
    fn how_long_something_takes_is_said_roughly() {
        let said = [0, 240, 10_800, 200_000].map(format_long);
        assert_eq!(said, ["less than a minute", "4 min", "3 h", "2 d"]);
    }

    #[test]
    fn the_exact_time_says_its_zone() {
        assert_eq!(exact(datetime!(2026-11-21 05:03:09 UTC)), "21 Nov 2026, 05:03:09 UTC");
    }
}
