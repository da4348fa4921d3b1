#!/usr/bin/env bash
# Builds the images of the Dockerfile with podman, from this machine's Debian and Node.js. Prints the variable that the tests need.
#   bash scripts/ci/build-image.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
bash scripts/ci/base-image.sh localhost/millrace-base
# What a clone has.
git ls-files --cached | tar --create --files-from=- | tar --extract --directory="$context"
# As docker does: the format of podman's own has no health check.
podman build --format docker --network host --build-arg NODE=localhost/millrace-base --tag localhost/millrace "$context" >&2
echo "MILLRACE_TEST_IMAGE=localhost/millrace"
