#!/usr/bin/env bash
# Installs what is needed, builds and runs every test, ends with a clear word.
#
#   tests/run.sh            everything: debug suite, then the whole suite under ASan + UBSan
#   tests/run.sh --quick    the debug suite only
#   tests/run.sh --tidy     clang-tidy and clang-format over the tree as well
#   tests/run.sh --tsan     the suite under ThreadSanitizer as well
#   tests/run.sh --fuzz N   N seconds for each fuzz target as well
set -euo pipefail
cd "$(dirname "$0")/.."

presets=(debug asan)
tidy=no
fuzz=0
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) presets=(debug) ;;
    --fuzz)
      fuzz=${2:?seconds}
      shift
      ;;
    --tidy) tidy=yes ;;
    --tsan) presets+=(tsan) ;;
    *)
      sed -n '2,9p' "$0"
      exit 2
      ;;
  esac
  shift
done

deploy/install-packages.sh tests/packages.txt

export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-2}
for preset in "${presets[@]}"; do
  echo "== $preset: build"
  cmake --preset "$preset" >"/tmp/gerbang-configure-$$.log" 2>&1 ||
    { cat "/tmp/gerbang-configure-$$.log"; exit 1; }
  rm -f "/tmp/gerbang-configure-$$.log"
  cmake --build --preset "$preset" -- --quiet
  echo "== $preset: test"
  ctest --preset "$preset"
done

if [ "$fuzz" -gt 0 ]; then
  echo "== fuzz: $fuzz s for each target"
  tests/fuzz/run.sh "$fuzz"
fi

if [ "$tidy" = yes ]; then
  echo "== clang-format"
  git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
  echo "== clang-tidy"
  git ls-files 'core/*.cpp' 'connectors/*.cpp' 'gateway/*.cpp' 'config/*.cpp' |
    xargs -P 2 -n 8 clang-tidy -p build/debug --quiet
fi

echo "All tests passed."
