// The custom resource definitions of the Gateway API: only the module's YAML is used, so there
// is no Go code that imports it (do not run "go mod tidy" here: it would drop the requirement).
module aup.asergo.com/tools/gateway-api

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.3
