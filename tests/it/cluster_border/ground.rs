//! The real control plane of the running stack, a namespace of one's own on it, and people of its groups.

use domain::actor::TeamRole;
use domain::class::{Class, ClassSpec, ContainerDefaults, Environment, NetworkProfile, PodSecurity, Size};
use domain::id::{ClassId, ClusterId, NamespaceId, TeamId};
use domain::name::{ClusterName, GroupName, RequestNumber};
use domain::namespace::{ClusterRef, Namespace, Step, TeamRef};
use domain::quota::Quota;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Client;
use kube::api::{Api, DeleteParams, PostParams};
use server::cluster::apply::{Made, Provisioner};
use server::cluster::install::{Admin, Installed, Plain};
use server::cluster::manifests::Site;
use tests::kubernetes;
use tokio::sync::OnceCell;
use uuid::Uuid;

const GROUPS_PREFIX: &str = "oidc:";
pub const DESK_URL: &str = "https://berth.test";

/// The cluster with Berth's identities on it, as its administrator.
pub struct Ground {
    pub admin: Client,
    pub installed: Installed,
}

impl Ground {
    pub async fn find() -> Ground {
        // Once per run: applying the same again is harmless, but every test would wait for it.
        static INSTALLED: OnceCell<Installed> = OnceCell::const_new();
        let installed = INSTALLED
            .get_or_init(|| async {
                let admin = Admin::of_file(&tests::stack().kubeconfig, None, Plain::Refused).await.expect("is read");
                admin.install(DESK_URL).await.expect("installs")
            })
            .await;
        Ground { admin: kubernetes::admin().await, installed: installed.clone() }
    }

    pub fn provisioner(&self) -> Provisioner {
        Provisioner::new(&self.installed.provisioner.connect().expect("is of use"), site(), "border tests")
            .expect("credentials are of use")
    }

    /// A namespace made by every step.
    pub async fn provisioned(&self) -> Namespace {
        let namespace = a_namespace();
        for step in Step::ALL {
            self.provisioner()
                .run_step(&namespace, step, Made::Now)
                .await
                .unwrap_or_else(|error| panic!("{step:?}: {error}"));
        }
        namespace
    }

    /// Berth's own client, to try what it may not do.
    pub async fn as_provisioner(&self) -> Client {
        kubernetes::admin_as(|config| {
            config.auth_info.impersonate = Some("system:serviceaccount:berth-system:berth-provisioner".into());
        })
        .await
    }

    /// Makes what a developer of the team would make.
    pub async fn deploy(&self, namespace: &Namespace, deployment: &Deployment) -> kube::Result<Deployment> {
        let developer = person_in("payments-developers").await;
        Api::namespaced(developer, namespace.name.as_str()).create(&PostParams::default(), deployment).await
    }

    /// Tests take away what they made, so that a stack can run for long.
    pub async fn clear(&self, namespace: &str) {
        let namespaces: Api<corev1::Namespace> = Api::all(self.admin.clone());
        namespaces.delete(namespace, &DeleteParams::background()).await.expect("namespace can be deleted");
    }
}

/// Somebody whom the cluster knows as a member of one group.
pub async fn person_in(group: &str) -> Client {
    let group = format!("{GROUPS_PREFIX}{group}");
    kubernetes::admin_as(|config| {
        config.auth_info.impersonate = Some("oidc:somebody@berth.test".into());
        config.auth_info.impersonate_groups = Some(vec![group]);
    })
    .await
}

/// A namespace that nobody else uses: 4 CPU, 8 GiB memory, 20 pods, for developers and owners of one team.
pub fn a_namespace() -> Namespace {
    let id = Uuid::now_v7();
    let quota = Quota { cpu_m: 4000, memory_bytes: 8 << 30, storage_bytes: 10 << 30, pods: 20, ..Quota::ZERO };
    Namespace {
        id: NamespaceId(id),
        name: format!("payments-{}", &id.simple().to_string()[20..]).parse().expect("is a name"),
        team: TeamRef { id: TeamId(id), slug: "payments".parse().expect("is a slug"), title: "Payments".into() },
        cluster: ClusterRef { id: ClusterId(id), name: "harbour-1".parse().expect("is a name") },
        class: Class { id: ClassId(id), name: "standard".parse().expect("is a name"), version: 1, spec: class(quota) },
        quota,
        expires_at: None,
        purpose: "Border tests".parse().expect("is a purpose"),
        request: RequestNumber(7),
        groups: vec![(group("payments-developers"), TeamRole::Developer), (group("payments-owners"), TeamRole::Owner)],
        revision: 1,
        members: Vec::new(),
    }
}

pub fn site() -> Site {
    Site { groups_prefix: GROUPS_PREFIX.into(), users_prefix: GROUPS_PREFIX.into(), public_url: DESK_URL.into() }
}

pub fn named(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() }
}

pub fn group(name: &str) -> GroupName {
    name.parse().expect("is a group")
}

pub fn cluster_name() -> ClusterName {
    "harbour-1".parse().expect("is a name")
}

fn class(ceiling: Quota) -> ClassSpec {
    ClassSpec {
        title: "Standard".into(),
        summary: "For services under development".into(),
        environment: Environment::Development,
        pod_security: PodSecurity::Restricted,
        network: NetworkProfile::Cluster,
        sizes: vec![Size { name: "M".parse().expect("is a size"), quota: ceiling }],
        ceiling,
        container: ContainerDefaults {
            request_cpu_m: 50,
            request_memory_bytes: 64 << 20,
            limit_cpu_m: 100,
            limit_memory_bytes: 128 << 20,
        },
        ..ClassSpec::blank()
    }
}
