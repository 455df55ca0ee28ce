{{/*
What the charts that run a team's own image have in common. The file is the same in each of them.
*/}}

{{/* Command and arguments, where the image's own are not wanted. */}}
{{- define "starter.command" -}}
{{- with .Values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The environment: plain values, single keys of Secrets, and whole Secrets and ConfigMaps. */}}
{{- define "starter.environment" -}}
{{- if or .Values.env .Values.secretEnv }}
env:
{{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
{{- end }}
{{- range .Values.secretEnv }}
  - name: {{ .name }}
    valueFrom:
      secretKeyRef:
        name: {{ .secret | quote }}
        key: {{ .key | quote }}
{{- end }}
{{- end }}
{{- if or .Values.envFrom.secrets .Values.envFrom.configMaps }}
envFrom:
{{- range .Values.envFrom.configMaps }}
  - configMapRef:
      name: {{ . | quote }}
{{- end }}
{{- range .Values.envFrom.secrets }}
  - secretRef:
      name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Where the program may write, as a container mounts it. */}}
{{- define "starter.mounts" -}}
{{- with .Values.writablePaths }}
volumeMounts:
{{- range $index, $path := . }}
  - name: writable-{{ $index }}
    mountPath: {{ $path | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Where the program may write, as volumes that go with the pod. */}}
{{- define "starter.volumes" -}}
{{- if .Values.writablePaths }}
volumes:
{{- range $index, $path := .Values.writablePaths }}
  - name: writable-{{ $index }}
    emptyDir:
      sizeLimit: {{ $.Values.writableSize | quote }}
{{- end }}
{{- end }}
{{- end -}}
