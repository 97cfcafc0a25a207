#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/json.hpp"

// Structured logs: one JSON object per line on standard error, one wide line per thing that
// happened ("attempt.finished", "request.served").
//
// Fields are an allow-list (log.cpp): an unlisted name is dropped and counted in debug builds as a
// bug. So a token or a buyer's name has no field to travel in. `Secret` does not convert.
namespace gerbang::log {

enum class Level { debug, info, warning, error, off };

void set_level(Level level);
std::optional<Level> level_from(std::string_view name);  // debug, info, warn, error, off

using Fields = std::initializer_list<std::pair<std::string_view, json::Value>>;

void write(Level level, std::string_view event, Fields fields = {});
inline void debug(std::string_view event, Fields f = {}) {
  write(Level::debug, event, f);
}
inline void info(std::string_view event, Fields f = {}) {
  write(Level::info, event, f);
}
inline void warning(std::string_view event, Fields f = {}) {
  write(Level::warning, event, f);
}
inline void error(std::string_view event, Fields f = {}) {
  write(Level::error, event, f);
}

}  // namespace gerbang::log
