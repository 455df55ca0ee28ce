//! How well something that has a name answers what somebody types.

/// Better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Exact,
    Beginning,
    /// Somewhere within.
    Within,
    /// By something that is not its name.
    Otherwise,
}

/// How `name` answers `text`. Both as people write them: capitals make no difference.
pub fn rank(name: &str, text: &str) -> Rank {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    match name.find(&text) {
        Some(0) if name.len() == text.len() => Rank::Exact,
        Some(0) => Rank::Beginning,
        Some(_) => Rank::Within,
        None => Rank::Otherwise,
    }
}

/// The words of a text, each to be found by its beginning. What is no letter and no digit separates them.
pub fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).take(WORDS_MOST).collect()
}

/// Of a longer text the rest is not looked for.
const WORDS_MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_name_itself_comes_before_those_that_begin_with_it() {
        let mut names = ["my-payments", "orders", "payments-dev", "Payments"];
        names.sort_by_key(|name| rank(name, "payments"));
        assert_eq!(names, ["Payments", "payments-dev", "my-payments", "orders"]);
    }

    proptest! {
        #[test]
        fn words_hold_nothing_that_a_query_could_trip_over(text in ".*") {
            let words = words(&text);
            prop_assert!(words.len() <= WORDS_MOST);
            // Some capitals become a letter and a mark above it.
            let is_plain = |c: char| c.is_alphanumeric() || c == '\u{307}';
            let are_plain = words.iter().all(|word| !word.is_empty() && word.chars().all(is_plain));
            prop_assert!(are_plain);
        }
    }
}
