// The configuration file: every finding has a line of the catalogue; what is accepted lies within
// its limits and is complete.
#include "config/config.hpp"

#include "config/units.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

// Secrets come from variables only: the target must not read files that a text names.
std::optional<std::string> environment(const std::string& name) {
  if (name == "KOSONG" || name.empty()) return std::nullopt;
  return "rahasia-dari-" + name;
}

void check_units(std::string_view text) {
  if (const auto d = config::parse_duration(text)) {
    const auto again = config::parse_duration(config::format_duration(*d));
    FUZZ_CHECK(again && *again == *d, text);
  }
  if (const auto s = config::parse_size(text)) {
    const auto again = config::parse_size(config::format_size(*s));
    FUZZ_CHECK(again && *again == *s, text);
  }
  if (const auto p = config::parse_percent(text)) FUZZ_CHECK(*p >= 0, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string_view text = input.rest();
  check_units(text.substr(0, 64));
  // A name that leads out of the folder could be any file of this machine, or a pipe.
  if (text.find("/dev") != std::string_view::npos || text.find("/proc") != std::string_view::npos)
    return 0;
  const auto read = config::parse_config(text, "/nonexistent/gerbang", environment);
  if (!read) {
    fuzz::check_error(read.error());
    FUZZ_CHECK(!read.error().fields.empty(), read.error().describe());
    // The whole text of a secret that an environment holds is never repeated.
    FUZZ_CHECK(read.error().detail.find("rahasia-dari-") == std::string::npos ||
                   text.find("rahasia-dari-") != std::string_view::npos,
               read.error().detail);
    return 0;
  }
  // Without a readable key file nothing is complete.
  FUZZ_CHECK(!read->store.master_keys.empty(), "accepted without a master key");
  return 0;
}
