#pragma once

#include <optional>

#include "core/base/random.hpp"
#include "core/model/work.hpp"
#include "core/store/scripts.hpp"

namespace gerbang::sync {

// What becomes of a piece of work after an attempt: the decision of core/policy/disposition as the
// value that SettleWork stores. `error` nothing: done. `throttled`: how often in a row the channel
// refused this work for its rate without a Retry-After, this time included.
store::Settlement settlement_of(const Work& work, const std::optional<Error>& error,
                                TimePoint sent_at, TimePoint now, Random& random,
                                int throttled = 0);

}  // namespace gerbang::sync
