#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "core/base/time.hpp"

namespace gerbang::sync {

// How long this node may count on its leases: from before it asked for them to be renewed, so that
// by the database's clock they last longer. By a clock that nobody sets: one that was stepped back
// would make a lease last for ever. Everything on the engine's one thread.
class Tenure {
 public:
  // `needed`: what a call may take, and a margin.
  Tenure(std::function<Duration()> elapsed, Duration needed)
      : elapsed_(std::move(elapsed)), needed_(needed) {}

  Duration elapsed() const { return elapsed_(); }
  void renew(Duration asked_at, Duration lease) { until_ = asked_at + lease; }
  // For good: another node may have taken everything.
  void end() { until_.reset(); }
  // Whether a call that begins now ends while the lease is held.
  bool lasts() const { return until_ && elapsed_() + needed_ <= *until_; }

 private:
  std::function<Duration()> elapsed_;
  Duration needed_;
  std::optional<Duration> until_;
};

}  // namespace gerbang::sync
