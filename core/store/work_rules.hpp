#pragma once

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/store/scripts.hpp"

// What both engines decide alike about work and how it is settled. Pure.
namespace gerbang::store {

// Until then a lost request can still arrive: newer values of a failed row wait so long. As in
// core/policy/disposition: deadline of a request + 30 s.
inline constexpr Duration kWaitOut{50'000};

// How often publishing is asked to put back what the channel says is gone.
inline constexpr std::int64_t kAbsenceRounds = 3;

inline bool done(const Settlement& s) {
  return s.attempt.outcome == "done";
}

inline bool indeterminate(const Settlement& s) {
  return s.attempt.outcome == to_string(ErrorKind::indeterminate);
}

inline bool of_variant(Aspect a) {
  return a == Aspect::stock || a == Aspect::price;
}

inline bool of_unit(Aspect a) {
  return a == Aspect::content || a == Aspect::state;
}

// What Work::detail keeps under "problem".
inline json::Value problem_of(const Attempt& attempt) {
  return json::object({{"outcome", attempt.outcome},
                       {"code", attempt.code},
                       {"field", attempt.field},
                       {"remote_code", attempt.remote_code},
                       {"remote_message", attempt.remote_message}});
}

}  // namespace gerbang::store
