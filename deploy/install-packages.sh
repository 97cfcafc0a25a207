#!/usr/bin/env bash
# Installs on Debian 12 what building needs (deploy/packages.txt) and, for lists given as arguments,
# what they name as well. Safe to repeat: does nothing when all of it is there.
#
#   deploy/install-packages.sh [LIST…]     a line: PACKAGE, or PACKAGE COMMAND: not needed where
#                                          that command is there already, wherever it came from
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

missing=()
while read -r package command; do
  [ -n "$command" ] && command -v "$command" >/dev/null && continue
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done < <(cat "$here/packages.txt" "$@" | grep -vE '^\s*(#|$)')
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "These Debian packages are missing and need root to install: ${missing[*]}" >&2
  echo "Run: sudo $0 $*" >&2
  exit 1
fi
echo "Installing ${#missing[@]} Debian packages …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
