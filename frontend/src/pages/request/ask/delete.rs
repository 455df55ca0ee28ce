//! The end of a namespace.

use domain::view::{DeleteContent, RequestRow};
use leptos::prelude::*;

pub(super) fn changes(row: &RequestRow, content: &DeleteContent) -> AnyView {
    let (name, cluster, days) = (&row.name, &row.cluster, content.grace_days);
    view! {
        <ol class="course">
            <li>{format!("{name} on {cluster} is suspended: its workloads are scaled to zero.")}</li>
            <li>{format!("For {days} days the team and Platform can restore it with one click.")}</li>
            <li>{format!("Then {name} is deleted, with everything in it. Data on its volumes cannot be recovered.")}</li>
        </ol>
    }
    .into_any()
}
