#include "core/sync/settling.hpp"

#include "core/policy/disposition.hpp"

namespace gerbang::sync {

store::Settlement settlement_of(const Work& work, const std::optional<Error>& error,
                                TimePoint sent_at, TimePoint now, Random& random, int throttled) {
  store::Settlement s;
  s.aspect = work.aspect;
  s.subject = work.subject;
  s.revision = work.revision;
  s.sent_at = sent_at;
  s.attempt.at = now;
  s.attempt.revision = work.revision;
  if (!error) {
    s.attempt.outcome = "done";
    return s;
  }
  s.attempt.outcome = to_string(error->kind);
  s.attempt.code = error->code;
  s.attempt.field = error->field;
  if (error->remote) {
    s.attempt.remote_code = error->remote->code;
    s.attempt.remote_message = error->remote->message;
  }
  policy::FailedWork failed;
  failed.aspect = work.aspect;
  failed.attempts = work.attempts + 1;
  failed.since = work.since;
  failed.throttled = throttled;
  failed.token_was_refreshed = true;  // the lane's call() has done that already
  const policy::Disposition what = policy::dispose(*error, failed, now, random);
  s.next = what.next == policy::Disposition::Next::park ? store::Settlement::Next::park
                                                        : store::Settlement::Next::retry;
  s.due_at = what.due_at;
  s.counts_as_attempt = what.counts_as_attempt;
  return s;
}

}  // namespace gerbang::sync
