#!/usr/bin/env bash
# A backup of the running gateway: a new file in the backup folder, read whole before it counts, and the
# oldest beyond the number to keep removed. deploy/BACKUP.md.
#
#   GERBANG_BACKUPS   folder (the gateway's store.backup_directory)   /var/lib/gerbang/backups
#   GERBANG_KEY_FILE  file with the host's key                        /etc/gerbang/secrets/admin.key
#   GERBANG_KEEP      how many to keep                                72
#   GERBANG_URL       the gateway                                     http://127.0.0.1:8080
#   GERBANG_BIN       the program                                     /usr/local/bin/gerbang
set -euo pipefail
folder=${GERBANG_BACKUPS:-/var/lib/gerbang/backups}
key_file=${GERBANG_KEY_FILE:-/etc/gerbang/secrets/admin.key}
keep=${GERBANG_KEEP:-72}
gerbang=${GERBANG_BIN:-/usr/local/bin/gerbang}
[[ $keep =~ ^[1-9][0-9]*$ ]] || { echo "GERBANG_KEEP is a number from 1" >&2; exit 2; }

file=$folder/gerbang-$(date -u +%Y%m%dT%H%M%S.%3NZ).db
"$gerbang" backup "$file" --key-file "$key_file"
"$gerbang" check-backup "$file"
# Names sort by time. The newest is among those that stay, whatever the number.
mapfile -t all < <(find "$folder" -maxdepth 1 -type f -name 'gerbang-????????T??????.???Z.db' | sort)
for ((n = 0; n < ${#all[@]} - keep; ++n)); do
  rm -f -- "${all[n]}"
  echo "removed: ${all[n]}"
done
