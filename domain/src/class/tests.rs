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
    spec.check().expect_err("is refused").0.into_iter().map(|error| error.field).collect()
}

#[test]
fn a_class_that_was_written_before_guardrails_grew_means_what_it_meant() {
    let spec = spec();
    assert_eq!(spec.check(), Ok(()));
    assert_eq!((spec.pod_security_version.as_str(), spec.overcommit_percent), ("v1.33", 100));
    assert_eq!(spec.roles, RoleMapping::default());
    assert!(spec.may_be_on(&"anywhere".parse().expect("is a name")));
    assert_eq!((spec.lifetime_days, spec.monthly_cost(&spec.ceiling)), (None, None));
    assert_eq!(spec.guardrails, Guardrails::default());
    let written = serde_json::to_string(&spec).expect("can be written");
    assert!(!written.contains("guardrails"), "an earlier version of Berth can read what says nothing: {written}");
}

#[test]
fn nothing_that_reaches_beyond_a_namespace_is_allowed_unless_a_class_says_so() {
    let guardrails = spec().guardrails;
    assert!(Loosening::ALL.iter().all(|what| !guardrails.allows(*what)));
    assert!(Counted::ALL.iter().all(|kind| guardrails.most(*kind) > 0), "every kind is bounded");
    let lines = spec().lines();
    for title in Loosening::ALL.map(Loosening::title) {
        assert!(lines.iter().any(|line| line.what == title && line.says == "refused"), "{title} is shown");
    }
}

#[rstest]
#[case(r#"{"tolerations": ["two words"]}"#, "guardrails.tolerations")]
#[case(r#"{"priority_classes": [""]}"#, "guardrails.priority_classes")]
#[case(r#"{"load_balancer_sources": ["10.0.0.0/33"]}"#, "guardrails.load_balancer_sources")]
#[case(r#"{"ingress_hosts": ["*.*.test"]}"#, "guardrails.ingress_hosts")]
#[case(r#"{"ingress_hosts": ["*.test."]}"#, "guardrails.ingress_hosts")]
#[case(r#"{"ingress_hosts": ["*..test"]}"#, "guardrails.ingress_hosts")]
#[case(r#"{"devices": {"AMD.com/gpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"requests.amd.com/gpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"amd..com/gpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"amd.com/gpu-": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"hugepages-3Mi": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"gpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"Foo_": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"example.com/foo_": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"nvidia.com/gpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"requests.kubernetes.io/cpu": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"hugepages-0Mi": 1}}"#, "guardrails.devices")]
#[case(r#"{"devices": {"amd.com/gpu": 0}}"#, "guardrails.devices")]
#[case(r#"{"node_ports": 1001}"#, "guardrails.node_ports")]
#[case(r#"{"ephemeral_storage": {"request_bytes": 0}}"#, "guardrails.ephemeral_storage.request_bytes")]
#[case(r#"{"ephemeral_storage": {"per_pod_bytes": 1}}"#, "guardrails.ephemeral_storage.limit_bytes")]
#[case(r#"{"objects": {"secrets": 0}}"#, "guardrails.objects.secrets")]
fn a_guardrail_that_makes_no_sense_is_told_with_its_field(#[case] guardrails: &str, #[case] field: &str) {
    let guardrails = serde_json::from_str(guardrails).expect("can be read");
    assert_eq!(fields(&ClassSpec { guardrails, ..spec() }), [field]);
}

/// Every map that a class holds.
#[rstest]
#[case(r#"{"devices": {"amd.com/gpu": 1, "amd.com/gpu": 2}}"#, "\"amd.com/gpu\"")]
#[case(r#"{"objects": {"secrets": 1, "secrets": 1}}"#, "\"secrets\"")]
fn of_two_values_with_one_key_none_is_taken(#[case] guardrails: &str, #[case] key: &str) {
    let refused = serde_json::from_str::<Guardrails>(guardrails).expect_err("is not taken").to_string();
    assert!(refused.starts_with(key), "{refused}");
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
    let quota = Quota {
        cpu_m: 1500,
        memory_bytes: 4 << 30,
        storage_bytes: 10 << 30,
        pods: 9,
        load_balancers: 1,
        ..Quota::ZERO
    };
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

#[test]
fn a_size_in_which_no_container_starts_is_told_with_its_field() {
    let mut small = spec();
    small.sizes[0].quota.cpu_m = small.container.limit_cpu_m - 1;
    assert_eq!(fields(&small), ["sizes.0.cpu_m"]);
    small.sizes[0].quota.cpu_m = small.container.limit_cpu_m;
    assert_eq!(small.check(), Ok(()));
}

#[test]
fn huge_pages_are_counted_by_their_bytes() {
    assert_eq!(device_amount("amd.com/gpu", 2), "2");
    assert_eq!(device_amount("hugepages-2Mi", 64), "128Mi");
    assert_eq!(device_amount("hugepages-1Gi", 100_000), "100000Gi");
}

#[test]
fn what_a_form_shows_is_read_back_as_the_same_class() {
    let mut spec = spec();
    spec.sizes[0].quota.storage_bytes = 20 << 30;
    spec.clusters = ["harbour-1".parse().expect("is a name")].into();
    spec.container_bounds = Some(ContainerBounds { max_cpu_m: Some(2500), ..ContainerBounds::default() });
    spec.lifetime_days = Some(14);
    spec.prices =
        Some(Prices { currency: "EUR".into(), cpu: 2050, memory_gib: 5, storage_gib: 0, load_balancer: 100, gpu: 0 });
    spec.guardrails = serde_json::from_str(
        r#"{"allows": ["external_ips"], "tolerations": ["dedicated", "spot"], "ingress_hosts": ["*.apps.test"],
            "devices": {"amd.com/gpu": 2, "hugepages-2Mi": 64}, "node_ports": 4, "ephemeral_storage": {"limit_bytes": 2147483647}, "objects": {"secrets": 300}}"#,
    )
    .expect("can be read");
    assert_eq!(ClassFields::of(&spec).read(), Ok(spec));
    assert_eq!(ClassFields::of(&ClassSpec::blank()).read(), Ok(ClassSpec::blank()));
}

#[test]
fn rows_of_sizes_are_added_and_taken_away_without_losing_what_was_typed() {
    let mut fields = ClassFields::of(&spec());
    fields.add_size();
    fields.add_size();
    assert_eq!(fields.n_sizes(), 3);
    assert_eq!(fields.read().map(|spec| spec.sizes.len()), Ok(1), "empty rows are no sizes");
    let pairs = [("sizes.0.name", "S"), ("sizes.1.name", "M"), ("sizes.1.cpu_m", "two")];
    let mut typed = ClassFields::from_pairs(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())));
    typed.remove_size(0);
    assert_eq!((typed.n_sizes(), typed.get("sizes.0.name"), typed.get("sizes.0.cpu_m")), (1, "M", "two"));
}

#[test]
fn what_cannot_be_read_is_said_field_by_field() {
    let typed = [
        ("environment", "moon"),
        ("sizes.0.name", "very large"),
        ("sizes.1.name", "M"),
        ("sizes.1.cpu_m", "two"),
        ("ceiling.memory_bytes", "many"),
        ("clusters.UPPER", "on"),
        ("lifetime_days", "a while"),
        ("guardrails.devices", "amd.com/gpu amd.com/gpu=2 amd.com/gpu=3"),
        ("price_cpu", "1,50"),
    ];
    let typed = ClassFields::from_pairs(typed.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let fields: Vec<_> = typed.read().expect_err("is refused").0.into_iter().map(|e| e.field).collect();
    let expected = [
        "environment",
        "sizes.0.name",
        "sizes.1.cpu_m",
        "ceiling.memory_bytes",
        "guardrails.devices",
        "guardrails.devices",
        "clusters",
        "lifetime_days",
        "price_cpu",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn two_versions_differ_in_what_they_say_and_in_nothing_else() {
    let before = spec();
    let mut after = before.clone();
    after.network = NetworkProfile::Internet;
    let larger = Size { name: "L".parse().expect("is a name"), quota: after.ceiling };
    after.sizes.insert(0, larger);
    after.lifetime_days = Some(14);
    let changes = after.changes_since(&before);
    let whats: Vec<_> = changes.iter().map(|c| (c.what.as_str(), c.before.is_some())).collect();
    assert_eq!(whats, [("Network", true), ("Size L", false), ("Lifetime", true)]);
    assert_eq!(before.changes_since(&after).last().map(|c| c.after.is_none()), Some(true), "a size is gone");
    assert_eq!(after.changes_since(&after), []);
}

#[test]
fn who_moves_a_namespace_is_told_what_becomes_stricter() {
    let mut before = spec();
    before.pod_security = PodSecurity::Baseline;
    before.network = NetworkProfile::Internet;
    let quota = Quota { cpu_m: 4500, memory_bytes: 1, pods: 1, ..Quota::ZERO };
    let mut after = spec();
    after.roles.viewer = Access::None;
    after.clusters = ["elsewhere".parse().expect("is a name")].into();
    insta::assert_snapshot!(after.concerns(&before, &quota, &"harbour-1".parse().expect("is a name")).join("\n"), @r"
    Its quota passes the new ceiling by 0.5 CPU; it keeps it.
    Running pods that do not meet restricted keep running, but are refused when they are recreated.
    Pods reach less: inside the cluster.
    People of the team may do less on the cluster.
    The new version is not for harbour-1; the namespace stays there.
    ");
    assert_eq!(after.concerns(&after, &spec().ceiling, &"elsewhere".parse().expect("is a name")), Vec::<String>::new());
}
