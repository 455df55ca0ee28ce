use super::*;
use crate::quota::tests::any_quota;
use proptest::prelude::*;
use rstest::rstest;

/// As it was written before there were prices, bounds and mappings.
const BEFORE: &str = r#"{
    "title": "Standard", "summary": "For services", "environment": "development", "pod_security": "restricted",
    "network": "cluster",
    "sizes": [{"name": "S", "quota": {"cpu_m": 1000, "memory_bytes": 1073741824, "storage_bytes": 0, "pods": 10}}],
    "ceiling": {"cpu_m": 4000, "memory_bytes": 8589934592, "storage_bytes": 0, "pods": 40},
    "container": {"request_cpu_m": 50, "request_memory_bytes": 67108864, "limit_cpu_m": 500, "limit_memory_bytes": 268435456}
}"#;

fn spec() -> ClassSpec {
    serde_json::from_str(BEFORE).expect("is a class")
}

fn fields(spec: &ClassSpec) -> Vec<String> {
    spec.check().expect_err("is refused").fields().into_iter().map(|error| error.field).collect()
}

#[test]
fn a_class_that_was_written_before_guardrails_grew_means_what_it_meant() {
    let spec = spec();
    assert_eq!(spec.check(), Ok(()));
    assert_eq!((spec.pod_security_version.as_str(), spec.overcommit_percent), ("v1.33", 100));
    assert_eq!(spec.roles, RoleMapping::default());
    assert!(spec.may_be_on(&"anywhere".parse().expect("is a name")));
    assert_eq!((spec.lifetime_days, spec.monthly_cost(&spec.ceiling)), (None, None));
}

#[test]
fn every_mistake_is_said_at_once_with_its_field() {
    let mut wrong = spec();
    wrong.title = " ".into();
    wrong.sizes[0].quota.cpu_m = 5000;
    wrong.container.request_cpu_m = 600;
    wrong.pod_security_version = "1.33".into();
    wrong.roles.viewer = Access::Own;
    wrong.lifetime_days = Some(0);
    wrong.overcommit_percent = 99;
    let expected = [
        "title",
        "sizes.0.cpu_m",
        "container.request_cpu_m",
        "pod_security_version",
        "roles",
        "lifetime_days",
        "overcommit_percent",
    ];
    assert_eq!(fields(&wrong), expected);
}

#[test]
fn bounds_of_containers_let_their_own_defaults_through() {
    let mut wrong = spec();
    wrong.container_bounds =
        Some(ContainerBounds { min_cpu_m: Some(51), max_memory_bytes: Some(1 << 20), ..ContainerBounds::default() });
    assert_eq!(fields(&wrong), ["container_bounds.min_cpu_m", "container_bounds.max_memory_bytes"]);
}

#[test]
fn a_blank_draft_cannot_be_published() {
    let fields = fields(&ClassSpec::blank());
    assert!(
        fields.starts_with(&["title".into(), "summary".into(), "sizes".into(), "ceiling.cpu_m".into()]),
        "{fields:?}"
    );
}

#[rstest]
#[case("v1.33", true)]
#[case("latest", true)]
#[case("v1.", false)]
#[case("v2.1", false)]
#[case("v1.33\nx", false)]
fn pod_security_is_pinned_to_a_version(#[case] text: &str, #[case] is_one: bool) {
    let spec = ClassSpec { pod_security_version: text.into(), ..spec() };
    assert_eq!(spec.check().is_ok(), is_one);
}

#[test]
fn a_class_may_be_bound_to_clusters() {
    let spec = ClassSpec { clusters: ["harbour-1".parse().expect("is a name")].into(), ..spec() };
    assert!(spec.may_be_on(&"harbour-1".parse().expect("is a name")));
    assert!(!spec.may_be_on(&"harbour-2".parse().expect("is a name")));
}

#[test]
fn a_month_costs_what_its_parts_cost() {
    let prices =
        Prices { currency: "EUR".into(), cpu: 2000, memory_gib: 500, storage_gib: 10, load_balancer: 1500, gpu: 0 };
    let quota =
        Quota { cpu_m: 1500, memory_bytes: 4 << 30, storage_bytes: 10 << 30, pods: 9, load_balancers: 1, gpus: 2 };
    assert_eq!(prices.monthly(&quota).to_string(), "EUR 66.00");
    assert_eq!(prices.monthly(&Quota { cpu_m: 1, ..Quota::ZERO }).to_string(), "EUR 0.02");
}

proptest! {
    #[test]
    fn more_never_costs_less(a in any_quota(), b in any_quota(), cpu in 0..HIGHEST, gib in 0..HIGHEST) {
        let prices = Prices { currency: "EUR".into(), cpu, memory_gib: gib, storage_gib: gib, load_balancer: cpu, gpu: cpu };
        let both = prices.monthly(&a.plus(&b)).hundredths;
        prop_assert!(both >= prices.monthly(&a).hundredths.max(prices.monthly(&b).hundredths));
        prop_assert!(both <= prices.monthly(&a).hundredths + prices.monthly(&b).hundredths);
    }
}

const HIGHEST: u64 = 1_000_000_000;
