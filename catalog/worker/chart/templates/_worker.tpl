{{/* Whether there are two copies at least. */}}
{{- define "starter.isMany" -}}
{{- if gt (int64 (ternary .Values.autoscaling.min .Values.replicas .Values.autoscaling.enabled)) 1 -}}yes{{- end -}}
{{- end -}}
