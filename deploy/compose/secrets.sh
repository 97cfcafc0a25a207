#!/usr/bin/env bash
# Makes the secrets that compose.yaml names, each once: what is there stays.
#
#   deploy/compose/secrets.sh [FOLDER]     default: secrets/ beside this file
#
# The files are readable by whoever may enter the folder, and that is root, or who made it, alone: in the
# containers their readers are different users, each of whom sees only the files that are mounted.
set -euo pipefail
folder=${1:-$(cd "$(dirname "$0")" && pwd)/secrets}
umask 022
install -d -m 0700 "$folder"

random() {
  [ -e "$folder/$1" ] && return
  openssl rand -hex 32 >"$folder/$1.part"
  mv "$folder/$1.part" "$folder/$1"
  echo "made: $folder/$1"
}
random master.key
random admin.key
random database.password
random postgres.password

if [ ! -e "$folder/certificate.pem" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$folder/key.part" -out "$folder/certificate.part" 2>/dev/null
  cat "$folder/certificate.part" "$folder/key.part" >"$folder/certificate.pem.part"
  chmod 0644 "$folder/certificate.pem.part"
  mv "$folder/certificate.pem.part" "$folder/certificate.pem"
  rm -f "$folder/certificate.part" "$folder/key.part"
  echo "made: $folder/certificate.pem, signed by nobody: put the real one there (chain and key) before marketplaces call"
fi
