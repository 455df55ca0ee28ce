//! Shows which step runs and how long it takes: a spinner in a terminal, plain lines elsewhere.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Shows steps one below another, also those that run at once.
#[derive(Clone)]
pub struct Steps {
    /// None where there is no terminal.
    bars: Option<MultiProgress>,
}

/// A step that runs.
pub struct Step {
    bar: Option<(MultiProgress, ProgressBar)>,
}

impl Steps {
    pub fn new() -> Self {
        Self { bars: io::stderr().is_terminal().then(MultiProgress::new) }
    }

    pub fn run<T>(&self, name: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let step = self.begin(name);
        let done = work(&step);
        step.end(name, started.elapsed(), done.is_ok());
        done
    }

    pub async fn wait<T>(&self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let started = Instant::now();
        let step = self.begin(name);
        let done = work.await;
        step.end(name, started.elapsed(), done.is_ok());
        done
    }

    fn begin(&self, name: &str) -> Step {
        let Some(bars) = &self.bars else {
            eprintln!("  … {name}");
            return Step { bar: None };
        };
        let style = ProgressStyle::with_template("  {spinner} {prefix} {elapsed:.dim} {wide_msg:.dim}");
        let bar = bars.add(ProgressBar::new_spinner().with_prefix(name.to_owned()));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(100));
        Step { bar: Some((bars.clone(), bar)) }
    }
}

impl Step {
    /// Shows what the step is at, where there is a place for it.
    pub fn note(&self, text: &str) {
        if let Some((_, bar)) = &self.bar {
            bar.set_message(text.trim().to_owned());
        }
    }

    fn end(&self, name: &str, took: Duration, ok: bool) {
        let line = format!("  {} {name} {:.1} s", if ok { '✓' } else { '✗' }, took.as_secs_f32());
        match &self.bar {
            Some((bars, bar)) => {
                bar.finish_and_clear();
                bars.suspend(|| eprintln!("{line}"));
            }
            None => eprintln!("{line}"),
        }
    }
}
