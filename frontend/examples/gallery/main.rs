//! Writes every page with sample data to `target/gallery`, to be looked at: `cargo run -p frontend --example gallery --features ssr`.
//!
//! Serve that directory with any file server. Islands wake there too, once `cargo xtask wasm` has made the glue.

use std::fs;
use std::io;
use std::path::Path;

mod samples;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = root.join("../target/gallery");
    for (theme, dir) in [(frontend::Theme::Light, "light"), (frontend::Theme::Dark, "dark")] {
        fs::create_dir_all(out.join(dir))?;
        for (name, html) in samples::pages(theme) {
            fs::write(out.join(dir).join(format!("{name}.html")), html)?;
        }
    }
    let assets = out.join("assets");
    copy(&root.join("assets"), &assets)?;
    let glue = root.join("../target/wasm/glue");
    if glue.is_dir() {
        copy(&glue, &assets)?;
    }
    fs::write(assets.join("berth.css"), style_sheet(&root.join("style"))?)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn style_sheet(dir: &Path) -> io::Result<String> {
    let mut all = "@layer reset, tokens, base, components, pages, utilities;\n".to_owned();
    for entry in fs::read_dir(dir)? {
        all.push_str(&fs::read_to_string(entry?.path())?);
    }
    Ok(all)
}
