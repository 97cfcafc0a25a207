// What a key path costs in instructions: run under callgrind by ../instructions.py. README.md.
//
//   gerbang-bench-instructions           the names of the paths, and how many operations each
//   counts gerbang-bench-instructions NAME      runs one: set up, warm up, then the counted part
//   gerbang-bench-instructions --build   what it was built with and runs on, as JSON
//
// Nothing here depends on the time, on chance or on an address. What is counted is what happens
// inside gerbang_counted(), by --toggle-collect of that name.
#include <gnu/libc-version.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>

#include "connectors/list.hpp"
#include "core/base/log.hpp"
#include "tests/bench/instructions/paths.hpp"

// Of the libraries below; only rooms that work with them include their headers.
extern "C" const char* OpenSSL_version(int what);
extern "C" const char* sqlite3_libversion();

// Not inlined, and of a name that does not change.
extern "C" [[gnu::noinline]] void gerbang_counted(const std::function<void()>& work) {
  work();
}

namespace gerbang::bench {
namespace {

constexpr int kVersionAlone = 6;  // OPENSSL_VERSION_STRING

int run(const Path& path) {
  const std::unique_ptr<Operation> operation = path.make();
  // Caches, prepared statements, the allocator's lists, what the loader binds late.
  for (int i = 0; i < path.warm_up; ++i) operation->run();
  const std::function<void()> work = [&] {
    for (int i = 0; i < path.operations; ++i) operation->run();
  };
  gerbang_counted(work);
  return 0;
}

void print_build() {
  const json::Value build =
      json::object({{"compiler", GERBANG_COMPILER},
                    {"build_type", GERBANG_BUILD_TYPE},
                    {"flags", GERBANG_BUILD_FLAGS},
                    {"libraries", json::object({{"glibc", gnu_get_libc_version()},
                                                {"openssl", OpenSSL_version(kVersionAlone)},
                                                {"sqlite", sqlite3_libversion()}})}});
  std::cout << json::dump(build) << "\n";
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  using namespace gerbang::bench;
  gerbang::log::set_level(gerbang::log::Level::off);
  if (argc < 2) {
    for (const Path& path : paths()) std::printf("%s %d\n", path.name.c_str(), path.operations);
    return 0;
  }
  if (std::string_view(argv[1]) == "--build") {
    print_build();
    return 0;
  }
  for (const Path& path : paths()) {
    if (path.name == argv[1]) return run(path);
  }
  std::cerr << "no such path: " << argv[1] << "\n";
  return 2;
}
