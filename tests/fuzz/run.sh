#!/usr/bin/env bash
# Builds the fuzz targets (preset `fuzz`: clang, ASan, UBSan) and runs each for a while.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET…]    60 s each and all of them by default, two at a time
#
# With GERBANG_FUZZ_SEED the inventions are the same every time, as far as the time reaches: so a
# change is refused for what it brings, while the nightly run looks elsewhere each night.
#
# What is learned stays in build/fuzz/corpus (GERBANG_FUZZ_CORPUS); a crash is written to
# tests/fuzz/found/<target>/ and from then on is a test of every suite. Ends with one line a target.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
corpus=${GERBANG_FUZZ_CORPUS:-build/fuzz/corpus}
jobs=${GERBANG_FUZZ_JOBS:-2}
seed=${GERBANG_FUZZ_SEED:-0} # 0: another one each time

cmake --preset fuzz >/tmp/gerbang-fuzz-$$.log 2>&1 || { cat /tmp/gerbang-fuzz-$$.log; exit 1; }
rm -f /tmp/gerbang-fuzz-$$.log
cmake --build --preset fuzz -- --quiet -j "$jobs"

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd build/fuzz/fuzz && ls | sed -n 's/^fuzz_//p' | sort)
mkdir -p build/fuzz/logs "$corpus"
python3 tests/fuzz/dictionary.py . build/fuzz

one() {
  local target=$1 found=tests/fuzz/found/$1
  mkdir -p "$corpus/$target" "$found"
  local extra=() dict=build/fuzz/$target.dict
  [ -f "$dict" ] || dict=build/fuzz/common.dict
  for folder in "tests/fuzz/seeds/$target" "$found" build/fuzz/inputs/"$target"; do
    [ -d "$folder" ] && extra+=("$folder")
  done
  # A limit on one allocation and on all of them: RELIABILITY section 1, 10.
  build/fuzz/fuzz/fuzz_"$target" "$corpus/$target" "${extra[@]}" -dict="$dict" \
    -seed="$seed" -max_total_time="$seconds" -max_len=65536 -timeout=60 -report_slow_units=60 -rss_limit_mb=1500 -malloc_limit_mb=200 \
    -artifact_prefix="$found/" -print_final_stats=1 -reload=0 >"build/fuzz/logs/$target.log" 2>&1
}
export -f one
export seconds corpus seed
status=0
all_executions=0
all_crashes=0
printf '%s\n' "${targets[@]}" |
  xargs -P "$jobs" -I{} bash -c 'one {} || true' || status=1

for target in "${targets[@]}"; do
  log=build/fuzz/logs/$target.log
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  new=$(sed -n 's/^stat::new_units_added: *//p' "$log")
  coverage=$(grep -oE 'cov: [0-9]+' "$log" | tail -1 | cut -c6-)
  crashes=$(grep -c 'Test unit written to' "$log" || true)
  printf '%-22s %10s executions, coverage %6s, %5s new inputs, crashes %s\n' \
    "$target" "${executions:-0}" "${coverage:-0}" "${new:-0}" "$crashes"
  all_executions=$((all_executions + ${executions:-0}))
  all_crashes=$((all_crashes + crashes))
  # Without executions the target did not even start; a crash is a failure, too.
  if [ "$crashes" != 0 ] || [ "${executions:-0}" -lt 1 ]; then
    status=1
    # No `head`: it would end the pipe, and with it this script.
    grep -E -m 12 'broken at|ERROR|runtime error|Test unit|^ *#[0-9]+ 0x' "$log" || true
    tail -3 "$log"
  fi
done
echo "proof: fuzz: $all_executions rounds, 0 faults injected, $all_crashes violations" \
  "(${#targets[@]} targets, $seconds s each)"
exit $status
