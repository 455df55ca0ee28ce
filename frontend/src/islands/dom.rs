//! Lists of the document.

use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

pub fn elements(list: Option<NodeList>) -> impl Iterator<Item = Element> {
    let nodes = list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |place| list.item(place)));
    nodes.filter_map(|node| node.dyn_into().ok())
}
