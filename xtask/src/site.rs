//! Puts together what the browser loads: glue, WebAssembly, one style sheet, fonts and images, each under a name that
//! holds a hash of its content, so that it may be cached for ever; `manifest.json` maps plain names to these.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};

use crate::fingerprint::short_hash;

/// The order of the cascade; a style sheet says in which layer it is.
const LAYERS: &str = "@layer reset, tokens, base, components, pages, utilities;\n";

/// Writes the site into `out`, from the `frontend` crate's `style` and `assets` and the `glue` of its WebAssembly.
pub fn assemble(frontend: &Path, glue: &Path, out: &Path) -> Result<()> {
    let unfinished = out.with_extension("part");
    let _ = fs::remove_dir_all(&unfinished); // of an earlier, broken build
    fs::create_dir_all(&unfinished)?;
    let mut site = Site { dir: unfinished.clone(), manifest: BTreeMap::new() };

    let assets = frontend.join("assets");
    for file in files_under(&assets)? {
        let name = file.strip_prefix(&assets)?.to_str().context("an asset's name is not UTF-8")?.to_owned();
        site.add(&name, &fs::read(&file)?)?;
    }
    site.add("berth.css", site.style_sheet(&frontend.join("style"))?.as_bytes())?;
    let module = site.add("app_bg.wasm", &fs::read(glue.join("app_bg.wasm"))?)?;
    let script = fs::read_to_string(glue.join("app.js"))?.replace("app_bg.wasm", &module);
    site.add("app.js", script.as_bytes())?;
    // Snippets are loaded by the glue under paths that hold a hash already.
    for file in files_under(&glue.join("snippets"))? {
        let to = site.dir.join(file.strip_prefix(glue)?);
        fs::create_dir_all(to.parent().context("a snippet is in a directory")?)?;
        fs::copy(&file, to)?;
    }
    fs::write(site.dir.join("manifest.json"), serde_json::to_vec_pretty(&site.manifest)?)?;

    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::rename(&unfinished, out).with_context(|| format!("write {}", out.display()))
}

struct Site {
    dir: PathBuf,
    /// Plain name to hashed name, both relative to `dir`.
    manifest: BTreeMap<String, String>,
}

impl Site {
    fn add(&mut self, name: &str, content: &[u8]) -> Result<String> {
        let hashed = hashed_name(name, content);
        let file = self.dir.join(&hashed);
        fs::create_dir_all(file.parent().context("a file is in a directory")?)?;
        fs::write(&file, content).with_context(|| format!("write {}", file.display()))?;
        if !name.ends_with(".woff2") {
            // Once and as tight as can be, rather than at every request; fonts are compressed in themselves.
            fs::write(with_ending(&file, "br"), compressed(content)?)?;
        }
        self.manifest.insert(name.to_owned(), hashed.clone());
        Ok(hashed)
    }

    /// All style sheets in one. Their order does not matter: each is in a layer, and the layers are ordered.
    fn style_sheet(&self, dir: &Path) -> Result<String> {
        let mut all = LAYERS.to_owned();
        for file in files_under(dir)? {
            let text = fs::read_to_string(&file)?;
            if !text.contains("@layer ") && !text.contains("@font-face") {
                bail!("{} names no @layer, so its rules would beat all others", file.display());
            }
            let text = with_hashed_urls(&text, &self.manifest).with_context(|| file.display().to_string())?;
            all.push_str(text.trim());
            all.push('\n');
        }
        Ok(all)
    }
}

/// `app.js` becomes `app.js.br`.
fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn compressed(content: &[u8]) -> Result<Vec<u8>> {
    const BUFFER: usize = 4096;
    const TIGHTEST: u32 = 11;
    const WINDOW: u32 = 22;
    let mut out = Vec::new();
    brotli::CompressorReader::new(content, BUFFER, TIGHTEST, WINDOW).read_to_end(&mut out)?;
    Ok(out)
}

/// `fonts/inter.woff2` becomes `fonts/inter.HASH.woff2`.
fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash = short_hash(content);
    let start_of_file = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[start_of_file..].rfind('.') {
        Some(dot) => format!("{}.{hash}{}", &name[..start_of_file + dot], &name[start_of_file + dot..]),
        None => format!("{name}.{hash}"),
    }
}

/// Replaces the names of assets in `url(…)` by hashed ones. An asset is named by its path in `assets`.
fn with_hashed_urls(css: &str, manifest: &BTreeMap<String, String>) -> Result<String> {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("url(") {
        let (before, after) = rest.split_at(start + "url(".len());
        let end = after.find(')').ok_or_else(|| anyhow!("a url( without an end"))?;
        let url = after[..end].trim().trim_matches(['"', '\'']);
        out.push_str(before);
        if url.starts_with("data:") || url.starts_with('#') {
            out.push_str(&after[..end]);
        } else {
            let name = url
                .trim_start_matches("../")
                .trim_start_matches("./")
                .trim_start_matches('/')
                .trim_start_matches("assets/");
            out.push_str(manifest.get(name).ok_or_else(|| anyhow!("there is no asset {url}"))?);
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// All files under `dir` in a stable order; none where there is no such directory.
fn files_under(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !dir.is_dir() {
        return Ok(files);
    }
    let mut entries: Vec<_> = fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files.extend(files_under(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_before_the_extension() {
        assert_eq!(hashed_name("fonts/inter.v4.woff2", b""), "fonts/inter.v4.e3b0c44298fc.woff2");
        assert_eq!(hashed_name("a.b/LICENSE", b""), "a.b/LICENSE.e3b0c44298fc");
    }

    #[test]
    fn addresses_in_style_sheets_follow_the_assets() {
        let manifest = BTreeMap::from([("fonts/a.woff2".to_owned(), "fonts/a.1.woff2".to_owned())]);
        let css = "a { src: url(\"fonts/a.woff2\") } b { src: url('../assets/fonts/a.woff2'), url(data:x) }";
        let expected = "a { src: url(fonts/a.1.woff2) } b { src: url(fonts/a.1.woff2), url(data:x) }";
        assert_eq!(with_hashed_urls(css, &manifest).unwrap(), expected);
    }

    #[test]
    fn an_address_of_nothing_is_refused() {
        let error = with_hashed_urls("a { src: url(gone.png) }", &BTreeMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "there is no asset gone.png");
    }
}
