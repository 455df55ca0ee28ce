//! Writes every page with sample data to `target/gallery`.
fn main() {}
