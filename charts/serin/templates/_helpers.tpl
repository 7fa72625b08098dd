{{- define "serin.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Name of every object of the release; a release named like the chart does not say it twice. */}}
{{- define "serin.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "serin.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "serin.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Name of what is not in a namespace: two releases of one name may live in two namespaces. */}}
{{- define "serin.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "serin.fullname" .) }}
{{- end }}

{{- define "serin.selectorLabels" -}}
app.kubernetes.io/name: {{ include "serin.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "serin.labels" -}}
{{ include "serin.selectorLabels" . }}
app.kubernetes.io/part-of: serin
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "serin.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "serin.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is empty and serviceAccount.create is false; name an account that exists" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "serin.leaseName" -}}
{{- default (include "serin.fullname" .) .Values.leaderElection.leaseName }}
{{- end }}

{{- define "serin.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}

{{/* Values that would have no effect beside others. */}}
{{- define "serin.check" -}}
{{- if .Values.webhooks.enabled }}
{{- if not .Values.webhooks.secretName }}{{ fail "webhooks.enabled needs webhooks.secretName: the Secret whose key secret callers have to know" }}{{ end }}
{{- else if or .Values.webhooks.secretName .Values.webhooks.certificateSecret }}
{{- fail "webhooks.secretName and webhooks.certificateSecret have no effect without webhooks.enabled=true" }}
{{- end }}
{{- if not .Values.metrics.authorization }}
{{- range $name, $value := dict "metrics.certificateSecret" .Values.metrics.certificateSecret "serviceMonitor.authorization" .Values.serviceMonitor.authorization "serviceMonitor.tlsConfig" .Values.serviceMonitor.tlsConfig }}
{{- if $value }}{{ fail (printf "%s has no effect with metrics.authorization=false, which is plain HTTP" $name) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the operator may do where it looks after ModelDeployments. No Secrets, no logs, no wildcard: the right to read
     one Secret that a spec names is granted in its namespace, by those who may. */}}
{{- define "serin.rules" -}}
- apiGroups: [serin.dev]
  resources: [modeldeployments]
  verbs: [list, watch]
- apiGroups: [serin.dev]
  resources: [modeldeployments/status]
  verbs: [patch]
# Clusters that enforce permissions for ownerReferences ask for this before an owner may block its own deletion.
- apiGroups: [serin.dev]
  resources: [modeldeployments/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
# Read only when a version does not get ready, to say why; deleted when one canary pod of several alone is worse.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, delete]
# Read by name, and only where a spec names one as analysis.reference or as the ca of a server; and for
# analysis.reference.stable, whose record is kept in a ConfigMap beside the ModelDeployment.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
