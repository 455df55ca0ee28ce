//! The end of a namespace.

use crate::icon::*;
use crate::parts::stages;
use domain::view::{DeleteContent, RequestState, RequestView};
use leptos::prelude::*;

/// What will happen while it can still be granted, and then what became of it.
pub(super) fn changes(request: &RequestView, content: &DeleteContent) -> AnyView {
    let (when, course) = match request.after_deletion {
        Some(after) => ("done", vec![stages::sentence(&super::after_deletion(&request.row, after))]),
        None => course(request, content),
    };
    let course = course.into_iter().map(|line| view! { <li>{icon(LuCircle)}{line}</li> });
    view! { <ol class="course" data-course=when>{course.collect_view()}</ol> }.into_any()
}

fn course(request: &RequestView, content: &DeleteContent) -> (&'static str, Vec<String>) {
    let (name, cluster, days) = (&request.row.name, &request.row.cluster, content.grace_days);
    match request.row.state {
        RequestState::InReview
        | RequestState::ChangesRequested
        | RequestState::Approved
        | RequestState::Waiting
        | RequestState::Applying
        | RequestState::Failed
        | RequestState::Undoing
        | RequestState::Completed => (
            "ahead",
            vec![
                format!(
                    "Once it is granted, {name} on {cluster} will be suspended: what its workloads run is stopped."
                ),
                format!("For {days} days the team and Platform will be able to restore it with one click."),
                format!("Then {name} will be deleted, with everything in it. Data on its volumes cannot be recovered."),
            ],
        ),
        RequestState::Undone
        | RequestState::Rejected
        | RequestState::Withdrawn
        | RequestState::Expired
        | RequestState::Superseded => (
            "nothing",
            vec![format!(
                "{name} on {cluster} was to be suspended, and deleted {days} days later. Nothing of it was done."
            )],
        ),
    }
}
