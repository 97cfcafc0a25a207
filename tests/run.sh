#!/usr/bin/env bash
# Installs what is needed, builds and runs every test, ends with one line a proof and a clear word.
#
#   tests/run.sh            everything in its short form: the debug suite, and the whole suite under
#                           ASan + UBSan; fuzzing only with --fuzz
#   tests/run.sh --long     the nightly form, some hours: ThreadSanitizer as well, 500 crash rounds,
#                           the whole disk sweep, a million model operations, the whole hostile
#                           matrix, 10,000 simulation seeds, every planted bug, 300 s a fuzz target
#   tests/run.sh --quick    the debug suite only
#   tests/run.sh --tidy     clang-tidy and clang-format over the tree as well
#   tests/run.sh --tsan     the suite under ThreadSanitizer as well
#   tests/run.sh --fuzz N   N seconds for each fuzz target as well
set -euo pipefail
cd "$(dirname "$0")/.."

presets=(debug asan)
tidy=no
long=no
fuzz=
without=()
while [ $# -gt 0 ]; do
  case "$1" in
    --quick)
      presets=(debug)
      fuzz=0
      without+=(--without "suite, asan")
      ;;
    --long) long=yes ;;
    --fuzz)
      fuzz=${2:?seconds}
      shift
      ;;
    --tidy) tidy=yes ;;
    --tsan) presets+=(tsan) ;;
    *)
      sed -n '2,13p' "$0"
      exit 2
      ;;
  esac
  shift
done
if [ "$long" = yes ]; then
  presets=(debug asan tsan)
  fuzz=${fuzz:-300}
fi
fuzz=${fuzz:-0}

deploy/install-packages.sh tests/packages.txt

export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-2}
logs=build/proofs
rm -rf "$logs"
mkdir -p "$logs"

build() { # PRESET TARGET…
  local preset=$1
  shift
  cmake --preset "$preset" >"$logs/configure.txt" 2>&1 || {
    cat "$logs/configure.txt"
    exit 1
  }
  cmake --build --preset "$preset" ${1:+--target "$@"} -- --quiet
}

for preset in "${presets[@]}"; do
  echo "== $preset: build"
  build "$preset"
  echo "== $preset: test"
  ctest --preset "$preset"
  cp "build/$preset/Testing/Temporary/LastTest.log" "$logs/$preset.log"
  passed=$(grep -c '^Test Passed\.$' "$logs/$preset.log")
  echo "proof: suite, $preset: $passed rounds, 0 faults injected, 0 violations" >>"$logs/$preset.log"
done

# What is too long for every change. Each runs to its end, whatever became of the one before.
failed=()
prove() { # NAME COMMAND…
  local name=$1
  shift
  echo "== $name"
  "$@" 2>&1 | tee "$logs/$name.log" | tail -n 25 || failed+=("$name: $logs/$name.log")
}

if [ "$fuzz" -gt 0 ]; then
  [ "$long" = yes ] || export GERBANG_FUZZ_SEED=1
  prove "fuzz" tests/fuzz/run.sh "$fuzz"
else
  without+=(--without "fuzz")
fi
if [ "$long" = yes ]; then
  echo "== release: build"
  build release gerbang gerbang-sandboxes gerbang-sim store_sqlite_test hostile_test
  prove "crash loop" python3 tests/crash/crash_loop.py build/debug --rounds 500
  prove "disk sweep" env GERBANG_LONG=1 build/release/core/store/sqlite/store_sqlite_test \
    --gtest_brief=1 --gtest_filter='*DiskSweep*'
  prove "model" env GERBANG_LONG=1 build/release/core/store/sqlite/store_sqlite_test \
    --gtest_brief=1 --gtest_filter='StockModel.*:Counters.*'
  prove "hostile marketplaces" env GERBANG_LONG=1 build/release/tests/hostile/hostile_test --gtest_brief=1
  prove "simulation" build/release/bin/gerbang-sim --seeds 1..10000 --keep-going 20 --jobs "$(nproc)"
  prove "planted in simulation" tests/sim/find_planted.sh
  prove "mutations" tests/mutations/run.sh
fi

if [ "$tidy" = yes ]; then
  echo "== clang-format"
  git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
  echo "== clang-tidy"
  git ls-files 'core/*.cpp' 'connectors/*.cpp' 'gateway/*.cpp' 'config/*.cpp' |
    xargs -P 2 -n 8 clang-tidy -p build/debug --quiet
fi

python3 tests/proofs.py $([ "$long" = yes ] && echo --long) "${without[@]}" "$logs"/*.log ||
  failed+=("a proof is missing or found something")
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "All tests passed."
