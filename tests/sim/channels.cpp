#include "tests/sim/channels.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

#include "connectors/list.hpp"
#include "core/base/json.hpp"

namespace gerbang::sim {

namespace {
// A new channel is tried with --channels NAME and stands here once it holds.
constexpr std::array<std::string_view, 3> kStanding = {"sample", "shopee", "bukalapak"};
}  // namespace

const std::vector<ChannelProfile>& channel_profiles() {
  static const std::vector<ChannelProfile> kProfiles = [] {
    std::vector<ChannelProfile> out;
    for (const std::string& name : sandbox_channels()) {
      std::ifstream file(GERBANG_SOURCE_DIR "/connectors/" + name + "/sandbox/app.json");
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      const auto app = json::parse(text);
      ensure(app.ok(), "connectors/" + name + "/sandbox/app.json cannot be read");
      ChannelProfile profile;
      profile.name = name;
      profile.app_id = (*app)["app_id"].text();
      profile.secret = (*app)["secret"].text();
      profile.push_secret = (*app)["push_secret"].text();
      profile.auth_path = (*app)["auth_path"].text();
      profile.standing =
          std::find(kStanding.begin(), kStanding.end(), std::string_view(name)) != kStanding.end();
      out.push_back(std::move(profile));
    }
    return out;
  }();
  return kProfiles;
}

}  // namespace gerbang::sim
