#include "core/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "core/base/error.hpp"
#include "core/base/time.hpp"

namespace gerbang::log {

namespace {

// What may appear in a log line. Identifiers of ours, codes, counts, times; nothing a person typed.
constexpr std::array kAllowed = {
    "address",
    "aspect",
    "attempt",
    "bytes",
    "channel",
    "code",
    "commit_ms",
    "count",
    "detail",
    "due_at",
    "duration_ms",
    "endpoint",
    "error",
    "event_id",
    "file",
    "from",
    "instance",
    "items",
    "kind",
    "listening",
    "method",
    "name",
    "order",
    "organisation",
    "operation",
    "outcome",
    "path",
    "port",
    "reason",
    "remote_code",
    "remote_request_id",
    "request_id",
    "revision",
    "rows",
    "shop",
    "signal",
    "sku",
    "state",
    "status",
    "subject",
    "to",
    "trace_id",
    "type",
    "version",
    "waiting",
    "where",
};

std::atomic<Level> g_level{Level::info};

spdlog::logger& sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto l = std::make_shared<spdlog::logger>("gerbang",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
    l->set_pattern("%v");
    l->set_level(spdlog::level::trace);
    l->flush_on(spdlog::level::trace);
    return l;
  }();
  return *logger;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

}  // namespace

void set_level(Level level) {
  g_level = level;
}

std::optional<Level> level_from(std::string_view name) {
  for (const Level l : {Level::debug, Level::info, Level::warning, Level::error, Level::off}) {
    if (name_of(l) == name) return l;
  }
  return std::nullopt;
}

void write(Level level, std::string_view event, Fields fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  json::Object line;
  line.append("at", to_rfc3339(SystemClock().now()));
  line.append("level", name_of(level));
  line.append("event", event);
  for (const auto& [key, value] : fields) {
    if (std::find(kAllowed.begin(), kAllowed.end(), key) == kAllowed.end()) {
#ifndef NDEBUG
      invariant_broken("log field not on the allow-list: " + std::string(key));
#endif
      continue;
    }
    if (!value.is_null()) line.append(std::string(key), value);
  }
  sink().log(spdlog::level::info, "{}", json::dump(json::Value(std::move(line))));
}

}  // namespace gerbang::log
