//! The last day of something, as people say it.

use crate::field_error::FieldErrors;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, time};
use time::{Date, OffsetDateTime};

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A day, which counts to its end in UTC. As text `2026-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Date))]
#[serde(try_from = "String", into = "String")]
pub struct UntilDate(Date);

impl UntilDate {
    /// The day on which this moment lies.
    pub fn of(at: OffsetDateTime) -> Self {
        Self(at.to_offset(time::UtcOffset::UTC).date())
    }

    pub fn date(self) -> Date {
        self.0
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(self.0))
    }

    /// Refuses what is no extension of what lasts until `base`.
    pub fn require_after(self, base: Self) -> Result<(), FieldErrors> {
        if self > base {
            return Ok(());
        }
        Err(FieldErrors::of("until", format!("must be {} at least: it expires on {base} now", base.next())))
    }

    /// When it is over: the last second of the day.
    pub fn end(self) -> OffsetDateTime {
        self.0.with_time(time!(23:59:59)).assume_utc()
    }
}

impl FromStr for UntilDate {
    type Err = FieldErrors;

    fn from_str(text: &str) -> Result<Self, FieldErrors> {
        let date = Date::parse(text.trim(), FORMAT);
        // Years of more or less than four digits would not be written as they are read.
        let date = date.ok().filter(|date| (1970..=9999).contains(&date.year()));
        date.map(Self).ok_or_else(|| FieldErrors::of("until", "must be a date such as 2026-12-31"))
    }
}

impl fmt::Display for UntilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl TryFrom<String> for UntilDate {
    type Error = String;

    /// Whoever reads JSON says which field it is.
    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|errors: FieldErrors| errors.0.into_iter().map(|error| error.message).collect::<String>())
    }
}

impl From<UntilDate> for String {
    fn from(date: UntilDate) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_day_is_refused_with_the_field() {
        for wrong in
            ["", "tomorrow", "2026-02-30", "2026-13-01", "31.12.2026", "+12026-01-01", "-0001-01-01", "2026-1-1"]
        {
            let errors = wrong.parse::<UntilDate>().expect_err(wrong);
            assert_eq!(errors.0[0].field, "until");
        }
    }

    #[test]
    fn the_least_that_is_named_is_one_that_is_taken() {
        let base: UntilDate = "2026-12-30".parse().expect("is a day");
        let mut errors = base.require_after(base).expect_err("is no later");
        let named = errors.0.remove(0);
        assert!(named.field == "until" && named.message.contains("2026-12-31"), "{named:?}");
        assert_eq!(base.next().to_string(), "2026-12-31");
        assert_eq!(base.next().require_after(base), Ok(()));
    }

    #[test]
    fn what_is_no_day_in_json_is_said_without_its_field_which_stands_before_it() {
        let error = serde_json::from_str::<UntilDate>("\"soon\"").expect_err("is no day").to_string();
        assert!(error.starts_with("must be"), "{error}");
    }

    proptest! {
        #[test]
        fn a_day_is_read_as_it_is_written_and_ends_on_itself(seconds in 0..253_402_300_799i64) {
            let at = OffsetDateTime::from_unix_timestamp(seconds).expect("in range");
            let day = UntilDate::of(at);
            prop_assert_eq!(day.to_string().parse::<UntilDate>(), Ok(day));
            prop_assert_eq!(UntilDate::of(day.end()), day);
            prop_assert!(day.end() >= at);
        }
    }
}
