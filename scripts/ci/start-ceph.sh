#!/bin/bash
# A real S3 server for the conformance tests: Ceph's RADOS gateway with one monitor and one object store, all on
# loopback. Unlike emulators it checks signatures, has users and rejects what S3 rejects.
#
#   start-ceph.sh start [PORT] [DIRECTORY]   default 7480 and /tmp/millrace-ceph; needs root, about 20 s
#   start-ceph.sh stop [DIRECTORY]           stops the daemons and removes the directory
#
# `start` prints the environment for the tests, one NAME=value per line, and on stderr how to stop. Missing Debian packages are
# installed and stay installed. The monitor uses PORT+1.
set -Eeuo pipefail

# Keys of a server that holds only test data and listens only on loopback.
readonly owner_key=MILLRACEOWNER0000001 owner_secret=owner-secret-for-tests-0000000000000001
readonly guest_key=MILLRACEGUEST0000001 guest_secret=guest-secret-for-tests-0000000000000001

main() {
  case ${1:-} in
    start) start "${2:-7480}" "${3:-/tmp/millrace-ceph}" ;;
    stop) stop "${2:-/tmp/millrace-ceph}" ;;
    *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
}

start() {
  local port=$1 directory
  directory=$(realpath -m "$2")
  if [ -e "$directory" ]; then
    fail "$directory already exists: stop its server with '$0 stop $directory', or choose another directory"
  fi
  if curl -s -o /dev/null "http://127.0.0.1:$port/"; then fail "port $port is in use: choose another"; fi
  install_packages
  mkdir -m 700 -p "$directory"/{monitor,store,gateway}
  # Clean up if anything fails from here on.
  trap 'echo "start-ceph: failed, see the lines above" >&2; stop "$directory"' ERR
  write_configuration "$directory" "$port"
  export CEPH_CONF=$directory/ceph.conf
  start_monitor "$directory" $((port + 1))
  start_store "$directory"
  start_gateway "$port"
  trap - ERR
  cat <<ENVIRONMENT
MILLRACE_TEST_S3_ENDPOINT=http://127.0.0.1:$port
MILLRACE_TEST_S3_REGION=us-east-1
MILLRACE_TEST_S3_ACCESS_KEY_ID=$owner_key
MILLRACE_TEST_S3_SECRET_ACCESS_KEY=$owner_secret
MILLRACE_TEST_S3_GUEST_ACCESS_KEY_ID=$guest_key
MILLRACE_TEST_S3_GUEST_SECRET_ACCESS_KEY=$guest_secret
ENVIRONMENT
  echo "start-ceph: ready on port $port; stop it with: $0 stop $directory" >&2
}

install_packages() {
  local program is_complete=yes
  for program in ceph-mon ceph-osd radosgw radosgw-admin ceph curl; do
    command -v "$program" >/dev/null || is_complete=no
  done
  if [ $is_complete = yes ]; then return; fi
  {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=300 update
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ceph-mon ceph-osd radosgw ceph-common curl
  } >&2
}

write_configuration() {
  local directory=$1 port=$2
  cat >"$directory/ceph.conf" <<CONFIGURATION
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = v2:127.0.0.1:$((port + 1))
public network = 127.0.0.1/32
ms bind ipv6 = false
keyring = $directory/keyring
run dir = $directory
pid file = $directory/\$name.pid
log file = $directory/\$name.log
admin socket = $directory/\$name.asok
mon allow pool size one = true
mon max pg per osd = 1000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
[mon.a]
mon data = $directory/monitor
[osd.0]
osd data = $directory/store
keyring = $directory/store/keyring
bluestore block size = 12884901888
osd memory target = 1073741824
[client.gateway]
rgw data = $directory/gateway
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw enable usage log = false
rgw enable ops log = false
CONFIGURATION
}

start_monitor() {
  local directory=$1 port=$2 keyring=$1/keyring map=$1/monitor-map
  ceph-authtool --create-keyring "$keyring" --gen-key -n mon. --cap mon 'allow *' >&2
  ceph-authtool "$keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >&2
  ceph-authtool "$keyring" --gen-key -n client.gateway --cap mon 'allow rw' --cap osd 'allow rwx' >&2
  monmaptool --create --fsid "$(ceph-conf --lookup fsid)" --addv a "[v2:127.0.0.1:$port]" "$map" >&2
  ceph-mon --id a --mkfs --monmap "$map" --keyring "$keyring" >&2
  ceph-mon --id a >&2
}

start_store() {
  local directory=$1 id secret
  id=$(cat /proc/sys/kernel/random/uuid)
  secret=$(ceph-authtool --gen-print-key)
  ceph --connect-timeout 60 osd new "$id" -i - >&2 <<<"{\"cephx_secret\": \"$secret\"}"
  ceph-authtool --create-keyring "$directory/store/keyring" --name osd.0 --add-key "$secret" >/dev/null
  # Warns on stderr that the new store has no label yet; real errors are in the log.
  ceph-osd --id 0 --mkfs --osd-uuid "$id" >&2 2>/dev/null
  ceph-osd --id 0 >&2 2>/dev/null
}

start_gateway() {
  local port=$1
  radosgw --name client.gateway >&2
  for _ in $(seq 240); do
    if curl -fs -o /dev/null "http://127.0.0.1:$port/"; then break; fi
    sleep 0.25
  done
  # Fails the start if the gateway still does not respond.
  curl -fs -o /dev/null "http://127.0.0.1:$port/"
  create_user owner "$owner_key" "$owner_secret"
  create_user guest "$guest_key" "$guest_secret"
}

create_user() {
  radosgw-admin user create --uid="$1" --display-name="$1" --access-key="$2" --secret-key="$3" --max-buckets=0 >/dev/null
}

stop() {
  local directory pid_file pid
  directory=$(realpath -m "$1")
  # Do not remove a directory that this script did not create.
  if [ ! -d "$directory" ]; then return 0; fi
  if [ ! -d "$directory/monitor" ]; then fail "$directory has no server started by this script"; fi
  for pid_file in "$directory"/*.pid; do
    if [ ! -s "$pid_file" ]; then continue; fi
    pid=$(cat "$pid_file")
    # The process id may have been reused.
    if [[ "$(cat "/proc/$pid/comm" 2>/dev/null)" =~ ^(ceph-mon|ceph-osd|radosgw) ]]; then end "$pid"; fi
  done
  rm -rf "$directory"
}

end() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 80); do
    if [ ! -d "/proc/$1" ]; then return 0; fi
    sleep 0.1
  done
  # Killing after 8 s is safe: only test data is lost.
  kill -KILL "$1" 2>/dev/null || true
}

fail() {
  echo "start-ceph: $1" >&2
  exit 1
}

main "$@"
