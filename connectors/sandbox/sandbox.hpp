#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/connector/http.hpp"

// A sandbox is a faithful, stateful, hostile double of a marketplace (DESIGN section 6). It
// performs no I/O: a host (the sandboxes program, the simulation) hands it requests and carries its
// answers, delays, cuts and webhooks. So it runs over real sockets and in virtual time alike.
namespace gerbang::sandbox {

// What the host does with an answer.
struct Answer {
  HttpResponse response;
  Duration delay{0};  // wait before answering
  enum class Cut { none, reset_instead, truncate_body } cut = Cut::none;
};

// A webhook on its way to the gateway.
struct Push {
  std::uint64_t id = 0;
  HttpRequest request;
  TimePoint due;
};

// Faults that every sandbox understands; set through POST /_sandbox/faults.
struct Fault {
  std::string operation;  // "" or "*": every operation; else the operation's name or path
  enum class Kind {
    slow,          // answer after `delay`
    reset_before,  // connection reset, nothing happened
    reset_after,   // it happened, then the connection is reset
    throttle,      // 429 with Retry-After (`delay`), or without when delay is 0
    server_error,  // 503
    html,          // an HTML page with status 200
    empty,         // an empty 200
    truncated,     // it happened, the JSON is cut in half
    auth_expired,  // the channel's own "token expired" answer
    bad_gateway,   // an HTML page with status 502
    refuse,        // nothing happened; the channel's own refusal with `code` and `message`
  } kind = Kind::slow;
  Duration delay{0};
  int times = 1;  // how often; -1: until cleared
  double probability = 1;
  std::string code;     // refuse: the channel's code ("error_inner")
  std::string message;  // refuse: its text, may be empty
};

struct PushFaults {
  int drop_every = 0;       // every n-th webhook is lost
  int duplicate_every = 0;  // every n-th is delivered twice
  bool reorder = false;     // neighbours swapped
  Duration late{0};
  bool silent = false;
};

// One line of the ledger: every call, and what it did.
struct LedgerEntry {
  std::int64_t sequence = 0;
  TimePoint at;
  std::string operation;
  std::string shop;
  int status = 0;
  std::string error;  // the channel's own code, "" when it succeeded
  // What changed: {"item_id":…,"stock":…}, or an array of such when one call changed several;
  // null for reads and refusals.
  json::Value effect;
};

struct Options {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  std::string public_url;  // where this sandbox is reached: "http://127.0.0.1:8101"
  std::string hook_url;    // where it sends webhooks; empty: nowhere
  json::Value settings;    // the sandbox's own switches, documented in its README
};

class Sandbox {
 public:
  virtual ~Sandbox() = default;
  virtual std::string_view channel() const = 0;

  // Serves one request. `request.url` is the request target ("/api/v2/…?…"). Paths below /_sandbox/
  // are the control interface (see kit.hpp); all others are the marketplace.
  virtual Answer handle(const HttpRequest& request) = 0;

  // Webhooks whose time has come, oldest first; each must be answered once.
  virtual std::vector<Push> due_pushes() = 0;
  // `response` nothing: no answer, or a connection failure. Decides on a repeat by the channel's
  // own rules.
  virtual void push_answered(std::uint64_t id, const std::optional<HttpResponse>& response) = 0;
  // When due_pushes() next has something; nothing when nothing is scheduled.
  virtual std::optional<TimePoint> next_push() const = 0;
};

}  // namespace gerbang::sandbox
