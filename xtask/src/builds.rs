//! Builds what is missing, and nothing twice.

use std::{fs, path::PathBuf, process::Command, thread};

use anyhow::{Result, ensure};

use crate::{
    fingerprint::Fingerprint,
    progress::Steps,
    project::Project,
    site,
    tools::{GO, NATIVE, NODE, NPM, build},
    wasm::{self, Profile},
};

/// Kubernetes reports it, and Helm takes decisions by it; the same as in devcluster/go.mod.
const KUBERNETES_VERSION: &str = "v1.36.1";
/// What `helm version` says; the same as in helm/program/go.mod.
const HELM_VERSION: &str = "v4.3.1";

/// Charts of others for the demo: the Go modules that carry them, older versions first.
const FOREIGN_CHARTS: [(&str, &str); 3] = [
    ("sigs.k8s.io/metrics-server@v0.8.0", "metrics-server"),
    ("sigs.k8s.io/metrics-server@v0.9.0", "metrics-server"),
    ("sigs.k8s.io/descheduler@v0.36.0", "descheduler"),
];

/// Everything that a running Berth needs; `profile` is that of what the browser loads.
pub fn all(project: &Project, steps: &Steps, profile: Profile) -> Result<()> {
    parts(project, steps)?;
    berth_with_site(project, steps, profile)
}

/// What Berth stands on, beside a Postgres that is installed.
pub fn parts(project: &Project, steps: &Steps) -> Result<()> {
    devcluster(project, steps)?;
    helm(project, steps)?;
    registry(project, steps)?;
    identity(project, steps)
}

/// Berth itself, and what the browser loads, side by side: each has a directory of its own, and neither keeps two cores busy
/// to its end.
pub fn berth_with_site(project: &Project, steps: &Steps, profile: Profile) -> Result<()> {
    thread::scope(|scope| {
        let site = scope.spawn(|| site(project, steps, profile));
        let berth = berth(project, steps);
        let site = site.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        berth.and(site)
    })
}

/// The control plane: some minutes the first time.
pub fn devcluster(project: &Project, steps: &Steps) -> Result<()> {
    let dir = project.work_dir("devcluster")?;
    let inputs = Fingerprint::of(&project.root, &["devcluster"], KUBERNETES_VERSION)?;
    inputs.unless_made(&dir.join("inputs"), || {
        GO.require()?;
        let version = "k8s.io/component-base/version";
        let (major, minor) = KUBERNETES_VERSION.trim_start_matches('v').split_once('.').unwrap_or_default();
        let minor = minor.split('.').next().unwrap_or_default();
        let flags = format!(
            "-s -w -X {version}.gitVersion={KUBERNETES_VERSION} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}"
        );
        let mut go = Command::new("go");
        go.current_dir(project.root.join("devcluster")).args(["build", "-ldflags", &flags, "-o"]).arg(project.devcluster()).arg(".");
        steps.run("Build the development cluster", |step| build(step, &mut go, &dir.join("build.log")))
    })
}

/// The real Helm, of the versions and sums that its module here names: a minute or two the first time.
pub fn helm(project: &Project, steps: &Steps) -> Result<()> {
    let dir = project.work_dir("tools")?;
    let inputs = Fingerprint::of(&project.root, &["helm/program"], HELM_VERSION)?;
    inputs.unless_made(&dir.join("helm.inputs"), || {
        GO.require()?;
        let flags = format!("-s -w -X helm.sh/helm/v4/internal/version.version={HELM_VERSION}");
        let mut go = Command::new("go");
        go.current_dir(project.root.join("helm/program")).env("CGO_ENABLED", "0");
        go.args(["build", "-trimpath", "-ldflags", &flags, "-o"]).arg(project.helm()).arg("helm.sh/helm/v4/cmd/helm");
        steps.run("Build Helm", |step| build(step, &mut go, &dir.join("helm-build.log")))
    })
}

/// Where charts come from: minutes the first time.
pub fn registry(project: &Project, steps: &Steps) -> Result<()> {
    let dir = project.work_dir("registry")?;
    let inputs = Fingerprint::of(&project.root, &["registry"], "")?;
    inputs.unless_made(&dir.join("inputs"), || {
        GO.require()?;
        let mut go = Command::new("go");
        go.current_dir(project.root.join("registry")).args(["build", "-o"]).arg(project.registry()).arg(".");
        steps.run("Build the registry", |step| build(step, &mut go, &dir.join("build.log")))
    })
}

/// Charts of others, read where their Go modules lie. Those that cannot be fetched are left out: nothing depends on them.
pub fn foreign_charts(project: &Project, steps: &Steps) -> Result<Vec<PathBuf>> {
    let file = project.work_dir("tools")?.join("charts.json");
    let known = fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Vec<PathBuf>>(&text).ok());
    if let Some(known) = known.filter(|known| !known.is_empty() && known.iter().all(|dir| dir.is_dir())) {
        return Ok(known);
    }
    let found = steps.run("Fetch charts of others", |_| {
        let found =
            FOREIGN_CHARTS.iter().filter_map(|(module, chart)| Some(module_dir(module)?.join("charts").join(chart)));
        Ok(found.filter(|dir| dir.is_dir()).collect::<Vec<_>>())
    })?;
    fs::write(&file, serde_json::to_vec(&found)?)?;
    Ok(found)
}

/// Where a Go module lies; none if it cannot be fetched.
fn module_dir(module: &str) -> Option<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", module]).current_dir("/").output().ok()?;
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    said["Dir"].as_str().map(PathBuf::from)
}

/// The identity provider's packages.
pub fn identity(project: &Project, steps: &Steps) -> Result<()> {
    NODE.require()?;
    npm_ci(project, steps, "identity", "Install the identity provider")
}

/// The packages that a directory's lock file names.
pub fn npm_ci(project: &Project, steps: &Steps, dir: &str, title: &str) -> Result<()> {
    let path = project.root.join(dir);
    ensure!(path.join("package-lock.json").exists(), "{dir} has no package-lock.json to install from");
    let inputs = Fingerprint::of(&path, &["package.json", "package-lock.json"], "")?;
    // The mark is where the packages are, so that it goes when they go.
    inputs.unless_made(&path.join("node_modules/.inputs"), || {
        NPM.require()?;
        let mut npm = Command::new("npm");
        npm.current_dir(&path).args(["ci", "--no-audit", "--no-fund"]);
        let log = project.target.join(format!("npm-{}.log", dir.replace('/', "-")));
        steps.run(title, |step| build(step, &mut npm, &log))
    })
}

/// What the browser loads. What was built for release serves for development as well.
pub fn site(project: &Project, steps: &Steps, profile: Profile) -> Result<()> {
    let mark = project.target.join("site.inputs");
    if site_inputs(project, Profile::Release)?.is_made(&mark) {
        return Ok(());
    }
    site_inputs(project, profile)?.unless_made(&mark, || {
        steps.run("Build what the browser loads", |step| {
            let glue = wasm::build(project, step, profile)?;
            site::assemble(&project.root.join("frontend"), &glue, &project.site())
        })
    })
}

fn site_inputs(project: &Project, profile: Profile) -> Result<Fingerprint> {
    let inputs = [
        ".cargo/config.toml",
        "Cargo.toml",
        "Cargo.lock",
        "domain/Cargo.toml",
        "domain/src",
        "frontend",
        "xtask/src/wasm.rs",
        "xtask/src/site.rs",
    ];
    Fingerprint::of(&project.root, &inputs, profile.name())
}

/// Berth itself. Cargo knows whether there is something to do.
pub fn berth(project: &Project, steps: &Steps) -> Result<()> {
    let mut build_berth = project.cargo();
    build_berth.arg("build").args(NATIVE).args(["--bin", "berth"]);
    steps.run("Build Berth", |step| build(step, &mut build_berth, &project.target.join("berth-build.log")))
}

/// Berth as it is shipped, and the program that measures it.
pub fn released(project: &Project, steps: &Steps) -> Result<()> {
    let mut build_released = project.cargo();
    build_released.args(["build", "--release", "--package", "server", "--package", "bench"]);
    steps.run("Build Berth for release", |step| {
        build(step, &mut build_released, &project.target.join("release-build.log"))
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn helm_is_of_the_version_that_it_says() {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../helm/program/go.mod");
        let module = fs::read_to_string(module).unwrap();
        let version =
            module.lines().find_map(|line| line.trim().trim_start_matches("require ").strip_prefix("helm.sh/helm/v4 "));
        assert_eq!(version.and_then(|version| version.split_whitespace().next()), Some(HELM_VERSION));
    }
}
