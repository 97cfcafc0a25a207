// The configuration file: every finding has a line of the catalogue; what is accepted lies within
// its limits and is complete.
#include "config/config.hpp"

#include <set>

#include "config/units.hpp"
#include "core/base/url.hpp"
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
  const auto read = config::parse_config(text, GERBANG_FUZZ_SEEDS "/../keys", environment);
  if (!read) {
    fuzz::check_error(read.error());
    FUZZ_CHECK(!read.error().fields.empty(), read.error().describe());
    // The whole text of a secret that an environment holds is never repeated.
    FUZZ_CHECK(read.error().detail.find("rahasia-dari-") == std::string::npos ||
                   text.find("rahasia-dari-") != std::string_view::npos,
               read.error().detail);
    return 0;
  }
  // What is accepted is complete and within its limits.
  FUZZ_CHECK(!read->store.master_keys.empty(), "accepted without a master key");
  FUZZ_CHECK(read->server.port >= 0 && read->server.port <= 65535,
             std::to_string(read->server.port));
  FUZZ_CHECK(parse_url(read->server.public_url), read->server.public_url);
  FUZZ_CHECK(read->sync.refresh_at_percent > 0 && read->sync.refresh_at_percent < 100,
             std::to_string(read->sync.refresh_at_percent));
  for (const Duration d : {read->sync.poll_interval, read->sync.request_deadline,
                           read->http_client.connect_timeout, read->http_client.total_timeout})
    FUZZ_CHECK(d.count() > 0, std::to_string(d.count()));
  std::set<std::string> channels;
  for (const config::App& app : read->apps) {
    FUZZ_CHECK(channels.insert(app.channel).second, app.channel + " is there twice");
    FUZZ_CHECK(
        !app.enabled || (!app.app_id.empty() && !app.secret.empty() && parse_url(app.api_url)),
        app.channel + " is not complete");
    FUZZ_CHECK(app.rate_scale > 0, app.channel);
  }
  return 0;
}
