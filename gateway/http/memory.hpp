#pragma once

#include <cstdint>
#include <string>

namespace gerbang::http {

// The least memory.max of this process's control group (version 2) and those above it, in bytes; 0:
// none is bounded, or nothing of it can be read. systemd's MemoryMax= and a container's limit stand
// there, each at another place.
std::uint64_t group_memory_bound(const std::string& own = "/proc/self/cgroup",
                                 const std::string& tree = "/sys/fs/cgroup");

}  // namespace gerbang::http
