//! Charts that mean harm end, and learn nothing.

use super::*;
use std::time::{Duration, Instant};

/// Ends within its limits, and a little more for whoever is slow.
const SLACK: Duration = Duration::from_secs(20);

async fn ends(limits: Limits, text: &str) -> Option<HelmError> {
    let helm = helm(limits).await?;
    let began = Instant::now();
    let error = helm.template(&chart(&[("templates/a.yaml", text)]), &RENDER).await.expect_err("is stopped");
    assert!(began.elapsed() < limits.time + SLACK, "took {:?}", began.elapsed());
    Some(error)
}

#[tokio::test]
async fn a_template_without_end_is_stopped_by_the_clock() {
    let limits = Limits { time: Duration::from_secs(2), ..Limits::default() };
    let text = "{{ range $i := until 2000000 }}{{ range $j := until 2000000 }}{{ end }}{{ end }}";
    let Some(error) = ends(limits, text).await else { return };
    assert!(matches!(error, HelmError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_template_without_end_is_stopped_by_its_processor_time() {
    let limits = Limits { time: Duration::from_secs(60), cpu_time: Duration::from_secs(2), ..Limits::default() };
    let text = "{{ range $i := until 2000000 }}{{ range $j := until 2000000 }}{{ end }}{{ end }}";
    let Some(error) = ends(limits, text).await else { return };
    assert!(matches!(error, HelmError::TooMuchTime { .. }), "{error}");
}

#[tokio::test]
async fn a_template_that_includes_itself_is_refused() {
    let text = "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}";
    let Some(error) = ends(Limits::default(), text).await else { return };
    assert!(matches!(error, HelmError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn a_gigabyte_of_output_is_stopped_by_memory_or_by_its_size() {
    let limits = Limits { memory_bytes: 512 << 20, stdout_bytes: 1 << 20, ..Limits::default() };
    let text = "a: {{ repeat 1000000000 \"x\" }}";
    let Some(error) = ends(limits, text).await else { return };
    assert!(matches!(error, HelmError::TooMuchMemory { .. } | HelmError::TooMuchOutput { .. }), "{error}");
}

#[tokio::test]
async fn more_output_than_is_read_is_stopped() {
    let limits = Limits { stdout_bytes: 100_000, ..Limits::default() };
    let text = "a: {{ repeat 1000000 \"x\" }}";
    let Some(error) = ends(limits, text).await else { return };
    assert!(matches!(error, HelmError::TooMuchOutput { limit_bytes: 100_000 }), "{error}");
}

#[tokio::test]
async fn nothing_of_cluster_network_environment_or_disk_is_given_away() {
    let text = "lookup: {{ lookup \"v1\" \"Secret\" \"\" \"\" | toJson | quote }}\n\
                host: {{ getHostByName \"localhost\" | quote }}\n\
                files: {{ .Files.Get \"../../etc/passwd\" | quote }}\n\
                absolute: {{ .Files.Get \"/etc/passwd\" | quote }}\n\
                globbed: {{ .Files.Glob \"../**\" | toJson | quote }}\n";
    let Some(result) = template(&[("templates/a.yaml", text)]).await else { return };
    let manifests = result.expect("renders").manifests;
    for part in ["lookup: \"{}\"", "host: \"\"", "files: \"\"", "absolute: \"\"", "globbed: \"{}\""] {
        assert!(manifests.contains(part), "{part} is not in {manifests}");
    }
}

#[tokio::test]
async fn functions_that_read_the_environment_are_not_there() {
    for function in ["env \"PATH\"", "expandenv \"$PATH\""] {
        let Some(result) = template(&[("templates/a.yaml", &format!("{{{{ {function} }}}}"))]).await else { return };
        let error = result.expect_err("is refused").to_string();
        assert!(error.contains("not defined"), "{error}");
    }
}

#[tokio::test]
async fn words_of_a_chart_are_not_taken_for_an_end_by_limits() {
    let Some(result) = template(&[("templates/a.yaml", "{{ fail \"out of memory SIGXCPU\" }}")]).await else { return };
    let error = result.expect_err("fails");
    assert!(matches!(error, HelmError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn no_more_runs_at_a_time_than_there_are_permits() {
    let Some(program) = program() else { return };
    let permits = Arc::new(Semaphore::new(1));
    let helm = Helm::at(&program, Arc::clone(&permits), Limits::default()).await.expect("is helm");
    let held = Arc::clone(&permits).acquire_owned().await.expect("is open");
    let chart = chart(&[("templates/a.yaml", "")]);
    let mut run = std::pin::pin!(helm.template(&chart, &RENDER));
    assert!(std::future::poll_fn(|context| std::task::Poll::Ready(run.as_mut().poll(context))).await.is_pending());
    drop(held);
    run.await.expect("renders when its turn comes");
    permits.close();
    let error = helm.template(&chart, &RENDER).await.expect_err("is not started any more");
    assert!(matches!(error, HelmError::Stopping), "{error}");
}
