#!/usr/bin/env bash
# tools/kafka does what it says: a crash and a return on the same port, records of 4 MiB, clean ends.
#
# usage: kafka_tool_test.sh DIR    (the broker of the test run: EVENKEEL_KAFKA_BOOTSTRAP_FILE)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$1
kafka() { "$root/tools/kafka" "$1" -d "$dir" "${@:2}"; }
fail() {
  echo "FAILED: $*"
  exit 1
}
kafka clean
trap 'kafka kill' EXIT

shared=$(<"$EVENKEEL_KAFKA_BOOTSTRAP_FILE")
kcat -L -b "$shared" -J | grep -q '"brokers"' || fail "the shared broker does not answer at $shared"

at=$(kafka start -p num.partitions=3 -p auto.create.topics.enable=true)
[[ $at =~ ^127\.0\.0\.1:[0-9]+$ ]] || fail "start printed '$at'"
[[ $at != "$shared" ]] || fail "two brokers at $at"
((${at#*:} < 32768)) || fail "$at is in the range of outgoing connections"
[[ $(<"$dir/bootstrap") == "$at" ]] || fail "the bootstrap file differs from what start printed"
kafka status | grep -q "^node-1 ready $at" || fail "status does not say ready"

head -c 4194304 /dev/zero | tr '\0' x >"$dir/record"
limits=(-X message.max.bytes=8000000 -X fetch.message.max.bytes=8000000)
kcat -P -b "$at" -t large -k key -X message.max.bytes=8000000 "$dir/record"
kcat -L -b "$at" -t large -J | grep -q '"partition":2' || fail "-p num.partitions=3 had no effect"

kafka kill
if kafka status; then fail "status is 0 with a dead node"; fi
[[ $(kafka start) == "$at" ]] || fail "the node came back elsewhere"
bytes=$(kcat -C -e -q -b "$at" -t large "${limits[@]}" -f '%s' | wc -c)
((bytes == 4194304)) || fail "a record of 4194304 bytes came back with $bytes after the crash"

if kafka start --version 4; then fail "a cluster changed its version"; fi
if kafka stop 7; then fail "stopped a node that does not exist"; fi
pid=$(<"$dir/node-1/pid")
kafka stop
if kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/$pid/status"; then fail "still running after stop"; fi
kafka stop
kafka clean
[[ ! -e $dir/node-1 ]] || fail "clean left the node"
