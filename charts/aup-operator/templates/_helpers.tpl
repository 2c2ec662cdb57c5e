{{/* Full name of the release; short enough for every suffix that follows. */}}
{{- define "aup.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "aup.selector" -}}
app.kubernetes.io/name: aup-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "aup.labels" -}}
{{ include "aup.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The user name under which the controller writes: the only writer of stamps. */}}
{{- define "aup.controllerUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "aup.fullname" . }}-controller
{{- end -}}

{{/* Namespaces that are never a tenant's, as a JSON list: the given ones and the release's own. */}}
{{- define "aup.platformNamespaces" -}}
{{- append .Values.platformNamespaces .Release.Namespace | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* Groups of what runs on each node under a certificate of that node, as a list in CEL. */}}
{{- define "aup.nodeGroups" -}}
{{- list "system:multus" "system:nodes" "system:ovn-nodes" | include "aup.celList" -}}
{{- end -}}

{{/* Users of the control plane, whose controllers need not use ServiceAccounts, as a list in CEL. */}}
{{- define "aup.controlPlane" -}}
{{- list "system:apiserver" "system:kube-controller-manager" "system:kube-scheduler" "system:cloud-controller-manager" | include "aup.celList" -}}
{{- end -}}

{{/* A list as CEL. Names of Kubernetes objects and users hold nothing that JSON writes otherwise. */}}
{{- define "aup.celList" -}}
{{- . | toJson | replace "\"" "'" -}}
{{- end -}}

{{/* Names of the ValidatingAdmissionPolicies that this release installs, as a JSON list. */}}
{{- define "aup.policies" -}}
{{- $suffixes := list "managed" "namespaces" "objects" "quarantine" -}}
{{- if eq .Values.unclaimedNamespaces "Deny" }}{{ $suffixes = append $suffixes "unclaimed" }}{{ end -}}
{{- if eq .Values.mode "available" }}{{ range (.Files.Get "files/twins.yaml" | fromYaml).groups }}{{ $suffixes = append $suffixes (printf "twin-%s" .name) }}{{ end }}{{ end -}}
{{- $names := list -}}
{{- range $suffixes }}{{ $names = append $names (printf "%s-%s" (include "aup.fullname" $) .) }}{{ end -}}
{{- $names | toJson -}}
{{- end -}}

{{/* Binding of a policy of the guard: args (list . "suffix"), or (list . "suffix" "Warn"). Deny unless
said otherwise, for everybody and everywhere. */}}
{{- define "aup.binding" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "aup.fullname" $root) (index . 1) -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ $name }}
  labels: {{- include "aup.labels" $root | nindent 4 }}
spec:
  policyName: {{ $name }}
  validationActions: [{{ if gt (len .) 2 }}{{ index . 2 }}{{ else }}Deny{{ end }}]
{{- end -}}

{{/* Validations of a policy whose variable `findings` holds sentences, and `needs` those that do not
count for who passes `permitted`, a check of the authorizer: args (list "static message" "permitted").
All findings in one answer, since only the first validation that fails is shown. An authorizer does
not work in a messageExpression, hence the three cases. One line below 5 KiB, or the API server shows
the static message instead. */}}
{{- define "aup.validations" -}}
{{- $static := index . 0 -}}
{{- if gt (len .) 1 -}}
{{- $permitted := index . 1 -}}
{{ include "aup.validation" (list (printf "variables.findings.size() == 0 || variables.needs.size() == 0 || %s" $permitted) $static "(variables.findings + variables.needs).join('; ')") }}
{{ include "aup.validation" (list (printf "variables.needs.size() == 0 || %s" $permitted) $static "variables.needs.join('; ')") }}
{{ end -}}
{{ include "aup.validation" (list "variables.findings.size() == 0" $static "variables.findings.join('; ')") }}
{{- end -}}

{{- define "aup.validation" -}}
- expression: >-
    {{ index . 0 }}
  reason: Forbidden
  message: {{ index . 1 }}
  messageExpression: >-
    {{ index . 2 }}.size() <= 1200
    ? {{ index . 2 }}
    : {{ index . 2 }}.substring(0, 1200) + ' …'
{{- end -}}

{{- define "aup.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "aup.evidenceClaim" -}}
{{- .Values.evidence.existingClaim | default (printf "%s-evidence" (include "aup.fullname" .)) -}}
{{- end -}}
