{{/* The Secret with the password. */}}
{{- define "starter.secret" -}}
{{- .Values.auth.existingSecret | default (include "starter.name" .) -}}
{{- end -}}

{{/* The key of the password in it: one that the chart made has its own. */}}
{{- define "starter.passwordKey" -}}
{{- ternary .Values.auth.passwordKey "password" (ne .Values.auth.existingSecret "") -}}
{{- end -}}

{{/* The claim with the data. */}}
{{- define "starter.claim" -}}
{{- .Values.persistence.existingClaim | default (printf "%s-data" (include "starter.name" .)) -}}
{{- end -}}

{{/* No token: a database does not talk to Kubernetes. */}}
{{- define "starter.noAccount" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- end -}}

{{/* Refuses a setting of the server, with its name, that the chart has to make itself. */}}
{{- define "starter.refuseOwn" -}}
{{- range $name, $value := .settings }}
{{- if has $name $.own }}
{{- fail (printf "%s.%s is for the chart to set: leave it out." $.section $name) }}
{{- end }}
{{- end }}
{{- end -}}
