//! Charts for tests, made of a few files.

use charts::archive::{Files, Limits};

/// A chart that renders to a Deployment; `more` are files besides or instead, by path.
pub fn chart(name: &str, version: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let about =
        format!("apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"1.0\"\ndescription: For tests\n");
    let files = [("Chart.yaml", about.as_str()), ("values.yaml", VALUES), ("templates/deployment.yaml", DEPLOYMENT)];
    let is_instead = |path: &str| more.iter().any(|(other, _)| *other == path);
    let files = files.into_iter().filter(|(path, _)| !is_instead(path)).chain(more.iter().copied());
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let files = Files::from_folder(name, files, &Limits::default()).expect("is a chart");
    files.pack().expect("can be packed")
}

const VALUES: &str = "# How many pods run\nreplicas: 2\n";

/// Fits pod security `restricted`.
const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example.com/web:{{ .Chart.AppVersion }}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"#;
