//! What a node that really runs containers is made of (`devcluster/node`): containerd, runc and the network's plugins as Go
//! modules, or as installed where they are new enough, and images of our own. Once built, all of it is in `target/node`.

use std::{env, fs, os::unix::fs::MetadataExt, os::unix::fs::symlink, path::Path, path::PathBuf, process::Command};

use anyhow::{Result, ensure};
use stack::{cluster::NodeParts, process::run};

use crate::{
    fingerprint::Fingerprint,
    images,
    progress::{Step, Steps},
    project::Project,
    tools::{GO, build, is_on_path},
};

/// What is said where there can be none.
const ONLY_LINUX: &str = "containers are run by root on Linux only";
/// By their numbers in capabilities(7).
const RIGHTS: [(u32, &str); 3] = [(12, "CAP_NET_ADMIN"), (21, "CAP_SYS_ADMIN"), (27, "CAP_MKNOD")];
/// Programs, and the packages that have them.
const PROGRAMS: [(&str, &str); 3] = [("nft", "nftables"), ("mmdebstrap", "mmdebstrap"), ("pkg-config", "pkg-config")];
/// What `cargo xtask test` installs as root on Debian.
pub const PACKAGES: [&str; 5] = ["nftables", "mmdebstrap", "busybox-static", "pkg-config", "libseccomp-dev"];

/// Does nothing but show that it can be done.
const NETWORK_OF_ITS_OWN: [&str; 7] = ["--mount", "--pid", "--net", "--fork", "/usr/sbin/nft", "list", "ruleset"];

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
    /// Builds what is missing; none, and a line that says why, where one is wanted and there can be none.
    pub fn parts(self, project: &Project, steps: &Steps) -> Option<NodeParts> {
        if !self.real_node {
            return None;
        }
        let parts = require_rights().and_then(|()| require_programs()).and_then(|()| parts(project, steps));
        parts.inspect_err(|error| eprintln!("  no real node: {error:#}; all nodes are simulated")).ok()
    }
}

/// Whether this process may run containers. Errs with one line that says what it lacks.
pub fn require_rights() -> Result<()> {
    ensure!(cfg!(target_os = "linux"), ONLY_LINUX);
    ensure!(fs::metadata("/proc/self").is_ok_and(|of_us| of_us.uid() == 0), ONLY_LINUX);
    let status = fs::read_to_string("/proc/self/status")?;
    let missing = missing_rights(&status);
    ensure!(missing.is_empty(), "this process lacks {}", missing.join(", "));
    ensure!(can_group(&fs::read_to_string("/proc/mounts")?), "no control groups can be made here");
    Ok(())
}

/// Whether the programs are there that it is made with, and work. Errs with one line that says what to install.
pub fn require_programs() -> Result<()> {
    let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package);
    let static_busybox = (!Path::new(images::BUSYBOX).exists()).then_some("busybox-static");
    let seccomp = run("pkg-config", Command::new("pkg-config").args(["--exists", "libseccomp"])).err();
    let seccomp = (seccomp.is_some() && !is_new_enough("runc", (1, 2))).then_some("libseccomp-dev");
    let missing: Vec<_> = missing.chain(static_busybox).chain(seccomp).collect();
    ensure!(missing.is_empty(), "the packages {} are not installed", missing.join(", "));
    GO.require()?;
    let tried = run("unshare", Command::new("unshare").args(NETWORK_OF_ITS_OWN));
    ensure!(tried.is_ok(), "no network with rules of its own can be made here");
    Ok(())
}

/// Builds what is missing.
pub fn parts(project: &Project, steps: &Steps) -> Result<NodeParts> {
    Ok(NodeParts { runtime: runtime(project, steps)?, images: images::make(project, steps)? })
}

fn runtime(project: &Project, steps: &Steps) -> Result<PathBuf> {
    let dir = project.work_dir("node")?.join("runtime");
    let (built, installed): (Vec<_>, Vec<_>) = PROGRAMS_OF_RUNTIME.iter().partition(|program| !program.is_installed());
    let names: Vec<_> = installed.iter().map(|program| program.name).collect();
    let inputs = Fingerprint::of(&project.root, &["devcluster/runtime"], &names.join(" "))?;
    inputs.unless_made(&dir.with_extension("inputs"), || {
        let _ = fs::remove_dir_all(&dir); // of other inputs
        fs::create_dir_all(&dir)?;
        for Program { name, .. } in installed {
            if let Some(program) = found(name) {
                symlink(program, dir.join(name))?;
            }
        }
        steps.run("Build the container runtime", |step| built.iter().try_for_each(|of| of.build(project, step, &dir)))
    })?;
    Ok(dir)
}

impl Program {
    fn is_installed(&self) -> bool {
        self.installed_from.is_some_and(|version| is_new_enough(self.name, version))
    }

    fn build(&self, project: &Project, step: &Step, dir: &Path) -> Result<()> {
        step.note(self.name);
        let mut go = Command::new("go");
        go.current_dir(project.root.join("devcluster/runtime"));
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
    fn what_is_installed_by_itself_has_what_is_asked_for() {
        for (_, package) in PROGRAMS {
            assert!(PACKAGES.contains(&package), "{package}");
        }
    }
}
