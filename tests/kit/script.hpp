#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/connector/connector.hpp"
#include "core/connector/exchange.hpp"

// Connector operations without a network: a script of expected requests and their replies, written
// once, played straight and then with a fault at every step.
//
//   Script script = {step("stock", expect_stock, reply(fixture))};
//   Result<BatchAck> done = play(connector.set_stock(context, batch), script);
//   fail_every_step([&] { return connector.set_stock(context, batch); }, script, faults);
namespace gerbang::kit {

struct Step {
  std::string name;
  std::function<void(const HttpRequest&)> check;  // EXPECTs about the request
  HttpResponse reply;
  // A fault in this step may leave the operation a success: the name says why.
  bool optional = false;
};
using Script = std::vector<Step>;

inline HttpResponse reply(std::string body, int status = 200) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

inline Step step(std::string name, std::function<void(const HttpRequest&)> check, HttpResponse r) {
  return {std::move(name), std::move(check), std::move(r), false};
}
inline Step optional_step(std::string name, std::function<void(const HttpRequest&)> check,
                          HttpResponse r) {
  return {std::move(name), std::move(check), std::move(r), true};
}

// The outcome of an exchange whose requests are those of the script, in order, all of them.
template <class T>
Result<T> play(Exchange<T> exchange, const Script& script) {
  std::size_t at = 0;
  std::optional<HttpRequest> request = exchange.start();
  while (request) {
    if (at == script.size()) {
      ADD_FAILURE() << "a request beyond the script: " << request->operation << " " << request->url;
      return Error(ErrorKind::bug, "script_ended");
    }
    const Step& s = script[at++];
    SCOPED_TRACE("step " + std::to_string(at) + ": " + s.name);
    if (s.check) s.check(*request);
    request = exchange.reply(s.reply);
  }
  EXPECT_EQ(at, script.size()) << "the script has more steps";
  return exchange.take();
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
      out.push_back({"expired token, " + std::to_string(status), reply(body, status),
                     {K::auth_expired, K::unauthenticated}, {}, std::nullopt});
    }
  }
  HttpResponse html = reply("<html><body>Sedang dalam perbaikan</body></html>");
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 200", html, lost, unclear, std::nullopt});
  out.push_back({"empty", reply(""), lost, unclear, std::nullopt});
  out.push_back({"null", reply("null"), lost, unclear, std::nullopt});
  return out;
}

// Whether a success means that everything was done.
template <class T>
bool all_done(const T&) {
  return true;
}
inline bool all_done(const BatchAck& ack) {
  for (const ItemAck& item : ack.items) {
    if (item.error) return false;
  }
  return true;
}
inline std::vector<Error> errors_of(const BatchAck& ack) {
  std::vector<Error> out;
  for (const ItemAck& item : ack.items) {
    if (item.error) out.push_back(*item.error);
  }
  return out;
}
template <class T>
std::vector<Error> errors_of(const T&) {
  return {};
}

// Plays the script with `fault` in place of step `at`. What is asked after that gets the
// replies of the steps that follow, and the fault again when there are no more.
template <class T>
Result<T> play_with_fault(Exchange<T> exchange, const Script& script, std::size_t at,
                          const HttpResponse& fault, HttpRequest* failed) {
  std::optional<HttpRequest> request = exchange.start();
  for (std::size_t i = 0; request && i < at; ++i) {
    request = exchange.reply(script[i].reply);
  }
  if (!request) {
    ADD_FAILURE() << "the exchange ended before its step " << at;
    return exchange.take();
  }
  *failed = *request;
  request = exchange.reply(fault);
  std::size_t next = at + 1;
  for (int more = 0; request && more < 500; ++more) {
    const HttpResponse* answer = &fault;
    if (next < script.size()) answer = &script[next++].reply;
    request = exchange.reply(*answer);
  }
  EXPECT_FALSE(request) << "the exchange does not end";
  if (request) return Error(ErrorKind::bug, "endless");
  return exchange.take();
}

// Every fault at every step ends in a typed failure: never a success, never an exception, never a
// success of some and silence about the rest. `make` starts the operation anew.
template <class Make>
void fail_every_step(Make make, const Script& script, std::vector<Fault> faults) {
  for (std::size_t at = 0; at < script.size(); ++at) {
    std::vector<Fault> all = faults;
    HttpResponse half = script[at].reply;
    half.body.resize(half.body.size() / 2);
    if (half.body.starts_with("{"))  // half a picture is the transport's to notice
      all.push_back({"truncated", half, {ErrorKind::transient}, {ErrorKind::indeterminate}, {}});
    for (const Fault& fault : all) {
      SCOPED_TRACE("step " + std::to_string(at + 1) + " (" + script[at].name + "): " + fault.name);
      HttpRequest failed;
      auto outcome = play_with_fault(make(), script, at, fault.response, &failed);
      if (script[at].optional) {
        EXPECT_TRUE(outcome || outcome.error().kind != ErrorKind::bug);
        continue;
      }
      std::vector<Error> errors;
      if (outcome) {
        EXPECT_FALSE(all_done(*outcome)) << "a success";
        errors = errors_of(*outcome);
      } else {
        errors.push_back(outcome.error());
      }
      if (failed.trust == Trust::tenant) {
        for (const Error& e : errors) {
          EXPECT_TRUE(e.kind == ErrorKind::rejected || e.kind == ErrorKind::transient)
              << e.describe();
        }
        continue;
      }
      const bool created = failed.effect == Effect::create && !fault.after_create.empty();
      const std::vector<ErrorKind>& kinds = created ? fault.after_create : fault.kinds;
      for (const Error& e : errors) {
        EXPECT_TRUE(std::find(kinds.begin(), kinds.end(), e.kind) != kinds.end()) << e.describe();
        EXPECT_FALSE(e.code.empty());
        if (fault.retry_after) {
          EXPECT_EQ(e.retry_after, fault.retry_after) << e.describe();
        }
        if (e.kind == ErrorKind::throttled) {
          EXPECT_TRUE(e.retry_after) << e.describe();
        }
      }
    }
  }
}

// Cancelling is destroying: an exchange may be dropped at any step.
template <class Make>
void drop_at_every_step(Make make, const Script& script) {
  for (std::size_t stop = 0; stop < script.size(); ++stop) {
    auto exchange = make();
    std::optional<HttpRequest> request = exchange.start();
    for (std::size_t i = 0; request && i < stop; ++i) request = exchange.reply(script[i].reply);
  }
}

}  // namespace gerbang::kit
