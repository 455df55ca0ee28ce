//! Why there is nothing to show of a run.

use std::path::PathBuf;
use std::time::Duration;

/// Why helm did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    #[error("There is no helm at {}. Install Helm 4, or say where it is.", path.display())]
    NotFound { path: PathBuf },
    #[error("{} is not Helm 4: it says {said:?}. Install Helm 4.", path.display())]
    WrongVersion { path: PathBuf, said: String },
    #[error("Helm was stopped after {} seconds. Look for a template that does not end.", limit.as_secs())]
    TimedOut { limit: Duration },
    #[error(
        "Helm was stopped because it wrote more than {limit_bytes} bytes. Look for a template that repeats itself, or leave out \
         part of the chart."
    )]
    TooMuchOutput { limit_bytes: usize },
    #[error(
        "Helm was stopped because it needed more than {limit_bytes} bytes of memory. Look for a template that grows without end."
    )]
    TooMuchMemory { limit_bytes: u64 },
    #[error("Helm was stopped because it used more than {} seconds of processor time. Look for a template that does not end.", limit.as_secs())]
    TooMuchTime { limit: Duration },
    /// Many charts cannot be installed without values of one's own.
    #[error("The chart's schema refuses these values. Give those that it asks for. Helm says: {said}")]
    ValuesRefused { said: String },
    #[error("The chart was packaged without its subcharts {}. Run `helm dependency build` and package it again.", names.join(", "))]
    MissingSubcharts { names: Vec<String> },
    /// Helm's own words, shortened, without the folder of the run.
    #[error("Helm refused: {said}")]
    Failed { said: String },
    #[error("What helm wrote is not text: it is not UTF-8.")]
    NotText,
    #[error("Helm was not started because Berth is ending.")]
    Stopping,
    #[error("Helm could not be run: {0}")]
    Io(#[from] std::io::Error),
}
