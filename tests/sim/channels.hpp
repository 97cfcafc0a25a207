#pragma once

#include <string>
#include <vector>

#include "core/base/json.hpp"

// What the simulation must know of a channel besides its connector and its sandbox: the partner
// account that both sides use. A new channel joins with a row in channels.cpp.
namespace gerbang::sim {

struct ChannelProfile {
  std::string name;
  std::string app_id;
  std::string secret;
  std::string push_secret;
  json::Value settings;  // of its sandbox
};

// Those of this build that have a connector, a sandbox and a row.
const std::vector<ChannelProfile>& channel_profiles();

}  // namespace gerbang::sim
