//! The images of the real node, made of Debian's packages and of programs of our own, under the names that charts use. No
//! registry is asked for any.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use stack::process::run;

use crate::{
    fingerprint::Fingerprint,
    progress::{Step, Steps},
    project::Project,
    tools::{Missing, build},
};

/// Linked with nothing, so that it runs in every image.
pub const BUSYBOX: &str = "/bin/busybox";

/// What an image is made of.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A program of `devcluster/images`, and nothing else.
    Go(&'static str),
    Busybox,
    /// A package, with all that it depends on.
    Debian(&'static str),
}

/// An image: its repository, and how it runs. Lists are JSON.
struct Image {
    repository: &'static str,
    source: Source,
    /// None: the versions that its program says it has.
    tag: Option<&'static str>,
    user: &'static str,
    entrypoint: &'static str,
    cmd: &'static str,
    env: &'static [&'static str],
}

const IMAGES: [Image; 5] = [
    Image {
        repository: "registry.k8s.io/pause",
        source: Source::Go("pause"),
        tag: Some("3.10"),
        user: "65535",
        entrypoint: r#"["/pause"]"#,
        cmd: "[]",
        env: &[],
    },
    Image {
        repository: "registry.berth.dev/web",
        source: Source::Go("web"),
        tag: Some("1.0"),
        user: "65534",
        entrypoint: r#"["/web"]"#,
        cmd: "[]",
        env: &[],
    },
    Image {
        repository: "docker.io/library/busybox",
        source: Source::Busybox,
        tag: None,
        user: "",
        entrypoint: "[]",
        cmd: r#"["sh"]"#,
        env: &[],
    },
    Image {
        repository: "docker.io/library/postgres",
        source: Source::Debian("postgresql"),
        tag: None,
        user: "999",
        entrypoint: r#"["entrypoint"]"#,
        cmd: r#"["postgres"]"#,
        env: &["PGDATA=/var/lib/postgresql/data/pgdata", "PGHOST=/dev/shm", "LANG=C.UTF-8"],
    },
    Image {
        repository: "docker.io/library/redis",
        source: Source::Debian("redis-server"),
        tag: None,
        user: "998",
        entrypoint: "[]",
        cmd: r#"["redis-server"]"#,
        env: &[],
    },
];

/// Nobody reads them in a container.
const EXCLUDED: [&str; 12] = [
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/i18n",
    "usr/share/lintian",
    "usr/share/perl*",
    "usr/lib/*/perl*",
    "usr/lib/*/libLLVM*",
    "usr/lib/*/libz3*",
    "usr/lib/postgresql/*/lib/bitcode",
    "usr/lib/postgresql/*/lib/llvmjit.so",
    "var/cache",
];

/// Users by the numbers that images, charts and people give them: some programs ask for a name.
const USERS: [(&str, u32); 7] = [
    ("root", 0),
    ("postgres", 999),
    ("redis", 998),
    ("user", 1000),
    ("bitnami", 1001),
    ("app", 10001),
    ("nobody", 65534),
];

/// The directory in which the node finds them.
pub fn store(project: &Project) -> Result<PathBuf> {
    Ok(project.work_dir("node")?.join("images"))
}

/// Whether they are there, and of today's inputs.
pub fn is_made(project: &Project) -> Result<bool> {
    Ok(inputs(project)?.is_made(&store(project)?.with_extension("inputs")))
}

fn inputs(project: &Project) -> Result<Fingerprint> {
    Fingerprint::of(&project.root, &["devcluster/images", "xtask/src/images.rs"], &release()?.version)
}

/// Makes the images that are not there yet.
pub fn make(project: &Project, steps: &Steps) -> Result<()> {
    let store = store(project)?;
    inputs(project)?.unless_made(&store.with_extension("inputs"), || {
        let _ = fs::remove_dir_all(&store); // of other inputs
        let trees = project.work_dir("node/trees")?;
        let makers = IMAGES.iter().map(|image| Maker { project, image, store: &store, trees: &trees });
        steps.run("Make the images of the real node", |step| {
            makers.into_iter().try_for_each(|maker| maker.make(step))
        })?;
        fs::remove_dir_all(&trees).context("remove what the images were made of")
    })
}

struct Maker<'a> {
    project: &'a Project,
    image: &'a Image,
    store: &'a Path,
    trees: &'a Path,
}

impl Maker<'_> {
    fn make(&self, step: &Step) -> Result<()> {
        let repository = self.image.repository;
        let tree = self.trees.join(repository.replace('/', "-"));
        let _ = fs::remove_dir_all(&tree); // of one that was not finished
        fs::create_dir_all(&tree)?;
        step.note(repository);
        match self.image.source {
            Source::Go(program) => self.go(step, program, &tree)?,
            Source::Busybox => furnish(&tree)?,
            Source::Debian(package) => self.debian(step, package, &tree)?,
        }
        self.pack(step, &tree).with_context(|| format!("make the image {repository}"))
    }

    fn go(&self, step: &Step, program: &str, tree: &Path) -> Result<()> {
        let mut go = Command::new("go");
        go.current_dir(self.project.root.join("devcluster")).env("CGO_ENABLED", "0");
        go.args(["build", "-ldflags", "-s -w", "-o"]).arg(tree.join(program)).arg(format!("./images/{program}"));
        build(step, &mut go, &self.log(program))
    }

    fn debian(&self, step: &Step, package: &str, tree: &Path) -> Result<()> {
        let release = release()?;
        let mut extract = Command::new("mmdebstrap");
        extract.args(["--variant=extract", "--skip=check/empty", &format!("--include={package}"), &release.name]);
        extract.arg(tree).arg(&release.sources);
        build(step, &mut extract, &self.log(package))?;
        merge_usr(tree)?;
        furnish(tree)?;
        let data = tree.join("var/lib/postgresql/data");
        if let Ok(versions) = fs::read_dir(tree.join("usr/lib/postgresql")) {
            for version in versions {
                link_all(&version?.path().join("bin"), tree)?;
            }
            fs::create_dir_all(&data)?;
            set_mode(&data, 0o1777)?; // whoever it runs as
            let entrypoint = tree.join("usr/local/bin/entrypoint");
            fs::copy(self.project.root.join("devcluster/images/postgres/entrypoint"), &entrypoint)?;
            set_mode(&entrypoint, 0o755)?;
        }
        Ok(())
    }

    fn pack(&self, step: &Step, tree: &Path) -> Result<()> {
        let Image { repository, user, entrypoint, cmd, env, .. } = self.image;
        let mut pack = Command::new(self.project.devcluster());
        pack.args(["image", "--user", user, "--entrypoint", entrypoint, "--cmd", cmd]);
        pack.arg("--store").arg(self.store).arg("--tree").arg(tree);
        for tag in self.tags(tree)? {
            pack.arg("--name").arg(format!("{repository}:{tag}"));
        }
        pack.args(EXCLUDED.iter().flat_map(|pattern| ["--exclude", pattern]));
        pack.args(env.iter().flat_map(|variable| ["--env", variable]));
        build(step, &mut pack, &self.log("pack"))
    }

    fn tags(&self, tree: &Path) -> Result<Vec<String>> {
        if let Some(tag) = self.image.tag {
            return Ok(vec![tag.to_owned(), "latest".to_owned()]);
        }
        let (_, program) = self.image.repository.rsplit_once('/').context("a repository has a registry before it")?;
        let ask = match program {
            "busybox" => vec!["/bin/busybox"],
            "redis" => vec!["/usr/bin/redis-server", "--version"],
            _ => vec!["/usr/local/bin/postgres", "--version"],
        };
        let said = run(program, Command::new("chroot").arg(tree).args(ask))?;
        let version = version_in(&said).with_context(|| format!("{program} does not say its version: {said}"))?;
        Ok(tags_of(version))
    }

    fn log(&self, name: &str) -> PathBuf {
        self.store.with_file_name(format!("image-{name}.log"))
    }
}

/// The first word that is a version.
fn version_in(text: &str) -> Option<&str> {
    let numbers = |word: &str| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok());
    let words = text.split_whitespace().map(|word| word.trim_start_matches("v=").trim_start_matches('v'));
    words.into_iter().find(|word| numbers(word))
}

/// As registries have them: the version, each shorter one, and `latest`.
fn tags_of(version: &str) -> Vec<String> {
    let parts: Vec<_> = version.split('.').collect();
    let shorter = (1..=parts.len()).map(|n| parts[..n].join("."));
    shorter.chain(["latest".to_owned()]).collect()
}

/// From Debian 13 on, a package on which none depends has the names by which programs are loaded.
fn merge_usr(tree: &Path) -> Result<()> {
    for dir in ["bin", "sbin", "lib", "lib64"] {
        if tree.join("usr").join(dir).exists() && tree.join(dir).symlink_metadata().is_err() {
            symlink(Path::new("usr").join(dir), tree.join(dir))?;
        }
    }
    Ok(())
}

/// The directories, names and small programs that every image has.
fn furnish(tree: &Path) -> Result<()> {
    for dir in ["bin", "etc", "proc", "sys", "dev", "tmp", "run", "root", "var", "usr/bin", "usr/local/bin"] {
        fs::create_dir_all(tree.join(dir))?;
    }
    set_mode(&tree.join("tmp"), 0o1777)?;
    let passwd = USERS.map(|(name, id)| format!("{name}:x:{id}:{id}:{name}:/:/bin/sh\n"));
    let group = USERS.map(|(name, id)| format!("{name}:x:{id}:\n"));
    fs::write(tree.join("etc/passwd"), passwd.concat())?;
    fs::write(tree.join("etc/group"), group.concat())?;
    fs::copy(BUSYBOX, tree.join("bin/busybox")).context("copy busybox")?;
    let programs = run("busybox", Command::new(BUSYBOX).arg("--list"))?;
    for program in programs.lines().filter(|program| *program != "busybox") {
        let is_there = ["bin", "usr/bin", "sbin", "usr/sbin"]
            .iter()
            .any(|dir| tree.join(dir).join(program).symlink_metadata().is_ok());
        if !is_there {
            symlink("busybox", tree.join("bin").join(program))?;
        }
    }
    Ok(())
}

/// Puts the programs of a directory where they are found.
fn link_all(programs: &Path, tree: &Path) -> Result<()> {
    for program in fs::read_dir(programs)? {
        let program = program?;
        let inside = Path::new("/").join(program.path().strip_prefix(tree)?);
        symlink(inside, tree.join("usr/local/bin").join(program.file_name()))?;
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("set the mode of {}", path.display()))
}

/// Which Debian this is, and where it has its packages from.
struct Release {
    name: String,
    version: String,
    sources: PathBuf,
}

/// Errs, with one line, where no images can be made.
pub fn require_debian() -> Result<()> {
    release().map(drop)
}

fn release() -> Result<Release> {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| {
        text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim_matches('"').to_owned())
    };
    let missing = |why: &str| Missing(format!("images are made of Debian's packages, and {why}"));
    ensure!(value("ID=").as_deref() == Some("debian"), missing("this is no Debian"));
    let name = value("VERSION_CODENAME=").ok_or_else(|| missing("this Debian has no name"))?;
    let sources = sources(Path::new("/etc/apt"), &name);
    Ok(Release {
        version: fs::read_to_string("/etc/debian_version")?,
        sources: sources.ok_or_else(|| missing("apt has no list of where this one has them from"))?,
        name,
    })
}

/// The first of apt's lists that has packages of a release: Debian's own, if they are where they are today.
fn sources(apt: &Path, release: &str) -> Option<PathBuf> {
    let mut others: Vec<_> =
        fs::read_dir(apt.join("sources.list.d")).into_iter().flatten().flatten().map(|of| of.path()).collect();
    others.sort();
    let first = ["sources.list.d/debian.sources", "sources.list"].map(|file| apt.join(file));
    first.into_iter().chain(others).find(|file| {
        let is_list = file.extension().is_some_and(|kind| kind == "list" || kind == "sources");
        is_list && fs::read_to_string(file).is_ok_and(|text| has_packages_of(&text, release))
    })
}

fn has_packages_of(list: &str, release: &str) -> bool {
    let lines = list.lines().filter(|line| line.starts_with("deb ") || line.starts_with("Suites:"));
    lines.into_iter().any(|line| line.split_whitespace().any(|word| word == release))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_say_their_version_in_their_own_ways() {
        for (said, version) in [
            ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n", Some("15.20")),
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", Some("7.0.15")),
            ("BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.", Some("1.35.0")),
            ("nothing of the kind 7", None),
        ] {
            assert_eq!(version_in(said), version, "{said}");
        }
    }

    #[test]
    fn an_image_has_its_version_and_each_shorter_one_as_tags() {
        assert_eq!(tags_of("7.0.15"), ["7", "7.0", "7.0.15", "latest"]);
        assert_eq!(tags_of("15.20"), ["15", "15.20", "latest"]);
    }

    #[test]
    fn the_list_is_taken_that_has_packages_of_this_release() {
        for (list, has) in [
            ("Types: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie trixie-updates\nComponents: main\n", true),
            ("deb http://deb.debian.org/debian trixie main\n", true),
            ("deb [signed-by=/a.gpg] http://deb.debian.org/debian trixie main contrib\n", true),
            ("# deb http://deb.debian.org/debian trixie main\n", false),
            ("deb http://deb.debian.org/debian bookworm main\n", false),
            ("# See /etc/apt/sources.list.d/debian.sources\n", false),
        ] {
            assert_eq!(has_packages_of(list, "trixie"), has, "{list}");
        }
    }

    /// What is in the files of a directory.
    fn texts_of(dir: &str) -> Vec<String> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dir);
        let files = fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file());
        files.map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    /// Every `image:` of a text.
    fn images_in(text: &str) -> impl Iterator<Item = &str> {
        text.lines().filter_map(|line| line.trim().strip_prefix("image: "))
    }

    /// The image that a node has of this name, and its tag.
    fn named(image: &str) -> Option<(&'static Image, &str)> {
        let (repository, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
        let of = IMAGES
            .iter()
            .find(|of| of.repository == repository || of.repository == format!("docker.io/library/{repository}"))?;
        Some((of, tag))
    }

    #[test]
    fn what_is_made_for_the_node_runs_there_whichever_release_the_images_are_of() {
        let texts = texts_of("demo/workloads/real");
        let images: Vec<_> = texts.iter().flat_map(|text| images_in(text)).collect();
        assert!(!images.is_empty());
        for image in images {
            let (of, tag) = named(image).expect("the node has it");
            assert_eq!(tag, of.tag.unwrap_or("latest"), "{image}");
        }
    }

    #[test]
    fn tests_on_the_node_ask_for_no_version_that_one_release_has() {
        let texts = texts_of("tests/real_node");
        let quoted: Vec<_> = texts.iter().flat_map(|text| text.split('"')).collect();
        let images: Vec<_> = quoted.into_iter().filter(|word| word.contains(':')).filter_map(named).collect();
        assert!(!images.is_empty());
        for (of, tag) in images {
            assert_eq!(tag, of.tag.unwrap_or("latest"), "{}", of.repository);
        }
    }

    #[test]
    fn what_is_simulated_in_the_demo_stays_so_whichever_release_the_images_are_of() {
        let texts = texts_of("demo/workloads");
        let objects = texts.iter().flat_map(|text| text.split("\n---\n"));
        let could_run: Vec<_> =
            objects.filter(|object| images_in(object).any(|image| named(image).is_some())).collect();
        assert!(could_run.iter().any(|object| object.contains("name: ledger")), "{could_run:?}");
        for object in could_run {
            assert!(object.contains("demo.berth.dev/outcome: "), "{object}");
        }
    }

    #[test]
    fn every_image_says_its_registry_and_runs_by_a_list() {
        for image in &IMAGES {
            let (registry, _) = image.repository.split_once('/').expect("has a registry");
            assert!(registry.contains('.'), "{}", image.repository);
            for list in [image.entrypoint, image.cmd] {
                serde_json::from_str::<Vec<String>>(list).expect("is a list");
            }
            assert!(
                image.user.parse::<u32>().is_ok() || image.user.is_empty(),
                "a kubelet checks numbers: {}",
                image.user
            );
        }
    }
}
