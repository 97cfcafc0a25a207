#include "tests/fuzz/harness.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "config/messages.hpp"
#include "core/base/json.hpp"

// The sanitizers' interface; absent without one.
extern "C" {
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void*, std::size_t),
    void (*free_hook)(const volatile void*));
__attribute__((weak)) std::size_t __sanitizer_get_allocated_size(const volatile void*);
}

namespace gerbang::fuzz {

namespace {

// Targets run in one thread; libFuzzer's own does not allocate while one runs.
std::atomic<std::int64_t> g_held{0};
std::atomic<std::int64_t> g_peak{0};

void on_malloc(const volatile void*, std::size_t size) {
  const std::int64_t held =
      g_held.fetch_add(static_cast<std::int64_t>(size)) + static_cast<std::int64_t>(size);
  if (held > g_peak.load(std::memory_order_relaxed)) g_peak = held;
}
void on_free(const volatile void* block) {
  if (block) g_held -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(block));
}

}  // namespace

void broken(std::string_view property, std::string_view about, const char* file, int line) {
  std::fprintf(stderr, "fuzz: broken at %s:%d: %.*s\n  %.*s\n", file, line,
               static_cast<int>(property.size()), property.data(), static_cast<int>(about.size()),
               about.data());
  std::fflush(stderr);
  std::abort();
}

std::uint8_t Input::byte() {
  if (rest_.empty()) return 0;
  const auto out = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return out;
}

std::string_view Input::until(char separator) {
  const auto end = rest_.find(separator);
  const std::string_view out = rest_.substr(0, end);
  rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
  return out;
}

bool MemoryWatch::known() {
  static const bool installed = [] {
    return __sanitizer_install_malloc_and_free_hooks && __sanitizer_get_allocated_size &&
           __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
  }();
  return installed;
}

MemoryWatch::MemoryWatch() {
  if (!known()) return;
  g_held = 0;
  g_peak = 0;
}

std::size_t MemoryWatch::peak() const {
  return static_cast<std::size_t>(g_peak.load());
}

void check_memory(const MemoryWatch& watch, std::size_t input_bytes, std::size_t constant) {
  if (!MemoryWatch::known()) return;
  const std::size_t peak = watch.peak();
  FUZZ_CHECK(
      peak <= 100 * input_bytes + constant,
      std::to_string(peak) + " bytes held for " + std::to_string(input_bytes) + " bytes of input");
}

void check_error(const Error& error, const std::vector<std::string>& secrets) {
  FUZZ_CHECK(error.kind != ErrorKind::bug, error.describe());
  FUZZ_CHECK(messages::has_message(error.code), error.describe());
  for (const FieldError& f : error.fields)
    FUZZ_CHECK(messages::has_message(f.code), error.describe() + " field " + f.code);
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;  // fixed keys have no refresh token
    const auto clean = [&](std::string_view text) {
      return text.find(secret) == std::string_view::npos;
    };
    FUZZ_CHECK(clean(error.detail), error.describe());
    FUZZ_CHECK(clean(error.field), error.describe());
    for (const FieldError& f : error.fields)
      FUZZ_CHECK(clean(f.detail) && clean(f.field), error.describe());
    if (error.remote)
      FUZZ_CHECK(clean(error.remote->message) && clean(error.remote->code) &&
                     clean(error.remote->request_id),
                 error.describe());
  }
}

bool sound_text(std::string_view text) {
  // dump() replaces what is not UTF-8.
  json::Limits limits;
  limits.bytes = 6 * text.size() + 2;
  const auto back = json::parse(json::dump(json::Value(text)), limits);
  return back && back->text() == text;
}

}  // namespace gerbang::fuzz
