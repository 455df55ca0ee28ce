{{/*
What all charts of the starter catalog have in common. The file is the same in each of them.
*/}}

{{/* What everything is called: the release. A Service's name begins with a letter. */}}
{{- define "starter.name" -}}
{{- $name := .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- fail (printf "The release is called %q. Its objects are called so too: begin with a letter, and use lower-case letters, digits and dashes." .Release.Name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What a release's pods are found by. It never changes. */}}
{{- define "starter.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What every object carries. */}}
{{- define "starter.labels" -}}
{{ include "starter.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* What every pod carries: nothing that another version of the chart says otherwise, or each would start all pods again. */}}
{{- define "starter.podLabels" -}}
{{ include "starter.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The labels of the pod of a test: no Service and no budget may take it for one of the release's. */}}
{{- define "starter.testLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* An image by digest, where one is said, else by tag. */}}
{{- define "starter.image" -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag }}
{{- end -}}
{{- end -}}

{{/* The secrets an image is pulled with. */}}
{{- define "starter.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The account of a pod. Its token is mounted where the program talks to Kubernetes, and nowhere else. */}}
{{- define "starter.account" -}}
{{- with .Values.serviceAccount.name }}
serviceAccountName: {{ . | quote }}
{{- end }}
automountServiceAccountToken: {{ .Values.serviceAccount.mountToken }}
{{- end -}}

{{/* Pod security "restricted", the part of the pod. No value loosens it. */}}
{{- define "starter.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ int64 .Values.runAsUser }}
runAsGroup: {{ int64 .Values.runAsUser }}
fsGroup: {{ int64 .Values.runAsUser }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Pod security "restricted", the part of each container. No value loosens it. */}}
{{- define "starter.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}
