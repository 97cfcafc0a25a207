#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/store.hpp"

namespace gerbang::store::postgres {

// The channel on which processes tell each other what they committed.
inline constexpr const char* kChannel = "gerbang";

// What this process knows of others on the same database.
struct Peers {
  std::string instance;  // of this process, to know its own voice
  // Nobody is told when the last heartbeat found this node alone: a commit that notifies takes a
  // lock of the whole server. True until then.
  std::atomic<bool> others{true};
};

// As payloads of NOTIFY, each shorter than its limit of 8,000 bytes; none when nothing was touched.
std::vector<std::string> announcements(const std::string& instance, const Committed& touched,
                                       std::size_t longest = 7'500);
// Adds what another process announced; its own voice and what is not understood add nothing.
void hear(const std::string& instance, std::string_view announcement, Committed& heard);

}  // namespace gerbang::store::postgres
