#pragma once

#include <string>
#include <vector>

// What the simulation must know of a channel besides its connector and its sandbox: the account
// that the sandbox expects, read from connectors/<name>/sandbox/app.json. Its settings are the
// sandbox's defaults: the channel's own limits.
namespace gerbang::sim {

struct ChannelProfile {
  std::string name;
  std::string app_id;
  std::string secret;
  std::string push_secret;
  std::string auth_path;
  // Takes part when nobody names the channels of a run (channels.cpp).
  bool standing = false;
};

// Every channel of this build that has a sandbox.
const std::vector<ChannelProfile>& channel_profiles();

}  // namespace gerbang::sim
