#pragma once

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/test_support.hpp"

// The transport against servers that say exactly the bytes of a script.
namespace gerbang::http {

using test::RawSocket;
using test::ScriptedServer;

// Reads one request (without a body) and says the bytes.
inline ScriptedServer::Script say(const std::string& bytes) {
  return [bytes](RawSocket& peer) {
    peer.read_head();
    peer.send(bytes);
  };
}
// Reads one request, says the bytes, and leaves the connection open until the client ends it.
inline ScriptedServer::Script say_and_stay(const std::string& bytes) {
  return [bytes](RawSocket& peer) {
    peer.read_head();
    peer.send(bytes);
    peer.read_all();
  };
}
inline const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class Client : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level::off); }

  HttpTransport& transport() {
    if (!transport_) transport_.emplace(context, options);
    return *transport_;
  }
  void reset_transport() { transport_.reset(); }
  static HttpRequest request(const std::string& url, Effect effect = Effect::read) {
    HttpRequest out;
    out.method = effect == Effect::read ? Method::get : Method::post;
    out.url = url;
    out.operation = "test";
    out.effect = effect;
    return out;
  }
  Result<HttpResponse> send(HttpRequest what, Duration within = test::kPatience) {
    return test::await_on(context, transport().send(std::move(what), SystemClock().now() + within));
  }
  void expect_error(const Result<HttpResponse>& got, ErrorKind kind, const std::string& code) {
    ASSERT_FALSE(got) << got->status;
    EXPECT_EQ(got.error().code, code) << got.error().describe();
    EXPECT_EQ(got.error().kind, kind) << got.error().describe();
  }
  void expect_hello(const Result<HttpResponse>& got) {
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "hello");
  }

  boost::asio::io_context context;
  TransportOptions options;

 private:
  std::optional<HttpTransport> transport_;
};
}  // namespace gerbang::http
