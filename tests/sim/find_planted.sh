#!/usr/bin/env bash
# Plants each bug of mutations/*.patch in a copy of the tree, builds the simulation there and shows
# that it finds the bug: a run that finds nothing within the seeds fails.
#
#   tests/sim/find_planted.sh [--seeds N] [--preset debug] [NAME…]
#   default: all of them, 1000 seeds each, release
#   tests/sim/find_planted.sh --check      whether every patch still applies; plants nothing
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
seeds=1000
preset=release
names=()
if [ "${1:-}" = --check ]; then
  for patch in "$here"/mutations/*.patch; do
    patch -s -p1 -F0 --dry-run -d "$root" <"$patch" || { echo "$(basename "$patch") does not apply"; exit 1; }
  done
  exit 0
fi
while [ $# -gt 0 ]; do
  case "$1" in
    --seeds) seeds=$2; shift 2 ;;
    --preset) preset=$2; shift 2 ;;
    *) names+=("$1"); shift ;;
  esac
done
if [ ${#names[@]} -eq 0 ]; then
  for patch in "$here"/mutations/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi

# One copy for all of them: only what a patch touches is built again.
copy="$root/build/planted"
mkdir -p "$copy/tree"
# What differs gets the time of now: a run that was cut short leaves a patch behind, and what was
# built of it has to be built again.
(cd "$root" && git ls-files -z) | while IFS= read -r -d '' file; do
  cmp -s "$root/$file" "$copy/tree/$file" && continue
  mkdir -p "$(dirname "$copy/tree/$file")"
  cp "$root/$file" "$copy/tree/$file"
done
cd "$copy/tree"
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"$copy/configure.log"

failed=0
tried=0
for name in "${names[@]}"; do
  tried=$((tried + 1))
  patch -s -p1 <"$here/mutations/$name.patch"
  status=0
  ninja -C "build/$preset" ${NINJA_JOBS:+-j$NINJA_JOBS} gerbang-sim >"$copy/$name.build.log" || status=1
  if [ $status -eq 0 ]; then
    # Which invariant it breaks stands in the patch; other violations do not count.
    invariant=$(sed -n 's/^Breaks: //p' "$here/mutations/$name.patch")
    began=$(date +%s)
    if "build/$preset/bin/gerbang-sim" --seeds "1..$seeds" --until "$invariant" \
      >"$copy/$name.log" 2>&1; then
      echo "$name: NOT FOUND within $seeds seeds"
      failed=$((failed + 1))
    else
      seed=$(sed -n "s/^VIOLATION seed \([0-9]*\).*$invariant.*/\1/p" "$copy/$name.log" | tail -1)
      if [ -n "$seed" ]; then
        echo "$name: found by seed $seed, after $(($(date +%s) - began)) s: $invariant"
      else
        echo "$name: the simulation stopped without a violation: $(tail -n 1 "$copy/$name.log")"
        failed=$((failed + 1))
      fi
    fi
  else
    echo "$name: does not build, see $copy/$name.build.log"
    failed=$((failed + 1))
  fi
  patch -s -R -p1 <"$here/mutations/$name.patch"
done
echo "proof: planted in simulation: $tried rounds, $tried faults injected, $failed violations"
[ $failed -eq 0 ]
