#!/usr/bin/env bash
# Installs the SDKs of package-lock.json below build/interop and prints the folder. Once for each
# lockfile, whatever the preset; safe to run twice at a time. Nothing of a package is run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=$here/../../build/interop
for tool in node npm flock; do
  command -v "$tool" >/dev/null ||
    { echo "$tool is missing; deploy/install-packages.sh installs it" >&2; exit 1; }
done
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' ||
  { echo "Node $(node --version) is too old: 18 is needed" >&2; exit 1; }

hash=$(cat "$here/package.json" "$here/package-lock.json" "$here/.npmrc" | sha256sum | cut -c1-16)
mkdir -p "$home"
home=$(cd "$home" && pwd)
target=$home/$hash
exec 9>"$home/lock"
flock 9
if [ ! -e "$target/complete" ]; then
  rm -rf "$target"
  mkdir "$target"
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$target"
  for attempt in 1 2 3; do
    if (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 \
      --fetch-timeout=60000) >"$target/npm.log" 2>&1; then
      touch "$target/complete"
      break
    fi
    [ "$attempt" = 3 ] || sleep $((attempt * 5))
  done
fi
if [ ! -e "$target/complete" ]; then
  echo "The SDKs could not be installed; is the package registry reachable? npm says:" >&2
  tail -15 "$target/npm.log" >&2
  exit 1
fi
# Folders of older lockfiles.
find "$home" -mindepth 1 -maxdepth 1 -type d ! -name "$hash" -exec rm -rf {} +
echo "$target"
