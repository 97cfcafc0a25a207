#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// Replies that are wrong, in place of one of a conversation, and what an operation may make of
// them. Knows no test framework: the conformance kit collects what is wrong as findings, the
// scripts of a connector's own tests (tests/kit/script.hpp) make them failures.
namespace gerbang::conformance {

inline HttpResponse reply(std::string body, int status = 200) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

// One way a reply can be wrong, and what it may be read as. A tenant's address (images) is judged
// apart: its faults must not look like the channel's.
struct Fault {
  std::string name;
  HttpResponse response;
  std::vector<ErrorKind> kinds;         // after Effect::read and Effect::set
  std::vector<ErrorKind> after_create;  // after Effect::create; empty: the same
  std::optional<Duration> retry_after;  // must be told, exactly
};

// The faults every channel can show. `expired` is the channel's own JSON for an expired token.
inline std::vector<Fault> standard_faults(const std::vector<std::string>& expired) {
  using K = ErrorKind;
  const std::vector<K> lost = {K::transient}, unclear = {K::indeterminate};
  std::vector<Fault> out;
  HttpResponse slow_down = reply("", 429);
  out.push_back({"429", slow_down, {K::throttled}, {}, std::nullopt});
  slow_down.headers.set("Retry-After", "7");
  out.push_back({"429 with Retry-After", slow_down, {K::throttled}, {}, std::chrono::seconds(7)});
  out.push_back({"503", reply("upstream", 503), lost, unclear, std::nullopt});
  for (const std::string& body : expired) {
    for (const int status : {200, 401, 403}) {
      out.push_back({"expired token, " + std::to_string(status),
                     reply(body, status),
                     {K::auth_expired, K::unauthenticated},
                     {},
                     std::nullopt});
    }
  }
  HttpResponse html = reply("<html><body>Sedang dalam perbaikan</body></html>");
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 200", html, lost, unclear, std::nullopt});
  out.push_back({"empty", reply(""), lost, unclear, std::nullopt});
  out.push_back({"null", reply("null"), lost, unclear, std::nullopt});
  return out;
}

// Half of an answer. Nothing where only the transport can notice (half a picture).
inline std::optional<Fault> truncated(const HttpResponse& whole) {
  HttpResponse half = whole;
  half.body.resize(half.body.size() / 2);
  if (!half.body.starts_with("{") && !half.body.starts_with("[") && !half.body.starts_with("%PDF-"))
    return std::nullopt;
  return Fault{"truncated", half, {ErrorKind::transient}, {ErrorKind::indeterminate}, {}};
}

// Whether a success means that everything was done, and what it says of the rest.
template <class T>
bool all_done(const T&) {
  return true;
}
inline bool all_done(const BatchAck& ack) {
  return std::none_of(ack.items.begin(), ack.items.end(),
                      [](const ItemAck& item) { return item.error.has_value(); });
}
template <class T>
std::vector<Error> errors_of(const T&) {
  return {};
}
inline std::vector<Error> errors_of(const BatchAck& ack) {
  std::vector<Error> out;
  for (const ItemAck& item : ack.items) {
    if (item.error) out.push_back(*item.error);
  }
  return out;
}

// An outcome without its value: whether everything was done, else every failure it tells of.
struct Told {
  bool done = false;
  std::vector<Error> errors;
};
template <class T>
Told told(const Result<T>& outcome) {
  if (!outcome) return {false, {outcome.error()}};
  return {all_done(*outcome), errors_of(*outcome)};
}

// How a conversation went in which one reply was another.
template <class T>
struct Spoiled {
  std::optional<HttpRequest> failed;  // nothing: it ended before it came to that step
  bool endless = false;
  std::optional<Result<T>> outcome;  // nothing when endless
};

// Plays `replies` with `fault` in place of number `at`. What is asked after that gets the replies
// that follow, and the fault again when there are no more.
template <class T>
Spoiled<T> play_with_fault(Exchange<T> exchange, const std::vector<HttpResponse>& replies,
                           std::size_t at, const HttpResponse& fault) {
  Spoiled<T> out;
  std::optional<HttpRequest> request = exchange.start();
  for (std::size_t i = 0; request && i < at; ++i) request = exchange.reply(replies[i]);
  if (!request) {
    out.outcome = exchange.take();
    return out;
  }
  out.failed = *request;
  request = exchange.reply(fault);
  std::size_t next = at + 1;
  for (int more = 0; request && more < 500; ++more) {
    const HttpResponse* answer = &fault;
    if (next < replies.size()) answer = &replies[next++];
    request = exchange.reply(*answer);
  }
  out.endless = request.has_value();
  if (!out.endless) out.outcome = exchange.take();
  return out;
}

// What is wrong with an outcome after `fault` in place of the answer to `failed`; empty: nothing.
// Never a success, never silence about a part, and a kind that says what to do next.
inline std::vector<std::string> misread(const Told& outcome, const HttpRequest& failed,
                                        const Fault& fault) {
  std::vector<std::string> out;
  if (outcome.done) out.push_back("a success");
  const bool created = failed.effect == Effect::create && !fault.after_create.empty();
  const std::vector<ErrorKind>& kinds = created ? fault.after_create : fault.kinds;
  for (const Error& e : outcome.errors) {
    if (failed.trust == Trust::tenant) {
      if (e.kind != ErrorKind::rejected && e.kind != ErrorKind::transient)
        out.push_back("an organisation's address is blamed on the channel: " + e.describe());
      continue;
    }
    if (std::find(kinds.begin(), kinds.end(), e.kind) == kinds.end()) out.push_back(e.describe());
    if (e.code.empty()) out.push_back("a failure without a code");
    if (fault.retry_after && e.retry_after != fault.retry_after)
      out.push_back("Retry-After is lost: " + e.describe());
    if (e.kind == ErrorKind::throttled && !e.retry_after)
      out.push_back("throttled, and not for how long: " + e.describe());
  }
  return out;
}

}  // namespace gerbang::conformance
