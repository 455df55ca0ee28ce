//! What a node that really runs containers is made of (`devcluster/node`): containerd, runc and the network's plugins as Go
//! modules, or as installed where they are new enough, and images of our own. Once built, all of it is in `target/node`.

use std::{
    env,
    fs::{self, File, TryLockError},
    os::unix::fs::{MetadataExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::{Error, Result, bail, ensure};
use stack::{cluster::NodeParts, process::run};

use crate::{
    fingerprint::Fingerprint,
    images,
    progress::{Step, Steps},
    project::Project,
    tools::{GO, Missing, build, is_missing, is_on_path, not_fetched},
};

/// What is said where there can be none.
const ONLY_LINUX: &str = "containers are run by root on Linux only";
/// By their numbers in capabilities(7).
const RIGHTS: [(u32, &str); 3] = [(12, "CAP_NET_ADMIN"), (21, "CAP_SYS_ADMIN"), (27, "CAP_MKNOD")];
/// Programs, and the packages that have them.
const PROGRAMS: [(&str, &str); 3] = [("nft", "nftables"), ("mmdebstrap", "mmdebstrap"), ("pkg-config", "pkg-config")];
/// What `cargo xtask test` installs as root on Debian.
pub const PACKAGES: [&str; 5] = ["nftables", "mmdebstrap", "busybox-static", "pkg-config", "libseccomp-dev"];
const RUNTIME: &str = "devcluster/runtime";

/// A program of the runtime: where it is in its module, and from which version on an installed one does.
struct Program {
    name: &'static str,
    package: &'static str,
    installed_from: Option<(u32, u32)>,
}

const fn plugin(name: &'static str, package: &'static str) -> Program {
    Program { name, package, installed_from: None }
}

const PROGRAMS_OF_RUNTIME: [Program; 7] = [
    Program {
        name: "containerd",
        package: "github.com/containerd/containerd/v2/cmd/containerd",
        installed_from: Some((2, 0)),
    },
    Program {
        name: "containerd-shim-runc-v2",
        package: "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
        installed_from: Some((2, 0)),
    },
    Program { name: "runc", package: "github.com/opencontainers/runc", installed_from: Some((1, 2)) },
    plugin("bridge", "github.com/containernetworking/plugins/plugins/main/bridge"),
    plugin("loopback", "github.com/containernetworking/plugins/plugins/main/loopback"),
    plugin("host-local", "github.com/containernetworking/plugins/plugins/ipam/host-local"),
    plugin("portmap", "github.com/containernetworking/plugins/plugins/meta/portmap"),
];

/// Whether a real node is wanted.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct RealNode {
    /// With one node that really runs what there are images of (root on Linux only; elsewhere a line says what is missing)
    #[arg(long)]
    real_node: bool,
}

impl RealNode {
    /// Builds what is not there yet. None, and a line that says what is missing, where one is wanted and there can be none.
    pub fn parts(self, project: &Project, steps: &Steps) -> Result<Option<NodeParts>> {
        if !self.real_node {
            return Ok(None);
        }
        match require(project).and_then(|()| parts(project, steps)) {
            Ok(parts) => Ok(Some(parts)),
            Err(error) if is_missing(&error) => {
                eprintln!("  no real node: {error:#}; all nodes are simulated");
                Ok(None)
            }
            Err(mistake) => Err(mistake),
        }
    }
}

/// Whether a real node can be made here, before anything is made. Errs with what is missing.
pub fn require(project: &Project) -> Result<()> {
    require_rights()?;
    images::require_debian()?;
    require_packages()?;
    require_go(project)
}

/// Whether this process may run containers. Errs with one line that says what it lacks.
pub fn require_rights() -> Result<()> {
    ensure!(cfg!(target_os = "linux"), Missing(ONLY_LINUX.to_owned()));
    ensure!(fs::metadata("/proc/self").is_ok_and(|of_us| of_us.uid() == 0), Missing(ONLY_LINUX.to_owned()));
    let missing = missing_rights(&fs::read_to_string("/proc/self/status")?);
    ensure!(missing.is_empty(), Missing(format!("this process lacks {}", missing.join(", "))));
    let can_group = can_group(&fs::read_to_string("/proc/mounts")?);
    ensure!(can_group, Missing("no control groups can be made here".to_owned()));
    Ok(())
}

/// Whether the packages are there that it is made with. Errs with one line that says what to install.
pub fn require_packages() -> Result<()> {
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package);
    let static_busybox =
        (!fs::read(images::BUSYBOX).is_ok_and(|program| is_static(&program))).then_some("busybox-static");
    let seccomp = run("pkg-config", Command::new("pkg-config").args(["--exists", "libseccomp"])).err();
    let seccomp = (seccomp.is_some() && !is_new_enough("runc", (1, 2))).then_some("libseccomp-dev");
    let missing: Vec<_> = missing.chain(static_busybox).chain(seccomp).collect();
    ensure!(missing.is_empty(), Missing(format!("the packages {} are not installed", missing.join(", "))));
    Ok(())
}

/// Whether Go is as new as the runtime wants it, or gets it by itself.
fn require_go(project: &Project) -> Result<()> {
    GO.require()?;
    let tried = run("go", Command::new("go").args(["list", "-m"]).current_dir(project.root.join(RUNTIME)));
    tried.map(drop).map_err(|error| {
        let said = error.to_string();
        let too_old = said.lines().find(|line| line.contains("requires go >="));
        match too_old.or_else(|| not_fetched(&said)) {
            Some(line) => Missing(line.trim().to_owned()).into(),
            None => error,
        }
    })
}

/// Whether this machine's kernel has all that a node needs: `devcluster`, which must be built, tries it and leaves nothing.
fn require_kernel(project: &Project, dir: &Path) -> Result<()> {
    let mut command = Command::new(project.devcluster());
    run("devcluster", command.arg("node-try").arg(dir)).map(drop).map_err(said_missing)
}

/// What the trial says that this machine lacks; a trial that ends in another way is a mistake.
fn said_missing(error: Error) -> Error {
    let said = error.to_string();
    match said.lines().find_map(|line| line.trim().strip_prefix("devcluster node-try: ")) {
        Some(lack) => Missing(lack.to_owned()).into(),
        None => error,
    }
}

/// Builds what is missing, once [`require`] has found nothing against it and `devcluster` is built. Nobody makes it anew while somebody
/// has what this gives.
pub fn parts(project: &Project, steps: &Steps) -> Result<NodeParts> {
    let dir = project.work_dir("node")?;
    require_kernel(project, &dir)?;
    let is_made = || Ok(is_runtime_made(project)? && images::is_made(project)?);
    let in_use = hold(&dir.join("lock"), is_made, || {
        make_runtime(project, steps)?;
        images::make(project, steps)
    })?;
    Ok(NodeParts { runtime: dir.join("runtime"), images: images::store(project)?, in_use: Arc::new(in_use) })
}

/// Makes something that many use and one makes. While the lock is held that this gives, it stays as it is.
fn hold(file: &Path, is_made: impl Fn() -> Result<bool>, make: impl Fn() -> Result<()>) -> Result<File> {
    let lock = File::create(file)?;
    // The second time after somebody else who began to make it and did not get done.
    for _ in 0..2 {
        match lock.try_lock() {
            Ok(()) => make()?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        lock.lock_shared()?; // instead of the other, or as soon as somebody else has ended
        if is_made()? {
            return Ok(lock);
        }
        lock.unlock()?;
    }
    bail!(Missing(
        "a real node runs of what is in target/node, and this one wants it otherwise: end that first".to_owned()
    ))
}

fn runtime_dir(project: &Project) -> Result<PathBuf> {
    Ok(project.work_dir("node")?.join("runtime"))
}

fn is_runtime_made(project: &Project) -> Result<bool> {
    Ok(runtime_inputs(project)?.is_made(&runtime_dir(project)?.with_extension("inputs")))
}

/// The programs that are built, and those that are installed already.
fn programs() -> (Vec<&'static Program>, Vec<&'static Program>) {
    PROGRAMS_OF_RUNTIME.iter().partition(|program| !program.is_installed())
}

fn runtime_inputs(project: &Project) -> Result<Fingerprint> {
    let names: Vec<_> = programs().1.iter().map(|program| program.name).collect();
    Fingerprint::of(&project.root, &[RUNTIME], &names.join(" "))
}

fn make_runtime(project: &Project, steps: &Steps) -> Result<()> {
    let dir = runtime_dir(project)?;
    runtime_inputs(project)?.unless_made(&dir.with_extension("inputs"), || {
        let _ = fs::remove_dir_all(&dir); // of other inputs
        fs::create_dir_all(&dir)?;
        let (built, installed) = programs();
        for Program { name, .. } in installed {
            if let Some(program) = found(name) {
                symlink(program, dir.join(name))?;
            }
        }
        steps.run("Build the container runtime", |step| built.iter().try_for_each(|of| of.build(project, step, &dir)))
    })
}

impl Program {
    fn is_installed(&self) -> bool {
        self.installed_from.is_some_and(|version| is_new_enough(self.name, version))
    }

    fn build(&self, project: &Project, step: &Step, dir: &Path) -> Result<()> {
        step.note(self.name);
        let mut go = Command::new("go");
        go.current_dir(project.root.join(RUNTIME));
        // runc filters system calls by a library in C.
        let (cgo, tags) =
            if self.name == "runc" { ("1", "seccomp") } else { ("0", "no_btrfs no_devmapper no_zfs no_aufs") };
        go.env("CGO_ENABLED", cgo)
            .args(["build", "-ldflags", "-s -w", "-tags", tags, "-o"])
            .arg(dir.join(self.name))
            .arg(self.package);
        build(step, &mut go, &dir.with_file_name(format!("build-{}.log", self.name)))
    }
}

/// Whether an installed program says it has at least this version.
fn is_new_enough(program: &str, version: (u32, u32)) -> bool {
    let Some(path) = found(program) else { return false };
    let flag = if program == "containerd-shim-runc-v2" { "-v" } else { "--version" };
    run(program, Command::new(path).arg(flag)).is_ok_and(|said| version_in(&said).is_some_and(|said| said >= version))
}

/// Major and minor of the first word that begins as a version does.
fn version_in(text: &str) -> Option<(u32, u32)> {
    text.split_whitespace().find_map(|word| {
        let mut numbers = word.trim_start_matches('v').split('.');
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

/// Also where only root looks.
fn is_there(program: &str) -> bool {
    is_on_path(program) || Path::new("/usr/sbin").join(program).exists()
}

fn found(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// Whether a program of this machine asks for no other to load it: one of ELF, 64 bits, without PT_INTERP (elf(5)).
fn is_static(program: &[u8]) -> bool {
    const INTERPRETER: usize = 3;
    let number = |at: usize, size: usize| {
        let bytes = program.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    let kinds = || -> Option<Vec<usize>> {
        let (first, size, n) = (number(0x20, 8)?, number(0x36, 2)?, number(0x38, 2)?);
        (0..n).map(|i| number(first.checked_add(size * i)?, 4)).collect()
    };
    program.starts_with(b"\x7fELF\x02") && kinds().is_some_and(|kinds| !kinds.contains(&INTERPRETER))
}

/// From what /proc/PID/status says.
fn missing_rights(status: &str) -> Vec<&'static str> {
    let has = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let has = has.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    RIGHTS.iter().filter(|(bit, _)| has & (1 << bit) == 0).map(|(_, name)| *name).collect()
}

/// From what /proc/mounts says.
fn can_group(mounts: &str) -> bool {
    mounts.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(2);
        let is_cgroup = fields.next().is_some_and(|kind| kind.starts_with("cgroup"));
        is_cgroup && fields.next().is_some_and(|options| options.split(',').any(|option| option == "rw"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        for (said, version) in [
            ("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", Some((1, 6))),
            ("containerd github.com/containerd/containerd/v2 v2.4.2 ", Some((2, 4))),
            ("containerd-shim-runc-v2:\n  Version:  2.1.0\n", Some((2, 1))),
            ("runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1", Some((1, 1))),
            ("unknown", None),
        ] {
            assert_eq!(version_in(said), version, "{said}");
        }
    }

    #[test]
    fn a_right_that_is_missing_is_named() {
        assert_eq!(missing_rights("CapPrm:\t0\nCapEff:\t000001fffeffffff\n"), Vec::<&str>::new());
        assert_eq!(missing_rights("CapEff:\t00000000a80425fb\n"), ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"]);
        assert_eq!(missing_rights("").len(), RIGHTS.len());
    }

    #[test]
    fn groups_can_be_made_where_they_are_mounted_to_be_written() {
        assert!(can_group("proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,relatime 0 0\n"));
        assert!(can_group("cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\n"));
        assert!(!can_group("cgroup2 /sys/fs/cgroup cgroup2 ro,nosuid 0 0\ntmpfs /sys/fs/cgroup tmpfs rw 0 0\n"));
    }

    #[test]
    fn a_program_that_another_loads_is_not_static() {
        let program = |kind: u8| {
            let mut program = vec![0; 0x40 + 2 * 0x38];
            program[..5].copy_from_slice(b"\x7fELF\x02");
            (program[0x20], program[0x36], program[0x38]) = (0x40, 0x38, 2);
            (program[0x40], program[0x78]) = (1, kind);
            program
        };
        assert!(is_static(&program(1)));
        assert!(!is_static(&program(3)));
        assert!(!is_static(&program(1)[..0x60]), "it is cut off");
        assert!(!is_static(b"#!/bin/sh\n"));
        assert!(!is_static(&fs::read("/proc/self/exe").unwrap()), "the C library is loaded for this one");
    }

    #[test]
    fn only_what_a_trial_says_itself_is_missing() {
        let lack = said_missing(anyhow::anyhow!("devcluster failed (exit code 1):\ndevcluster node-try: no overlay\n"));
        assert_eq!(lack.to_string(), "no overlay");
        assert!(is_missing(&lack));
        assert!(!is_missing(&said_missing(anyhow::anyhow!(
            "devcluster failed (exit code 2):\npanic: index out of range"
        ))));
    }

    #[test]
    fn what_many_use_is_made_by_one_and_left_alone_while_somebody_has_it() {
        let file = env::temp_dir().join(format!("xtask-hold-{}", std::process::id()));
        let made = std::cell::Cell::new(0);
        let take = |wanted: u32| {
            hold(
                &file,
                || Ok(made.get() == wanted),
                || {
                    made.set(wanted);
                    Ok(())
                },
            )
        };
        let first = take(1).unwrap();
        let second = take(1).unwrap();
        assert!(is_missing(&take(2).unwrap_err()));
        assert_eq!(made.get(), 1, "somebody has it");
        drop(first);
        assert!(is_missing(&take(2).unwrap_err()));
        drop(second);
        take(2).unwrap();
        assert_eq!(made.get(), 2);
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_installed_by_itself_has_what_is_asked_for() {
        for (_, package) in PROGRAMS {
            assert!(PACKAGES.contains(&package), "{package}");
        }
    }
}
