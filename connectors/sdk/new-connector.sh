#!/bin/sh
# new-connector.sh NAME FOLDER [TITLE]
#
# A new connector from the template, as a project of its own outside gerbang's tree: FOLDER (which
# must not exist) gets CMakeLists.txt, plugin.cpp and connectors/NAME with connector, sandbox and
# tests. It builds and passes the conformance kit as it is; then one file after the other becomes
# the marketplace's own. With FOLDER "." inside a checkout of gerbang: only connectors/NAME, for the
# list in connectors/CMakeLists.txt.
set -eu

usage() {
  echo "usage: $(basename "$0") NAME FOLDER [TITLE]" >&2
  echo "  NAME   the channel: small letters, digits and '_', such as pasardesa" >&2
  exit 2
}
[ $# -ge 2 ] && [ $# -le 3 ] || usage
name=$1 folder=$2
case $name in
  [a-z]*) ;;
  *) usage ;;
esac
case $name in
  *[!a-z0-9_]* | ? | sample | sandbox | conformance | sdk) usage ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
if [ -d "$here/../sample" ]; then # in the tree
  sample=$here/../sample project=$here
else # installed
  project=$here/../share/gerbang/template sample=$here/../share/gerbang/template/sample
fi
[ -d "$sample" ] || { echo "the template is not beside this script: $sample" >&2; exit 1; }

# pasar_desa → PasarDesa
camel=$(printf '%s' "$name" | awk -F_ '{ for (i = 1; i <= NF; i++) printf "%s%s", toupper(substr($i, 1, 1)), substr($i, 2) }')
title=${3:-$camel}
case $title in
  *[!A-Za-z0-9\ .\&-]*) echo "TITLE has characters that source files would not survive" >&2; exit 2 ;;
esac

into=$folder/connectors/$name
if [ "$folder" = . ] && [ -f connectors/CMakeLists.txt ]; then
  in_tree=yes
else
  in_tree=
  [ ! -e "$folder" ] || { echo "$folder is there already" >&2; exit 1; }
fi
[ ! -e "$into" ] || { echo "$into is there already" >&2; exit 1; }
mkdir -p "$into/sandbox"

escaped=$(printf '%s' "$title" | sed 's/&/\\&/g')
fill() {
  sed -e "s/PasarContoh/${camel}Market/g" -e "s/Pasar Contoh/$escaped/g" \
    -e "s/Sample/$camel/g" -e "s/sample/$name/g" -e "s/@name@/$name/g" "$1"
}
for file in "$sample"/* "$sample"/sandbox/*; do
  [ -f "$file" ] || continue
  relative=${file#"$sample"/}
  [ -n "$in_tree" ] || [ "$(basename "$file")" != CMakeLists.txt ] || continue
  fill "$file" >"$into/$(printf '%s' "$relative" | sed "s/sample/$name/g")"
done
if [ -n "$in_tree" ]; then
  echo "$into is there. Add \"$name\" to GERBANG_CONNECTORS in connectors/CMakeLists.txt."
else
  fill "$project/project.cmake.in" >"$folder/CMakeLists.txt"
  fill "$project/plugin.cpp.in" >"$folder/plugin.cpp"
  echo "$folder is there. Build it as its CMakeLists.txt says."
fi
