#!/usr/bin/env bash
# Installs the JavaScript runtimes that the SDK supports besides this Node: Node 22 and 24, Bun, Deno. Prints the variable that the
# tests need.
#   bash scripts/ci/install-runtimes.sh <folder for them>
set -euo pipefail
directory=${1:?a folder for the runtimes}

case $(uname -m) in
  x86_64) machine=x64 ;;
  aarch64) machine=arm64 ;;
  *) exit 1 ;;
esac
bun=$([ $machine = x64 ] && echo x64 || echo aarch64)
mkdir -p "$directory"
npm install --prefix "$directory" --no-audit --no-fund "node22@npm:node-linux-$machine@22" "node24@npm:node-linux-$machine@24" \
  "@oven/bun-linux-$bun" "@deno/linux-$machine-glibc" >&2
installed=$directory/node_modules
runtimes="$installed/node22/bin/node:$installed/node24/bin/node:$installed/@oven/bun-linux-$bun/bin/bun:$installed/@deno/linux-$machine-glibc/deno"
IFS=:
for runtime in $runtimes; do "$runtime" --version >&2; done
echo "MILLRACE_TEST_RUNTIMES=$runtimes"
