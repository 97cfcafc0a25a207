#include "core/base/ids.hpp"

namespace gerbang {

namespace {
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string id_with_time(std::string_view prefix, TimePoint when) {
  std::string out(prefix);
  out += '_';
  const auto ms = static_cast<std::uint64_t>(to_unix_millis(when)) & 0xFFFFFFFFFFFFULL;
  for (int shift = 45; shift >= 0; shift -= 5) out += kCrockford[(ms >> shift) & 31];
  return out;
}
}  // namespace

std::string new_id(std::string_view prefix, TimePoint now, Random& random) {
  std::string out = id_with_time(prefix, now);
  const std::uint64_t a = random.next(), b = random.next();
  for (int i = 0; i < 8; ++i) out += kCrockford[(a >> (5 * i)) & 31];
  for (int i = 0; i < 8; ++i) out += kCrockford[(b >> (5 * i)) & 31];
  return out;
}

std::string first_id(std::string_view prefix, TimePoint when) {
  return id_with_time(prefix, when) + std::string(16, kCrockford.front());
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + 27 || !text.starts_with(prefix) || text[prefix.size()] != '_')
    return false;
  return text.find_first_not_of(kCrockford, prefix.size() + 1) == std::string_view::npos;
}

}  // namespace gerbang
