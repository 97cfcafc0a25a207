#pragma once

#include <string>
#include <string_view>

#include "core/connector/types.hpp"

// What a marketplace says may repeat what we sent it: a token in "invalid access_token …", a whole
// address with its signature. None of it may reach the database, an answer or a log (RELIABILITY
// section 1, 9).
namespace gerbang {

// The most of a foreign text that is kept.
inline constexpr std::size_t kForeignTextBytes = 500;

// Without the secrets of `ctx` (as they are and percent-encoded), values of parameters that carry
// tokens or signatures, and runs of 32 and more hex digits; cut to `most` bytes between characters.
std::string redacted_text(const CallContext& ctx, std::string_view text,
                          std::size_t most = kForeignTextBytes);

// The same for every text of a failure. The engine does this to the outcome of every exchange, so a
// connector that forgets cannot leak.
void redact(Error& error, const CallContext& ctx);

template <class T>
void redact(Result<T>& outcome, const CallContext& ctx) {
  if (outcome) return;
  Error error = std::move(outcome).error();
  redact(error, ctx);
  outcome = Result<T>(std::move(error));
}
// One answer per item: each may be a failure.
void redact(Result<BatchAck>& outcome, const CallContext& ctx);

}  // namespace gerbang
