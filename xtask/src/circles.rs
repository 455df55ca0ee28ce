//! No two modules of one directory import each other, however far around: whoever reads one of them need not know the other.
//! What a module's parts take from its own file, and that file from its parts, is one thing and no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, bail};

use crate::imports::{Crate, Import};

/// The crates that are looked at.
const CRATES: [&str; 11] = [
    "domain/src",
    "charts/src",
    "signatures/src",
    "values/src",
    "helm/src",
    "sources/src",
    "frontend/src",
    "server/src",
    "stack/src",
    "xtask/src",
    "bench/src",
];

/// Errs with every import that is part of a circle.
pub fn check(root: &Path) -> Result<()> {
    let mut found = Vec::new();
    for name in CRATES {
        let imports = Crate::read(&root.join(name))?.imports();
        let lines = circular(&imports);
        found.extend(lines.into_iter().map(|import| {
            let Import { from, to, file, line } = import;
            format!(
                "{name}/{file}:{line}: {} imports {}, and is imported by it in the end",
                from.join("::"),
                to.join("::")
            )
        }));
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}\nModules of one directory import each other in one direction: see ARCHITECTURE.md.", found.join("\n"))
}

/// A name among those of its directory.
type Sibling<'a> = (&'a [String], &'a str);

/// One import for each step of each circle.
fn circular(imports: &[Import]) -> Vec<&Import> {
    let mut steps = BTreeMap::new();
    for import in imports {
        if let Some((from, to)) = siblings(import) {
            steps.entry((from, to)).or_insert(import);
        }
    }
    let mut next: BTreeMap<Sibling<'_>, BTreeSet<Sibling<'_>>> = BTreeMap::new();
    for (from, to) in steps.keys() {
        next.entry(*from).or_default().insert(*to);
    }
    let is_circular = |from: Sibling<'_>, to: Sibling<'_>| reaches(&next, to, from);
    steps.into_iter().filter(|((from, to), _)| is_circular(*from, *to)).map(|(_, import)| import).collect()
}

/// The two modules of one directory that an import is between; none where one of them is above the other.
fn siblings(import: &Import) -> Option<(Sibling<'_>, Sibling<'_>)> {
    let n_common = import.from.iter().zip(&import.to).take_while(|(from, to)| from == to).count();
    let (directory, from, to) = (&import.from[..n_common], import.from.get(n_common)?, import.to.get(n_common)?);
    Some(((directory, from), (directory, to)))
}

fn reaches<'a>(next: &BTreeMap<Sibling<'a>, BTreeSet<Sibling<'a>>>, from: Sibling<'a>, to: Sibling<'a>) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(next.get(&at).into_iter().flatten());
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let imports = Crate::of(files).imports();
        circular(&imports)
            .into_iter()
            .map(|import| format!("{} {}", import.from.join("/"), import.to.join("/")))
            .collect()
    }

    #[test]
    fn a_circle_is_found_however_far_around_it_leads() {
        let files = [
            ("a.rs", "use crate::b::in_b;"),
            ("b/mod.rs", "mod part;\npub fn in_b() {}"),
            ("b/part.rs", "use crate::c::in_c;"),
            ("c.rs", "fn f() { crate::a::in_a() }\npub fn in_c() {}"),
            ("d.rs", "use crate::a::in_a;"),
        ];
        assert_eq!(circles(&files), ["a b", "b/part c", "c a"]);
    }

    #[test]
    fn a_module_and_its_parts_are_one_and_what_leads_down_only_is_none() {
        let files = [
            ("a/mod.rs", "mod part;\nuse part::in_part;\npub struct OfAll;"),
            ("a/part.rs", "use super::OfAll;\nuse crate::b::in_b;"),
            ("b.rs", "pub fn in_b() {}"),
        ];
        assert_eq!(circles(&files), [""; 0]);
    }
}
