#!/usr/bin/env bash
# One SDK against the sandboxes:  tests/interop/run.sh build/debug/bin shopee-open-api
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
name=$2
modules=$("$here/install.sh")

# A certificate for the hosts that SDKs have built in; nobody else trusts it.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
names=$(node -p "require('$here/hosts.json').map((host) => 'DNS:' + host).join(',')")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -subj "/CN=gerbang interop test" -addext "subjectAltName=$names" \
  -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>"$folder/openssl.log" ||
  { cat "$folder/openssl.log" >&2; exit 1; }

unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY NODE_OPTIONS
export NODE_EXTRA_CA_CERTS=$folder/cert.pem
export INTEROP_TLS=$folder INTEROP_MODULES=$modules INTEROP_SANDBOXES=$bin/gerbang-sandboxes
timeout --kill-after=5 120 node --require "$here/guard.cjs" --test-reporter=spec \
  --test-reporter-destination=stdout "$here/$name.test.mjs"
