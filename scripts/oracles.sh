#!/usr/bin/env bash
# Asks a server program anew what testdata/formats/<id>/*/oracle.txt records of it: scripts/oracles.sh haproxy.
# Not a comparison with the facts: the tests of host/crates/servers make that, with the recording and with the program.
set -euo pipefail
cd "$(dirname "$0")/.."

id=${1:?which program? For instance: scripts/oracles.sh haproxy}
echo "+ KEYREEVE_RECORD=$id cargo test -p keyreeve-servers --test programs $id"
KEYREEVE_ORACLES=required KEYREEVE_RECORD=$id cargo test --locked -p keyreeve-servers --test programs "$id"
