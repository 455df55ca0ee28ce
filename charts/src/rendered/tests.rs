use super::*;
use domain::class::{ContainerDefaults, PodSecurity};
use rstest::rstest;
use std::time::{Duration, Instant};

mod standards;

fn facts(text: &str) -> RenderedFacts {
    read(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A Deployment with a pod's specification in flow style.
fn deployment(spec: &str) -> String {
    format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {spec}}}}}\n")
}

#[test]
fn documents_are_read_with_the_template_that_they_came_from() {
    let text = "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n---\n# Source: web/templates/c.yaml\n# nothing\n---\n";
    let objects = facts(text).objects;
    let seen: Vec<_> = objects.iter().map(|object| (object.id.name.as_str(), object.source.as_deref())).collect();
    assert_eq!(seen, [("a", Some("web/templates/a.yaml")), ("b", Some("web/templates/a.yaml"))]);
}

#[test]
fn lists_are_unfolded_and_their_items_take_their_kind() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n---\n\
                apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: b}\n";
    let names: Vec<String> = facts(text).objects.into_iter().map(|object| object.id.to_string()).collect();
    assert_eq!(names, ["ConfigMap a", "ConfigMap b"]);
}

#[test]
fn a_key_that_stands_twice_is_refused_where_it_stands() {
    let text = "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: false\n  hostNetwork: true\n";
    let error = read(text, &Limits::default()).expect_err("is ambiguous");
    let place = Place { source: Some("web/templates/a.yaml".into()), line: 8 };
    assert_eq!(error, RenderedError::DuplicateKey { place, key: "hostNetwork".into() });
}

#[rstest]
#[case::no_kind("apiVersion: v1\nmetadata: {name: a}\n", "no kind")]
#[case::no_version("kind: Pod\nmetadata: {name: a}\n", "no apiVersion")]
#[case::no_name("apiVersion: v1\nkind: Pod\n", "no name")]
#[case::a_text("hello\n", "no kind")]
#[case::broken("a: [\n", "not YAML")]
#[case::several("apiVersion: v1\n...\nkind: Pod\n", "not YAML")]
#[case::unknown_anchor("a: *b\n", "not YAML")]
fn what_is_no_object_is_refused(#[case] text: &str, #[case] says: &str) {
    let error = read(text, &Limits::default()).expect_err("is refused").to_string();
    assert!(error.contains(says), "{error}");
}

#[test]
fn hostile_texts_are_refused_at_once() {
    let lists = (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()).chain(lists).collect();
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(20_000), "*a,".repeat(20_000));
    let deep = format!("a: {}{}", "[".repeat(50_000), "]".repeat(50_000));
    let lists = format!("{}{}", "{kind: List, apiVersion: v1, items: [".repeat(40), "]}".repeat(40));
    let many = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n".repeat(3001);
    let large = "#".repeat(33 << 20);
    for hostile in [&bomb, &wide, &deep, &lists, &many, &large] {
        let began = Instant::now();
        let error = read(hostile, &Limits::default()).expect_err("is refused");
        assert!(error.to_string().len() < 1000, "{error:.200}");
        assert!(began.elapsed() < Duration::from_secs(10), "{hostile:.40} took {:?}", began.elapsed());
    }
}

#[test]
fn facts_are_as_many_as_are_kept_and_the_rest_is_counted() {
    let text = "---\napiVersion: v1\nkind: Secret\nmetadata: {generateName: a-}\n".repeat(30);
    let facts = read(&text, &Limits { entries: 10, ..Limits::default() }).unwrap();
    assert_eq!((facts.secrets.len(), facts.objects.len(), facts.n_left_out), (10, 30, 20));
    assert_eq!(facts.secrets[0].object.name, "a-*");
}

#[test]
fn levels_are_judged_by_violations_that_are_not_kept() {
    let text = deployment("{hostNetwork: true, containers: [{name: a}, {name: b}]}")
        + "---\n"
        + &deployment("{hostPID: true, containers: []}").replace("web", "worker");
    let facts = read(&text, &Limits { entries: 2, ..Limits::default() }).unwrap();
    let kept: usize = facts.pod_security.pods.iter().map(|pod| pod.violations.len()).sum();
    assert_eq!((kept, facts.n_left_out > 0), (2, true));
    assert!(facts.pod_security.pods.iter().all(|pod| pod.level == PodSecurity::Privileged));
}

#[test]
fn a_pod_of_too_many_containers_is_refused() {
    let text = deployment(&format!("{{containers: [{}]}}", "{},".repeat(501)));
    let error = read(&text, &Limits::default()).expect_err("is refused");
    assert!(matches!(error, RenderedError::TooManyContainers { limit: 500, .. }), "{error}");
}

#[test]
fn limits_hold_for_all_documents_together() {
    let one =
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {}}}\n", "x".repeat(100));
    let limits = |nodes| Limits { nodes, bytes: 10_000, ..Limits::default() };
    let text = one.repeat(20);
    assert!(read(&text, &limits(500)).is_ok() && read(&one, &limits(100)).is_ok());
    let error = read(&text, &limits(100)).expect_err("is too much together");
    assert!(matches!(error, RenderedError::TooComplex { .. }), "{error}");
    let repeated = format!("a: &a {}\nkind: b\nb: [{}]\n", "x".repeat(1000), "*a,".repeat(100));
    let error = read(&repeated, &limits(1000)).expect_err("is too much written out");
    assert!(matches!(error, RenderedError::TooComplex { .. }), "{error}");
}

#[test]
fn facts_are_stored_and_read_back() {
    let text = deployment("{containers: [{name: a, image: nginx, resources: {requests: {cpu: 100m}}}]}");
    let facts = facts(&text);
    let stored = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<RenderedFacts>(&stored).unwrap(), facts);
}

#[test]
fn kinds_are_known_of_kubernetes_and_of_the_charts_own_crds() {
    let text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: cars.a.io}\n\
                spec: {group: a.io, scope: Cluster, names: {kind: Car, plural: cars}, versions: [{name: v1, served: true}, {name: v0, served: false}]}\n\
                ---\napiVersion: a.io/v1\nkind: Car\nmetadata: {name: x}\n---\napiVersion: b.io/v1\nkind: Bus\nmetadata: {name: z}\n";
    let facts = facts(text);
    let seen: Vec<_> = facts.objects.iter().map(|object| (object.scope, object.origin)).collect();
    let expected = [
        (Scope::Cluster, KindOrigin::Kubernetes),
        (Scope::Cluster, KindOrigin::Chart),
        (Scope::Unknown, KindOrigin::Elsewhere),
    ];
    assert_eq!(seen, expected);
    assert_eq!(facts.crds[0].versions, ["v1"]);
}

#[test]
fn hooks_are_told_with_moment_weight_and_end() {
    let text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, annotations: {helm.sh/hook: \"pre-install, pre-upgrade\", helm.sh/hook-weight: \"-5\", \
                helm.sh/hook-delete-policy: hook-succeeded}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, annotations: {helm.sh/hook: test}}\n";
    let hooks = facts(text).hooks;
    assert_eq!((hooks[0].events.join("+"), hooks[0].weight), ("pre-install+pre-upgrade".into(), -5));
    assert_eq!((hooks[0].delete_policies.concat(), hooks[0].is_test), ("hook-succeeded".into(), false));
    assert_eq!((hooks[1].delete_policies.concat(), hooks[1].is_test), ("before-hook-creation".into(), true));
}

#[test]
fn images_are_told_wherever_they_are_pulled() {
    let text = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {\
                initContainers: [{image: \"a:1\"}], containers: [{image: \"b:1\"}], ephemeralContainers: [{image: \"c:1\"}], \
                volumes: [{name: v, image: {reference: \"d:1\"}}]}}}}}\n---\n\
                apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: b}\nspec: {deep: [{image: \"e:1\"}, {image: {repository: f}}]}\n";
    let images = facts(text).images;
    let seen: Vec<_> = images.iter().map(|image| (image.image.as_str(), image.certainty)).collect();
    let used = |image| (image, Certainty::Used);
    assert_eq!(seen, [used("a:1"), used("b:1"), used("c:1"), used("d:1"), ("e:1", Certainty::Perhaps)]);
}

#[test]
fn a_pod_is_judged_by_what_kubernetes_reads_not_by_what_people_read() {
    let judged = |spec: &str| facts(&deployment(spec)).pod_security.level;
    assert_eq!(judged("{hostNetwork: yes, containers: []}"), PodSecurity::Privileged);
    assert_eq!(judged("{hostNetwork: \"true\", containers: []}"), PodSecurity::Privileged);
    let good = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";
    let pod = "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}";
    let spec = |user: &str| {
        format!("{{securityContext: {{{pod}}}, containers: [{{name: a, securityContext: {{{good}{user}}}}}]}}")
    };
    assert_eq!(judged(&spec("")), PodSecurity::Restricted);
    assert_eq!(judged(&spec(", runAsUser: 00")), PodSecurity::Baseline);
    assert_eq!(judged(&spec(", runAsUser: 0.0")), PodSecurity::Baseline);
    assert_eq!(judged(&spec(", runAsUser: 1000")), PodSecurity::Restricted);
}

#[test]
fn a_chart_without_pods_is_restricted() {
    assert_eq!(facts("").pod_security.level, PodSecurity::Restricted);
}

#[test]
fn init_containers_and_sidecars_count_as_the_scheduler_counts_them() {
    let container =
        |name: &str, cpu: u64, more: &str| format!("{{name: {name}, resources: {{requests: {{cpu: {cpu}m}}}}{more}}}");
    let sidecar = ", restartPolicy: Always";
    let cpu = |inits: &[String], mains: &[String]| {
        let spec = format!("{{initContainers: [{}], containers: [{}]}}", inits.join(","), mains.join(","));
        facts(&deployment(&spec)).needs.at_least.requests.cpu_m
    };
    let mains = [container("a", 200, ""), container("b", 100, "")];
    assert_eq!(cpu(&[], &mains), 300);
    assert_eq!(cpu(&[container("i", 250, "")], &mains), 300);
    assert_eq!(cpu(&[container("i", 500, "")], &mains), 500);
    assert_eq!(cpu(&[container("s", 50, sidecar)], &mains), 350);
    assert_eq!(cpu(&[container("s", 50, sidecar), container("i", 400, "")], &mains), 450);
    assert_eq!(cpu(&[container("i", 400, ""), container("s", 50, sidecar)], &mains), 400);
}

#[test]
fn a_container_that_names_nothing_is_unknown_and_never_zero() {
    let text = deployment("{containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}, {name: b}]}");
    let needs = facts(&text).needs;
    assert_eq!(needs.at_least.requests.cpu_m, 1000, "a limit is a request where there is none");
    let unnamed = Unnamed { cpu_requests: 1, memory_requests: 1, cpu_limits: 1, memory_limits: 1 };
    assert_eq!(needs.at_least.unnamed, unnamed);
    let defaults = ContainerDefaults {
        request_cpu_m: 100,
        request_memory_bytes: 1 << 20,
        limit_cpu_m: 500,
        limit_memory_bytes: 1 << 30,
    };
    let total = needs.with_defaults(&defaults);
    assert_eq!((total.requests.cpu_m, total.limits.cpu_m), (1100, 1500));
    assert_eq!((total.limits.memory_bytes, total.unnamed), (2 << 30, Unnamed::default()));
}

#[test]
fn replicas_storage_and_autoscalers_multiply() {
    let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 3, \
                volumeClaimTemplates: [{spec: {resources: {requests: {storage: 10Gi}}}}], \
                template: {spec: {overhead: {cpu: 50m}, containers: [{name: a, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {nvidia.com/gpu: 1}}}]}}}\n\
                ---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: db}\n\
                spec: {scaleTargetRef: {kind: StatefulSet, name: db}, minReplicas: 5, maxReplicas: 9}\n\
                ---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {resources: {requests: {storage: 1Gi}}}\n\
                ---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
    let needs = facts(text).needs;
    assert_eq!(needs.workloads[0].replicas, Replicas::Always { min: 5, max: 9 });
    let requests = needs.at_least.requests;
    assert_eq!((requests.cpu_m, requests.memory_bytes, requests.pods), (750, 5 * (64 << 20), 5));
    assert_eq!((requests.storage_bytes, requests.load_balancers, requests.gpus), (51 << 30, 1, 5));
}

#[test]
fn jobs_and_hooks_are_needed_only_while_they_run() {
    let job = |name: &str, annotations: &str, cpu: u64| {
        format!(
            "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\nspec: {{parallelism: 4, completions: 2, \
             template: {{spec: {{containers: [{{name: a, resources: {{requests: {{cpu: {cpu}m}}}}}}]}}}}}}\n"
        )
    };
    let hook = "helm.sh/hook: pre-install";
    let needs = facts(&(job("a", "", 10) + &job("b", hook, 100) + &job("c", hook, 200))).needs;
    assert_eq!((needs.at_least.requests.cpu_m, needs.at_most_with_jobs.requests.cpu_m), (0, 20 + 400));
}

#[test]
fn whoever_deploys_may_not_create_everything() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: kube-system}\n\
                ---\napiVersion: v1\nkind: Service\nmetadata: {name: c, namespace: team}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: d}\n\
                ---\napiVersion: v1\nkind: Namespace\nmetadata: {name: e}\n---\napiVersion: x.io/v1\nkind: Policy\nmetadata: {name: f}\n";
    let facts = facts(text);
    let outside = |allowed| {
        let outside = facts.outside(&allowed, "team");
        outside.into_iter().map(|outside| (outside.object.name, outside.resource, outside.why)).collect::<Vec<_>>()
    };
    let expected = [
        ("b".to_owned(), "services".to_owned(), WhyOutside::OtherNamespace),
        ("d".into(), "serviceaccounts".into(), WhyOutside::Kind),
        ("e".into(), "namespaces".into(), WhyOutside::ClusterScoped),
        ("f".into(), "policies".into(), WhyOutside::Kind),
    ];
    assert_eq!(outside(Allowed::new([("", "services")])), expected);
    assert_eq!(outside(Allowed::new([("*", "*")])), [expected[0].clone(), expected[2].clone()]);
}

#[test]
fn what_is_opened_held_and_taken_is_told() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {ingressClassName: nginx, tls: [{hosts: [b.io]}], rules: [{host: a.io}, {}]}\n\
                ---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n\
                ---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: acc}\nautomountServiceAccountToken: false\n\
                ---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {serviceAccountName: acc, volumes: [{name: h, hostPath: {path: /var}}], containers: [{name: c, ports: [{hostPort: 80}]}]}\n\
                ---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\n\
                webhooks: [{name: x.y.z, failurePolicy: Ignore, rules: [{operations: [CREATE], resources: [pods]}]}]\n";
    let facts = facts(text);
    assert_eq!(facts.ingresses[0].hosts, ["*", "a.io", "b.io"]);
    assert_eq!((facts.ingresses[0].class.as_deref(), facts.ingresses[0].has_tls), (Some("nginx"), true));
    assert_eq!((facts.accounts[0].account.as_str(), facts.accounts[0].token), ("acc", TokenUse::None));
    let uses: Vec<_> = facts.host_uses.iter().map(|host| (host.field.as_str(), host.value.as_str())).collect();
    assert_eq!(uses, [("hostPath", "/var"), ("hostPort", "80")]);
    assert_eq!((facts.webhooks[0].is_fail_closed, facts.webhooks[0].is_everywhere), (false, true));
    assert!(!serde_json::to_string(&facts).unwrap().contains("hunter2"));
}

#[test]
fn rights_of_many_roles_are_merged_and_marked() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: whole}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {part: a}}]}\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: part, labels: {part: a}}\n\
                rules: [{apiGroups: [\"\"], resources: [pods, configmaps], verbs: [list]}, {apiGroups: [\"\"], resources: [secrets], verbs: [list]}]\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: more}\nrules: [{apiGroups: [\"\"], resources: [pods, configmaps], verbs: [get]}]\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: here}\nrules: [{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}]\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: w}\nroleRef: {kind: ClusterRole, name: whole}\nsubjects: [{kind: ServiceAccount, name: a, namespace: b}]\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: m}\nroleRef: {kind: ClusterRole, name: more}\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: h}\nroleRef: {kind: Role, name: here}\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: e}\nroleRef: {kind: ClusterRole, name: cluster-admin}\n";
    let rights = facts(text).rights;
    let words: Vec<_> = rights.rights.iter().map(|right| (right.to_string(), right.marks.clone())).collect();
    let all = vec![
        Concern::Wildcard,
        Concern::Secrets,
        Concern::Escalates,
        Concern::RunsCode,
        Concern::Tokens,
        Concern::Admission,
        Concern::Nodes,
    ];
    let expected = [
        ("get, list configmaps, pods in the whole cluster".to_owned(), vec![]),
        ("list secrets in the whole cluster".to_owned(), vec![Concern::Secrets]),
        ("* * of * in its namespace".to_owned(), all),
    ];
    assert_eq!(words, expected);
    let elsewhere: Vec<_> = rights.bindings.iter().filter(|binding| binding.is_role_elsewhere).collect();
    assert_eq!(elsewhere.iter().map(|binding| binding.role.as_str()).collect::<Vec<_>>(), ["cluster-admin"]);
}

#[test]
fn rules_that_multiply_without_end_are_cut_and_counted() {
    let many = |prefix: &str| (0..2000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(",");
    let text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: a}}\nrules: [{{apiGroups: [{}], resources: [{}], verbs: [get]}}]\n",
        many("g"),
        many("r")
    );
    assert!(facts(&text).rights.n_left_out > 0);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-zA-Z0-9:{}\\[\\],&*\\- \\n\"']{0,300}") {
        let _ = read(&text, &Limits::default());
    }
}
