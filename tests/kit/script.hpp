#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/conformance/replay.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/exchange.hpp"

// Connector operations without a network: a script of expected requests and their replies, written
// once, played straight and then with a fault at every step.
//
//   Script script = {step("stock", expect_stock, reply(fixture))};
//   Result<BatchAck> done = play(connector.set_stock(context, batch), script);
//   fail_every_step([&] { return connector.set_stock(context, batch); }, script, faults);
namespace gerbang::kit {

using conformance::all_done;
using conformance::errors_of;
using conformance::Fault;
using conformance::reply;
using conformance::standard_faults;

struct Step {
  std::string name;
  std::function<void(const HttpRequest&)> check;  // EXPECTs about the request
  HttpResponse reply;
  // A fault in this step may leave the operation a success: the name says why.
  bool optional = false;
};
using Script = std::vector<Step>;

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

// Plays the script with `fault` in place of step `at`; what is asked after that gets the replies of
// the steps that follow, and the fault again when there are no more.
template <class T>
Result<T> play_with_fault(Exchange<T> exchange, const Script& script, std::size_t at,
                          const HttpResponse& fault, HttpRequest* failed) {
  std::vector<HttpResponse> replies;
  for (const Step& s : script) replies.push_back(s.reply);
  auto played = conformance::play_with_fault(std::move(exchange), replies, at, fault);
  EXPECT_TRUE(played.failed) << "the exchange ended before its step " << at;
  EXPECT_FALSE(played.endless) << "the exchange does not end";
  if (played.failed) *failed = *played.failed;
  if (!played.outcome) return Error(ErrorKind::bug, "endless");
  return std::move(*played.outcome);
}

// Every fault at every step ends in a typed failure: never a success, never an exception, never a
// success of some and silence about the rest. `make` starts the operation anew.
template <class Make>
void fail_every_step(Make make, const Script& script, std::vector<Fault> faults) {
  for (std::size_t at = 0; at < script.size(); ++at) {
    std::vector<Fault> all = faults;
    if (const auto half = conformance::truncated(script[at].reply)) all.push_back(*half);
    for (const Fault& fault : all) {
      SCOPED_TRACE("step " + std::to_string(at + 1) + " (" + script[at].name + "): " + fault.name);
      HttpRequest failed;
      const auto outcome = play_with_fault(make(), script, at, fault.response, &failed);
      if (script[at].optional) {
        EXPECT_TRUE(outcome || outcome.error().kind != ErrorKind::bug);
        continue;
      }
      for (const std::string& wrong :
           conformance::misread(conformance::told(outcome), failed, fault))
        ADD_FAILURE() << wrong;
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
