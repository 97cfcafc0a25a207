#pragma once

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/connector/exchange.hpp"

// Tests only: drives an exchange with scripted answers, without any transport.
namespace gerbang::replaying {

template <class T>
struct Replayed {
  Result<T> result;
  std::vector<HttpRequest> requests;
};

// Answers each request with the next reply. A request beyond the script ends it as a failure.
template <class T>
Replayed<T> replay(Exchange<T> exchange, const std::vector<HttpResponse>& replies) {
  std::vector<HttpRequest> requests;
  std::optional<HttpRequest> request = exchange.start();
  while (request) {
    requests.push_back(*request);
    if (requests.size() > replies.size())
      return {Error(ErrorKind::bug, "script_too_short", request->url), std::move(requests)};
    request = exchange.reply(replies[requests.size() - 1]);
  }
  return {exchange.take(), std::move(requests)};
}

inline HttpResponse json_reply(std::string body, int status = 200) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

inline HttpResponse fixture(const std::string& name, int status = 200) {
  std::ifstream file(GERBANG_FIXTURES + name);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return json_reply(text.str(), status);
}

// What a 429 without Retry-After is taken for.
inline constexpr Duration kUnnamedWait = std::chrono::minutes(1);

// What may come instead of an answer.
enum class Trouble { throttled, throttled_wait, unavailable, unauthorised, html, empty, truncated };
inline constexpr std::array kTroubles = {
    Trouble::throttled, Trouble::throttled_wait, Trouble::unavailable, Trouble::unauthorised,
    Trouble::html,      Trouble::empty,          Trouble::truncated};

inline HttpResponse troubled(Trouble trouble, HttpResponse good) {
  switch (trouble) {
    case Trouble::throttled:
      return json_reply(R"({"error":"too many"})", 429);
    case Trouble::throttled_wait: {
      HttpResponse out = json_reply(R"({"error":"too many"})", 429);
      out.headers.set("Retry-After", "7");
      return out;
    }
    case Trouble::unavailable:
      return json_reply("<html>503</html>", 503);
    case Trouble::unauthorised:
      return json_reply("", 401);
    case Trouble::html:
      return json_reply("<!DOCTYPE html><html></html>", 200);
    case Trouble::empty:
      return json_reply("", 200);
    case Trouble::truncated:
      good.body.resize(good.body.size() / 2);
      return good;
  }
  return good;
}

// What an operation must make of it.
inline ErrorKind expected(Trouble trouble, Effect effect) {
  switch (trouble) {
    case Trouble::throttled:
    case Trouble::throttled_wait:
      return ErrorKind::throttled;
    case Trouble::unauthorised:
      return ErrorKind::auth_expired;
    default:
      return effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient;
  }
}

// Runs the operation once per step and trouble, the trouble in place of that step's answer, and
// expects that it ends there with the right kind. `exempt(step)` leaves a step to its own test.
template <class Make, class Exempt>
void expect_trouble_at_every_step(const char* name, Make make,
                                  const std::vector<HttpResponse>& replies, Exempt exempt) {
  const auto whole = replay(make(), replies);
  ASSERT_TRUE(whole.result.ok()) << name << ": " << whole.result.error().describe();
  ASSERT_EQ(whole.requests.size(), replies.size()) << name << ": the script was not used up";
  for (std::size_t step = 0; step < replies.size(); ++step) {
    if (exempt(step)) continue;
    for (const Trouble trouble : kTroubles) {
      std::vector<HttpResponse> script = replies;
      script[step] = troubled(trouble, replies[step]);
      const auto run = replay(make(), script);
      const std::string where = std::string(name) + " step " + std::to_string(step) + " trouble " +
                                std::to_string(static_cast<int>(trouble));
      ASSERT_FALSE(run.result.ok()) << where;
      EXPECT_EQ(run.result.error().kind, expected(trouble, run.requests[step].effect))
          << where << ": " << run.result.error().describe();
      EXPECT_EQ(run.requests.size(), step + 1) << where << ": went on";
      std::optional<Duration> wait;
      if (trouble == Trouble::throttled_wait) wait = std::chrono::seconds(7);
      if (trouble == Trouble::throttled) wait = kUnnamedWait;
      EXPECT_EQ(run.result.error().retry_after, wait) << where;
    }
  }
}
template <class Make>
void expect_trouble_at_every_step(const char* name, Make make,
                                  const std::vector<HttpResponse>& replies) {
  expect_trouble_at_every_step(name, std::move(make), replies, [](std::size_t) { return false; });
}

}  // namespace gerbang::replaying
