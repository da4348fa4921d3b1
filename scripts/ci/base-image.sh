#!/usr/bin/env bash
# Makes a base image for the Dockerfile where no registry of images can be reached: Debian from its packages, Node.js and npm from this machine.
#   bash scripts/ci/base-image.sh <name of the image>
set -euo pipefail
name=${1:?a name for the image}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v debootstrap >/dev/null || apt-get install --yes --no-install-recommends debootstrap >&2
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase --include=ca-certificates,libstdc++6,libatomic1 "$suite" "$work/root" >&2
cp "$(readlink -f "$(command -v node)")" "$work/root/usr/bin/node"
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$work/root/usr/lib/node_modules"
cp -a "$npm" "$work/root/usr/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/bin/npm"
# What this machine trusts, for npm and apt while the image is built.
cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then cat "$NODE_EXTRA_CA_CERTS" >>"$work/root/etc/ssl/certs/ca-certificates.crt"; fi
tar -C "$work/root" -c . | podman import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$name" >&2
