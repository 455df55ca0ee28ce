//! `cargo xtask test`: installs what is missing, then every check, one after another; a failure does not hide the ones after
//! it.

use std::{
    fs,
    future::ready,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Error, Result, bail, ensure};
use clap::ValueEnum;
use stack::{
    describe::{DEMO_VARIABLE, HELM_VARIABLE, STACK_VARIABLE},
    keycloak::{KEYCLOAK_VARIABLE, Keycloak},
    process::tail,
};

use crate::{
    builds, circles,
    counts::Counts,
    crates,
    demo::{self, Demo},
    floors, forged, fuzz, keycloak,
    progress::{Step as Shown, Steps},
    project::Project,
    realnode,
    running::{Choice, until_asked_to_end},
    schemas, secrets,
    setup::{self, Lack, Need},
    tools::{NATIVE, cargo, is_missing, run_logged},
    up::{self, Stack},
    wasm::Profile,
    words,
};

#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// Run this step only; may be repeated
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt
    Format,
    /// clippy, warnings are errors
    Clippy,
    /// Which library may be named on which floor of `server`, no circles between modules, and one name for each shape of the API
    Floors,
    /// Words that are gone
    Words,
    /// What may come into the tree of crates, by `deny.toml`
    Crates,
    /// The browser's side builds
    Wasm,
    /// Tests beside the code
    Unit,
    /// Charts as they come: hostile and real ones, rendered by the real Helm, signed, and asked for at real registries
    Charts,
    /// Tests on the real stack
    Integration,
    /// Namespaces on a node that really runs pods; needs root on Linux, and is skipped without
    RealNode,
    /// Signing in at a real Keycloak; needs Java and Maven, and is skipped without them
    Keycloak,
    /// Journeys in a browser through the demo
    Browser,
    /// Calls of the demo's API, made up from its document
    Fuzz,
}

/// Of the crates that read charts, besides those beside their code. Named one by one: whoever tests some crates alone compiles
/// what they stand on anew, with other features.
const CHART_TESTS: [&str; 17] = [
    "archive",
    "chart",
    "fuzz",
    "index",
    "memory",
    "versions",
    "corpus",
    "document",
    "form",
    "overlay",
    "schema",
    "rendering",
    "asking",
    "cosign_key",
    "cosign_keyless",
    "policy",
    "provenance",
];

/// How long each of the three that make up input goes on; a minute in all, where nobody says.
const FUZZ_SECONDS: &str = "BERTH_FUZZ_SECONDS";

impl Options {
    /// The steps that read code and run none.
    pub fn lint() -> Self {
        Self { only: vec![Step::Format, Step::Clippy, Step::Floors, Step::Words] }
    }

    fn steps(&self) -> &[Step] {
        if self.only.is_empty() { Step::value_variants() } else { &self.only }
    }

    /// Of all steps, each once.
    fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for need in self.steps().iter().flat_map(|step| step.needs()) {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
        needs
    }
}

impl Step {
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Format | Self::Clippy | Self::Floors | Self::Words | Self::Unit | Self::Charts => &[],
            Self::Crates if crates::is_installed() => &[],
            Self::Crates => &[Need::Venv],
            Self::Wasm => &[Need::WasmTarget],
            Self::RealNode if realnode::require_rights().is_err() => &[],
            Self::RealNode => &[Need::WasmTarget, Need::Postgres, Need::RealNode],
            Self::Integration | Self::Keycloak => &[Need::WasmTarget, Need::Postgres],
            Self::Browser => &[Need::WasmTarget, Need::Postgres, Need::Chromium],
            Self::Fuzz => &[Need::WasmTarget, Need::Postgres, Need::Venv],
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Errs for a step that lacks something.
    fn require(self, lacks: &[Lack]) -> Result<()> {
        match lacks.iter().find(|lack| self.needs().contains(&lack.need) && !lack.need.is_optional()) {
            None => Ok(()),
            Some(lack) => bail!("{} was left out and counts as failed: it needs {}", self.name(), lack.need.name()),
        }
    }
}

/// One line for each thing that is missing, before the first step takes its time.
fn print(lacks: &[Lack], steps: &[Step]) {
    for Lack { need, why } in lacks {
        let of: Vec<_> = steps.iter().filter(|step| step.needs().contains(need)).map(|step| step.name()).collect();
        let what_becomes_of_it = if need.is_optional() { "skipped" } else { "fails" };
        eprintln!("  ✗ no {} ({why}); {what_becomes_of_it} for it: {}", need.name(), of.join(", "));
    }
}

/// Installs what the steps need, runs them and prints their counts; the exit code says whether all is well.
pub fn run(project: &Project, steps: &Steps, options: &Options) -> Result<ExitCode> {
    let logs = project.work_dir("test")?;
    let lacks = setup::install(project, steps, &logs, &options.needs());
    print(&lacks, options.steps());
    let is_linting = [Step::Clippy, Step::Unit].iter().all(|step| options.steps().contains(step));
    let project = Project { is_linting, ..project.clone() };
    let checks = Checks { project: &project, steps, logs };
    let mut counts = Counts::default();
    for step in options.steps() {
        match step.require(&lacks).and_then(|()| checks.run(*step)) {
            Ok(of_step) => counts += of_step,
            Err(error) => {
                eprintln!("{error:#}\n");
                counts += Counts { passed: 0, failed: 1 };
            }
        }
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    Ok(if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Checks<'a> {
    project: &'a Project,
    steps: &'a Steps,
    logs: PathBuf,
}

impl Checks<'_> {
    /// An error is a step that could not run, or that has no tests to count.
    fn run(&self, step: Step) -> Result<Counts> {
        match step {
            Step::Format => self.check("format", cargo().args(["fmt", "--all", "--", "--check", "--files-with-diff"])),
            Step::Clippy => self.clippy(),
            Step::Floors => self.floors(),
            Step::Words => self.steps.run("words", |_| words::check(&self.project.root)).map(|()| Counts::default()),
            Step::Crates => self.crates(),
            // As it is shipped: the journeys weigh it.
            Step::Wasm => builds::site(self.project, self.steps, Profile::Release).map(|()| Counts::default()),
            Step::Unit => self.unit(),
            Step::Charts => self.charts(),
            Step::Integration => self.integration(),
            Step::RealNode => self.real_node(),
            Step::Keycloak => self.keycloak(),
            Step::Browser => self.browser(),
            Step::Fuzz => self.fuzz(),
        }
    }

    /// Where more follows, it builds what the tests run; by itself it compiles nothing to its end.
    fn clippy(&self) -> Result<Counts> {
        let mut command = self.project.cargo();
        if !self.project.is_linting {
            command.arg("clippy").args(NATIVE).args(["--all-targets", "--quiet", "--", "-D", "warnings"]);
            return self.check("clippy", &mut command);
        }
        command.arg("build").args(NATIVE).arg("--all-targets");
        self.check("clippy", &mut command)?;
        let said = fs::read_to_string(self.log("clippy"))?;
        ensure!(!said.lines().any(|line| line.starts_with("warning")), "{}", end_of(&self.log("clippy")));
        Ok(Counts::default())
    }

    fn floors(&self) -> Result<Counts> {
        let root = &self.project.root;
        self.steps.run("floors", |_| {
            floors::check(root)?;
            circles::check(root)?;
            schemas::check(root)?;
            forged::check(root)
        })?;
        Ok(Counts::default())
    }

    /// What is known against crates is on the network; without it, the rest counts.
    fn crates(&self) -> Result<Counts> {
        crates::install(self.project, self.steps)?;
        self.check("crates", &mut crates::check(self.project))?;
        if self.check("crates-fetch", &mut crates::fetch_advisories(self.project)).is_err() {
            let log = self.log("crates-fetch");
            eprintln!("  skipped: crates-advisories (they could not be fetched, see {})\n", log.display());
            return Ok(Counts::default());
        }
        self.check("crates-advisories", &mut crates::check_advisories(self.project))
    }

    /// Charts are read by the real Helm.
    fn unit(&self) -> Result<Counts> {
        builds::helm(self.project, self.steps)?;
        let mut test = self.project.cargo();
        test.arg("test").args(NATIVE).args(["--lib", "--bins", "--no-fail-fast"]);
        test.env(HELM_VARIABLE, self.project.helm());
        self.count("unit", &mut test, Counts::of_libtest)
    }

    fn charts(&self) -> Result<Counts> {
        builds::registry(self.project, self.steps)?;
        builds::helm(self.project, self.steps)?;
        let mut test = self.project.cargo();
        test.arg("test").args(NATIVE).arg("--no-fail-fast").args(CHART_TESTS.iter().flat_map(|name| ["--test", name]));
        test.env("BERTH_REGISTRY", self.project.registry()).env(HELM_VARIABLE, self.project.helm());
        if std::env::var_os(FUZZ_SECONDS).is_none() {
            test.env(FUZZ_SECONDS, "20");
        }
        self.count("charts", &mut test, Counts::of_libtest)
    }

    fn integration(&self) -> Result<Counts> {
        up::builds(self.project, self.steps)?;
        builds::berth(self.project, self.steps)?;
        let test = |file: &Path| {
            let mut command = self.project.cargo();
            command.arg("test").args(NATIVE).args(["--test", "it", "--test", "operations", "--no-fail-fast"]);
            command.env(STACK_VARIABLE, file);
            command.env("RUST_TEST_THREADS", "6"); // they wait more than they work
            self.count_and_look("integration", &mut command, file, &secrets::INTEGRATION)
        };
        if let Some(file) = Stack::of_somebody_else(self.project)? {
            return test(&file);
        }
        self.with_running(async || {
            let stack = Stack::start(self.project, self.steps, up::DIR, Choice::default()).await?;
            test(stack.file())
        })
    }

    /// On a stack of its own: pods of other tests belong on simulated nodes.
    fn real_node(&self) -> Result<Counts> {
        if let Err(error) = realnode::require(self.project) {
            return skip_if_missing(Step::RealNode, error);
        }
        up::builds(self.project, self.steps)?;
        let parts = match realnode::parts(self.project, self.steps) {
            Ok(parts) => parts,
            Err(error) => return skip_if_missing(Step::RealNode, error),
        };
        builds::berth(self.project, self.steps)?;
        self.with_running(async || {
            let choice = Choice { real_node: Some(parts), ..Choice::default() };
            let stack = Stack::start(self.project, self.steps, "test/real-node", choice).await?;
            // What fails on a node is given its time to show it: charts that are installed meanwhile would take it away.
            let mut counts = Counts::default();
            for (name, which) in [("real-node", &["--skip", "catalog::"][..]), ("real-node-charts", &["catalog::"])] {
                let mut command = self.project.cargo();
                command.arg("test").args(NATIVE).args(["--test", "real_node", "--no-fail-fast", "--", "--ignored"]);
                command.args(which).env(STACK_VARIABLE, stack.file()).env("RUST_TEST_THREADS", "4");
                counts += self.count_and_look(name, &mut command, stack.file(), &secrets::STARTS_NOTHING)?;
            }
            Ok(counts)
        })
    }

    fn keycloak(&self) -> Result<Counts> {
        if let Some(why) = keycloak::lacks() {
            eprintln!("  skipped: keycloak ({why})\n");
            return Ok(Counts::default());
        }
        let home = match keycloak::fetch(self.project, self.steps) {
            Ok(home) => home,
            Err(error) => return skip_if_missing(Step::Keycloak, error),
        };
        up::builds(self.project, self.steps)?;
        builds::berth(self.project, self.steps)?;
        let test = async |stack: &Path| {
            let dir = self.project.work_dir("keycloak")?;
            let running = self.steps.wait("Start Keycloak", Keycloak::start(&home, &dir)).await?;
            let mut command = self.project.cargo();
            command.arg("test").args(NATIVE).args(["--test", "keycloak", "--no-fail-fast", "--", "--ignored"]);
            command.env(STACK_VARIABLE, stack).env(KEYCLOAK_VARIABLE, &running.file).env("RUST_TEST_THREADS", "4");
            self.count_and_look("keycloak", &mut command, stack, &secrets::STARTS_NOTHING)
        };
        let others = Stack::of_somebody_else(self.project)?;
        self.with_running(async || match &others {
            Some(file) => test(file).await,
            None => {
                let stack = Stack::start(self.project, self.steps, up::DIR, Choice::default()).await?;
                test(stack.file()).await
            }
        })
    }

    fn browser(&self) -> Result<Counts> {
        builds::npm_ci(self.project, self.steps, "tests/e2e", "Install the browser tests")?;
        self.with_demo(|demo| {
            let mut command = Command::new("npx");
            command.args(["playwright", "test", "--reporter=list"]).env(DEMO_VARIABLE, demo).env("NO_COLOR", "1");
            command.current_dir(self.project.root.join("tests/e2e"));
            self.count("browser", &mut command, Counts::of_playwright)
        })
    }

    fn fuzz(&self) -> Result<Counts> {
        fuzz::install(self.project, self.steps)?;
        self.with_demo(|demo| {
            let mut counts = Counts::default();
            for caller in fuzz::CALLERS {
                let name = format!("fuzz-{caller}");
                let report = self.logs.join(&name).with_extension("xml");
                let _ = fs::remove_file(&report); // of a former run
                let mut command = fuzz::command(self.project, demo, caller, &report)?;
                counts += self.count_in(&report, &name, &mut command, Counts::of_junit)?;
            }
            Ok(counts)
        })
    }

    /// Runs tests on a stack, by its file, and looks through what was written meanwhile.
    fn count_and_look(
        &self,
        name: &str,
        command: &mut Command,
        stack: &Path,
        run: &secrets::Expected,
    ) -> Result<Counts> {
        let stack = stack.parent().context("the stack's file is in a directory")?;
        secrets::forget(stack)?;
        let mut counts = self.count(name, command, Counts::of_libtest)?;
        match self.steps.run("secrets", |_| secrets::look(stack, run)) {
            Ok(()) => counts.passed += 1,
            Err(leaks) => {
                eprintln!("{leaks:#}\n");
                counts.failed += 1;
            }
        }
        Ok(counts)
    }

    /// Runs tests through a demo of their own.
    fn with_demo(&self, test: impl FnOnce(&Path) -> Result<Counts>) -> Result<Counts> {
        builds::all(self.project, self.steps, Profile::Release)?;
        let dir = self.project.work_dir("test/demo")?;
        self.with_running(async || {
            let options = demo::Options::on_port(stack::free_port()?);
            let demo = Demo::start(self.project, self.steps, dir, &options, None, ready(Ok(()))).await?;
            test(demo.file())
        })
    }

    /// Runs tests on parts that are started, and ended, for them.
    fn with_running(&self, test: impl AsyncFnOnce() -> Result<Counts>) -> Result<Counts> {
        let mut counts = None;
        until_asked_to_end(async {
            counts = Some(test().await?);
            Ok(())
        })?;
        counts.context("was asked to end")
    }

    fn check(&self, name: &str, command: &mut Command) -> Result<Counts> {
        let log = self.log(name);
        self.steps.run(name, |step| self.succeed(step, command, &log))?;
        Ok(Counts::default())
    }

    /// Runs tests and counts them. A test program that fails without a failed test, or runs none, did not run as it should.
    fn count(&self, name: &str, command: &mut Command, read: fn(&str) -> Counts) -> Result<Counts> {
        self.count_in(&self.log(name), name, command, read)
    }

    /// The same, where the counts are in a report.
    fn count_in(&self, report: &Path, name: &str, command: &mut Command, read: fn(&str) -> Counts) -> Result<Counts> {
        let log = self.log(name);
        let ended = self.steps.run(name, |step| self.succeed(step, command, &log));
        let output = fs::read_to_string(report).unwrap_or_default(); // none of a program that did not get so far
        let mut counts = read(&output);
        if ended.is_err() || counts == Counts::default() {
            eprintln!("{}\n", ended.map_or_else(|error| format!("{error:#}"), |()| end_of(&log)));
            counts.failed = counts.failed.max(1);
        }
        eprintln!("    {} passed, {} failed", counts.passed, counts.failed);
        Ok(counts)
    }

    /// Errs with the end of what the command said.
    fn succeed(&self, step: &Shown, command: &mut Command, log: &Path) -> Result<()> {
        if command.get_current_dir().is_none() {
            command.current_dir(&self.project.root);
        }
        ensure!(run_logged(step, command, log)?.success(), "{}", end_of(log));
        Ok(())
    }

    fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }
}

/// A step that lacks what not every machine can have, or what is on the network, says so in one line. Any other mistake is one.
fn skip_if_missing(step: Step, error: Error) -> Result<Counts> {
    if !is_missing(&error) {
        return Err(error);
    }
    eprintln!("  skipped: {} ({error:#})\n", step.name());
    Ok(Counts::default())
}

/// Enough of a failure to see what it is, and where the rest is.
fn end_of(log: &Path) -> String {
    const ENOUGH_LINES: usize = 120;
    format!("{}\nAll of it is in {}", tail(log, ENOUGH_LINES), log.display())
}

#[cfg(test)]
mod tests {
    use crate::tools::Missing;

    use super::*;

    fn without_chromium() -> [Lack; 1] {
        [Lack { need: Need::Chromium, why: "no network".to_owned() }]
    }

    #[test]
    fn a_step_that_lacks_something_fails_and_the_others_run() {
        let failing = Step::value_variants().iter().filter(|step| step.require(&without_chromium()).is_err());
        assert_eq!(failing.collect::<Vec<_>>(), [&Step::Browser]);
        let error = Step::Browser.require(&without_chromium()).unwrap_err().to_string();
        assert_eq!(error, "browser was left out and counts as failed: it needs Chromium");
    }

    #[test]
    fn a_step_that_lacks_what_not_every_machine_can_have_says_so_by_itself() {
        let without_node = [Lack { need: Need::RealNode, why: "no network".to_owned() }];
        assert!(Step::value_variants().iter().all(|step| step.require(&without_node).is_ok()));
    }

    #[test]
    fn a_step_is_skipped_for_what_is_missing_and_red_for_a_mistake() {
        let missing = Error::from(Missing("apt could not fetch what it needs".to_owned())).context("make the image a");
        assert_eq!(skip_if_missing(Step::RealNode, missing).unwrap(), Counts::default());
        let mistake = anyhow::anyhow!("go failed:\nmain.go:1:1: expected 'package'");
        assert!(skip_if_missing(Step::RealNode, mistake).unwrap_err().to_string().contains("main.go:1:1"));
    }

    #[test]
    fn what_several_steps_need_is_looked_for_once_and_reading_code_needs_nothing() {
        let all = Options { only: Vec::new() };
        for need in [Need::WasmTarget, Need::Postgres, Need::Chromium, Need::Venv] {
            assert_eq!(all.needs().iter().filter(|of_all| **of_all == need).count(), 1, "{need:?}");
        }
        assert_eq!(Options::lint().needs(), []);
    }
}
