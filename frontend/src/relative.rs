//! How long ago something was, in words: said on the server when a page is made, and in the browser as time goes on.

/// `3 h ago`, `in 2 d`; none for what is so far away that its date says more.
pub(crate) fn ago(seconds: i64) -> Option<String> {
    let words = |amount: String| if seconds < 0 { format!("in {amount}") } else { format!("{amount} ago") };
    Some(match seconds.unsigned_abs() {
        0..10 => "just now".to_owned(),
        s @ 10..60 => words(format!("{s} s")),
        s @ 60..5_400 => words(format!("{} min", (s + 30) / 60)),
        s @ 5_400..129_600 => words(format!("{} h", (s + 1_800) / 3_600)),
        s @ 129_600..3_888_000 => words(format!("{} d", (s + 43_200) / 86_400)),
        _ => return None,
    })
}

/// How old something is: `6 d`.
pub(crate) fn age(seconds: i64) -> Option<String> {
    let said = ago(seconds)?;
    Some(match said.strip_suffix(" ago") {
        Some(age) => age.to_owned(),
        None if seconds < 60 => "seconds".to_owned(),
        None => said,
    })
}
