//! What controllers read from annotations, tried by a developer without making anything: each bound, on each kind that the
//! controllers read it from.

use super::ground::{Ground, a_namespace, person_in};
use super::guardrails::{
    annotated, denied_text, ingress, labelled, path, plain_ingress, plain_pod, provision, service,
};
use domain::class::PodSecurity;
use domain::namespace::Namespace;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use serde_json::{Value, json};
use tests::{Kubectl, Role, eventually};

const SERVICES: &str = "berth-services";
const INGRESSES: &str = "berth-ingresses";
const PODS: &str = "berth-pods";

/// Annotations by which a Service or an Ingress would choose its address, or take a load balancer that is there.
const ADDRESSES: [&str; 39] = [
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "metallb.io/address-pool",
    "metallb.universe.tf/address-pool",
    "metallb.io/allow-shared-ip",
    "metallb.universe.tf/allow-shared-ip",
    "kube-vip.io/loadbalancerIPs",
    "projectcalico.org/loadBalancerIPs",
    "io.cilium/lb-ipam-ips",
    "io.cilium/lb-ipam-sharing-key",
    "lbipam.cilium.io/ips",
    "lbipam.cilium.io/sharing-key",
    "lbipam.cilium.io/sharing-cross-namespace",
    "service.beta.kubernetes.io/azure-load-balancer-ipv4",
    "service.beta.kubernetes.io/azure-load-balancer-ipv6",
    "service.beta.kubernetes.io/azure-pip-name",
    "service.beta.kubernetes.io/azure-pip-name-ipv6",
    "service.beta.kubernetes.io/azure-pip-prefix-id",
    "service.beta.kubernetes.io/azure-pip-prefix-id-ipv6",
    "service.beta.kubernetes.io/azure-dns-label-name",
    "service.beta.kubernetes.io/azure-additional-public-ips",
    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet",
    "service.beta.kubernetes.io/azure-load-balancer-resource-group",
    "networking.gke.io/load-balancer-ip-addresses",
    "networking.gke.io/internal-load-balancer-subnet",
    "kubernetes.io/ingress.global-static-ip-name",
    "service.beta.kubernetes.io/aws-load-balancer-eip-allocations",
    "service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses",
    "service.beta.kubernetes.io/aws-load-balancer-ipv6-addresses",
    "service.beta.kubernetes.io/aws-load-balancer-subnets",
    "alb.ingress.kubernetes.io/subnets",
    "loadbalancer.openstack.org/load-balancer-id",
    "loadbalancer.openstack.org/floating-subnet-id",
    "load-balancer.hetzner.cloud/name",
    "service.antrea.io/external-ip-pool",
    "purelb.io/addresses",
    "ovn.kubernetes.io/eip",
    "kubernetes.io/elb.id",
    "alb.ingress.kubernetes.io/group.name",
];

/// Annotations by which a controller would serve a host that is not bound, connect to or send to somewhere else, or take
/// text into its configuration.
const BEYOND: [(&str, &str); 33] = [
    ("nginx.ingress.kubernetes.io/server-alias", "www.test"),
    ("nginx.ingress.kubernetes.io/from-to-www-redirect", "true"),
    ("nginx.ingress.kubernetes.io/auth-url", "https://elsewhere.test/auth"),
    ("nginx.ingress.kubernetes.io/auth-url", "https://$host@elsewhere.test/auth"),
    ("nginx.ingress.kubernetes.io/auth-url", "https://$host:8443/auth"),
    ("nginx.ingress.kubernetes.io/auth-url", "http://10.96.0.1/auth"),
    ("nginx.ingress.kubernetes.io/auth-url", "http://$host/a;}location /x{proxy_pass http://10.96.0.1;}#"),
    ("nginx.ingress.kubernetes.io/auth-url", "$scheme://$arg_to/auth"),
    ("nginx.ingress.kubernetes.io/auth-signin", "https://elsewhere.test/signin"),
    ("nginx.ingress.kubernetes.io/auth-tls-error-page", "https://elsewhere.test"),
    ("nginx.ingress.kubernetes.io/mirror-target", "https://elsewhere.test"),
    ("nginx.ingress.kubernetes.io/mirror-host", "elsewhere.test"),
    ("nginx.ingress.kubernetes.io/upstream-vhost", "elsewhere.test"),
    ("other.prefix.test/server-alias", "www.test"),
    ("nginx.ingress.kubernetes.io/configuration-snippet", "return 200;"),
    ("nginx.ingress.kubernetes.io/modsecurity-snippet", "SecRule"),
    ("nginx.org/server-snippets", "return 200;"),
    ("nginx.ingress.kubernetes.io/custom-headers", "other/headers"),
    ("nginx.ingress.kubernetes.io/fastcgi-params-configmap", "other/params"),
    ("haproxy-ingress.github.io/server-alias-regex", ".*"),
    ("haproxy-ingress.github.io/redirect-from", "www.test"),
    ("haproxy-ingress.github.io/config-backend", "http-request return"),
    ("haproxy-ingress.github.io/tcp-service-port", "5432"),
    ("haproxy-ingress.github.io/health-check-addr", "10.96.0.1"),
    ("haproxy.org/backend-config-snippet", "http-request return"),
    ("haproxy.org/route-acl", "always_true"),
    ("haproxy.org/server-crt", "other/certificate"),
    ("traefik.ingress.kubernetes.io/router.tls.domains.0.main", "www.test"),
    ("traefik.ingress.kubernetes.io/router.pathmatcher", "Path(`/`) || Host(`www.test`) || Path"),
    ("konghq.com/host-aliases", "www.test"),
    ("alb.ingress.kubernetes.io/conditions.web", "[]"),
    ("alb.ingress.kubernetes.io/actions.web", "{}"),
    ("getambassador.io/config", "host: www.test"),
];

/// What people need, and what controllers say by themselves.
const HARMLESS: [(&str, &str); 14] = [
    ("nginx.ingress.kubernetes.io/rewrite-target", "/$1"),
    ("nginx.ingress.kubernetes.io/permanent-redirect", "https://elsewhere.test"),
    ("nginx.ingress.kubernetes.io/auth-url", "https://$host/oauth2/auth?rd=$escaped_request_uri"),
    ("nginx.ingress.kubernetes.io/auth-signin", "https://$host/oauth2/start"),
    ("nginx.ingress.kubernetes.io/auth-secret", "people"),
    ("nginx.ingress.kubernetes.io/proxy-redirect-from", "off"),
    ("haproxy.org/request-redirect-code", "301"),
    ("traefik.ingress.kubernetes.io/router.entrypoints", "websecure"),
    ("cert-manager.io/cluster-issuer", "public"),
    ("metallb.io/ip-allocated-from-pool", "pool"),
    ("service.beta.kubernetes.io/aws-load-balancer-type", "external"),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
    ("networking.gke.io/load-balancer-type", "Internal"),
    ("external-dns.alpha.kubernetes.io/ttl", "60"),
];

#[tokio::test]
async fn no_annotation_chooses_an_address_or_leads_beyond_what_the_object_names() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let developer = Developer::of(&namespace).await;
    let addresses = ADDRESSES.map(|key| (key, "some"));
    for (key, value) in addresses.into_iter().chain(BEYOND) {
        for (policy, object) in [(SERVICES, service(json!({}))), (INGRESSES, plain_ingress())] {
            developer.is_denied(policy, &annotated(object, key, value)).await;
        }
    }
    for (key, value) in HARMLESS {
        for object in [service(json!({})), plain_ingress(), plain_pod()] {
            developer.may(&annotated(object, key, value)).await;
        }
    }
    let (own, key) = (namespace.name.as_str(), "nginx.ingress.kubernetes.io/auth-secret");
    developer.may(&annotated(plain_ingress(), key, &format!("{own}/people"))).await;
    for elsewhere in ["other/people".to_owned(), format!("{own}/../other/people"), format!("{own}-eu/people")] {
        developer.is_denied(INGRESSES, &annotated(plain_ingress(), key, &elsewhere)).await;
    }
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn names_in_dns_and_in_certificates_are_of_the_hosts_that_the_class_names() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    namespace.class.spec.guardrails.ingress_hosts = ["*.apps.test".to_owned(), "shop.test".to_owned()].into();
    provision(&ground, &namespace).await;
    let developer = Developer::of(&namespace).await;
    let kinds = || {
        let rules = json!([{"host": "web.apps.test", "http": {"paths": [path()]}}]);
        [(SERVICES, headless()), (INGRESSES, ingress(json!({"rules": rules}))), (PODS, plain_pod())]
    };
    for key in [
        "external-dns.alpha.kubernetes.io/hostname",
        "external-dns.alpha.kubernetes.io/internal-hostname",
        "external-dns.kubernetes.io/hostname",
        "external-dns.kubernetes.io/internal-hostname",
        "external-dns.alpha.kubernetes.io/cloudflare-custom-hostname",
        "dns.alpha.kubernetes.io/external",
        "coredns.io/hostname",
    ] {
        for (policy, object) in kinds() {
            developer.is_denied(policy, &annotated(object.clone(), key, "web.apps.test, www.test")).await;
            developer.is_denied(policy, &annotated(object.clone(), key, "*.apps.test")).await;
            developer.may(&annotated(object, key, "web.apps.test, SHOP.test")).await;
        }
    }
    for key in ["external-dns.alpha.kubernetes.io/target", "external-dns.kubernetes.io/target"] {
        for (policy, object) in kinds() {
            developer.is_denied(policy, &annotated(object, key, "web.apps.test")).await;
        }
    }
    for hosts in [
        json!(["www.test"]),
        json!(["web.apps.test", "www.test"]),
        json!(["apps.test"]),
        json!(["*.test"]),
        json!(["*.apps.test"]),
    ] {
        developer.is_denied(INGRESSES, &for_tls("web.apps.test", &hosts)).await;
    }
    developer.may(&for_tls("web.apps.test", &json!(["web.apps.test", "shop.test"]))).await;
    for key in ["cert-manager.io/common-name", "cert-manager.io/alt-names"] {
        let named = |name| annotated(for_tls("web.apps.test", &json!(["web.apps.test"])), key, name);
        developer.is_denied(INGRESSES, &named("www.test")).await;
        developer.may(&named("web.apps.test")).await;
    }
    let other = annotated(for_tls("web.apps.test", &json!(["web.apps.test"])), "cert-manager.io/ip-sans", "10.0.0.1");
    developer.is_denied(INGRESSES, &other).await;
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn without_hosts_of_the_class_certificates_are_for_any_host_but_wildcards_as_ingresses_are() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let developer = Developer::of(&namespace).await;
    developer.may(&for_tls("web.example.test", &json!(["web.example.test"]))).await;
    developer.is_denied(INGRESSES, &for_tls("web.example.test", &json!(["*.example.test"]))).await;
    let quoted = annotated(plain_ingress(), "cert-manager.io/alt-names", "\"*.example.test\"");
    developer.is_denied(INGRESSES, &quoted).await;
    for inside in ["ledger.orders-dev.svc.cluster.local", "kubernetes.default.svc", "metadata.google.internal"] {
        developer.is_denied(INGRESSES, &for_tls(inside, &json!([inside]))).await;
    }
    let text = json!({"path": "/`) || Host(`www.test", "pathType": "ImplementationSpecific",
        "backend": {"service": {"name": "web", "port": {"number": 80}}}});
    let quoted = ingress(json!({"rules": [{"host": "web.example.test", "http": {"paths": [text]}}]}));
    developer.is_denied(INGRESSES, &quoted).await;
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn an_address_that_a_controller_gave_stays_and_is_no_reason_to_refuse_other_changes() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let developer = Developer::of(&namespace).await;
    developer.make(&service(json!({})), false).await.expect("is made");
    let given = json!({"metadata": {"annotations": {"kube-vip.io/loadbalancerIPs": "10.0.0.1"}}});
    let said = developer.patch(&developer.client, &given).await.expect_err("does not choose");
    assert!(said.contains(SERVICES), "{said}");
    // An administrator may write the status of Services, as controllers of load balancers do.
    developer.patch(&ground.admin, &given).await.expect("gives it");
    developer.patch(&developer.client, &json!({"metadata": {"labels": {"seen": "yes"}}})).await.expect("changes it");
    let other = json!({"metadata": {"annotations": {"kube-vip.io/loadbalancerIPs": "10.0.0.2"}}});
    let said = developer.patch(&developer.client, &other).await.expect_err("does not choose");
    assert!(said.contains(SERVICES), "{said}");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_pod_chooses_neither_its_address_nor_its_networks() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let developer = Developer::of(&namespace).await;
    for key in [
        "k8s.v1.cni.cncf.io/networks",
        "v1.multus-cni.io/default-network",
        "cni.projectcalico.org/ipAddrs",
        "cni.projectcalico.org/ipAddrsNoIpam",
        "cni.projectcalico.org/floatingIPs",
        "cni.projectcalico.org/ipv4pools",
        "ipam.cilium.io/ip-pool",
        "policy.cilium.io/no-track-port",
        "ipam.antrea.io/ippools",
        "ovn.kubernetes.io/ip_address",
        "ovn.kubernetes.io/logical_switch",
        "ipam.spidernet.io/ippool",
        "k8s.v1.cni.cncf.io/network-status",
        "cni.projectcalico.org/podIP",
        "io.cilium.no-track-port",
        "ovn.kubernetes.io/eip",
        "k8s.ovn.org/routing-namespaces",
        "networking.gke.io/interfaces",
    ] {
        developer.is_denied(PODS, &annotated(plain_pod(), key, "some")).await;
    }
    for key in ["kubernetes.io/egress-bandwidth", "prometheus.io/scrape"] {
        developer.may(&annotated(plain_pod(), key, "1M")).await;
    }
    // Who may change every pod notes what was given, and that is no reason to refuse other changes.
    let name = namespace.name.as_str();
    let kubectl = Kubectl::of(Role::Developer, name).await;
    kubectl.apply(&plain_pod()).await.is_done();
    let said = kubectl.run("annotate pod mine ovn.kubernetes.io/ip_address=10.0.0.1").await;
    assert!(!said.is_done && said.text.contains(PODS), "{}", said.text);
    let given = json!({"metadata": {"annotations": {"ovn.kubernetes.io/ip_address": "10.0.0.1"}}});
    let pods: Api<Pod> = Api::namespaced(network_plugin(&ground).await, name);
    eventually("the plug-in's rights count", async || {
        pods.patch("mine", &PatchParams::default(), &Patch::Merge(&given)).await.ok()
    })
    .await;
    kubectl.run("label pod mine seen=yes").await.is_done();
    ground.clear(name).await;
}

/// As a network plug-in may: get and patch the pods of all namespaces, and nothing else.
async fn network_plugin(ground: &Ground) -> Client {
    let name = "network-plugin-of-tests";
    let apply = PatchParams::apply("tests").force();
    let role: ClusterRole = serde_json::from_value(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "patch"]}],
    }))
    .expect("is one");
    let binding: ClusterRoleBinding = serde_json::from_value(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}],
    }))
    .expect("is one");
    let roles: Api<ClusterRole> = Api::all(ground.admin.clone());
    roles.patch(name, &apply, &Patch::Apply(&role)).await.expect("is made");
    let bindings: Api<ClusterRoleBinding> = Api::all(ground.admin.clone());
    bindings.patch(name, &apply, &Patch::Apply(&binding)).await.expect("is made");
    tests::kubernetes::admin_as(|config| config.auth_info.impersonate = Some(name.into())).await
}

#[tokio::test]
async fn below_privileged_a_pod_mounts_nothing_by_its_address() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    namespace.class.spec.pod_security = PodSecurity::Baseline;
    provision(&ground, &namespace).await;
    let developer = Developer::of(&namespace).await;
    for volume in [
        json!({"nfs": {"server": "10.0.0.1", "path": "/"}}),
        json!({"iscsi": {"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.test:disk", "lun": 0}}),
        json!({"cephfs": {"monitors": ["10.0.0.1:6789"]}}),
        json!({"rbd": {"monitors": ["10.0.0.1:6789"], "image": "disk"}}),
        json!({"glusterfs": {"endpoints": "somewhere", "path": "disk"}}),
        json!({"fc": {"targetWWNs": ["500a0982991b8dc5"], "lun": 0}}),
        json!({"azureFile": {"secretName": "some", "shareName": "share"}}),
        json!({"awsElasticBlockStore": {"volumeID": "vol-1"}}),
        json!({"gcePersistentDisk": {"pdName": "disk"}}),
        json!({"gitRepo": {"repository": "https://example.test/a.git"}}),
        json!({"flexVolume": {"driver": "example.test/driver"}}),
    ] {
        developer.is_denied(PODS, &mounting(volume)).await;
    }
    let claim = json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    for volume in [
        json!({}),
        json!({"emptyDir": {}}),
        json!({"configMap": {"name": "some"}}),
        json!({"secret": {"secretName": "some"}}),
        json!({"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}}),
        json!({"projected": {"sources": [{"configMap": {"name": "some"}}]}}),
        json!({"persistentVolumeClaim": {"claimName": "some"}}),
        json!({"ephemeral": {"volumeClaimTemplate": claim}}),
        json!({"csi": {"driver": "csi.example.test"}}),
    ] {
        developer.may(&mounting(volume)).await;
    }
    ground.clear(namespace.name.as_str()).await;
}

/// Somebody of the team, who tries without making.
pub(super) struct Developer {
    client: Client,
    namespace: String,
}

impl Developer {
    pub(super) async fn of(namespace: &Namespace) -> Self {
        Self { client: person_in("payments-developers").await, namespace: namespace.name.to_string() }
    }

    #[track_caller]
    fn api(&self, client: &Client, object: &Value) -> Api<DynamicObject> {
        let (group, version) = object["apiVersion"]
            .as_str()
            .map_or(("", "v1"), |version| version.split_once('/').unwrap_or(("", version)));
        let kind = GroupVersionKind::gvk(group, version, object["kind"].as_str().unwrap_or_default());
        Api::namespaced_with(client.clone(), &self.namespace, &ApiResource::from_gvk(&kind))
    }

    async fn make(&self, object: &Value, dry_run: bool) -> Result<(), String> {
        let typed = serde_json::from_value(object.clone()).expect("is an object");
        let how = PostParams { dry_run, ..PostParams::default() };
        self.api(&self.client, object).create(&how, &typed).await.map(|_| ()).map_err(|error| error.to_string())
    }

    async fn patch(&self, client: &Client, change: &Value) -> Result<(), String> {
        let api = self.api(client, &service(json!({})));
        let patched = api.patch("mine", &PatchParams::default(), &Patch::Merge(change)).await;
        patched.map(|_| ()).map_err(|error| error.to_string())
    }

    pub(super) async fn may(&self, object: &Value) {
        if let Err(said) = self.make(object, true).await {
            panic!("{}: {said}", labelled(object));
        }
    }

    pub(super) async fn is_denied(&self, policy: &str, object: &Value) {
        let said = self.make(object, true).await.err().unwrap_or_default();
        denied_text(policy, object, &said);
    }
}

/// Without an address of its own: its name stands for its pods.
fn headless() -> Value {
    service(json!({"clusterIP": "None"}))
}

fn for_tls(host: &str, hosts: &Value) -> Value {
    let rules = json!([{"host": host, "http": {"paths": [path()]}}]);
    ingress(json!({"rules": rules, "tls": [{"hosts": hosts, "secretName": "web"}]}))
}

fn mounting(volume: Value) -> Value {
    let mut pod = plain_pod();
    pod["spec"]["volumes"] = json!([tests::with(json!({"name": "some"}), volume)]);
    pod
}
