#pragma once

#include <optional>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/model/work.hpp"

namespace gerbang::policy {

// What is known of the work whose attempt failed.
struct FailedWork {
  Aspect aspect = Aspect::stock;
  int attempts = 1;                  // failed ones, this one included
  TimePoint since{};                 // when it was wanted first
  bool token_was_refreshed = false;  // for this very attempt
  // How often in a row the channel refused it for its rate without saying for how long, this one
  // included.
  int throttled = 0;
};

// What to do with it, and with its shop. Nothing here is a loop or a wait: the answer is written
// into the database in one transaction.
struct Disposition {
  enum class Next {
    retry,  // due again at `due_at`
    park,   // waits for a person, or for a change of the subject
  };
  Next next = Next::retry;
  TimePoint due_at;
  bool counts_as_attempt = true;
  bool refresh_token = false;                 // then try once more at once
  bool needs_authorisation = false;           // the seller must log in; the work waits for it
  std::optional<TimePoint> pause_shop_until;  // the whole account, not only this work
  bool read_back = false;  // the listing is not what we believed: read it at the channel
};

struct DispositionLimits {
  Duration wait_out{50'000};  // request deadline + 30 s: when an old request can no longer arrive
  Duration give_up_after{24 * 3'600'000};
  int give_up_attempts = 20;
};

// RELIABILITY section 3, Outbound:
//   rejected, invalid, forbidden, too_large, unsupported, bug   park at once
//   not_found                  park; read back what concerns a listing
//   conflict, precondition     order actions park; a listing is read back and tried with backoff
//   transient                  backoff
//   indeterminate (or a timeout or lost connection of a repeatable call)
//                              backoff, but not before the old request can no longer arrive
//   throttled                  pause the account for retry_after (≤ 24 h); without one for 1 s, and
//                              the work comes back with backoff; not an attempt of this work
//   blocked                    retry_after, else 15 min doubling; at most 6 h. Never parked: a
//                              promotion ends by itself
//   auth_expired               refresh once, at once; still expired: backoff (≥ 15 min)
//   unauthenticated            needs authorisation
//   cancelled                  due now, not an attempt
// What is tried with backoff is parked once it is older than 24 h and has failed 20 times (an
// outage with an open breaker makes no attempts, and so never parks anything).
Disposition dispose(const Error& error, const FailedWork& work, TimePoint now, Random& random,
                    const DispositionLimits& limits = {});

// Bytes were sent and no whole answer came, whatever the kind says: codes timeout, connection_lost,
// response_too_large, response_malformed, and kind indeterminate.
bool may_have_arrived(const Error& error);

}  // namespace gerbang::policy
