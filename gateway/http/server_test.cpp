#include "gateway/http/server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using boost::asio::awaitable;
using testing::HasSubstr;

class Echo : public Handler {
 public:
  awaitable<ServerReply> handle(ServerRequest request) override {
    ServerReply reply;
    reply.route = "echo";
    reply.response.status = 200;
    reply.response.headers.set("X-Method", to_string(request.method));
    reply.response.headers.set("X-Target", request.target);
    reply.response.body = request.body;
    co_return reply;
  }
};

HttpRequest request_to(std::uint16_t port, Method method, const std::string& target,
                       std::string body = {}) {
  HttpRequest out;
  out.method = method;
  out.url = "http://127.0.0.1:" + std::to_string(port) + target;
  out.body = std::move(body);
  return out;
}

TimePoint soon() {
  return SystemClock().now() + std::chrono::seconds(10);
}

TEST(Server, carries_requests_and_keeps_the_connection) {
  log::set_level(log::Level::off);
  boost::asio::io_context context;
  Echo echo;
  Server server(echo, {});
  ASSERT_TRUE(server.start_on(context));
  ASSERT_NE(server.port(), 0);
  HttpTransport transport(context);

  auto got = test::await_on(
      context, transport.send(request_to(server.port(), Method::get, "/a?b=1"), soon()));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->headers.find("X-Method"), "GET");
  EXPECT_EQ(got->headers.find("X-Target"), "/a?b=1");
  EXPECT_EQ(got->headers.find("Content-Length"), "0");

  const std::string big(300 * 1024, 'x');
  for (int i = 0; i < 3; ++i) {
    got = test::await_on(
        context, transport.send(request_to(server.port(), Method::post, "/c", big), soon()));
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->body, big);
  }
  EXPECT_EQ(transport.kept_connections(), 1u);
  EXPECT_EQ(server.connections(), 1u);  // all four went over the same one
}

}  // namespace
}  // namespace gerbang::http
