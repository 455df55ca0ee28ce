//! Random lives of requests: every request of one, in order.

use super::*;
use crate::quota::PerResource;
use crate::quota::tests::per_resource;

/// What a request was after each attempt that was not refused, beginning with the submitted one.
pub fn any_history() -> impl Strategy<Value = Vec<Request>> {
    let deciders = prop::sample::select(vec![Deciders::TeamOwners, Deciders::Platform]);
    let stage = (deciders, 1..=2u8).prop_map(|(deciders, quorum)| Stage { deciders, quorum });
    let stages = prop::collection::vec(stage, 1..=2);
    (stages, prop::collection::vec(any_attempt(), 0..24)).prop_map(|(stages, attempts)| {
        let submitted = Request { plan: Plan { stages, reasons: Vec::new() }, ..request(&[]) };
        attempts.iter().fold(vec![submitted], |mut history, attempt| {
            let now = history.last().expect("begun").clone();
            history.extend(attempt.make(now));
            history
        })
    })
}

/// Mostly up to 100, so that a good part of all grants is allowed.
pub fn any_percent() -> impl Strategy<Value = PerResource<u64>> {
    per_resource(|_| prop_oneof![5 => 1..=100u64, 20 => Just(100), 1 => 0..=120u64])
}

pub fn part_of(whole: Quota, percent: PerResource<u64>) -> Quota {
    Quota::from_fn(|resource| whole[resource] * percent[resource] / 100)
}

/// Something that is tried on a request. Grants are percents of what was asked.
#[derive(Debug, Clone)]
enum Attempt {
    Approve { by: u128, revision: i32, grant: Option<PerResource<u64>>, free: PerResource<u64> },
    Reject { by: u128, revision: i32 },
    Withdraw,
    BeginApplying,
    Complete,
    Fail,
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let revision = || prop_oneof![9 => Just(3), 1 => 1..6];
    let free = prop_oneof![4 => Just(PerResource::from_fn(|_| 100)), 1 => any_percent()];
    let approve = (1..=6u128, revision(), prop::option::of(any_percent()), free)
        .prop_map(|(by, revision, grant, free)| Attempt::Approve { by, revision, grant, free });
    prop_oneof![
        30 => approve,
        1 => (1..=6u128, revision()).prop_map(|(by, revision)| Attempt::Reject { by, revision }),
        1 => Just(Attempt::Withdraw),
        6 => Just(Attempt::BeginApplying),
        3 => Just(Attempt::Complete),
        3 => Just(Attempt::Fail),
    ]
}

impl Attempt {
    fn make(&self, request: Request) -> Result<Request, Refusal> {
        let asked = request.ask.whole().quota().expect("it asks for one");
        match self {
            Self::Approve { by, revision, grant, free } => {
                let grant = grant.map(|percent| part_of(asked, percent).into());
                let approval = Approval { seen: (*revision).into(), grant, comment: None };
                request.approve(&person(*by), approval, Some(&placement_with(part_of(asked, *free))), AT)
            }
            Self::Reject { by, revision } => request.reject(&person(*by), (*revision).into(), reason(), AT),
            Self::Withdraw => request.withdraw(),
            Self::BeginApplying => request.begin_applying(),
            Self::Complete => request.complete(),
            Self::Fail => request.fail("no answer".into()),
        }
    }
}
