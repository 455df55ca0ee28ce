module berth.dev/charts/semver

go 1.26.0

// The version that Helm 4.3.1 is built with.
require github.com/Masterminds/semver/v3 v3.5.0
