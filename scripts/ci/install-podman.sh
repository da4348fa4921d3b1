#!/usr/bin/env bash
# Installs podman on Debian, to test container images with a real engine. Prints the variables that the tests need.
#   bash scripts/ci/install-podman.sh <file for its configuration>
set -euo pipefail
configuration=${1:?a file for the configuration}

if ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install --yes --no-install-recommends podman runc netavark iptables; } >&2
fi
# runc also works where both cgroup versions are mounted; a container without limits inherits those of this shell.
cat >"$configuration" <<EOF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
[engine]
runtime = "runc"
EOF
CONTAINERS_CONF=$configuration podman info >/dev/null
echo "CONTAINERS_CONF=$configuration"
# From here on, a container that does not start is an error.
echo "MILLRACE_TEST_CONTAINERS=required"
