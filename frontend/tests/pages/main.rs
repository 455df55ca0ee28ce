//! What holds on every page, over the samples of the gallery.
#![cfg(feature = "ssr")]

mod cases;
mod documents;
mod forms;
#[path = "../../../values/tests/generated/mod.rs"]
mod generated;
mod namespaces;
mod requests;
#[path = "../../examples/gallery/samples/mod.rs"]
mod samples;
#[path = "../html/shape.rs"]
mod shape;
#[path = "../html/table.rs"]
mod table;
mod values_forms;

use frontend::Theme;
use std::collections::BTreeMap;

/// Every page by its name.
fn by_name() -> BTreeMap<&'static str, String> {
    samples::pages(Theme::System).into_iter().collect()
}

/// Pages that break the rule, with what they hold.
fn breaking(is_broken: impl Fn(&str) -> bool) -> Vec<&'static str> {
    samples::pages(Theme::System).into_iter().filter(|(_, html)| is_broken(html)).map(|(name, _)| name).collect()
}

/// Every file of the crate: its name, and what is in it.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut directories = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("is there").map(|entry| entry.expect("is read").path()) {
            if entry.is_dir() {
                directories.push(entry);
                continue;
            }
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            sources.push((name, std::fs::read_to_string(&entry).expect("is text")));
        }
    }
    sources
}

fn none() -> Vec<&'static str> {
    Vec::new()
}

/// The part of a page that is kept as it is now.
fn part<'a>(html: &'a str, slot: &str) -> &'a str {
    html.split(&format!("data-slot=\"{slot}\"")).nth(1).unwrap_or_default()
}

/// What is sent to who has the page open, by the name of its slot.
fn slots(html: &str) -> BTreeMap<String, String> {
    let html = frontend::Slots::of(html).html();
    let parts = html.split(" data-slot=\"").skip(1).filter_map(|part| part.split_once('"'));
    parts.map(|(name, part)| (name.to_owned(), part.to_owned())).collect()
}
