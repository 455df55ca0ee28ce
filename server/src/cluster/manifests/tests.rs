use super::*;
use crate::cluster::{ROLE_ACCOUNTS, to_yaml};
use domain::actor::TeamRole;
use domain::class::{
    Access, Class, ClassSpec, ContainerBounds, ContainerDefaults, Environment, NetworkProfile, PodSecurity, RoleMapping,
};
use domain::id::{ClassId, ClusterId, NamespaceId, TeamId};
use domain::name::RequestNumber;
use domain::namespace::{ClusterRef, Member, TeamRef};
use domain::quota::Quota;
use rstest::rstest;
use uuid::Uuid;

const QUOTA: Quota =
    Quota { cpu_m: 2500, memory_bytes: 8 << 30, storage_bytes: 20 << 30, pods: 30, load_balancers: 1, ..Quota::ZERO };

fn namespace(pod_security: PodSecurity, network: NetworkProfile) -> Namespace {
    let spec = ClassSpec {
        title: "Standard".into(),
        summary: "For services".into(),
        environment: Environment::Development,
        pod_security,
        network,
        sizes: Vec::new(),
        ceiling: QUOTA,
        container: ContainerDefaults {
            request_cpu_m: 50,
            request_memory_bytes: 64 << 20,
            limit_cpu_m: 500,
            limit_memory_bytes: 256 << 20,
        },
        ..ClassSpec::blank()
    };
    Namespace {
        id: NamespaceId(Uuid::from_u128(1)),
        name: "payments-dev".parse().expect("is a name"),
        team: TeamRef {
            id: TeamId(Uuid::nil()),
            slug: "payments".parse().expect("is a slug"),
            title: "Payments".into(),
        },
        cluster: ClusterRef { id: ClusterId(Uuid::nil()), name: "harbour-1".parse().expect("is a name") },
        class: Class { id: ClassId(Uuid::nil()), name: "standard".parse().expect("is a name"), version: 3, spec },
        quota: QUOTA,
        expires_at: None,
        purpose: "Load tests: until \"December\"".parse().expect("is a purpose"),
        request: RequestNumber(12),
        groups: vec![
            ("payments-owners".parse().expect("is a group"), TeamRole::Owner),
            ("payments-developers".parse().expect("is a group"), TeamRole::Developer),
            ("payments-friends".parse().expect("is a group"), TeamRole::Developer),
        ],
        revision: 1,
        members: vec![Member { subject: "00u1-substitute".into(), role: TeamRole::Owner }],
    }
}

fn site() -> Site {
    Site { groups_prefix: "oidc:".into(), users_prefix: "oidc:".into(), public_url: "https://berth.test/".into() }
}

fn yaml_of(namespace: &Namespace, steps: &[Step]) -> String {
    let objects: Vec<_> = steps.iter().flat_map(|step| objects_of(namespace, &site(), *step)).collect();
    to_yaml(&objects)
}

#[test]
fn a_namespace_is_made_of_these_objects() {
    let namespace = namespace(PodSecurity::Restricted, NetworkProfile::Isolated);
    insta::assert_snapshot!("restricted_isolated", yaml_of(&namespace, &Step::ALL));
}

#[rstest]
#[case::inside_the_cluster("baseline_cluster", PodSecurity::Baseline, NetworkProfile::Cluster)]
#[case::everywhere("privileged_internet", PodSecurity::Privileged, NetworkProfile::Internet)]
fn a_class_decides_on_pod_security_and_network(
    #[case] snapshot: &str,
    #[case] pod_security: PodSecurity,
    #[case] network: NetworkProfile,
) {
    let namespace = namespace(pod_security, network);
    insta::assert_snapshot!(snapshot, yaml_of(&namespace, &[Step::Namespace, Step::Network]));
}

#[test]
fn objects_come_in_the_order_of_the_steps_and_access_after_what_bounds_it() {
    let objects = objects(&namespace(PodSecurity::Restricted, NetworkProfile::Cluster), &site());
    assert!(objects.is_sorted_by_key(|(step, _)| *step));
    let place = |wanted: Step| objects.iter().position(|(step, _)| *step == wanted);
    assert!(place(Step::Quota) < place(Step::Access) && place(Step::Network) < place(Step::Access));
}

#[test]
fn everything_but_the_default_account_is_marked_as_berths() {
    let objects = objects(&namespace(PodSecurity::Restricted, NetworkProfile::Internet), &site());
    let unmarked: Vec<_> = objects.iter().filter(|(_, object)| !object.is_whole()).collect();
    assert_eq!(unmarked.iter().map(|(_, o)| (o.kind(), o.name())).collect::<Vec<_>>(), [("ServiceAccount", "default")]);
}

#[test]
fn what_a_class_or_team_no_longer_has_is_taken_away() {
    let mut namespace = namespace(PodSecurity::Restricted, NetworkProfile::Isolated);
    namespace.groups.clear();
    namespace.members.clear();
    let names = |step| leftovers_of(&namespace, step).iter().map(|o| o.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(Step::Network), ["berth-egress"]);
    assert_eq!(names(Step::Access), ["berth-view", "berth-develop", "berth-own"]);
    assert!(objects_of(&namespace, &site(), Step::Access).iter().all(|object| ROLE_ACCOUNTS.contains(&object.name())));
}

#[test]
fn what_berth_installs_on_a_cluster() {
    insta::assert_snapshot!("installed", to_yaml(&crate::cluster::install::objects("https://berth.test/")));
}

#[test]
fn a_class_decides_what_team_roles_may_do_and_how_large_one_container_may_be() {
    let mut namespace = namespace(PodSecurity::Restricted, NetworkProfile::Cluster);
    let spec = &mut namespace.class.spec;
    spec.pod_security_version = "latest".into();
    spec.roles = RoleMapping { viewer: Access::None, developer: Access::View, owner: Access::Develop };
    spec.container_bounds =
        Some(ContainerBounds { min_memory_bytes: Some(32 << 20), max_cpu_m: Some(2000), ..ContainerBounds::default() });
    insta::assert_snapshot!(yaml_of(&namespace, &[Step::Namespace, Step::Limits, Step::Access]));
    let gone: Vec<_> = leftovers_of(&namespace, Step::Access).iter().map(|o| o.name().to_owned()).collect();
    assert_eq!(gone, ["berth-own", "berth-viewer"]);
}
