#!/usr/bin/env bash
# Installs the Debian packages of packages.txt and the npm packages of package-lock.json, and prints
# the folder of the latter. Once for each lockfile; safe to repeat. No script of a package is run.
#   tests/bench/peers/install.sh [FOLDER]     FOLDER: with another package.json and lockfile (n8n)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
from=$(cd "${1:-$here}" && pwd)
root=$here/../../..
"$root/deploy/install-packages.sh" "$here/packages.txt" >&2
name=$(basename "$from")
home=$root/build/peers/$name
hash=$(cat "$from/package.json" "$from/package-lock.json" "$here/.npmrc" | sha256sum | cut -c1-16)
mkdir -p "$home"
home=$(cd "$home" && pwd)
target=$home/$hash
exec 9>"$home/lock"
flock 9
if [ ! -e "$target/complete" ]; then
  rm -rf "$target"
  mkdir "$target"
  cp "$from/package.json" "$from/package-lock.json" "$here/.npmrc" "$target"
  # A package that asks for a newer Node than npm's runs on the Node that comes with them.
  for attempt in 1 2 3; do
    if (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --engine-strict=false \
      --fetch-retries=1 --fetch-timeout=60000) >"$target/npm.log" 2>&1; then
      touch "$target/complete"
      break
    fi
    [ "$attempt" = 3 ] || sleep $((attempt * 5))
  done
fi
if [ ! -e "$target/complete" ]; then
  echo "The packages could not be installed; is the package registry reachable? npm says:" >&2
  tail -15 "$target/npm.log" >&2
  exit 1
fi
find "$home" -mindepth 1 -maxdepth 1 -type d ! -name "$hash" -exec rm -rf {} +
echo "$target"
