//! What a cluster refuses, told as what it is.

use super::*;
use helm::{Admission, Connection, Forbidden, HelmError};
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use tokio::sync::Semaphore;

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\nspec: {ports: [{port: 80}]}\n";

impl Place {
    /// An account that may keep releases, and of all else ConfigMaps only.
    pub fn narrow(&self) {
        self.kubectl(&["create", "role", "narrow", "--verb=*", "--resource=secrets,configmaps", "-n", &self.namespace]);
        self.account("narrow", "--role=narrow");
    }
}

#[tokio::test]
async fn what_an_account_may_not_do_is_named() {
    let Some(place) = Place::make() else { return };
    place.narrow();
    let releases = place.releases_as("narrow").await;
    let service = chart(&[SERVICE]);
    let forbidden = |verb: &str, resource: &str| {
        let namespace = Some(place.namespace.clone());
        Cause::Forbidden(Forbidden { verb: verb.into(), resource: resource.into(), namespace })
    };
    assert_eq!(cause_of(releases.install(&deploy(&service), unfollowed()).await), forbidden("get", "services"));
    assert_eq!(cause_of(releases.history("it").await), Cause::NotFound, "helm looks before it writes anything down");
    let map = chart(&[CONFIG_MAP]);
    releases.install(&deploy(&map), unfollowed()).await.expect("it may do that");
    let hook = chart(&[CONFIG_MAP, HANGING_HOOK]);
    assert_eq!(cause_of(releases.upgrade(&deploy(&hook), unfollowed()).await), forbidden("delete", "jobs.batch"));
    place.kubectl(&["create", "serviceaccount", "nobody", "-n", &place.namespace]);
    place.releases().await.upgrade(&deploy(&service), unfollowed()).await.expect("others may do that");
    let status = releases.status("it", None).await.expect("Secrets are enough");
    assert_eq!((status.revision, releases.metadata("it", None).await.expect("is there").revision), (3, 3));
    let nobody = place.releases_as("nobody").await;
    assert_eq!(cause_of(nobody.history("it").await), forbidden("list", "secrets"));
}

#[tokio::test]
async fn quotas_that_are_exceeded_are_named_with_what_is_left() {
    let Some(place) = Place::make() else { return };
    place.kubectl(&["create", "quota", "berth", "--hard=count/services=0", "-n", &place.namespace]);
    eventually("the quota counts", async || {
        let quota = place.json(&["get", "quota", "berth", "-n", &place.namespace]);
        quota["status"]["used"]["count/services"].is_string()
    })
    .await;
    let cause = cause_of(place.releases().await.install(&deploy(&chart(&[SERVICE])), unfollowed()).await);
    let [quota, asked, used] = ["berth", "count/services=1", "count/services=0"].map(str::to_owned);
    assert_eq!(cause, Cause::QuotaExceeded { quota, requested: asked, limited: used.clone(), used });
}

#[tokio::test]
async fn pods_that_are_not_as_a_namespace_wants_them_are_refused_by_pod_security() {
    let Some(place) = Place::make() else { return };
    place.kubectl(&["label", "namespace", &place.namespace, "pod-security.kubernetes.io/enforce=restricted"]);
    let pod =
        chart(&["apiVersion: v1\nkind: Pod\nmetadata: {name: a-pod}\nspec: {containers: [{name: a, image: a}]}\n"]);
    let cause = cause_of(place.releases().await.install(&deploy(&pod), unfollowed()).await);
    let Cause::AdmissionRefused { by: Admission::PodSecurity, says } = &cause else { panic!("{cause:?}") };
    assert!(says.contains("runAsNonRoot"), "{says}");
}

#[tokio::test]
async fn objects_of_others_fields_of_others_and_fields_that_stay_are_told_apart() {
    let Some(place) = Place::make() else { return };
    let (releases, map) = (place.releases().await, chart(&[CONFIG_MAP]));
    place.kubectl(&["create", "configmap", "it", "-n", &place.namespace]);
    let cause = cause_of(releases.install(&deploy(&map), unfollowed()).await);
    assert_eq!(cause, Cause::NotOwned { object: format!("ConfigMap/{}/it", place.namespace) });

    place.kubectl(&["delete", "configmap", "it", "-n", &place.namespace]);
    releases.install(&deploy(&map), unfollowed()).await.expect("is installed");
    place.kubectl(&[
        "patch",
        "configmap",
        "it",
        "-n",
        &place.namespace,
        "--field-manager=other",
        "-p",
        r#"{"data":{"a":"b"}}"#,
    ]);
    let cause = cause_of(releases.upgrade(&deploy(&map), unfollowed()).await);
    assert!(matches!(&cause, Cause::Conflict { says, .. } if says.contains("other")), "{cause:?}");
    releases.upgrade(&Deploy { is_forced: true, ..deploy(&map) }, unfollowed()).await.expect("takes it");

    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {a: {{ .Values.a }}}}\n  \
                template:\n    metadata: {labels: {a: {{ .Values.a }}}}\n    spec: {containers: [{name: a, image: a}]}\n";
    let fixed = chart(&[text]);
    releases.upgrade(&deploy(&fixed), unfollowed()).await.expect("is upgraded");
    let cause = cause_of(releases.upgrade(&Deploy { values: "a: z\n", ..deploy(&fixed) }, unfollowed()).await);
    let object = format!("Deployment/{}/web", place.namespace);
    assert_eq!(cause, Cause::Immutable { object, field: "spec.selector".into() });
}

#[tokio::test]
async fn what_is_not_ready_in_time_is_named() {
    let Some(place) = Place::make() else { return };
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    \
                metadata: {labels: {a: b}}\n    spec: {nodeSelector: {nowhere: \"true\"}, containers: [{name: a, image: a}]}\n";
    let chart = chart(&[text]);
    let asked = Deploy { wait: Wait::Ready, timeout: Duration::from_secs(2), ..deploy(&chart) };
    let cause = cause_of(place.releases().await.install(&asked, unfollowed()).await);
    let Cause::TimedOut { waited_for } = &cause else { panic!("{cause:?}") };
    assert_eq!(waited_for[0].object, format!("Deployment/{}/web", place.namespace));
}

#[tokio::test]
async fn hooks_that_fail_are_told_with_their_moment() {
    let Some(place) = Place::make() else { return };
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a-hook, annotations: {helm.sh/hook: pre-install}}\nspec:\n  \
               activeDeadlineSeconds: 1\n  template:\n    spec: {restartPolicy: Never, nodeSelector: {nowhere: \"true\"}, containers: [{name: a, image: a}]}\n";
    let error = place.releases().await.install(&deploy(&chart(&[job])), unfollowed()).await.expect_err("fails");
    let OperationError::Failed(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.hook.as_deref(), Some("pre-install"));
    let Cause::NotReady { waited_for } = &failure.cause else { panic!("{failure:?}") };
    assert_eq!(waited_for[0].object, format!("Job/{}/a-hook", place.namespace));
}

#[tokio::test]
async fn values_that_do_not_fit_into_a_secret_are_refused_before_anything_is_done() {
    let Some(place) = Place::make() else { return };
    let releases = place.releases().await;
    for n_bytes in [1_300_000, 4_000_000] {
        let values = format!("a: {}\n", noise(n_bytes));
        let cause = cause_of(
            releases.install(&Deploy { values: &values, ..deploy(&chart(&[CONFIG_MAP])) }, unfollowed()).await,
        );
        assert_eq!(cause, Cause::ReleaseTooLarge, "of {n_bytes} bytes");
    }
    assert_eq!(place.names("configmaps"), ["kube-root-ca.crt"]);
}

/// Letters in no order, which nothing makes shorter.
fn noise(n_bytes: usize) -> String {
    let mut state = 1_u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + u8::try_from(state >> 58).expect("is below 64"))
    };
    (0..n_bytes).map(|_| letter()).filter(char::is_ascii_alphanumeric).collect()
}

#[tokio::test]
async fn tokens_that_are_refused_and_clusters_that_are_away_are_told_apart() {
    let Some(place) = Place::make() else { return };
    let helm = place.helm().await;
    let map = chart(&[CONFIG_MAP]);
    let permits = Arc::new(Semaphore::new(1));
    let releases = |connection| helm.releases(connection, Arc::clone(&permits), Limits::of_operation(TIMEOUT));
    let refused = releases(place.connection("not-a-token"));
    assert_eq!(cause_of(refused.install(&deploy(&map), unfollowed()).await), Cause::Unauthorized);
    assert_eq!(cause_of(refused.history("it").await), Cause::Unauthorized);
    let at = |server: &str| Connection::new(server, None, "a-token".into(), "team").expect("is an address");
    for server in ["https://127.0.0.1:9", "https://no-such-host.invalid:6443"] {
        let cause = cause_of(releases(at(server)).upgrade(&deploy(&map), unfollowed()).await);
        assert_eq!(cause, Cause::Unreachable, "{server}");
    }
    let elsewhere = place.connection(&place.token("installer")).with_tls_server_name(Some("elsewhere.example".into()));
    assert_eq!(cause_of(releases(elsewhere).history("it").await), Cause::Unreachable, "it is not who it should be");
}

#[tokio::test]
async fn the_api_server_is_asked_past_the_proxy_that_does_not_answer() {
    let Some(place) = Place::make() else { return };
    // No proxy stands before addresses of this machine's loopback anyhow.
    let Some(address) = address_of_this_machine() else { return };
    let listener = TcpListener::bind((address, 0)).expect("listens");
    listener.set_nonblocking(true).expect("is set");
    let server = format!("https://{}", listener.local_addr().expect("has one"));
    let connection = Connection::new(&server, None, "a-token".into(), "team").expect("is an address");
    let releases = place.helm().await.releases(connection, Arc::new(Semaphore::new(1)), Limits::default());
    let asked = async { drop(releases.history("it").await) };
    tokio::select! {
        () = asked => assert!(listener.accept().is_ok(), "nobody asked"),
        () = eventually("it is asked", async || listener.accept().is_ok()) => {}
    }
}

/// By which it would reach others; nothing is sent.
fn address_of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

#[tokio::test]
async fn what_helm_refuses_by_itself_is_told_as_for_a_rendering() {
    let Some(place) = Place::make() else { return };
    let schema = r#"{"properties": {"a": {"type": "integer"}}}"#.to_owned();
    let files = chart(&[CONFIG_MAP]);
    let files = files.iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
    let chart =
        ChartFiles::new(files.chain([("values.schema.json".to_owned(), schema.into_bytes())])).expect("are paths");
    let error = place.releases().await.install(&deploy(&chart), unfollowed()).await.expect_err("is refused");
    assert!(matches!(error, OperationError::Helm(HelmError::ValuesRefused { .. })), "{error:?}");
}
