#include "core/base/crash_point.hpp"

#ifdef GERBANG_CRASH_POINTS

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace gerbang::crash {

namespace {

struct Plan {
  std::string name;
  std::atomic<long> left{0};
};

void fill(Plan& plan, const std::string& wish) {
  const auto colon = wish.find(':');
  plan.name = wish.substr(0, colon);
  plan.left = colon == std::string::npos ? 1 : std::atol(wish.c_str() + colon + 1);
}

Plan& plan() {
  static Plan& the = []() -> Plan& {
    static Plan p;
    const char* text = std::getenv("GERBANG_CRASH_AT");
    std::string wish = text ? text : "";
    if (wish.starts_with('@')) {
      std::ifstream file(wish.substr(1));
      std::getline(file, wish);
    }
    fill(p, wish);
    return p;
  }();
  return the;
}

}  // namespace

void arm(const std::string& wish) {
  fill(plan(), wish);
}

bool armed(const char* name) {
  return plan().name == name;
}

bool due(const char* name) {
  return armed(name) && plan().left.fetch_sub(1) == 1;
}

void reached(const char* name) {
  if (due(name)) die(name);
}

void die(const char* name) {
  const std::string words = "crash point " + std::string(name) + " reached\n";
  const ssize_t written = ::write(STDERR_FILENO, words.data(), words.size());
  static_cast<void>(written);
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();  // SIGKILL comes for this thread too
}

}  // namespace gerbang::crash

#endif
