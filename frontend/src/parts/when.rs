//! Times: how long ago in words, the exact time on hover. The island `LocalTimes` turns the latter into the person's zone.

use leptos::prelude::*;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// `3 h ago`, `in 2 d`.
pub(crate) fn ago(at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    element(at, say_ago(at, now))
}

/// `21 Nov 2026, 05:30:12 UTC`, where the exact time is what matters.
pub(crate) fn stamp(at: OffsetDateTime) -> AnyView {
    element(at, exact(at))
}

pub(crate) fn say_ago(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - at).whole_seconds();
    let words = |amount: String| if seconds < 0 { format!("in {amount}") } else { format!("{amount} ago") };
    match seconds.unsigned_abs() {
        0..10 => "just now".to_owned(),
        s @ 10..60 => words(format!("{s} s")),
        s @ 60..5_400 => words(format!("{} min", (s + 30) / 60)),
        s @ 5_400..129_600 => words(format!("{} h", (s + 1_800) / 3_600)),
        s @ 129_600..3_888_000 => words(format!("{} d", (s + 43_200) / 86_400)),
        _ => say_date(at),
    }
}

/// How long something takes, roughly: `3 h`.
pub(crate) fn say_long(seconds: i64) -> String {
    match seconds.max(0) {
        0..60 => "less than a minute".to_owned(),
        s @ 60..5_400 => format!("{} min", (s + 30) / 60),
        s @ 5_400..129_600 => format!("{} h", (s + 1_800) / 3_600),
        s => format!("{} d", (s + 43_200) / 86_400),
    }
}

/// How old something is: `6 d`.
pub(crate) fn age(since: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let said = say_ago(since, now);
    let age = match said.strip_suffix(" ago") {
        Some(age) => age.to_owned(),
        None if now - since < time::Duration::minutes(1) => "seconds".to_owned(),
        None => said,
    };
    element(since, age)
}

pub(crate) fn exact(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}, {:02}:{:02}:{:02} UTC", say_date(at), at.hour(), at.minute(), at.second())
}

pub(crate) fn say_date(at: OffsetDateTime) -> String {
    let month = at.month().to_string();
    format!("{} {} {}", at.day(), month.get(..3).unwrap_or(&month), at.year())
}

fn element(at: OffsetDateTime, text: String) -> AnyView {
    let machine = at.format(&Rfc3339).unwrap_or_default();
    view! { <time datetime=machine title=exact(at)>{text}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn a_time_is_said_in_the_unit_people_would_use() {
        let now = datetime!(2026-11-21 12:00 UTC);
        let said = |before: Duration| say_ago(now - before, now);
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
        let said = [0, 240, 10_800, 200_000].map(say_long);
        assert_eq!(said, ["less than a minute", "4 min", "3 h", "2 d"]);
    }

    #[test]
    fn the_exact_time_says_its_zone() {
        assert_eq!(exact(datetime!(2026-11-21 05:03:09 UTC)), "21 Nov 2026, 05:03:09 UTC");
    }
}
