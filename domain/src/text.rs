//! Text from outside. What people type is refused when it holds characters that nobody sees; what a provider or a cluster
//! says is made harmless, and no longer than is of use.
//!
//! Such characters end lines in a log, colour a terminal, turn the direction in which a page is read, or make two names
//! look the same that are not.

use std::borrow::Cow;

/// Stands where a character was that cannot be seen.
pub const REPLACEMENT: char = '\u{fffd}';
/// Characters of a name or an address that somebody else says: of people, products, versions.
pub const LONGEST_NAME: usize = 200;

/// Upper case at its beginning, and one full stop at its end, unless it ends with a mark of its own.
pub fn sentence(text: &str) -> String {
    let text = capitalized(text.trim());
    if text.is_empty() || text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

/// A name stays as it is: a first word with a dash in it.
pub fn capitalized(text: &str) -> String {
    let is_name = text.split_whitespace().next().is_some_and(|word| word.contains('-'));
    if is_name {
        return text.to_owned();
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// How many lines a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    One,
    Many,
}

/// Whether a reader would see nothing of it, or see something else than is there: control characters, those that turn
/// the direction of text, those without width. The sign that asks for a coloured emoji is none of them.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{2800}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether it is how a script or an emoji is written: a joiner between two characters of theirs (Persian, Hindi, families).
fn joins(before: Option<char>, c: char, after: Option<char>) -> bool {
    let is_of_such = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && (!is_unseen(c) || c == '\u{fe0f}'));
    matches!(c, '\u{200c}' | '\u{200d}') && is_of_such(before) && is_of_such(after)
}

/// The first character that a text of people may not hold.
fn first_refused(text: &str, lines: Lines) -> Option<char> {
    let is_line_end = |c| lines == Lines::Many && matches!(c, '\n' | '\r' | '\t');
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_joiner = lines == Lines::Many && joins(before, c, chars.peek().copied());
        if is_unseen(c) && !is_line_end(c) && !is_joiner {
            return Some(c);
        }
        before = Some(c);
    }
    None
}

/// Says which character it is: who typed it does not see it.
pub fn check_characters(text: &str, lines: Lines) -> Result<(), Cow<'static, str>> {
    match first_refused(text, lines) {
        Some('\n' | '\r') => Err("must be one line".into()),
        Some(c) => Err(format!("has a character that cannot be seen, U+{:04X}: take it out", u32::from(c)).into()),
        None => Ok(()),
    }
}

/// Text that people type: not blank, of bounded length, and all of it to be seen.
pub fn check(text: &str, shortest: usize, longest: usize, lines: Lines) -> Result<(), Cow<'static, str>> {
    let length = text.trim().chars().count();
    if length == 0 {
        return Err("is missing".into());
    }
    if length < shortest {
        return Err(format!("is too short: it takes at least {shortest} characters").into());
    }
    if text.chars().count() > longest {
        return Err(format!("is too long: it takes at most {longest} characters").into());
    }
    check_characters(text, lines)
}

/// What somebody else says, as it may be shown: in one line, without what is not seen, and not longer than this.
pub fn shown(text: &str, longest: usize) -> String {
    let seen = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_unseen(c) => REPLACEMENT,
        c => c,
    };
    let mut chars = text.chars().map(seen);
    let mut shown: String = chars.by_ref().take(longest).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case('\0', "a null")]
    #[case('\u{1b}', "the beginning of a terminal's commands")]
    #[case('\u{7f}', "delete")]
    #[case('\u{9b}', "the same in one character")]
    #[case('\u{ad}', "a soft hyphen")]
    #[case('\u{61c}', "an Arabic letter mark")]
    #[case('\u{200b}', "a space without width")]
    #[case('\u{200d}', "a joiner")]
    #[case('\u{200e}', "a mark of direction")]
    #[case('\u{2028}', "an end of line that is none in a file")]
    #[case('\u{202e}', "an override of direction")]
    #[case('\u{2066}', "an isolate")]
    #[case('\u{2060}', "a word joiner")]
    #[case('\u{3164}', "a filler")]
    #[case('\u{feff}', "a byte order mark")]
    #[case('\u{fe00}', "a variation")]
    #[case('\u{e0041}', "a tag")]
    #[case('\u{2800}', "a letter of Braille without a dot")]
    fn what_nobody_sees_is_refused_by_its_number_and_shown_as_something(#[case] c: char, #[case] what: &str) {
        for lines in [Lines::One, Lines::Many] {
            let refused = check(&format!("load{c}tests"), 1, 80, lines).expect_err(what);
            assert!(refused.contains(&format!("U+{:04X}", u32::from(c))), "{what}: {refused}");
        }
        assert_eq!(shown(&format!("a{c}b"), 10), format!("a{REPLACEMENT}b"), "{what}");
    }

    #[rstest]
    #[case("Zahlungsverkehr für Köln – 100 % „sicher“")]
    #[case("決済チーム")]
    #[case("مدفوعات")]
    #[case("оплата 🦀 ❤\u{fe0f}")]
    #[case("a&b <c> \"d\" 'e' \\n")]
    fn what_people_write_is_taken_and_shown_as_it_is(#[case] text: &str) {
        assert_eq!(check(text, 1, 80, Lines::One), Ok(()));
        assert_eq!(shown(text, 80), text);
    }

    #[rstest]
    #[case("می\u{200c}خواهم")]
    #[case("👩\u{200d}👩\u{200d}👧 and 🏳\u{fe0f}\u{200d}🌈")]
    fn joiners_are_part_of_how_some_texts_are_written_and_of_no_name(#[case] text: &str) {
        assert_eq!(check(text, 1, 80, Lines::Many), Ok(()));
        assert!(check(text, 1, 80, Lines::One).is_err());
        assert!(check(&format!("{text}\u{200d}"), 1, 80, Lines::Many).is_err(), "it joins nothing");
    }

    #[test]
    fn lines_end_where_there_may_be_several() {
        assert_eq!(check("one\n\ttwo\r\n", 1, 80, Lines::Many), Ok(()));
        assert_eq!(check("one\ntwo", 1, 80, Lines::One).expect_err("is two"), "must be one line");
        assert_eq!(shown("one\ntwo\r\n", 80), "one two  ");
    }

    #[test]
    fn what_is_shown_has_a_longest_length() {
        assert_eq!(shown(&"ä".repeat(5), 5), "äääää");
        assert_eq!(shown(&"ä".repeat(6), 5), "äääää…");
    }

    #[rstest]
    #[case("nobody decides their own request", "Nobody decides their own request.")]
    #[case("payments-dev does not expire", "payments-dev does not expire.")]
    #[case("Done. ", "Done.")]
    #[case("", "")]
    fn a_reason_becomes_a_sentence_and_a_name_stays_a_name(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(sentence(text), expected);
    }
}
