use super::*;
use crate::cluster::bounds::Limits;
use crate::cluster::watch::kinds::{KindSpec, Lacks, NAMESPACES, limits};
use crate::cluster::watch::projection::{self, SeenNamespace, SeenPod};
use crate::cluster::watch::watch_health::WatchHealth;
use domain::cluster::Freshness;
use domain::id::ClusterId;
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use rstest::rstest;
use std::sync::{Mutex, RwLock};
use tokio::sync::broadcast;
use uuid::Uuid;

const PODS: &str = "pods";

type LimitsOf = fn(&str) -> Limits;

/// Of every kind but pods, and so below.
fn few(kind: &str) -> Limits {
    if kind == PODS { limits(kind) } else { Limits { n_objects: 3, bytes: 1 << 20 } }
}

fn little(kind: &str) -> Limits {
    if kind == PODS { limits(kind) } else { Limits { n_objects: 1000, bytes: 300 } }
}

fn watched(limits: LimitsOf) -> Watched {
    Watched {
        id: ClusterId(Uuid::from_u128(1)),
        name: "harbour-1".parse().expect("is a name"),
        cache: RwLock::default(),
        summaries: Mutex::default(),
        limits,
        health: Mutex::new(WatchHealth::new(OffsetDateTime::now_utc(), &[PODS, NAMESPACES], &[PODS], None)),
        changes: broadcast::channel(100).0,
        touched: broadcast::channel(100).0,
    }
}

fn spec(name: &'static str) -> KindSpec {
    KindSpec { name, without: Lacks::Itself, only: Only::All, limits: limits(name) }
}

fn kind() -> Kind<corev1::Namespace, SeenNamespace> {
    Kind { spec: spec(NAMESPACES), store: |cache| &mut cache.namespaces, project: projection::namespace }
}

fn namespace(n: usize) -> corev1::Namespace {
    let metadata = ObjectMeta { name: Some(format!("namespace-{n}")), ..ObjectMeta::default() };
    corev1::Namespace { metadata, ..corev1::Namespace::default() }
}

fn pods() -> Kind<corev1::Pod, SeenPod> {
    Kind { spec: spec(PODS), store: |cache| &mut cache.pods, project: projection::pod }
}

fn pod(n: usize) -> corev1::Pod {
    let (name, namespace) = (Some(format!("pod-{n}")), Some("payments-dev".into()));
    corev1::Pod { metadata: ObjectMeta { name, namespace, ..ObjectMeta::default() }, ..corev1::Pod::default() }
}

fn list_pods(watched: &Watched, n: usize) {
    let events = [Event::Init].into_iter().chain((0..n).map(|n| Event::InitApply(pod(n)))).chain([Event::InitDone]);
    events.into_iter().try_for_each(|event| take(watched, &pods(), event)).expect("are few");
}

fn list(watched: &Watched, n: usize) -> Result<(), String> {
    let objects = (0..n).map(|n| Event::InitApply(namespace(n)));
    let events = [Event::Init].into_iter().chain(objects).chain([Event::InitDone]);
    events.into_iter().try_for_each(|event| take(watched, &kind(), event))
}

fn is_told(watched: &Watched) -> bool {
    let now = OffsetDateTime::now_utc();
    let health = watched.health();
    let missing = health.missing(now);
    let says = missing.iter().any(|(kind, reason)| *kind == NAMESPACES && reason.contains("not all shown"));
    says && !health.knows(now, NAMESPACES) && !health.counts(now, NAMESPACES)
}

#[rstest]
#[case::by_number(few)]
#[case::by_size(little)]
fn a_list_that_does_not_end_is_given_up_and_nothing_of_it_is_kept_or_counted(#[case] limits: LimitsOf) {
    let watched = watched(limits);
    assert!(list(&watched, 100).is_err());
    assert!(is_told(&watched));
    assert_eq!(watched.cache.read().expect("is sound").namespaces.load().bytes, 0);
}

#[rstest]
#[case::by_number(few)]
#[case::by_size(little)]
fn what_grows_past_the_bound_later_is_given_up_too_and_takes_nothing_else_with_it(#[case] limits: LimitsOf) {
    let watched = watched(limits);
    list_pods(&watched, 100);
    list(&watched, 3).expect("are few");
    watched.health().beat(OffsetDateTime::now_utc(), "v1.33.0".into());
    assert!(watched.health().knows(OffsetDateTime::now_utc(), NAMESPACES));
    let is_all_else_there = || {
        let now = OffsetDateTime::now_utc();
        let n_pods = watched.cache.read().expect("is sound").pods.load().n;
        let health = watched.health();
        let is_live = matches!(health.freshness(now), Freshness::Live { .. });
        n_pods == 100 && health.knows(now, PODS) && health.counts(now, PODS) && is_live
    };
    let more = (3..100).try_for_each(|n| take(&watched, &kind(), Event::Apply(namespace(n))));
    assert!(more.is_err() && is_told(&watched) && is_all_else_there());
    // Nor does the next event of another kind find anything to put away.
    list_pods(&watched, 100);
    assert!(is_told(&watched) && is_all_else_there());
    watched.health().hear(OffsetDateTime::now_utc(), NAMESPACES);
    assert!(is_told(&watched), "until all of it was read");
    list(&watched, 3).expect("are few again");
    assert!(watched.health().counts(OffsetDateTime::now_utc(), NAMESPACES) && !is_told(&watched));
}

#[rstest]
#[case::by_number(few)]
#[case::by_size(little)]
fn what_is_within_the_bound_stays_so_when_it_is_listed_anew(#[case] limits: LimitsOf) {
    let watched = watched(limits);
    let mut n = 0;
    while list(&watched, n + 1).is_ok() {
        n += 1;
    }
    assert!(n > 1);
    for _ in 0..3 {
        list(&watched, n).expect("is no more than before");
    }
    assert!(watched.health().knows(OffsetDateTime::now_utc(), NAMESPACES) && !is_told(&watched));
}

#[test]
fn too_much_of_what_is_essential_is_told_and_the_cluster_answers_all_the_same() {
    let watched = watched(|_| Limits { n_objects: 3, bytes: 1 << 20 });
    list(&watched, 3).expect("are few");
    watched.health().beat(OffsetDateTime::now_utc(), "v1.33.0".into());
    assert!((0..100).try_for_each(|n| take(&watched, &pods(), Event::Apply(pod(n)))).is_err());
    let now = OffsetDateTime::now_utc() + Duration::from_secs(300);
    watched.health().beat(now, "v1.33.0".into());
    assert_eq!(watched.health().freshness(now), Freshness::NotLoaded);
    assert!(watched.health().missing(now).iter().any(|(kind, _)| *kind == PODS));
    assert!(watched.health().knows(now, NAMESPACES));
}
