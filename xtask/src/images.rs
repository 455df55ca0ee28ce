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
    tools::build,
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

/// Makes the images that are not there yet. The directory in which the node finds them.
pub fn make(project: &Project, steps: &Steps) -> Result<PathBuf> {
    let store = project.work_dir("node")?.join("images");
    let inputs = ["devcluster/images", "xtask/src/images.rs"];
    let inputs = Fingerprint::of(&project.root, &inputs, &release()?.version)?;
    inputs.unless_made(&store.with_extension("inputs"), || {
        let _ = fs::remove_dir_all(&store); // of other inputs
        let trees = project.work_dir("node/trees")?;
        let makers = IMAGES.iter().map(|image| Maker { project, image, store: &store, trees: &trees });
        steps.run("Make the images of the real node", |step| {
            makers.into_iter().try_for_each(|maker| maker.make(step))
        })?;
        fs::remove_dir_all(&trees).context("remove what the images were made of")
    })?;
    Ok(store)
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

fn release() -> Result<Release> {
    let text = fs::read_to_string("/etc/os-release")?;
    let value = |key: &str| {
        text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim_matches('"').to_owned())
    };
    let sources = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"].map(PathBuf::from);
    let sources = sources.into_iter().find(|file| file.exists());
    ensure!(value("ID=").as_deref() == Some("debian"), "images are made on Debian only");
    Ok(Release {
        name: value("VERSION_CODENAME=").context("this Debian has no name")?,
        version: fs::read_to_string("/etc/debian_version")?,
        sources: sources.context("nothing says where this Debian has its packages from")?,
    })
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
