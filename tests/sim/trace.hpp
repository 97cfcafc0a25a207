#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"

// What happened, as a hash of all of it and as text of the last part of it.
namespace gerbang::sim {

// An invariant does not hold. `subject` is what it is about: an item, an order, a key, a shop.
class Violation : public std::runtime_error {
 public:
  Violation(std::string invariant_, std::string subject_, const std::string& what)
      : std::runtime_error(what), invariant(std::move(invariant_)), subject(std::move(subject_)) {}
  std::string invariant;  // "acknowledged is durable"
  std::string subject;
};

class Trace {
 public:
  struct Line {
    TimePoint at;
    std::string kind;     // "api", "net", "hook", "disk", "gateway", "shopper", "state"
    std::string subject;  // "" concerns everything
    std::string text;
  };

  void note(TimePoint at, std::string_view kind, std::string subject, std::string text) {
    mix(std::to_string(to_unix_millis(at)));
    mix(kind);
    mix(subject);
    mix(text);
    ++lines_;
    last_.push_back({at, std::string(kind), std::move(subject), std::move(text)});
    if (last_.size() > kKept) last_.pop_front();
  }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  // What led there: the last lines that concern the subject (its own, those that name it, and the
  // gateway's deaths), and the last ones of the channels that are named.
  std::string story(const std::string& subject, const std::vector<std::string>& channels,
                    TimePoint start) const;
  std::string whole(TimePoint start) const;

 private:
  static constexpr std::size_t kKept = 60'000;
  void mix(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash_ = (hash_ ^ 0xff) * 0x100000001b3ULL;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::uint64_t lines_ = 0;
  std::deque<Line> last_;
};

}  // namespace gerbang::sim
