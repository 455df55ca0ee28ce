//! The end of a namespace.

use crate::icon::*;
use domain::view::{DeleteContent, RequestRow};
use leptos::prelude::*;

pub(super) fn changes(row: &RequestRow, content: &DeleteContent) -> AnyView {
    let (name, cluster, days) = (&row.name, &row.cluster, content.grace_days);
    let course = [
        format!("{name} on {cluster} is suspended: its workloads are scaled to zero."),
        format!("For {days} days the team and Platform can restore it with one click."),
        format!("Then {name} is deleted, with everything in it. Data on its volumes cannot be recovered."),
    ];
    let course = course.map(|line| view! { <li>{icon(LuCircle)}{line}</li> });
    view! { <ol class="course">{course.collect_view()}</ol> }.into_any()
}
