#!/usr/bin/env bash
# Installs on Debian 12 what building needs (deploy/packages.txt) and, for lists given as arguments,
# what they name as well. Safe to repeat: does nothing when all of it is there.
#
#   deploy/install-packages.sh [LIST…]     a line: PACKAGE, or PACKAGE COMMAND: not needed where
#                                          that command is there already, wherever it came from;
#                                          PACKAGE COMMAND UNIT: installing it must not start UNIT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

missing=()
quiet=()
while read -r package command unit; do
  [ -n "$command" ] && command -v "$command" >/dev/null && continue
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    { missing+=("$package"); [ -z "$unit" ] || quiet+=("$unit"); }
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
# A package starts its service and enables it. Where only a tool of it is wanted: masked meanwhile, and
# left as an ordinary service that nobody has enabled.
masked=()
unmask() {
  for unit in "${masked[@]}"; do
    rm -f "/etc/systemd/system/$unit"
    if command -v systemctl >/dev/null; then systemctl --quiet disable "$unit" 2>/dev/null || true; fi
  done
}
trap unmask EXIT
for unit in "${quiet[@]}"; do
  [ ! -e "/etc/systemd/system/$unit" ] && [ ! -L "/etc/systemd/system/$unit" ] || continue
  mkdir -p /etc/systemd/system
  ln -s /dev/null "/etc/systemd/system/$unit"
  masked+=("$unit")
done
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
