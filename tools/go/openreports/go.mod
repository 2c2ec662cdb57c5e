// The custom resource definitions of OpenReports: only the module's YAML is used, so there is no
// Go code that imports it (do not run "go mod tidy" here: it would drop the requirement).
module aup.asergo.com/tools/openreports

go 1.26.0

require github.com/openreports/reports-api v0.2.1
