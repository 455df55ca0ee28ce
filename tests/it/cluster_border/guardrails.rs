//! What a namespace reaches beyond itself, tried by its people: nothing, unless the class and the cluster's administrator
//! allow it.

use super::agreement::Agreement;
use super::annotations::Developer;
use super::ground::{Ground, a_namespace};
use domain::class::{Counted, Guardrails, PodSecurity};
use domain::namespace::{Namespace, Step};
use k8s_openapi::api::core::v1::{LimitRange, ResourceQuota};
use kube::api::Api;
use serde_json::{Value, json};
use server::cluster::apply::Made;
use tests::kubernetes::a_deployment;
use tests::{Kubectl, Role, Said, eventually};

/// What reaches beyond a namespace: the policy that refuses it, and the object.
fn reaching() -> Vec<(&'static str, Value)> {
    let term = |namespaces: Value| {
        let term = json!({"topologyKey": "kubernetes.io/hostname", "labelSelector": {}});
        json!([tests::with(term, namespaces)])
    };
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    let elsewhere = term(json!({"namespaces": ["kube-system"]}));
    let weighted = json!([{"weight": 1, "podAffinityTerm": elsewhere[0]}]);
    let tolerating = |toleration: Value| pod("tolerations", json!([toleration]));
    let condition = |name: &str, more: Value| {
        tests::with(json!({"key": format!("node.kubernetes.io/{name}"), "operator": "Exists"}), more)
    };
    let rule = json!({"host": "web.example.test", "http": {"paths": [path()]}});
    vec![
        ("berth-pods", pod("nodeName", json!("node-1"))),
        ("berth-pods", tolerating(json!({"operator": "Exists"}))),
        ("berth-pods", tolerating(json!({"operator": "Exists", "effect": "NoExecute"}))),
        ("berth-pods", tolerating(json!({"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}))),
        ("berth-pods", tolerating(json!({"key": "dedicated", "value": "others", "effect": "NoSchedule"}))),
        ("berth-pods", tolerating(condition("unschedulable", json!({"effect": "NoSchedule"})))),
        ("berth-pods", tolerating(condition("disk-pressure", json!({"effect": "NoSchedule"})))),
        ("berth-pods", tolerating(condition("not-ready", json!({})))),
        ("berth-pods", tolerating(condition("not-ready", json!({"effect": "NoSchedule"})))),
        ("berth-pods", tolerating(condition("not-ready", json!({"effect": "NoExecute"})))),
        ("berth-pods", tolerating(condition("unreachable", json!({"effect": "NoExecute", "tolerationSeconds": 3601})))),
        (
            "berth-pods",
            tolerating(condition("memory-pressure", json!({"effect": "NoExecute", "tolerationSeconds": 1}))),
        ),
        ("berth-pods", container("resources", json!({"limits": {"amd.com/gpu": "1"}}))),
        (
            "berth-pods",
            container("resources", json!({"limits": {"hugepages-2Mi": "2Mi", "cpu": "1", "memory": "1Gi"}})),
        ),
        ("berth-pods", container("livenessProbe", json!({"httpGet": {"host": "10.0.0.1", "port": 80}}))),
        ("berth-pods", container("startupProbe", json!({"tcpSocket": {"host": "10.0.0.1", "port": 80}}))),
        ("berth-pods", container("lifecycle", json!({"preStop": {"httpGet": {"host": "10.0.0.1", "port": 80}}}))),
        ("berth-pods", annotated(plain_pod(), "k8s.v1.cni.cncf.io/networks", "kube-system/hosts")),
        ("berth-pods", annotated(plain_pod(), "external-dns.alpha.kubernetes.io/hostname", "www.test")),
        ("berth-pods", pod("affinity", json!({"podAntiAffinity": {required: term(json!({"namespaceSelector": {}}))}}))),
        ("berth-pods", pod("affinity", json!({"podAntiAffinity": {required: elsewhere}}))),
        ("berth-pods", pod("affinity", json!({"podAffinity": {preferred: weighted}}))),
        ("berth-priorities", pod("priorityClassName", json!("system-cluster-critical"))),
        ("berth-priorities", pod("priorityClassName", json!("system-node-critical"))),
        ("berth-services", service(json!({"externalIPs": ["10.96.0.10"]}))),
        ("berth-services", service(json!({"type": "ExternalName", "externalName": "api.kube-system.svc"}))),
        ("berth-services", service(json!({"type": "NodePort"}))),
        ("berth-services", service(json!({"type": "LoadBalancer", "loadBalancerIP": "10.0.0.1"}))),
        ("berth-services", annotated(service(json!({})), "metallb.io/loadBalancerIPs", "10.0.0.1")),
        ("berth-services", annotated(service(json!({})), "external-dns.alpha.kubernetes.io/hostname", "www.test")),
        ("berth-ingresses", ingress(json!({"defaultBackend": backend()}))),
        ("berth-ingresses", ingress(json!({"rules": [{"http": {"paths": [path()]}}]}))),
        ("berth-ingresses", ingress(json!({"rules": [{"host": "*.example.test", "http": {"paths": [path()]}}]}))),
        ("berth-ingresses", ingress(json!({"rules": [rule], "tls": [{"hosts": ["*.example.test"]}]}))),
        ("berth-ingresses", annotated(plain_ingress(), "nginx.ingress.kubernetes.io/server-alias", "www.test")),
        ("berth-ingresses", annotated(plain_ingress(), "nginx.ingress.kubernetes.io/server-snippet", "return 200;")),
        ("berth-ingresses", annotated(plain_ingress(), "nginx.ingress.kubernetes.io/auth-tls-secret", "other/ca")),
        ("berth-ingresses", annotated(plain_ingress(), "external-dns.alpha.kubernetes.io/hostname", "www.test")),
        ("berth-claims", claim(json!({"volumeName": "somebodys"}))),
        ("berth-claims", claim(json!({"storageClassName": ""}))),
        (
            "berth-claims",
            annotated(claim(json!({"storageClassName": "standard"})), "volume.beta.kubernetes.io/storage-class", ""),
        ),
    ]
}

#[tokio::test]
async fn nothing_of_what_developers_and_owners_may_make_reaches_beyond_the_namespace() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    for role in [Role::Developer, Role::Owner] {
        let kubectl = Kubectl::of(role, namespace.name.as_str()).await;
        for (policy, object) in reaching() {
            denied(policy, &object, &kubectl.apply(&object).await);
        }
        for object in [
            container("ports", json!([{"containerPort": 80, "hostPort": 80}])),
            pod("hostNetwork", json!(true)),
            pod("volumes", json!([{"name": "some", "hostPath": {"path": "/"}}])),
        ] {
            let said = kubectl.apply(&object).await;
            assert!(!said.is_done && said.text.contains("PodSecurity"), "{}: {}", labelled(&object), said.text);
        }
    }
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn what_stays_in_the_namespace_is_made_as_ever() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    let own = json!({"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}});
    let apart = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [own]}});
    let patient = json!([
        {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 3600},
        {"key": "node.kubernetes.io/memory-pressure", "operator": "Exists", "effect": "NoSchedule"},
    ]);
    let mut pod = pod("affinity", apart);
    pod["spec"]["tolerations"] = patient;
    pod["spec"]["containers"][0]["resources"]["limits"]["amd.com/gpu"] = "0".into();
    pod["spec"]["containers"][0]["livenessProbe"] = json!({"httpGet": {"path": "/", "port": 80}});
    let mut older = annotated(claim(json!({})), "volume.beta.kubernetes.io/storage-class", "standard");
    older["metadata"]["name"] = "older".into();
    for object in [pod, service(json!({})), plain_ingress(), claim(json!({})), older] {
        kubectl.apply(&object).await.is_done();
    }
    kubectl.run("label pod mine seen=yes").await.is_done();
    // Pods may be given more tolerations when they run.
    let more =
        r#"patch pod mine --type=json -p=[{"op":"add","path":"/spec/tolerations/-","value":{"operator":"Exists"}}]"#;
    let said = kubectl.run(more).await;
    assert!(!said.is_done && said.text.contains("'berth-pods'"), "{}", said.text);
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_controller_makes_nothing_for_somebody_that_they_could_not_make() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    let mut deployment = serde_json::to_value(a_deployment("eager", 1, "50m", "")).expect("can be written");
    deployment["apiVersion"] = "apps/v1".into();
    deployment["kind"] = "Deployment".into();
    deployment["spec"]["template"]["spec"]["priorityClassName"] = "system-cluster-critical".into();
    kubectl.apply(&deployment).await.is_done();
    eventually("its ReplicaSet says why no pod comes", async || {
        let events = kubectl.run("get events").await.text;
        (events.contains("berth-priorities") || events.contains("insufficient quota")).then_some(())
    })
    .await;
    assert!(!kubectl.run("get pods").await.text.contains("eager"));
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn pods_of_daemon_sets_tolerate_what_their_controller_adds_and_nothing_of_their_template() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    let daemons = |name: &str, tolerations: Value| {
        let mut object = serde_json::to_value(a_deployment(name, 1, "50m", "")).expect("can be written");
        object["apiVersion"] = "apps/v1".into();
        object["kind"] = "DaemonSet".into();
        object["spec"].as_object_mut().expect("has one").remove("replicas");
        object["spec"]["template"]["spec"]["tolerations"] = tolerations;
        object
    };
    kubectl.apply(&daemons("everywhere", json!([]))).await.is_done();
    eventually("a pod is on a node, and may stay where it is cordoned", async || {
        let said = kubectl.run("get pods -o json").await.text;
        (said.contains("node.kubernetes.io/unschedulable") && said.contains("\"nodeName\"")).then_some(())
    })
    .await;
    kubectl.run("delete daemonset everywhere").await.is_done();
    kubectl.apply(&daemons("greedy", json!([{"operator": "Exists"}]))).await.is_done();
    eventually("its controller says why no pod comes", async || {
        kubectl.run("get events").await.text.contains("berth-pods").then_some(())
    })
    .await;
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn space_on_nodes_and_the_number_of_objects_come_to_an_end() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    namespace.class.spec.guardrails.objects = [(Counted::Secrets, 5), (Counted::ConfigMaps, 5)].into();
    provision(&ground, &namespace).await;
    let name = namespace.name.as_str();
    let kubectl = Kubectl::of(Role::Developer, name).await;
    let mut greedy = pod("restartPolicy", json!("Never"));
    greedy["spec"]["containers"][0]["resources"]["limits"]["ephemeral-storage"] = "500Gi".into();
    refused_by_quota(&kubectl.apply(&greedy).await);
    for kind in ["secret generic", "configmap"] {
        let mut said = kubectl.run(&format!("create {kind} kept-0")).await;
        for nth in 1..7 {
            said = kubectl.run(&format!("create {kind} kept-{nth}")).await;
        }
        refused_by_quota(&said);
    }
    let quotas: Api<ResourceQuota> = Api::namespaced(ground.admin.clone(), name);
    let objects =
        quotas.get("berth-objects").await.expect("is there").spec.and_then(|spec| spec.hard).unwrap_or_default();
    for kind in Counted::ALL {
        assert!(objects.contains_key(kind.quota_name()), "{} are counted", kind.title());
    }
    let limits: Api<LimitRange> = Api::namespaced(ground.admin.clone(), name);
    let limits = limits.get("berth-defaults").await.expect("is there").spec.expect("has one").limits;
    assert!(limits[0].default.as_ref().is_some_and(|amounts| amounts.contains_key("ephemeral-storage")));
    ground.clear(name).await;
}

#[tokio::test]
async fn a_class_loosens_knowingly_and_only_where_the_cluster_agreed() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    namespace.class.spec.guardrails = serde_json::from_value::<Guardrails>(json!({
        "allows": ["external_ips", "external_names", "load_balancer_addresses", "unbound_ingresses", "node_names",
            "cross_namespace_affinity", "volume_names", "pod_networks", "lasting_tokens"],
        "devices": {"amd.com/gpu": 1, "hugepages-2Mi": 1},
        "tolerations": ["*"], "priority_classes": ["system-cluster-critical", "system-node-critical"], "node_ports": 2,
    }))
    .expect("can be read");
    let agreement = Agreement::none(&ground).await;
    let refused = ground.provisioner().run_step(&namespace, Step::Namespace, Made::Now).await;
    let refused = refused.expect_err("nobody has agreed").to_string();
    assert!(refused.contains("berth-provisioner") && refused.contains("guardrails"), "{refused}");

    agreement.to_everything(&ground).await;
    provision(&ground, &namespace).await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    for (policy, object) in reaching() {
        // Quota, what other namespaces keep and what pod security knows are not loosened by this.
        let said = kubectl.apply(&object).await;
        let is_others = object["metadata"]["annotations"].to_string().contains("-secret");
        let is_kept = is_others || object["spec"]["containers"].to_string().contains("\"host\"");
        assert_eq!(said.text.contains(&format!("'{policy}'")), is_kept, "{}", said.text);
        let kind = object["kind"].as_str().unwrap_or_default();
        kubectl.run(&format!("delete {kind} mine --force --grace-period=0 --wait=false")).await;
    }
    let mut rooted = a_namespace();
    rooted.class.spec.pod_security = PodSecurity::Privileged;
    provision(&ground, &rooted).await;
    let mounting = pod("volumes", json!([{"name": "some", "nfs": {"server": "10.0.0.1", "path": "/"}}]));
    let developer = Developer::of(&rooted).await;
    developer.may(&mounting).await;
    developer.may(&container("livenessProbe", json!({"httpGet": {"host": "10.0.0.1", "port": 80}}))).await;
    agreement.take_back().await;
    ground.clear(rooted.name.as_str()).await;
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn hosts_and_source_ranges_are_those_of_the_class() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    namespace.quota.load_balancers = 1;
    let guardrails = &mut namespace.class.spec.guardrails;
    guardrails.ingress_hosts = ["*.apps.test".to_owned()].into();
    guardrails.load_balancer_sources = ["10.0.0.0/8".to_owned()].into();
    provision(&ground, &namespace).await;
    let kubectl = Kubectl::of(Role::Developer, namespace.name.as_str()).await;
    let host = |host: &str| ingress(json!({"rules": [{"host": host, "http": {"paths": [path()]}}]}));
    let dns = |name: &str| annotated(service(json!({})), "external-dns.alpha.kubernetes.io/hostname", name);
    let balancer = |more: Value| service(tests::with(json!({"type": "LoadBalancer"}), more));
    let opened = |key: &str| annotated(balancer(json!({"loadBalancerSourceRanges": ["10.0.0.0/8"]})), key, "0.0.0.0/0");
    for (policy, object) in [
        ("berth-ingresses", host("www.test")),
        ("berth-ingresses", host("apps.test")),
        ("berth-ingresses", host("*.apps.test")),
        ("berth-services", dns("web.apps.test,www.test")),
        ("berth-services", balancer(json!({}))),
        ("berth-services", balancer(json!({"loadBalancerSourceRanges": ["0.0.0.0/0"]}))),
        ("berth-services", opened("service.beta.kubernetes.io/azure-allowed-ip-ranges")),
        ("berth-services", opened("service.beta.kubernetes.io/azure-allowed-service-tags")),
        ("berth-services", opened("service.beta.kubernetes.io/aws-load-balancer-security-groups")),
        ("berth-services", opened("service.cilium.io/src-ranges-policy")),
    ] {
        denied(policy, &object, &kubectl.apply(&object).await);
    }
    for object in [
        host("web.apps.test"),
        dns("web.apps.test, db.apps.test"),
        balancer(json!({"loadBalancerSourceRanges": ["10.0.0.0/8"]})),
    ] {
        kubectl.apply(&object).await.is_done();
    }
    ground.clear(namespace.name.as_str()).await;
}

pub(super) async fn provision(ground: &Ground, namespace: &Namespace) {
    for step in Step::ALL {
        let done = ground.provisioner().run_step(namespace, step, Made::Now).await;
        done.unwrap_or_else(|error| panic!("{step:?}: {error}"));
    }
}

#[track_caller]
fn denied(policy: &str, object: &Value, said: &Said) {
    assert!(!said.is_done);
    denied_text(policy, object, &said.text);
}

#[track_caller]
pub(super) fn denied_text(policy: &str, object: &Value, said: &str) {
    assert!(said.contains(&format!("'{policy}'")), "{}: {said}", labelled(object));
}

/// What it is, in a failure.
pub(super) fn labelled(object: &Value) -> String {
    format!("{} {} {}", object["kind"], object["metadata"]["annotations"], object["spec"])
}

#[track_caller]
fn refused_by_quota(said: &Said) {
    assert!(!said.is_done && said.text.contains("exceeded quota"), "{}", said.text);
}

pub(super) fn plain_pod() -> Value {
    pod("restartPolicy", json!("Always"))
}

/// A pod whose container says one thing more.
fn container(field: &str, value: Value) -> Value {
    let mut pod = plain_pod();
    pod["spec"]["containers"][0][field] = value;
    pod
}

fn pod(field: &str, value: Value) -> Value {
    let deployment = serde_json::to_value(a_deployment("web", 1, "50m", "")).expect("can be written");
    let mut spec = deployment["spec"]["template"]["spec"].clone();
    spec[field] = value;
    object("v1", "Pod", spec)
}

pub(super) fn service(more: Value) -> Value {
    object("v1", "Service", tests::with(json!({"selector": {"app": "web"}, "ports": [{"port": 80}]}), more))
}

pub(super) fn plain_ingress() -> Value {
    ingress(json!({"rules": [{"host": "web.example.test", "http": {"paths": [path()]}}]}))
}

pub(super) fn ingress(spec: Value) -> Value {
    object("networking.k8s.io/v1", "Ingress", spec)
}

fn backend() -> Value {
    json!({"service": {"name": "web", "port": {"number": 80}}})
}

pub(super) fn path() -> Value {
    json!({"path": "/", "pathType": "Prefix", "backend": backend()})
}

fn claim(more: Value) -> Value {
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    object("v1", "PersistentVolumeClaim", tests::with(spec, more))
}

fn object(version: &str, kind: &str, spec: Value) -> Value {
    json!({"apiVersion": version, "kind": kind, "metadata": {"name": "mine"}, "spec": spec})
}

pub(super) fn annotated(mut object: Value, key: &str, value: &str) -> Value {
    object["metadata"]["annotations"] = json!({key: value});
    object
}
