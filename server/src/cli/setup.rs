//! Reads setup files into one setup.

use anyhow::{Context, bail};
use domain::setup::Setup;
use std::path::{Path, PathBuf};

/// Files as they are, directories by their `*.yaml` and `*.yml` in order of name.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Setup> {
    let mut whole = Setup::default();
    for file in paths.iter().map(|path| files(path)).collect::<anyhow::Result<Vec<_>>>()?.concat() {
        let Setup { teams, platform, classes } = parse(&file)?;
        whole.teams.extend(teams);
        whole.platform.extend(platform);
        whole.classes.extend(classes);
    }
    Ok(whole)
}

fn parse(file: &Path) -> anyhow::Result<Setup> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_saphyr::from_str(&text).with_context(|| file.display().to_string())
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = path.read_dir().with_context(|| path.display().to_string())?;
    let mut files: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    if files.is_empty() {
        bail!("{} holds no *.yaml file", path.display());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("makes a directory");
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("writes");
        }
        dir
    }

    #[test]
    fn a_directory_is_read_as_one_setup_in_order_of_name() {
        let orders = "teams: [{slug: orders, title: Orders}]";
        let payments = "teams: [{slug: payments, title: Payments, groups: [{group: payments-owners, role: owner}]}]";
        let dir = scratch(&[("b.yaml", payments), ("a.yml", orders), ("notes.txt", "no: [yaml")]);
        let setup = read(&[dir.path().into()]).expect("reads");
        let slugs: Vec<_> = setup.teams.iter().map(|team| team.slug.as_str()).collect();
        assert_eq!(slugs, ["orders", "payments"]);
    }

    #[test]
    fn a_mistake_names_its_file() {
        let dir = scratch(&[("teams.yaml", "team: []")]);
        let error = format!("{:#}", read(&[dir.path().into()]).expect_err("has an unknown key"));
        assert!(error.contains("teams.yaml") && error.contains("team"), "{error}");
    }

    #[test]
    fn an_empty_directory_is_a_mistake() {
        let dir = scratch(&[]);
        assert!(read(&[dir.path().into()]).is_err());
    }
}
