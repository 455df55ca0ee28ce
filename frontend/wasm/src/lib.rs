//! Entry point of the browser: wakes the islands that `frontend` rendered on the server.

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Named so that the linker keeps the islands.
    #[allow(unused_imports)]
    use frontend::*;
    leptos::mount::hydrate_islands();
}
