//! What operations do, and what is known of a release then.

use super::place::statuses;
use super::*;
use helm::release_secret::{self, SecretLimits};
use helm::{Stream, Test, Undone};

#[tokio::test]
async fn an_install_is_deployed_with_its_values_notes_description_and_labels() {
    let Some(place) = Place::make() else { return };
    let releases = place.releases().await;
    let notes = ("templates/NOTES.txt".to_owned(), b"Revision {{ .Release.Revision }}".to_vec());
    let files = chart(&[CONFIG_MAP]);
    let files = files.iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).chain([notes]);
    let chart = ChartFiles::new(files).expect("are paths of a chart");
    let labels = [("berth.dev/operation", "4f3c"), ("berth.dev/entry", "web")];
    let asked = Deploy {
        values: "a: given\n",
        description: "By Berth, for: a",
        labels: &labels,
        wait: Wait::Ready,
        ..deploy(&chart)
    };
    let installed = releases.install(&asked, unfollowed()).await.expect("is installed");
    let chart = installed.chart.as_ref().expect("has one");
    assert_eq!((chart.name.as_str(), chart.version.as_str(), chart.app_version.as_str()), ("web", "1.0.0", "2.1"));

    let status = releases.status("it", None).await.expect("is there");
    for release in [&installed, &status] {
        assert_eq!((release.name.as_str(), release.revision, &release.namespace), ("it", 1, &place.namespace));
        assert_eq!((release.info.status, release.info.description.as_str()), (Status::Deployed, "By Berth, for: a"));
        assert_eq!((release.values.as_str(), release.info.notes.as_str()), (r#"{"a":"given"}"#, "Revision 1"));
        assert!(release.manifest.contains("given") && release.info.last_deployed.is_some());
    }
    let metadata = releases.metadata("it", Some(1)).await.expect("is there");
    assert_eq!((metadata.labels["berth.dev/operation"].as_str(), metadata.status), ("4f3c", Status::Deployed));
    let map = place.json(&["get", "configmap", "it", "-n", &place.namespace]);
    assert_eq!(map["data"]["a"], "given");

    let secret = place.json(&["get", "secret", "sh.helm.release.v1.it.v1", "-n", &place.namespace]);
    assert_eq!(
        (&secret["type"], &secret["metadata"]["labels"]["berth.dev/entry"]),
        (&"helm.sh/release.v1".into(), &"web".into())
    );
    let data = secret["data"]["release"].as_str().expect("is text");
    let kept = release_secret::read(data.as_bytes(), &SecretLimits::default()).expect("is a release");
    assert_eq!((&kept.info, &kept.manifest, &kept.values), (&status.info, &status.manifest, &status.values));
    assert_eq!(kept.chart, installed.chart);
}

#[tokio::test]
async fn an_upgrade_takes_the_values_that_are_given_and_a_rollback_takes_them_back() {
    let Some(place) = Place::make() else { return };
    let chart = chart(&[CONFIG_MAP]);
    let releases = place.installed(&chart).await;
    let first = Deploy { values: "a: given\nb: 1\n", labels: &[("berth.dev/operation", "2")], ..deploy(&chart) };
    releases.upgrade(&first, unfollowed()).await.expect("is upgraded");
    let upgraded =
        releases.upgrade(&Deploy { values: "b: 2\n", ..deploy(&chart) }, unfollowed()).await.expect("is upgraded");
    assert_eq!((upgraded.values.as_str(), upgraded.revision), (r#"{"b":2}"#, 3), "nothing of the former ones is left");
    let labels = releases.metadata("it", None).await.expect("is there").labels;
    assert_eq!(labels["berth.dev/operation"], "2", "labels stay until they are named again");

    let back = Rollback { description: "berth: 4", history_max: 3, ..rollback(2) };
    releases.roll_back(&back, unfollowed()).await.expect("is rolled back");
    let history = releases.history("it").await.expect("is there");
    let told: Vec<_> = history.iter().map(|revision| (revision.revision, revision.status)).collect();
    assert_eq!(
        told,
        [(2, Status::Superseded), (3, Status::Superseded), (4, Status::Deployed)],
        "the oldest is forgotten"
    );
    let last = history.last().expect("is one");
    assert_eq!((last.rollback_revision, last.description.as_str()), (Some(2), "berth: 4"));
    assert_eq!((last.chart_and_version(), last.app_version.as_str()), (("web", "1.0.0"), "2.1"));
    assert_eq!(releases.status("it", Some(4)).await.expect("is there").values, r#"{"a":"given","b":1}"#);
    let gone = releases.roll_back(&rollback(1), unfollowed()).await;
    assert_eq!(cause_of(gone), Cause::NoSuchRevision);
}

#[tokio::test]
async fn every_choice_is_one_that_helm_has() {
    let Some(place) = Place::make() else { return };
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a-job-{{ .Release.Revision }}}\n\
               spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n";
    let (releases, chart) = (place.releases().await, chart(&[CONFIG_MAP, job]));
    for server_side in [ServerSide::No, ServerSide::Yes, ServerSide::AsBefore] {
        for wait in [Wait::Hooks, Wait::Ready, Wait::ReadyAndJobs] {
            let asked = Deploy { server_side, wait, on_failure: OnFailure::Undo, ..deploy(&chart) };
            releases.install(&asked, unfollowed()).await.expect("is installed");
            releases.upgrade(&asked, unfollowed()).await.expect("is upgraded");
            let back = Rollback { server_side, wait, ..rollback(1) };
            releases.roll_back(&back, unfollowed()).await.expect("is rolled back");
            releases.uninstall(&uninstall(), unfollowed()).await.expect("is uninstalled");
        }
    }
}

#[tokio::test]
async fn an_upgrade_that_fails_stays_failed_or_is_rolled_back_and_says_why_either_way() {
    let Some(place) = Place::make() else { return };
    let releases = place.installed(&chart(&[CONFIG_MAP])).await;
    let broken = chart(&[CONFIG_MAP, BROKEN]);
    for (on_failure, undone, last) in
        [(OnFailure::Leave, Undone::No, Status::Failed), (OnFailure::Undo, Undone::RolledBack, Status::Deployed)]
    {
        let lines = Mutex::new(Vec::new());
        let on_line = |line: Line| lines.lock().expect("is whole").push(line);
        let follow = Follow { on_line: &on_line, cancel: &Cancel::new() };
        let error = releases.upgrade(&Deploy { on_failure, ..deploy(&broken) }, follow).await.expect_err("fails");
        let OperationError::Failed(failure) = error else { panic!("{error:?}") };
        let Cause::Invalid { object, says } = &failure.cause else { panic!("{failure:?}") };
        assert_eq!((object.as_str(), failure.undone), (format!("Service/{}/it", place.namespace).as_str(), undone));
        assert!(says.contains("spec.ports[0].port"), "{says}");
        assert_eq!(statuses(&releases).await.last(), Some(&last));
        let lines = lines.into_inner().expect("is whole");
        assert!(
            lines.iter().any(|line| line.stream == Stream::Err && line.text.contains("upgrade failed")),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| !line.text.contains("berth-helm-")), "{lines:?}");
    }
}

#[tokio::test]
async fn an_install_that_fails_keeps_its_name_unless_it_is_undone() {
    let Some(place) = Place::make() else { return };
    let (releases, broken) = (place.releases().await, chart(&[CONFIG_MAP, BROKEN]));
    let undone = Deploy { on_failure: OnFailure::Undo, ..deploy(&broken) };
    let error = releases.install(&undone, unfollowed()).await.expect_err("fails");
    assert!(matches!(&error, OperationError::Failed(failure) if failure.undone == Undone::Uninstalled), "{error:?}");
    assert_eq!(cause_of(releases.history("it").await), Cause::NotFound);
    let failed = cause_of(releases.install(&deploy(&broken), unfollowed()).await);
    assert!(matches!(failed, Cause::Invalid { .. }), "{failed:?}");
    assert_eq!(cause_of(releases.install(&deploy(&broken), unfollowed()).await), Cause::NameInUse);
    releases.upgrade(&deploy(&chart(&[CONFIG_MAP])), unfollowed()).await.expect("a failed one can be upgraded");
}

#[tokio::test]
async fn an_uninstall_tells_what_is_kept_and_what_it_may_not_take_away() {
    let Some(place) = Place::make() else { return };
    let kept = "apiVersion: v1\nkind: Secret\nmetadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";
    let chart = chart(&[CONFIG_MAP, kept, service]);
    let releases = place.installed(&chart).await;
    let gone = releases
        .uninstall(&Uninstall { keeps_history: true, ..uninstall() }, unfollowed())
        .await
        .expect("is uninstalled");
    assert_eq!((gone.kept, gone.left), (vec!["[Secret] kept".to_owned()], vec![]));
    assert_eq!(statuses(&releases).await, [Status::Uninstalled]);
    assert!(place.names("services").is_empty() && place.names("secrets").contains(&"kept".to_owned()));
    assert_eq!(cause_of(releases.upgrade(&deploy(&chart), unfollowed()).await), Cause::NothingDeployed);
    releases.uninstall(&uninstall(), unfollowed()).await.expect("the history goes, too");
    assert_eq!(cause_of(releases.uninstall(&uninstall(), unfollowed()).await), Cause::NotFound);

    place.kubectl(&["delete", "secret", "kept", "-n", &place.namespace]);
    releases.install(&deploy(&chart), unfollowed()).await.expect("is installed");
    place.narrow();
    let gone = place.releases_as("narrow").await.uninstall(&uninstall(), unfollowed()).await.expect("helm says so");
    assert!(gone.left.len() == 1 && gone.left[0].starts_with("[Service] web"), "{gone:?}");
    assert_eq!(place.names("services"), ["web"]);
}

#[tokio::test]
async fn tests_of_a_chart_succeed_or_say_what_did_not() {
    let Some(place) = Place::make() else { return };
    let job = |selector: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a-test, annotations: {{helm.sh/hook: test}}}}\n\
                 spec: {{template: {{spec: {{restartPolicy: Never, nodeSelector: {selector}, containers: [{{name: a, image: a}}]}}}}}}\n"
        )
    };
    let releases = place.installed(&chart(&[&job("{}")])).await;
    let lines = Mutex::new(String::new());
    let on_line = |line: Line| lines.lock().expect("is whole").push_str(&line.text);
    let follow = Follow { on_line: &on_line, cancel: &Cancel::new() };
    let test = |timeout| Test { release: "it", shows_logs: true, timeout };
    releases.test(&test(TIMEOUT), follow).await.expect("succeeds");
    assert!(lines.lock().expect("is whole").contains("Succeeded"), "{lines:?}");
    let hooks = releases.status("it", None).await.expect("is there").hooks;
    assert_eq!((hooks[0].name.as_str(), hooks[0].last_run.phase.as_str()), ("a-test", "Succeeded"));

    releases.upgrade(&deploy(&chart(&[&job("{nowhere: \"true\"}")])), unfollowed()).await.expect("is upgraded");
    let cause = cause_of(releases.test(&test(Duration::from_secs(1)), unfollowed()).await);
    let Cause::TimedOut { waited_for } = cause else { panic!("{cause:?}") };
    assert_eq!(waited_for[0].object, format!("Job/{}/a-test", place.namespace));
}
