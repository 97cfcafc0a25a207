#pragma once

#include <optional>

#include "core/base/random.hpp"
#include "core/model/work.hpp"
#include "core/store/scripts.hpp"

namespace gerbang::sync {

// What becomes of a piece of work after an attempt: the decision of core/policy/disposition as the
// value that SettleWork stores. `error` nothing: done.
store::Settlement settlement_of(const Work& work, const std::optional<Error>& error,
                                TimePoint sent_at, TimePoint now, Random& random);

}  // namespace gerbang::sync
