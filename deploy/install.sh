#!/usr/bin/env bash
# Puts a built gateway on this machine (Debian 12) as a service, and leaves what is there of a former
# installation as it is: configuration, keys, data. Safe to repeat; that is also how one upgrades.
#
#   cmake --preset release && cmake --build --preset release --target gerbang
#   sudo deploy/install.sh                    # afterwards: systemctl enable --now gerbang
#   deploy/install.sh --build DIR             # another build folder than build/release
#   deploy/install.sh --root DIR              # into a folder, for packaging: no user, no systemctl
#
# User gerbang, /usr/local/bin/gerbang, /etc/gerbang (root:gerbang 0750), its secrets (0640: the service
# reads them and cannot change them), units in /usr/local/lib/systemd/system.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../build/release
root=
while [ $# -gt 0 ]; do
  case "$1" in
    --build) build=${2:?folder}; shift ;;
    --root) root=${2:?folder}; shift ;;
    *) sed -n '2,13p' "$0"; exit 2 ;;
  esac
  shift
done
say() { printf '%s\n' "$*"; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }

[ -x "$build/bin/gerbang" ] || die "$build/bin/gerbang is not there: build it first (see the head of this file)"
if [ -z "$root" ]; then
  [ "$(id -u)" -eq 0 ] || die "needs root (or --root DIR)"
  owner=(-o root -g gerbang)
  getent passwd gerbang >/dev/null ||
    adduser --system --group --home /var/lib/gerbang --no-create-home --quiet gerbang
else
  mkdir -p "$root"
  root=$(cd "$root" && pwd)
  owner=()
fi

DESTDIR=$root cmake --install "$build" --component gateway --prefix /usr/local >/dev/null
say "installed: $root/usr/local/bin/gerbang, $("$root/usr/local/bin/gerbang" --version)"

install -d -m 0750 "${owner[@]}" "$root/etc/gerbang" "$root/etc/gerbang/secrets"
if [ ! -e "$root/etc/gerbang/gerbang.toml" ]; then
  install -m 0640 "${owner[@]}" "$here/gerbang.toml" "$root/etc/gerbang/gerbang.toml"
  say "written: $root/etc/gerbang/gerbang.toml"
fi
for key in master admin; do
  file=$root/etc/gerbang/secrets/$key.key
  [ -s "$file" ] && continue
  # Whole or not there: a key that is cut short must never seal anything. -n: a former one stays.
  (umask 077 && openssl rand -hex 32 >"$file.new")
  install -m 0640 "${owner[@]}" "$file.new" "$file.part"
  mv -n "$file.part" "$file"
  rm -f "$file.new" "$file.part"
  say "made: $file"
done
if [ -z "$root" ]; then
  systemctl daemon-reload
  runuser -u gerbang -- /usr/local/bin/gerbang check-config --config /etc/gerbang/gerbang.toml
  say ""
  say "Now: copy /etc/gerbang/secrets/master.key to a safe place (deploy/BACKUP.md), edit"
  say "/etc/gerbang/gerbang.toml, and: systemctl enable --now gerbang gerbang-backup.timer"
fi
