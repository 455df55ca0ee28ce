//! People, by the letters of their name.

use leptos::prelude::*;

/// A round with initials, beside the name itself.
pub(crate) fn avatar(name: &str) -> AnyView {
    view! { <span class="avatar" aria-hidden="true">{initials(name)}</span> }.into_any()
}

fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    let letters = [words.next(), words.next()];
    letters.into_iter().flatten().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_letters_of_two_words() {
        assert_eq!(initials("payments owner"), "PO");
        assert_eq!(initials("platform"), "P");
        assert_eq!(initials("  (über) alles"), "ÜA");
        assert_eq!(initials(""), "");
    }
}
