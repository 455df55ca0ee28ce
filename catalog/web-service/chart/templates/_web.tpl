{{/* A probe over HTTP, or of the port alone where no path is said. */}}
{{- define "starter.probe" -}}
{{- if . -}}
httpGet:
  path: {{ . | quote }}
  port: http
{{- else -}}
tcpSocket:
  port: http
{{- end -}}
{{- end -}}

{{/* The environment, and the port in it unless it says one itself. */}}
{{- define "starter.webEnvironment" -}}
{{- $port := dict "PORT" (printf "%d" (int64 .Values.port)) -}}
{{- $values := merge (dict "env" (merge (deepCopy .Values.env) $port)) .Values -}}
{{- include "starter.environment" (dict "Values" $values) -}}
{{- end -}}

{{/* Whether there are two copies at least. */}}
{{- define "starter.isMany" -}}
{{- if gt (int64 (ternary .Values.autoscaling.min .Values.replicas .Values.autoscaling.enabled)) 1 -}}yes{{- end -}}
{{- end -}}
