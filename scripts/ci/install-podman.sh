#!/usr/bin/env bash
# Installs podman on Debian, so that container images are tested with a real engine. Prints the variables that the tests need.
#   bash scripts/ci/install-podman.sh <file for its configuration>
set -euo pipefail
configuration=${1:?a file for the configuration}

if ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install --yes --no-install-recommends podman runc netavark iptables; } >&2
fi
# runc also runs where control groups of both versions are mounted; without limits of its own a container takes those of this shell.
cat >"$configuration" <<EOF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
[engine]
runtime = "runc"
EOF
CONTAINERS_CONF=$configuration podman info >/dev/null
echo "CONTAINERS_CONF=$configuration"
# From here on a container that does not start is a fault.
echo "MILLRACE_TEST_CONTAINERS=required"
