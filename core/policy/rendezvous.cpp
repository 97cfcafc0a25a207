#include "core/policy/rendezvous.hpp"

#include <cstdint>

namespace gerbang::policy {

namespace {

std::uint64_t fnv(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// FNV alone leaves texts that differ in their ends close together.
std::uint64_t score(std::string_view node, std::string_view thing) {
  std::uint64_t h = fnv(0xcbf29ce484222325ULL, node);
  h = fnv(h, std::string_view("\0", 1));
  h = fnv(h, thing);
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31);
}

}  // namespace

std::string owner_of(std::string_view thing, const std::vector<std::string>& nodes) {
  std::string_view best;
  std::uint64_t highest = 0;
  for (const std::string& node : nodes) {
    const std::uint64_t s = score(node, thing);
    if (best.empty() || s > highest || (s == highest && node < best)) {
      best = node;
      highest = s;
    }
  }
  return std::string(best);
}

}  // namespace gerbang::policy
