//! Secret texts, which are shown nowhere: only whether one is the same as another.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::BTreeSet;

/// Texts that stand as `(hidden 1)`, with the same number wherever the same text stands.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// With its number, the longest first: one may be part of another.
    within: Vec<(String, usize)>,
    /// So short that they are hidden only where nothing else stands.
    whole: Vec<(String, usize)>,
}

/// Characters from which on a text is looked for within others.
const SHORTEST_WITHIN: usize = 4;

impl Hidden {
    pub fn new(texts: BTreeSet<String>) -> Self {
        let mut hidden = Self::default();
        for (n, text) in texts.into_iter().filter(|text| !text.is_empty()).enumerate() {
            if text.chars().count() < SHORTEST_WITHIN {
                hidden.whole.push((text, n + 1));
            } else {
                hidden.within.push((STANDARD.encode(&text), n + 1));
                hidden.within.push((text, n + 1));
            }
        }
        hidden.within.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        hidden
    }

    /// With what is hidden out of it.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                let text = number.to_string();
                let shown = self.shown(&text);
                if shown != text {
                    *value = Value::String(shown);
                }
            }
            Value::String(text) => *text = self.shown(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(entries) => entries.values_mut().for_each(|entry| self.apply(entry)),
        }
    }

    fn shown(&self, text: &str) -> String {
        if let Some((_, n)) = self.whole.iter().find(|(hidden, _)| hidden == text) {
            return stand_in(*n);
        }
        let found = self.within.iter().filter(|(hidden, _)| text.contains(hidden));
        found.fold(text.to_owned(), |text, (hidden, n)| text.replace(hidden, &stand_in(*n)))
    }
}

fn stand_in(n: usize) -> String {
    format!("(hidden {n})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_hidden_stands_nowhere_and_can_be_told_apart() {
        let hidden = Hidden::new(["hunter2", "hunter22", "pin", "4711", ""].map(str::to_owned).into());
        let mut value = json!({
            "url": "postgres://app:hunter22@db",
            "same": ["hunter2", "hunter2\n", "pin", "pinned"],
            "encoded": STANDARD.encode("hunter2"),
            "number": 4711,
            "other": 5,
        });
        hidden.apply(&mut value);
        let shown = json!({
            "url": "postgres://app:(hidden 3)@db",
            "same": ["(hidden 2)", "(hidden 2)\n", "(hidden 4)", "pinned"],
            "encoded": "(hidden 2)",
            "number": "(hidden 1)",
            "other": 5,
        });
        assert_eq!(value, shown);
    }
}
