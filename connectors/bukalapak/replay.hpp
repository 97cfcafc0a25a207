#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/connector/exchange.hpp"

// Tests only: drives an exchange with scripted answers and keeps what it asked. Faults at every
// step are tests/kit/script.hpp.
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

}  // namespace gerbang::replaying
