//! What the modules of a crate import, read from the tokens of its files: `use` declarations and paths, also inside macros.
//! Tests are left out: they may know anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    str::FromStr,
};

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Segments from the root of the crate; none for the root itself.
pub type ModulePath = Vec<String>;

/// The modules of one crate that stand in files of their own.
pub struct Crate(BTreeMap<ModulePath, Module>);

/// Something that a file names, with where that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it is written, or as a `use` writes it out.
    path: Vec<String>,
    is_called: bool,
    /// What `use` makes of it in this file.
    alias: Option<String>,
    is_public: bool,
    pub line: usize,
}

#[derive(Debug, Default)]
struct Module {
    /// Relative to the root of the crate's files.
    file: String,
    uses: Vec<Named>,
    paths: Vec<Named>,
    defines: BTreeSet<String>,
}

/// One module names something that is defined in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: ModulePath,
    pub to: ModulePath,
    pub file: String,
    pub line: usize,
}

impl Crate {
    /// Of all files below `src`.
    pub fn read(src: &Path) -> Result<Self> {
        let mut modules = BTreeMap::new();
        for file in rust_files(src)? {
            let name = file.strip_prefix(src)?.to_string_lossy().into_owned();
            if name.split(['/', '.']).any(|part| part == "tests") {
                continue;
            }
            let text = fs::read_to_string(&file)?;
            let module = Module::read(name.clone(), &text).with_context(|| name.clone())?;
            // A library beside a program: each has a root.
            let path = match module_path(&name) {
                root if root.is_empty() && name == "main.rs" => vec!["main".to_owned()],
                path => path,
            };
            modules.insert(path, module);
        }
        Ok(Self(modules))
    }

    /// Everything that is named in the files, written out from the root of this crate or of another:
    /// `crate::store::Conn`. With `(` at its end where it is called.
    pub fn names(&self) -> impl Iterator<Item = (&str, String, usize)> {
        self.0.iter().flat_map(move |(path, module)| {
            module.all().map(move |named| (module.file.as_str(), self.written_out(path, named), named.line))
        })
    }

    /// What its modules import of each other. That a module hands out what its own parts define is none.
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (from, module) in &self.0 {
            for named in module.all() {
                let Some(path) = self.absolute(from, &named.path) else { continue };
                let to = self.defined_in(&path, 0);
                if to != *from && !(named.is_public && to.starts_with(from)) {
                    imports.push(Import { from: from.clone(), to, file: module.file.clone(), line: named.line });
                }
            }
        }
        imports
    }

    fn written_out(&self, from: &ModulePath, named: &Named) -> String {
        let path = match self.absolute(from, &named.path) {
            Some(path) => ["crate".to_owned()].into_iter().chain(path).collect::<Vec<_>>().join("::"),
            None => self.of_library(from, &named.path).join("::"),
        };
        if named.is_called { path + "(" } else { path }
    }

    /// A path of another crate by the name that crate has itself, whatever this file calls it.
    fn of_library(&self, from: &ModulePath, path: &[String]) -> Vec<String> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let renames = |used: &&Named| used.alias.as_ref() == Some(first) && used.path.as_slice() != path;
        match self.0.get(from).and_then(|module| module.uses.iter().find(renames)) {
            Some(used) => [used.path.as_slice(), rest].concat(),
            None => path.to_vec(),
        }
    }

    /// From the root of the crate; none where it is of another crate.
    fn absolute(&self, from: &ModulePath, path: &[String]) -> Option<ModulePath> {
        let first = path.first()?;
        let rest = |n: usize| path.iter().skip(n).cloned();
        match first.as_str() {
            "crate" => Some(rest(1).collect()),
            "self" => Some(from.iter().cloned().chain(rest(1)).collect()),
            "super" => {
                let n = path.iter().take_while(|segment| *segment == "super").count();
                let above = from.len().checked_sub(n)?;
                Some(from.iter().take(above).cloned().chain(rest(n)).collect())
            }
            first => {
                let child: ModulePath = from.iter().cloned().chain([first.to_owned()]).collect();
                if self.0.contains_key(&child) {
                    return Some(child.into_iter().chain(rest(1)).collect());
                }
                let of_alias = |used: &&Named| used.alias.as_deref() == Some(first) && used.path.as_slice() != path;
                let used = self.0.get(from)?.uses.iter().find(of_alias)?;
                let used = self.absolute(from, &used.path).filter(|_| used.path.first().is_some_and(|f| f != first))?;
                Some(used.into_iter().chain(rest(1)).collect())
            }
        }
    }

    /// The module that an absolute path leads to, through what modules hand on.
    fn defined_in(&self, path: &[String], depth: u8) -> ModulePath {
        let mut at = ModulePath::new();
        let mut rest = path.iter().filter(|segment| *segment != "self");
        let mut next = rest.next();
        while let Some(segment) = next {
            let child: ModulePath = at.iter().cloned().chain([segment.clone()]).collect();
            if !self.0.contains_key(&child) {
                break;
            }
            at = child;
            next = rest.next();
        }
        let Some(name) = next.filter(|name| *name != "*") else { return at };
        let Some(module) = self.0.get(&at).filter(|module| !module.defines.contains(name) && depth < 8) else {
            return at;
        };
        let onwards = |used: &Named| self.absolute(&at, &used.path);
        if let Some(used) = module.uses.iter().find(|used| used.alias.as_deref() == Some(name)).and_then(onwards) {
            let used: Vec<_> = used.into_iter().chain(rest.cloned()).collect();
            return if used == path { at } else { self.defined_in(&used, depth + 1) };
        }
        let globs =
            module.uses.iter().filter(|used| used.is_public && used.path.last().is_some_and(|last| last == "*"));
        for used in globs.filter_map(onwards) {
            let of_glob = used.iter().take(used.len() - 1).cloned().chain([name.clone()]);
            let found = self.defined_in(&of_glob.collect::<Vec<_>>(), depth + 1);
            if self.0.get(&found).is_some_and(|module| module.defines.contains(name)) {
                return found;
            }
        }
        at
    }
}

impl Module {
    fn read(file: String, text: &str) -> Result<Self> {
        let tokens = TokenStream::from_str(text).map_err(|error| anyhow!("it cannot be read: {error}"))?;
        let mut module = Self { file, ..Self::default() };
        module.walk(tokens, true, 0);
        Ok(module)
    }

    fn all(&self) -> impl Iterator<Item = &Named> {
        self.uses.iter().chain(&self.paths)
    }

    /// `is_top` where items are the module's own; `depth` counts the modules around that stand in the same file.
    fn walk(&mut self, tokens: TokenStream, is_top: bool, depth: usize) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' && is_for_tests(tokens.get(at + 1)) => {
                    at = after_item(&tokens, at + 2);
                    continue;
                }
                TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(at + 1), '<') => {
                    let end = (at..tokens.len()).find(|i| is_punct(tokens.get(*i), ';')).unwrap_or(tokens.len());
                    let is_public = is_public(&tokens[..at]);
                    let tree = &tokens[at + 1..end];
                    for (path, alias) in use_tree(tree, &[]) {
                        let path = without_inline(path, depth);
                        let alias = alias.or_else(|| path.last().cloned());
                        self.uses.push(Named {
                            path,
                            is_called: false,
                            alias,
                            is_public,
                            line: word.span().start().line,
                        });
                    }
                    at = end;
                }
                TokenTree::Ident(word) => {
                    if is_top
                        && ITEMS.iter().any(|item| word == item)
                        && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
                    {
                        self.defines.insert(name.to_string());
                    }
                    let (path, end) = path_at(&tokens, at);
                    if path.len() > 1 {
                        let is_called = matches!(tokens.get(end), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
                        let path = without_inline(path, depth);
                        self.paths.push(Named {
                            path,
                            is_called,
                            alias: None,
                            is_public: false,
                            line: word.span().start().line,
                        });
                        at = end;
                        continue;
                    }
                }
                TokenTree::Group(group) => {
                    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
                    let is_macro = is_punct(before, '!');
                    let is_module = at >= 2 && matches!(&tokens[at - 2], TokenTree::Ident(word) if word == "mod");
                    self.walk(group.stream(), is_top && is_macro, depth + usize::from(is_module));
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

const ITEMS: [&str; 7] = ["fn", "struct", "enum", "trait", "type", "static", "const"];

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_for_tests(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// Behind the item that begins here: behind its `;`, its `,` or its braces.
fn after_item(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => matches!(punct.as_char(), ';' | ','),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    tokens.iter().skip(from).position(ends).map_or(tokens.len(), |end| from + end + 1)
}

/// Whether `pub`, perhaps with a place in parentheses, stands at the end.
fn is_public(before: &[TokenTree]) -> bool {
    let without_place = match before.split_last() {
        Some((TokenTree::Group(group), rest)) if group.delimiter() == Delimiter::Parenthesis => rest,
        _ => before,
    };
    matches!(without_place.last(), Some(TokenTree::Ident(word)) if word == "pub")
}

/// `super` of a module in the same file leads no further than to the file.
fn without_inline(path: Vec<String>, depth: usize) -> Vec<String> {
    let n = path.iter().take(depth).take_while(|segment| *segment == "super").count();
    if n == 0 {
        return path;
    }
    let rest = path.into_iter().skip(n);
    let rest: Vec<_> = rest.collect();
    if rest.first().is_some_and(|first| first == "super") { rest } else { [vec!["self".to_owned()], rest].concat() }
}

/// Segments from here on, and what comes after them.
fn path_at(tokens: &[TokenTree], from: usize) -> (Vec<String>, usize) {
    let (mut path, mut at) = (Vec::new(), from);
    while let Some(TokenTree::Ident(segment)) = tokens.get(at) {
        path.push(segment.to_string());
        at += 1;
        let goes_on = is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':');
        if !goes_on || !matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// Every path of a `use`, with what it is called here where that is said.
fn use_tree(tokens: &[TokenTree], before: &[String]) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    for tree in tokens.split(|token| is_punct(Some(token), ',')) {
        let mut path = before.to_vec();
        let mut alias = None;
        let mut rest = tree.iter();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => alias = rest.next().map(ToString::to_string),
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".to_owned()),
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    found.extend(use_tree(&inner, &path));
                    path.clear();
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if !path.is_empty() {
            found.push((path, alias));
        }
    }
    found
}

fn module_path(file: &str) -> ModulePath {
    let path = file.trim_end_matches(".rs");
    let parts = path.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
    parts.map(str::to_owned).collect()
}

pub fn rust_files(dir: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
impl Crate {
    /// Of files with their texts.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let module =
            |(name, text): &(&str, &str)| (module_path(name), Module::read((*name).to_owned(), text).expect("is Rust"));
        Self(files.iter().map(module).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn imports(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let path = |path: &ModulePath| path.join("::");
        let mut imports: Vec<_> =
            Crate::of(files).imports().iter().map(|import| (path(&import.from), path(&import.to))).collect();
        imports.dedup();
        imports
    }

    #[rstest]
    #[case("use crate::b::Thing;")]
    #[case("use super::b::{Thing as Other, Next};")]
    #[case("use crate::{b, c};\nfn f() { b::thing() }")]
    #[case("fn f() -> crate::b::Thing { todo!() }")]
    #[case("change!(ctx, |tx| { crate::b::thing(tx) })")]
    #[case("mod inner { use super::super::b::Thing; }")]
    #[case("use crate::b::*;")]
    fn however_it_is_named_it_is_an_import(#[case] text: &str) {
        let found = imports(&[("a.rs", text), ("b.rs", "pub struct Thing;"), ("c.rs", "")]);
        assert!(found.contains(&("a".into(), "b".into())), "{found:?}");
    }

    #[rstest]
    #[case("// crate::b::Thing")]
    #[case("const TEXT: &str = \"crate::b::Thing\";")]
    #[case("#[cfg(test)]\nmod tests { use crate::b::Thing; }")]
    #[case("fn f() -> impl Fn() + use<> { other::b::thing() }")]
    fn what_is_no_code_of_the_module_is_none(#[case] text: &str) {
        assert_eq!(imports(&[("a.rs", text), ("b.rs", "pub struct Thing;")]), []);
    }

    #[test]
    fn what_is_handed_on_is_imported_from_where_it_is_defined() {
        let files = [
            ("a.rs", "use crate::b::Thing;"),
            ("b/mod.rs", "mod c;\npub use c::*;\npub struct Own;"),
            ("b/c.rs", "views! { pub struct Thing {} }"),
        ];
        assert_eq!(imports(&files), [("a".into(), "b::c".into())]);
    }

    #[test]
    fn all_of_a_module_is_that_module_even_where_it_takes_all_of_another() {
        let files = [("a.rs", "use crate::b::*;\npub fn in_a() {}"), ("b.rs", "use crate::a::*;\npub fn in_b() {}")];
        assert_eq!(imports(&files), [("a".into(), "b".into()), ("b".into(), "a".into())]);
    }

    #[test]
    fn names_are_written_out_however_they_were_imported() {
        let krate = Crate::of(&[
            ("a.rs", "use crate::{store as s};\nuse sqlx as db;\nfn f() { s::begin(x); db::query() }"),
            ("store.rs", ""),
        ]);
        let names: Vec<_> = krate.names().map(|(_, name, line)| (name, line)).collect();
        let expected = [("crate::store", 1), ("sqlx", 2), ("crate::store::begin(", 3), ("sqlx::query(", 3)];
        assert_eq!(names, expected.map(|(name, line)| (name.to_owned(), line)));
    }
}
