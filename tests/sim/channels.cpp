#include "tests/sim/channels.hpp"

namespace gerbang::sim {

const std::vector<ChannelProfile>& channel_profiles() {
  // Invented credentials that the sandboxes are told to expect. Rates are the channels' own.
  static const std::vector<ChannelProfile> kProfiles = [] {
    std::vector<ChannelProfile> out;
    out.push_back({"sample", "desa-contoh", "rahasia-contoh", "rahasia-dorong",
                   json::object({{"app_id", "desa-contoh"},
                                 {"secret", "rahasia-contoh"},
                                 {"push_secret", "rahasia-dorong"}})});
    out.push_back({"shopee", "2007701", "shpkContohRahasiaMitraDesa00001",
                   "shpkContohRahasiaDorong0000001",
                   json::object({{"partner_id", 2007701},
                                 {"partner_key", "shpkContohRahasiaMitraDesa00001"},
                                 {"push_key", "shpkContohRahasiaDorong0000001"}})});
    out.push_back(
        {"bukalapak", "desa-contoh", "rahasia-contoh", "",
         json::object({{"client_id", "desa-contoh"}, {"client_secret", "rahasia-contoh"}})});
    return out;
  }();
  return kProfiles;
}

}  // namespace gerbang::sim
