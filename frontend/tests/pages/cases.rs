//! Pages in each state that one rule is about, for the tests of that rule alone.

use crate::samples::decided::{decided, steps};
use crate::samples::frame;
use crate::samples::home::home;
use crate::samples::namespace::namespace;
use crate::samples::namespace_states::{as_granted, stopped_namespace};
use crate::samples::quota::quota_form;
use crate::samples::requests::{quota_row, requests};
use crate::samples::review::{quota_in_review, request_page};
use crate::samples::values::{ago, live, page_of};
use crate::samples::viewers::{developer, owner};
use domain::cluster::Fit;
use domain::gone::Gone;
use domain::name::RequestNumber;
use domain::namespace::{NamespaceState, StepState};
use domain::view::*;
use frontend::pages::namespace::Tab;
use frontend::{Theme, pages};

/// What waits for a decision and cannot be made: in the queue, on Home, and for itself.
pub fn blocked(theme: Theme, why: Blocker) -> Vec<String> {
    let mut request = quota_in_review();
    request.row.blocked_by = Some(why);
    request.held_up = Some("payments-dev was deleted on its cluster".into());
    let row = RequestRow { fit: Some(Fit::Fits), ..request.row.clone() };
    let frame = |path| frame(Some(owner()), theme, path);
    let queue = RequestsView { page: page_of(vec![row.clone()], None), ..requests(Queue::ToDecide) };
    let home = HomeView { to_decide: vec![row], ..home() };
    vec![
        pages::requests::page(frame("/requests"), queue),
        pages::home::page(frame("/"), home),
        pages::request::page(frame("/requests/241"), request_page(request)),
    ]
}

/// The quota's page beside each open request there may be, with what it says can be done.
pub fn open_quotas(theme: Theme) -> Vec<(&'static str, String)> {
    let page = |(way, state, gives_way, can_revise, can_comment): (&'static str, RequestState, bool, bool, bool)| {
        let row = quota_row(233, state);
        let open = OpenRequest { gives_way, row, is_yours: true, can_revise, can_comment };
        let form = QuotaForm { open: Some(open), ..quota_form() };
        (way, pages::quota::page(frame(Some(developer()), theme, "/"), namespace(), form))
    };
    let ways = [
        ("replace", RequestState::InReview, true, true, true),
        ("replace", RequestState::Waiting, true, false, true),
        ("revise", RequestState::InReview, false, true, true),
        ("comment", RequestState::InReview, false, false, true),
        ("read", RequestState::InReview, false, false, false),
        ("wait", RequestState::Approved, false, false, true),
        ("wait", RequestState::Applying, false, false, true),
        ("undoing", RequestState::Undoing, false, false, true),
        ("failed", RequestState::Failed, false, false, false),
    ];
    ways.into_iter().map(page).collect()
}

/// Each with the steps that were begun.
pub fn stalled(theme: Theme, why: StallReason) -> Vec<String> {
    let of = |state| {
        let mut view = RequestView { steps: steps(5, StepState::Running, None), ..decided(state) };
        view.row = view.row.stalled(Some(why));
        view
    };
    let row = of(RequestState::Applying).row;
    let states = [RequestState::Approved, RequestState::Applying, RequestState::Undoing];
    let frame = |path| frame(Some(developer()), theme, path);
    let mut pages: Vec<_> =
        states.map(|state| pages::request::page(frame("/requests/229"), request_page(of(state)))).into_iter().collect();
    let list = RequestsView { page: page_of(vec![row.clone()], None), ..requests(Queue::Mine) };
    pages.push(pages::requests::page(frame("/requests"), list));
    pages.push(pages::home::page(frame("/"), HomeView { mine: vec![row], ..home() }));
    pages
}

/// Not made yet, or not taken back yet, and nobody is at it.
pub fn stopped_on_the_way(theme: Theme, by: StoppedBy) -> Vec<String> {
    let of = |state| {
        let view = stopped_namespace(by);
        NamespaceView { row: NamespaceRow { state, ..view.row.clone() }, ..view }
    };
    let frame = || frame(Some(developer()), theme, "/");
    let page = |state| pages::namespace::page(frame(), of(state), Tab::Overview);
    let row = of(NamespaceState::Provisioning).row;
    let list = pages::namespaces::page(frame(), page_of(vec![row], None));
    vec![page(NamespaceState::Provisioning), page(NamespaceState::Removing), list]
}

/// The list, and the page, of a namespace of which so many workloads fail and so many are unknown; none where that is not known.
pub fn counted(theme: Theme, n_failing: Option<i64>, n_unknown: Option<i64>) -> [String; 2] {
    let full = as_granted();
    let row = NamespaceRow { n_workloads: Some(8), n_failing, n_unknown, freshness: live(), ..full.row.clone() };
    let frame = || frame(Some(developer()), theme, "/");
    let list = pages::namespaces::page(frame(), page_of(vec![row.clone()], None));
    [list, pages::namespace::page(frame(), NamespaceView { row, ..full }, Tab::Overview)]
}

/// Each is as granted but for one thing: what it is, with its pages.
pub fn not_quite_as_granted(theme: Theme) -> Vec<(String, String)> {
    let full = as_granted();
    let with = |sync: SyncView| NamespaceView { sync, ..full.clone() };
    let unapplied = |state| {
        let unapplied = Some(UnappliedQuota { number: RequestNumber(233), state });
        with(SyncView { unapplied, ..full.sync.clone() })
    };
    let ways = [
        ("approved", unapplied(RequestState::Approved)),
        ("applying", unapplied(RequestState::Applying)),
        ("failed", unapplied(RequestState::Failed)),
        ("undoing", unapplied(RequestState::Undoing)),
        ("enforces another quota", NamespaceView { lines: namespace().lines, ..full.clone() }),
        ("looked at since", with(SyncView { looked_at: Some(ago(1)), ..full.sync.clone() })),
        ("given up", with(SyncView { has_given_up: true, ..full.sync.clone() })),
        ("never verified", NamespaceView { synced_at: None, ..full.clone() }),
        ("moved", with(SyncView { applied_version: Some(2), ..full.sync.clone() })),
    ];
    let page =
        |tab, view: &NamespaceView| pages::namespace::page(frame(Some(developer()), theme, "/"), view.clone(), tab);
    let pages = ways.into_iter().flat_map(|(way, mut view)| {
        let found = [page(Tab::Overview, &view), page(Tab::Sync, &view)];
        view.sync.drift = vec![];
        let nothing_found = page(Tab::Sync, &view);
        let form = QuotaForm { lines: view.lines.clone(), ..quota_form() };
        let quota = pages::quota::page(frame(Some(developer()), theme, "/"), view, form);
        found.into_iter().chain([nothing_found, quota]).map(move |page| (way.to_owned(), page)).collect::<Vec<_>>()
    });
    pages.collect()
}

/// The request for a quota of a namespace that is gone in each way there is, read by who decides and by others.
pub fn gone(theme: Theme) -> Vec<(Option<Gone>, String)> {
    let ways = Gone::ALL.into_iter().map(Some).chain([None]);
    let page = |gone: Option<Gone>| {
        let mut request = RequestView { gone, ..quota_in_review() };
        request.row.blocked_by = Some(Blocker::NamespaceGone);
        request.held_up = Some("payments-dev is gone".into());
        (gone, pages::request::page(frame(Some(owner()), theme, "/requests/241"), request_page(request)))
    };
    ways.map(page).collect()
}
