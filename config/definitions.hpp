#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"

// The one table of settings.
namespace gerbang::config {

enum class Kind {
  text,
  path,
  url,
  choice,
  integer,
  boolean,
  duration,
  size,
  percent,
  number,
  list
};

// What is asked for, as it stands in messages: "a duration such as \"5m\"".
std::string_view wanted(Kind kind);

// Where a value goes. int: integer and percent; std::string: text, path, url, choice.
using Target = std::variant<std::string*, int*, bool*, Duration*, std::uint64_t*, double*,
                            std::vector<std::string>*>;

template <class S>
struct Setting {
  std::string_view section;  // "server"; empty for settings of an [[app]]
  std::string_view key;
  Kind kind;
  Target (*at)(S&);
  std::string_view description;
  // Of integer, percent, duration (ms), size (bytes), number.
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::string_view choices = {};  // "debug|info", of choice
  std::string_view example = {};  // TOML, printed instead of the default
  bool required = false;
};

struct SectionInfo {
  std::string_view name;
  std::string_view description;
};

std::span<const SectionInfo> sections();
std::span<const Setting<Config>> settings();
std::span<const Setting<App>> app_settings();

// Addresses of the channels we know, for apps that give none.
struct ChannelDefaults {
  std::string_view channel;
  std::string_view api_url;
  std::string_view auth_url;
  bool enabled;
  // Each shop is a server of its own with keys of its own: there is no partner account, only a
  // secret that the shops' webhook secrets are made from.
  bool only_push_secret = false;
};
const ChannelDefaults* channel_defaults(std::string_view channel);

// "5 s to 1 h", "" when there are none.
std::string limits_text(Kind kind, std::int64_t least, std::int64_t most, std::string_view choices);

}  // namespace gerbang::config
