use super::*;
use crate::cluster::bounds::Most;
use crate::cluster::watch::pulse::Pulse;
use crate::cluster::watch::slim::SeenNamespace;
use domain::cluster::Freshness;
use domain::id::ClusterId;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use rstest::rstest;
use std::sync::{Mutex, RwLock};
use tokio::sync::broadcast;
use uuid::Uuid;

const FEW: Most = Most { n_of_kind: 3, bytes: 1 << 20 };
const LITTLE: Most = Most { n_of_kind: 1000, bytes: 300 };

fn watched(most: Most) -> Watched {
    Watched {
        id: ClusterId(Uuid::from_u128(1)),
        name: "harbour-1".parse().expect("is a name"),
        board: RwLock::default(),
        most,
        pulse: Mutex::new(Pulse::new(OffsetDateTime::now_utc(), &[PODS, NAMESPACES], &[PODS], None)),
        changes: broadcast::channel(100).0,
        touched: broadcast::channel(100).0,
    }
}

fn kind() -> Kind<corev1::Namespace, SeenNamespace> {
    Kind { name: NAMESPACES, shelf: |board| &mut board.namespaces, slim: slim::namespace, is_marked: false }
}

fn namespace(n: usize) -> corev1::Namespace {
    let metadata = ObjectMeta { name: Some(format!("namespace-{n}")), ..ObjectMeta::default() };
    corev1::Namespace { metadata, ..corev1::Namespace::default() }
}

fn list(watched: &Watched, n: usize) -> Result<(), String> {
    let objects = (0..n).map(|n| Event::InitApply(namespace(n)));
    let events = [Event::Init].into_iter().chain(objects).chain([Event::InitDone]);
    events.into_iter().try_for_each(|event| take(watched, &kind(), event))
}

fn is_told(watched: &Watched) -> bool {
    let now = OffsetDateTime::now_utc();
    let pulse = watched.pulse();
    let missing = pulse.missing(now);
    let says = missing.iter().any(|(kind, reason)| *kind == NAMESPACES && reason.contains("not all shown"));
    says && !pulse.knows(now, NAMESPACES) && !pulse.counts(now, NAMESPACES)
}

#[rstest]
#[case::by_number(FEW)]
#[case::by_size(LITTLE)]
fn a_list_that_does_not_end_is_given_up_and_nothing_of_it_is_kept_or_counted(#[case] most: Most) {
    let watched = watched(most);
    assert!(list(&watched, 100).is_err());
    assert!(is_told(&watched));
    assert_eq!(watched.board.read().expect("is sound").namespaces.load().bytes, 0);
}

#[rstest]
#[case::by_number(FEW)]
#[case::by_size(LITTLE)]
fn what_grows_past_the_bound_later_is_given_up_too_and_takes_nothing_else_with_it(#[case] most: Most) {
    let watched = watched(most);
    list(&watched, 3).expect("are few");
    watched.pulse().load(PODS);
    watched.pulse().beat(OffsetDateTime::now_utc(), "v1.33.0".into());
    assert!(watched.pulse().knows(OffsetDateTime::now_utc(), NAMESPACES));
    let more = (3..100).try_for_each(|n| take(&watched, &kind(), Event::Apply(namespace(n))));
    assert!(more.is_err() && is_told(&watched));
    assert!(matches!(watched.pulse().freshness(OffsetDateTime::now_utc()), Freshness::Live { .. }));
    watched.pulse().hear(OffsetDateTime::now_utc(), NAMESPACES);
    list(&watched, 3).expect("are few again");
    assert!(watched.pulse().counts(OffsetDateTime::now_utc(), NAMESPACES) && !is_told(&watched));
}
