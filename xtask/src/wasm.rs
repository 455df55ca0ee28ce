//! Builds the browser's side of the frontend to WebAssembly and its JavaScript glue.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};
use stack::process::run;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    progress::Step,
    project::Project,
    tools::{build as run_build, cargo},
};

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler, and where its package puts the standard library's source.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// How much the compiler optimises.
#[derive(Clone, Copy, Debug)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// Small.
    Release,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// Builds crate and glue; returns the directory with `app.js` and `app_bg.wasm`.
pub fn build(project: &Project, step: &Step, profile: Profile) -> Result<PathBuf> {
    let target_dir = project.work_dir("wasm")?;
    let mut command = cargo();
    command.current_dir(&project.root).args(["build", "--package", "frontend-wasm", "--target", TARGET]);
    command.args(["--profile", profile.name()]).arg("--target-dir").arg(&target_dir);
    if !has_target()? && !add_target(step) {
        use_debian_compiler(&mut command)?;
    }
    run_build(step, &mut command, &target_dir.join("build.log"))?;
    step.note("Making the glue");
    let out = target_dir.join("glue");
    let _ = fs::remove_dir_all(&out); // of a former build
    let module = target_dir.join(TARGET).join(profile.name()).join("frontend_wasm.wasm");
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        .out_name("app")
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .map_err(|error| anyhow!("wasm-bindgen: {error:#}"))?;
    Ok(out)
}

/// Whether the compiler that cargo uses has the target's standard library.
pub fn has_target() -> Result<bool> {
    let libdir = run("rustc", Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(Path::new(libdir.trim()).is_dir())
}

/// Asks rustup for the target; says whether it is there now.
pub fn add_target(step: &Step) -> bool {
    step.note("Fetching the standard library for the browser");
    run("rustup", Command::new("rustup").args(["target", "add", TARGET])).is_ok() && has_target().unwrap_or(false)
}

/// Where rustup has no target to offer, Debian has a compiler with the standard library's source, built here with it.
fn use_debian_compiler(command: &mut Command) -> Result<()> {
    if !has_debian_source() {
        bail!(
            "the compiler has no target {TARGET}; please run `rustup target add {TARGET}`, or on Debian `apt-get install rustc-web rust-web-src`"
        );
    }
    let sysroot = run("rustc", Command::new("rustc").args(["--print", "sysroot"]))?;
    let host = run("rustc", Command::new("rustc").args(["--print", "host-tuple"]))?;
    let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host.trim()).join("bin/rust-lld");
    command
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1") // -Zbuild-std is for nightly compilers only, else
        .arg("-Zbuild-std=std,panic_abort");
    Ok(())
}

/// Whether Debian's compiler is there with the source of the standard library.
pub fn has_debian_source() -> bool {
    let sysroot = run("rustc", Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]));
    sysroot
        .context("Debian's compiler")
        .is_ok_and(|dir| Path::new(dir.trim()).join("lib/rustlib/src/rust/library/std").exists())
}
