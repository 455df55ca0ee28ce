//! Lists of requests, and a row of each kind.

use super::values::{ago, day, page_of, person, quota};
use super::viewers::{developer, owner, platform};
use super::{Gallery, HOSTILE};
use domain::cluster::Fit;
use domain::name::RequestNumber;
use domain::quota::{Quota, Resource, Shortfall};
use domain::view::*;
use frontend::pages;

pub fn pages(to: &mut Gallery) {
    let page = pages::requests::page;
    to.add("requests", platform(), "/requests?queue=all", requests(Queue::All), page);
    to.add("requests-to-decide", owner(), "/requests?queue=to_decide", to_decide(), page);
    to.add("requests-filtered", platform(), "/requests?queue=all", requests_filtered(), page);
    to.add("requests-nothing", platform(), "/requests?queue=all", requests_nothing(), page);
    to.add("requests-none", developer(), "/requests", no_requests(), page);
}

pub fn row(number: i64, title: &str, state: RequestState) -> RequestRow {
    RequestRow {
        number: RequestNumber(number),
        content: RequestContent::NewNamespace(QuotaContent {
            size: Some("M".into()),
            base: Quota::ZERO,
            asked: quota(4, 16, 100, 50),
            granted: None,
        }),
        title: title.into(),
        team: "payments".into(),
        cluster: "harbour-1".into(),
        class: "standard".into(),
        name: title.rsplit(' ').next().unwrap_or_default().into(),
        purpose: "Load tests of the new settlement path before the December freeze.".into(),
        requester: person("payments developer"),
        state,
        waits_for: if state == RequestState::InReview { "owners of Payments".into() } else { String::new() },
        fit: None,
        blocked_by: None,
        place_in_line: None,
        stalled_by: None,
        failure: (state == RequestState::Failed)
            .then(|| "harbour-1 refused ResourceQuota berth-compute: forbidden by policy".into()),
        submitted_at: ago(35),
        updated_at: ago(20),
    }
}

pub fn quota_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Quota(QuotaContent {
            size: None,
            base: quota(4, 16, 100, 50),
            asked: quota(6, 32, 100, 50),
            granted: None,
        }),
        purpose: "The nightly reconciliation doubled with the new markets.".into(),
        ..row(number, "Quota of payments-dev", state)
    }
}

pub fn extend_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Extend(ExtendContent {
            base: day("2026-12-01"),
            asked: day("2027-03-31"),
            granted: (state == RequestState::Completed).then(|| day("2027-01-31")),
        }),
        class: "sandbox".into(),
        purpose: "The trial of the new engine goes on until spring.".into(),
        ..row(number, "Extension of payments-lab", state)
    }
}

pub fn delete_row(number: i64, state: RequestState) -> RequestRow {
    RequestRow {
        content: RequestContent::Delete(DeleteContent { grace_days: 30 }),
        class: "production".into(),
        purpose: "Moved to the new cluster; nothing is called there any more.".into(),
        ..row(number, "Deletion of payments-legacy", state)
    }
}

/// The same with another quota.
pub fn asking(mut row: RequestRow, change: impl FnOnce(&mut QuotaContent)) -> RequestRow {
    match &mut row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => change(content),
        RequestContent::Extend(_) | RequestContent::Delete(_) => {}
    }
    row
}

pub fn requests(queue: Queue) -> RequestsView {
    let granted = |row: RequestRow, granted: Quota| asking(row, |content| content.granted = Some(granted));
    let items = vec![
        RequestRow {
            waits_for: "Platform".into(),
            class: "production".into(),
            submitted_at: ago(300),
            ..row(232, "New namespace orders-prod", RequestState::InReview)
        },
        row(231, "New namespace payments-perf", RequestState::InReview),
        asking(row(230, "New namespace vision-lab", RequestState::Approved), |content| {
            content.size = None;
            content.asked = Quota { gpus: 2, load_balancers: 1, ..quota(32, 256, 1000, 200) };
        }),
        quota_row(241, RequestState::ChangesRequested),
        RequestRow {
            waits_for: "capacity on the cluster".into(),
            place_in_line: Some(2),
            ..asking(quota_row(240, RequestState::Waiting), |content| content.asked = quota(2, 8, 100, 50))
        },
        extend_row(243, RequestState::InReview),
        delete_row(242, RequestState::Completed),
        row(229, "New namespace payments-next", RequestState::Applying),
        granted(row(224, "New namespace payments-dev", RequestState::Completed), quota(2, 8, 50, 40)),
        row(222, "New namespace payments-broken", RequestState::Failed),
        row(219, "New namespace payments-gpu", RequestState::Rejected),
        row(218, "New namespace payments-tmp", RequestState::Withdrawn),
    ];
    RequestsView {
        queue,
        filter: RequestFilter::default(),
        counts: QueueCounts { to_decide: 7, mine: 4, my_teams: 9, all: 231, failed: 1 },
        page: page_of(items, Some("218")),
    }
}

pub fn to_decide() -> RequestsView {
    let with = |fit: Fit, row: RequestRow| RequestRow { fit: Some(fit), ..row };
    let short = Fit::Short { of: vec![Shortfall { resource: Resource::Cpu, missing: 2_500 }] };
    let items = vec![
        with(short, row(232, "New namespace payments-batch", RequestState::InReview)),
        with(Fit::Fits, row(231, "New namespace payments-perf", RequestState::InReview)),
        with(Fit::Behind, quota_row(230, RequestState::InReview)),
        RequestRow {
            blocked_by: Some(Blocker::NotAgreed),
            ..with(Fit::Fits, row(228, "New namespace payments-ledger", RequestState::InReview))
        },
        extend_row(243, RequestState::InReview),
        delete_row(242, RequestState::InReview),
    ];
    RequestsView { queue: Queue::ToDecide, page: page_of(items, None), ..requests(Queue::ToDecide) }
}

pub fn no_requests() -> RequestsView {
    RequestsView {
        queue: Queue::ToDecide,
        filter: RequestFilter::default(),
        counts: QueueCounts { to_decide: 0, mine: 0, my_teams: 0, all: 0, failed: 0 },
        page: page_of(vec![], None),
    }
}

pub fn requests_filtered() -> RequestsView {
    let filter = RequestFilter {
        team: "payments".into(),
        kind: "quota".into(),
        state: "waiting".into(),
        text: HOSTILE.into(),
        ..RequestFilter::default()
    };
    RequestsView { filter, ..requests(Queue::All) }
}

pub fn requests_nothing() -> RequestsView {
    let filter = RequestFilter { cluster: "quay-7".into(), ..RequestFilter::default() };
    RequestsView { filter, page: page_of(vec![], None), ..requests(Queue::Failed) }
}
