#!/usr/bin/env bash
# Installs what building and testing need (deploy/packages.txt) on Debian 12. Safe to repeat: does
# nothing when all of it is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mapfile -t packages < <(grep -vE '^\s*(#|$)' "$here/packages.txt")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "These Debian packages are missing and need root to install: ${missing[*]}" >&2
  echo "Run: sudo $0" >&2
  exit 1
fi
echo "Installing ${#missing[@]} Debian packages …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
