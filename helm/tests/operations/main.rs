//! The real helm on a real control plane, as an account of one namespace. Both are those of the stack that `BERTH_STACK` names
//! (`cargo xtask up`); skipped, with one line, where there is none.

mod outcomes;
mod place;
mod refusals;
mod stuck;

use helm::{
    Cancel, Cause, ChartFiles, Deploy, Follow, Limits, Line, OnFailure, OperationError, Rollback, ServerSide, Status,
    Uninstall, Wait,
};
use place::{Place, eventually};
use std::sync::Mutex;
use std::time::Duration;

/// Longer than anything takes that ends at all.
const TIMEOUT: Duration = Duration::from_secs(60);

const CONFIG_MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {a: {{ .Values.a | quote }}}\n";
/// A cluster takes no such port.
const BROKEN: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\nspec: {ports: [{port: 80000}]}\n";
/// Its pod is pending for as long as no node has that label.
const HANGING_HOOK: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: {{ .Release.Name }}, annotations: {helm.sh/hook: \"pre-upgrade,pre-rollback\"}}\n\
     spec: {template: {spec: {restartPolicy: Never, nodeSelector: {nowhere: \"true\"}, containers: [{name: a, image: a}]}}}\n";

/// A chart of some templates, with a value `a`.
fn chart(templates: &[&str]) -> ChartFiles {
    let text = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"2.1\"\n".to_owned();
    let own = [("Chart.yaml".to_owned(), text.into_bytes()), ("values.yaml".to_owned(), b"a: x\n".to_vec())];
    let named = templates.iter().enumerate().map(|(n, text)| (format!("templates/{n}.yaml"), text.as_bytes().to_vec()));
    ChartFiles::new(own.into_iter().chain(named)).expect("are paths of a chart")
}

fn deploy(chart: &ChartFiles) -> Deploy<'_> {
    Deploy {
        release: "it",
        chart,
        values: "",
        wait: Wait::Hooks,
        timeout: TIMEOUT,
        on_failure: OnFailure::Leave,
        server_side: ServerSide::AsBefore,
        is_forced: false,
        history_max: 10,
        description: "",
        labels: &[],
    }
}

fn rollback(to: u32) -> Rollback<'static> {
    Rollback {
        release: "it",
        to,
        wait: Wait::Hooks,
        timeout: TIMEOUT,
        server_side: ServerSide::AsBefore,
        is_forced: false,
        history_max: 10,
        description: "",
    }
}

fn uninstall() -> Uninstall<'static> {
    Uninstall { release: "it", keeps_history: false, waits: true, timeout: TIMEOUT, description: "" }
}

/// Nobody reads along, and nobody stops it.
fn unfollowed() -> Follow<'static> {
    static CANCEL: std::sync::LazyLock<Cancel> = std::sync::LazyLock::new(Cancel::new);
    Follow { on_line: &|_| {}, cancel: &CANCEL }
}

/// Of an operation that the cluster or helm refused.
fn cause_of<T: std::fmt::Debug>(result: Result<T, OperationError>) -> Cause {
    match result.expect_err("is refused") {
        OperationError::Failed(failure) => failure.cause,
        other => panic!("{other:?}"),
    }
}
