//! Background work: what gave up, what failed and tries again, and what is due.

use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::form::post_to;
use crate::parts::list::Head;
use crate::parts::stages::capitalized;
use crate::parts::{note, when};
use domain::actor::PlatformRole;
use domain::page::PageKind;
use domain::view::JobRow;
use leptos::prelude::*;
use time::OffsetDateTime;

pub fn page(frame: Frame, view: Vec<JobRow>) -> String {
    document::render(frame, |frame| Page::plain(PageKind::Jobs, body(frame, &view)))
}

fn body(frame: &Frame, view: &[JobRow]) -> AnyView {
    // Auditors read, Platform acts.
    let may_retry = frame.viewer.as_ref().is_some_and(|viewer| viewer.platform.contains(&PlatformRole::Platform));
    let list = if view.is_empty() {
        note::empty(
            LuCircleCheck,
            "No open jobs",
            "Failed jobs show here while they are retried, and stay after the last attempt.",
            None,
        )
    } else {
        table(view, may_retry, frame.now)
    };
    view! { {Head::new("Jobs", "Background work. Failed jobs are retried automatically, more slowly each time.").view()} {list} }
        .into_any()
}

fn table(jobs: &[JobRow], may_retry: bool, now: OffsetDateTime) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Job"</th>
                        <th scope="col" class="end wide">"Attempts"</th>
                        <th scope="col" class="end">"State"</th>
                    </tr>
                </thead>
                <tbody>{jobs.iter().map(|job| row(job, may_retry, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(job: &JobRow, may_retry: bool, now: OffsetDateTime) -> AnyView {
    let state = match (job.gave_up, job.last_error.is_some()) {
        (true, _) => badge::badge(Tone::Bad, LuCircleX, "Gave up"),
        (false, true) => badge::badge(Tone::Warn, LuRefreshCw, "Tries again"),
        (false, false) => badge::badge(Tone::Neutral, LuClock, "Due"),
    };
    let due = (!job.gave_up).then(|| view! { <span class="dim">{when::ago(job.run_at, now)}</span> });
    let what = capitalized(&job.kind.replace('_', " "));
    view! {
        <tr>
            <td>
                <div class="cell-2">
                    <b>{what}" "<span class="dim">{job.subject.clone()}</span></b>
                    {job.last_error.clone().map(|error| view! { <span>{error}</span> })}
                </div>
            </td>
            <td class="end num wide">{job.attempts}</td>
            <td class="end"><div class="state">{state} {due} {may_retry.then(|| retry(job))}</div></td>
        </tr>
    }
    .into_any()
}

fn retry(job: &JobRow) -> AnyView {
    view! {
        <form method="post" action=post_to(format!("/admin/jobs/{}/retry", job.id))>
            <button class="btn small">
                {icon(LuRotateCcw)}"Try now"<span class="unseen">{format!(": {} {}", job.kind, job.subject)}</span>
            </button>
        </form>
    }
    .into_any()
}
