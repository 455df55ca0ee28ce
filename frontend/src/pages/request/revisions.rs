//! What was asked at each revision, what is different from the one before, and which approvals still count.

use crate::icon::*;
use crate::parts::when;
use domain::view::{DecisionView, RequestView, RevisionView};
use leptos::prelude::*;
use time::OffsetDateTime;

/// None while there is only one.
pub(super) fn panel(request: &RequestView, now: OffsetDateTime) -> Option<AnyView> {
    if request.revisions.len() < 2 {
        return None;
    }
    let before = request.revisions.iter().skip(1).map(Some).chain([None]);
    let rows = request.revisions.iter().zip(before).map(|(revision, before)| row(revision, before, now));
    let panel = view! {
        <section class="panel" aria-labelledby="revisions">
            <header>
                <h2 id="revisions">"Revisions"</h2>
                <span class="dim">"an approval counts for what it was given for"</span>
            </header>
            <ol class="rows revisions">{rows.collect_view()}</ol>
        </section>
    };
    Some(panel.into_any())
}

fn row(revision: &RevisionView, before: Option<&RevisionView>, now: OffsetDateTime) -> AnyView {
    let purpose = before.filter(|before| before.purpose != revision.purpose);
    let purpose = purpose.map(|_| view! { <blockquote class="said">{revision.purpose.clone()}</blockquote> });
    let decisions = (!revision.decisions.is_empty()).then(|| {
        view! { <ul class="given">{revision.decisions.iter().map(|d| decision(d, now)).collect_view()}</ul> }
    });
    view! {
        <li>
            <span class="revision num">{revision.revision}</span>
            <div class="cell-2">
                <p><b>{revision.author.clone()}</b>" "{changed(revision, before)}" "<span class="dim">{when::ago(revision.made_at, now)}</span></p>
                {purpose}
                {decisions}
            </div>
        </li>
    }
    .into_any()
}

/// `CPU 8 → 6, Memory 16 GiB → 32 GiB`, `Expires on 2026-12-25 → 2026-12-31`.
fn changed(revision: &RevisionView, before: Option<&RevisionView>) -> String {
    let Some(before) = before else { return format!("asked for {}", revision.asked.describe()) };
    let amounts = revision.differences.iter().map(|difference| {
        let resource = difference.resource;
        format!("{} {} → {}", resource.title(), resource.format(difference.before), resource.format(difference.after))
    });
    let days = revision.asked.until().zip(before.asked.until()).filter(|(after, before)| after != before);
    let day = days.map(|(after, before)| format!("Expires on {before} → {after}"));
    let size = (revision.size != before.size && revision.differences.is_empty()).then(|| "the size".to_owned());
    let purpose = (revision.purpose != before.purpose).then(|| "the reason".to_owned());
    let all: Vec<_> = amounts.chain(day).chain(size).chain(purpose).collect();
    format!("changed {}", all.join(", "))
}

fn decision(decision: &DecisionView, now: OffsetDateTime) -> AnyView {
    let word = match &decision.granted {
        Some(granted) => format!("approved {}", granted.describe()),
        None => "rejected it".to_owned(),
    };
    let (class, drawing) = match (decision.counts, &decision.granted) {
        (true, Some(_)) => ("ok", LuCheck),
        (true, None) => ("bad", LuX),
        (false, _) => ("dropped", LuMinus),
    };
    let dropped = (!decision.counts).then(|| {
        view! { <span class="dim">" · no longer counts: a later revision asks for more, or for other approvers"</span> }
    });
    view! {
        <li class=class data-counts=if decision.counts { "yes" } else { "no" }>
            {icon(drawing)}
            <span><b>{decision.person.clone()}</b>" "{word}" "<span class="dim">{when::ago(decision.at, now)}</span>{dropped}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::request::Grant;
    use time::OffsetDateTime;

    fn until(day: &str, purpose: &str) -> RevisionView {
        RevisionView {
            revision: 1,
            author: "payments developer".into(),
            size: None,
            asked: Grant::Until { until: day.parse().expect("is a day") },
            purpose: purpose.into(),
            differences: vec![],
            decisions: vec![],
            made_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_revision_of_an_extension_names_its_day() {
        let (before, later) = (until("2026-12-25", "trial"), until("2026-12-31", "trial"));
        assert_eq!(changed(&later, Some(&before)), "changed Expires on 2026-12-25 → 2026-12-31");
        let both = until("2026-12-31", "more trial");
        assert_eq!(changed(&both, Some(&before)), "changed Expires on 2026-12-25 → 2026-12-31, the reason");
        assert_eq!(changed(&both, Some(&later)), "changed the reason");
    }
}
