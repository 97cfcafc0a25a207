#!/usr/bin/env bash
# Finds the expressions that g++ 12.2 miscompiles (CONTRIBUTING, "The compiler's trap"): a lambda
# that captures by value, or a braced aggregate, as a temporary in a full expression with co_await.
# Usage: co_await.sh BUILD_DIR     first proves on planted.cpp that the matchers see the shapes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
query=$(command -v clang-query-14 || command -v clang-query)

commands=$(mktemp)
trap 'rm -f "$commands"' EXIT
cat >"$commands" <<'QUERY'
set output diag
match exprWithCleanups(forEachDescendant(lambdaExpr(hasDescendant(fieldDecl(unless(hasType(referenceType()))))).bind("l")), hasDescendant(coawaitExpr(unless(hasAncestor(lambdaExpr(equalsBoundNode("l")))))), isExpansionInMainFile())
match exprWithCleanups(hasDescendant(coawaitExpr()), hasDescendant(materializeTemporaryExpr(hasDescendant(initListExpr()))), isExpansionInMainFile())
QUERY

found() { grep -cE 'note: "root" binds here' || true; }

planted=$("$query" -f "$commands" "$here/planted.cpp" -- -std=c++20 -I"$root" 2>/dev/null | found)
if [ "$planted" -ne 2 ]; then
  echo "the matchers found $planted of 2 planted shapes" >&2
  exit 1
fi

mapfile -t files < <(cd "$root" && grep -rlE '\bco_await\b' --include='*.cpp' core connectors gateway tests |
  grep -v 'tests/lint/planted.cpp' | sort)
[ ${#files[@]} -gt 0 ] || { echo "no file with co_await: wrong folder?" >&2; exit 1; }

log=$(mktemp -d)
trap 'rm -rf "$commands" "$log"' EXIT
export query commands build log
# A file that clang cannot read would pass unseen: its errors are reported.
printf '%s\n' "${files[@]}" | (cd "$root" && xargs -P 2 -I{} bash -c '
  name=$(echo "{}" | tr / _)
  "$query" -f "$commands" -p "$build" --extra-arg=-Wno-unknown-warning-option "{}" >"$log/$name.out" 2>"$log/$name.err" || true
  grep -E "note: \"root\" binds here" "$log/$name.out" >>"$log/bad" || true
  grep -E "error:" "$log/$name.err" | head -3 >>"$log/unread" || true
')
if [ -s "$log/unread" ]; then
  echo "clang cannot read:" >&2
  cat "$log/unread" >&2
  exit 1
fi
if [ -s "$log/bad" ]; then
  echo "name these temporaries before co_await:" >&2
  cat "$log/bad" >&2
  exit 1
fi
echo "${#files[@]} files with co_await are free of the two shapes; 2 planted ones were found"
