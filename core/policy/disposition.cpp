#include "core/policy/disposition.hpp"

#include <algorithm>

#include "core/policy/backoff.hpp"

namespace gerbang::policy {

namespace {

constexpr Duration kLeastPause{1'000};
constexpr Duration kMostPause{24 * 3'600'000};  // a Retry-After beyond that is a mistake
constexpr Duration kBlockedFirst{15 * 60'000};
constexpr Duration kBlockedMost{6 * 3'600'000};
// Work that waits for the seller is not hammered at should the shop's state be changed by hand.
constexpr Duration kAuthorisationWait{15 * 60'000};

bool is_order_action(Aspect a) {
  return a == Aspect::order_accept || a == Aspect::order_ship || a == Aspect::order_cancel;
}

bool is_listing_aspect(Aspect a) {
  return a == Aspect::stock || a == Aspect::price || a == Aspect::content || a == Aspect::state;
}

}  // namespace

bool may_have_arrived(const Error& error) {
  return error.kind == ErrorKind::indeterminate || error.code == "timeout" ||
         error.code == "connection_lost" || error.code == "response_too_large" ||
         error.code == "response_malformed";
}

Disposition dispose(const Error& error, const FailedWork& work, TimePoint now, Random& random,
                    const DispositionLimits& limits) {
  Disposition out;
  out.due_at = now;
  const auto park = [&] { out.next = Disposition::Next::park; };
  const auto try_later = [&] {
    if (now - work.since >= limits.give_up_after && work.attempts >= limits.give_up_attempts) {
      park();
      return;
    }
    Duration wait = backoff(work.attempts, random);
    if (may_have_arrived(error)) wait = std::max(wait, limits.wait_out);
    if (error.retry_after) wait = std::max(wait, std::min(*error.retry_after, kMostPause));
    out.due_at = now + wait;
  };
  const auto ask_the_seller = [&] {
    out.needs_authorisation = true;
    out.counts_as_attempt = false;
    out.due_at = now + kAuthorisationWait;
  };

  switch (error.kind) {
    case ErrorKind::invalid:
    case ErrorKind::forbidden:
    case ErrorKind::too_large:
    case ErrorKind::unsupported:
    case ErrorKind::rejected:
    case ErrorKind::bug:
      park();
      break;
    case ErrorKind::not_found:
      park();
      out.read_back = is_listing_aspect(work.aspect);
      break;
    case ErrorKind::conflict:
    case ErrorKind::precondition_failed:
      if (is_order_action(work.aspect)) {
        park();
      } else {
        try_later();
        out.read_back = is_listing_aspect(work.aspect);
      }
      break;
    case ErrorKind::transient:
    case ErrorKind::indeterminate:
      try_later();
      break;
    case ErrorKind::throttled: {
      // Without a Retry-After the account rests for a moment; the work itself comes back at growing
      // distance, so that what the channel does take is not held up by what it does not.
      const int refusals = std::max(work.attempts, work.throttled);
      const Duration wait = error.retry_after.value_or(backoff(refusals, random));
      out.due_at = now + std::clamp(wait, kLeastPause, kMostPause);
      out.pause_shop_until = error.retry_after ? out.due_at : now + kLeastPause;
      out.counts_as_attempt = false;
      break;
    }
    case ErrorKind::blocked: {
      const BackoffLimits doubling{kBlockedFirst, kBlockedMost};
      const Duration wait = error.retry_after.value_or(backoff_ceiling(work.attempts, doubling));
      out.due_at = now + std::clamp(wait, kLeastPause, kBlockedMost);
      break;
    }
    case ErrorKind::auth_expired:
      if (work.token_was_refreshed) {
        // A new token is refused too: an attempt like any other, so that it is seen and ends.
        out.needs_authorisation = true;
        try_later();
        out.due_at = std::max(out.due_at, now + kAuthorisationWait);
      } else {
        out.refresh_token = true;
        out.counts_as_attempt = false;
      }
      break;
    case ErrorKind::unauthenticated:
      ask_the_seller();
      break;
    case ErrorKind::cancelled:
      out.counts_as_attempt = false;
      break;
  }
  return out;
}

}  // namespace gerbang::policy
