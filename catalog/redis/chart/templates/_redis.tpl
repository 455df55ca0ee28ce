{{/* The environment of whoever talks to the server: the command line of either reads the password from it. */}}
{{- define "starter.passwordEnvironment" -}}
{{- if .Values.auth.enabled }}
{{- range list "STORE_PASSWORD" "REDISCLI_AUTH" "VALKEYCLI_AUTH" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ include "starter.secret" $ | quote }}
      key: {{ include "starter.passwordKey" $ | quote }}
{{- end }}
{{- end }}
- name: CLI
  value: {{ .Values.server }}-cli
{{- end -}}
