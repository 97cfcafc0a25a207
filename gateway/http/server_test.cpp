#include "gateway/http/server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using test::RawSocket;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

HttpRequest request_to(std::uint16_t port, Method method, const std::string& target,
                       std::string body = {}) {
  HttpRequest out;
  out.method = method;
  out.url = "http://127.0.0.1:" + std::to_string(port) + target;
  out.body = std::move(body);
  return out;
}

TimePoint soon() {
  return SystemClock().now() + 10s;
}

// Serves by a script; everything on one thread, the test's.
class ServerTest : public testing::Test, public Handler {
 protected:
  void SetUp() override {
    log::set_level(log::Level::off);
    options.access_log = false;
    options.metrics = &metrics;
  }
  void start() {
    server.emplace(*this, options);
    ASSERT_TRUE(server->start_on(context));
  }

  awaitable<ServerReply> handle(ServerRequest request) override {
    return script(std::move(request));
  }
  BodyPolicy body_policy(Method, std::string_view path) const override {
    return {1024, path == "/stream"};
  }

  // Sends the bytes and runs the server until it has closed the connection.
  std::string ask(const std::string& bytes) {
    RawSocket socket = RawSocket::connect_to(server->port());
    socket.send(bytes);
    socket.finish_writing();
    bool met = false;
    EXPECT_TRUE(test::run_until(context, [&] {
      met = met || server->connections() > 0;
      return met && server->connections() == 0;
    }));
    return socket.read_all();
  }
  // Asks for "/" and says what the handler saw.
  ServerRequest seen(const std::string& fields) {
    ServerRequest out;
    script = [&out](ServerRequest request) -> awaitable<ServerReply> {
      out = std::move(request);
      ServerReply reply;
      reply.response.status = 204;
      co_return reply;
    };
    ask("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    return out;
  }

  std::function<awaitable<ServerReply>(ServerRequest)> script =
      [](ServerRequest request) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.route = "echo";
    reply.response.status = 200;
    reply.response.headers.set("X-Method", to_string(request.method));
    reply.response.headers.set("X-Target", request.target);
    reply.response.body = request.body;
    co_return reply;
  };
  boost::asio::io_context context;
  Metrics metrics;
  ServerOptions options;
  std::optional<Server> server;
};

TEST_F(ServerTest, carries_requests_and_keeps_the_connection) {
  start();
  ASSERT_NE(server->port(), 0);
  HttpTransport transport(context);
  auto got = test::await_on(
      context, transport.send(request_to(server->port(), Method::get, "/a?b=1"), soon()));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->headers.find("X-Method"), "GET");
  EXPECT_EQ(got->headers.find("X-Target"), "/a?b=1");
  EXPECT_EQ(got->headers.find("Content-Length"), "0");
  for (const Method method : {Method::post, Method::put, Method::patch, Method::del}) {
    got = test::await_on(context,
                         transport.send(request_to(server->port(), method, "/c", "hello"), soon()));
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->headers.find("X-Method"), to_string(method));
    EXPECT_EQ(got->body, "hello");
  }
  got = test::await_on(context,
                       transport.send(request_to(server->port(), Method::head, "/"), soon()));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(transport.kept_connections(), 1u);
  EXPECT_EQ(server->connections(), 1u);  // all six went over the same one
}

TEST_F(ServerTest, a_long_answer_arrives_whole) {
  std::string big;
  for (int i = 0; i < 300000; ++i) big += static_cast<char>('a' + i % 26);
  script = [&](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.response.body = big;
    co_return reply;
  };
  start();
  HttpTransport transport(context);
  const auto got =
      test::await_on(context, transport.send(request_to(server->port(), Method::get, "/"), soon()));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->body, big);
}

TEST_F(ServerTest, splits_and_decodes_the_target) {
  ServerRequest request;
  script = [&](ServerRequest r) -> awaitable<ServerReply> {
    request = std::move(r);
    ServerReply reply;
    reply.response.status = 204;
    co_return reply;
  };
  start();
  ask("GET /v1/prices/KOPI%2F250?x=%31&y HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(request.target, "/v1/prices/KOPI%2F250?x=%31&y");
  EXPECT_EQ(request.path, "/v1/prices/KOPI/250");
  EXPECT_THAT(request.segments, ElementsAre("v1", "prices", "KOPI/250"));
  EXPECT_EQ(request.query, "x=%31&y");
  EXPECT_EQ(request.peer, "127.0.0.1");
  EXPECT_FALSE(request.secure);
}

TEST_F(ServerTest, takes_over_sane_request_ids_and_traces_only) {
  start();
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const ServerRequest sane = seen("X-Request-Id: toko-1.a_B\r\ntraceparent: " + trace + "\r\n");
  EXPECT_EQ(sane.request_id, "toko-1.a_B");
  EXPECT_EQ(sane.traceparent, trace);
  for (const char* bad : {"a b", "a/b", "\"", "{}", "", "\xc3\xb6"})
    EXPECT_THAT(seen(std::string("X-Request-Id: ") + bad + "\r\n").request_id,
                testing::StartsWith("req_"));
  EXPECT_THAT(seen("X-Request-Id: " + std::string(65, 'a') + "\r\n").request_id,
              testing::StartsWith("req_"));
  for (const char* bad : {"00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"})
    EXPECT_EQ(seen(std::string("traceparent: ") + bad + "\r\n").traceparent, "");
}

TEST_F(ServerTest, believes_forwarded_addresses_from_trusted_proxies_only) {
  start();
  EXPECT_EQ(seen("X-Forwarded-For: 203.0.113.9\r\n").peer, "127.0.0.1");
}

TEST_F(ServerTest, follows_forwarded_addresses_from_the_right) {
  options.trusted_proxies = {"127.0.0.1", "10.1.0.0/16", "2001:db8::/32"};
  start();
  EXPECT_EQ(seen("").peer, "127.0.0.1");
  EXPECT_EQ(seen("X-Forwarded-For: 203.0.113.9\r\n").peer, "203.0.113.9");
  // What the client wrote itself stands to the left of what our proxies wrote.
  EXPECT_EQ(seen("X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n").peer, "203.0.113.9");
  EXPECT_EQ(seen("X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.1.2.3\r\n").peer, "203.0.113.9");
  EXPECT_EQ(seen("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\n").peer,
            "203.0.113.9");
  EXPECT_EQ(seen("X-Forwarded-For: 203.0.113.9, 2001:db8::1\r\n").peer, "203.0.113.9");
  EXPECT_EQ(seen("X-Forwarded-For: 203.0.113.9, nonsense\r\n").peer, "127.0.0.1");
}

TEST_F(ServerTest, writes_the_fields_of_travel_itself) {
  ManualClock clock(*from_rfc3339("2026-11-24T01:02:03Z"));
  options.clock = &clock;
  script = [](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.response.headers.set("Content-Length", "999");
    reply.response.headers.set("Transfer-Encoding", "chunked");
    reply.response.headers.set("Date", "yesterday");
    reply.response.headers.set("X-Kept", "yes");
    reply.response.body = "hello";
    co_return reply;
  };
  start();
  const std::string answer = ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n\r\n");
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nX-Kept: yes\r\nDate: Tue, 24 Nov 2026 01:02:03 GMT\r\n"
            "X-Request-Id: r1\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_F(ServerTest, no_body_where_none_belongs) {
  script = [](ServerRequest request) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = request.path == "/nothing" ? 204 : 200;
    reply.response.body = "hello";
    co_return reply;
  };
  start();
  const std::string head = ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  const std::string nothing = ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(nothing, Not(HasSubstr("Content-Length")));
  EXPECT_TRUE(nothing.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, keeps_or_closes_as_the_client_wishes) {
  start();
  const std::string twice = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(test::answers_in(ask(twice)), 2u);
  const std::string closing =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(test::answers_in(ask(closing)), 1u);
  const std::string old = "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n";
  EXPECT_EQ(test::answers_in(ask(old)), 1u);
}

TEST_F(ServerTest, invites_a_body_that_waits_to_be_invited) {
  start();
  RawSocket socket = RawSocket::connect_to(server->port());
  socket.send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n"
      "Connection: close\r\n\r\n");
  ASSERT_TRUE(test::run_until(context, [&] { return socket.readable_within(0ms); }));
  EXPECT_EQ(socket.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("hello");
  ASSERT_TRUE(test::run_until(context, [&] { return socket.readable_within(0ms); }));
  const std::string answer = test::read_answer(socket);
  EXPECT_EQ(test::status_of(answer), 200);
  EXPECT_TRUE(answer.ends_with("hello"));
}

TEST_F(ServerTest, does_not_invite_a_body_that_is_there) {
  start();
  const std::string answer =
      ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
}

// ---- streams ----

awaitable<ServerReply> read_stream(ServerRequest request) {
  ServerReply reply;
  reply.response.status = 200;
  for (;;) {
    auto reading = request.stream->read_some();
    Result<std::string> piece = co_await std::move(reading);
    if (!piece) {
      reply.response.status = 400;
      reply.response.body = piece.error().code;
      break;
    }
    if (piece->empty()) break;
    reply.response.body += *piece;
  }
  co_return reply;
}

TEST_F(ServerTest, hands_a_body_over_as_a_stream) {
  script = read_stream;
  start();
  const std::string plain =
      ask("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(plain.ends_with("\r\n\r\nhello")) << plain;
  const std::string chunked =
      ask("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.ends_with("\r\n\r\nhello")) << chunked;
  const std::string none = ask("POST /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(test::status_of(none), 200);
}

TEST_F(ServerTest, a_stream_ends_with_what_went_wrong_and_so_does_the_connection) {
  script = read_stream;
  start();
  const std::string next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string large =
      ask("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n401\r\n" +
          std::string(1025, 'x') + "\r\n0\r\n\r\n" + next);
  EXPECT_THAT(large, HasSubstr("body_too_large"));
  EXPECT_EQ(test::answers_in(large), 1u);
  const std::string broken =
      ask("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n" + next);
  EXPECT_THAT(broken, HasSubstr("request_malformed"));
  EXPECT_EQ(test::answers_in(broken), 1u);
  EXPECT_THAT(ask("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel"),
              HasSubstr("connection_lost"));
}

TEST_F(ServerTest, a_body_left_unread_ends_the_connection) {
  start();  // the echo does not touch the stream
  const std::string answer =
      ask("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n"
          "GET /inside HTTP/1.1\r\nHost: a\r\n\r\n.......GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(test::answers_in(answer), 1u);
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
}

class Pieces final : public BodySource {
 public:
  explicit Pieces(bool fails) : fails_(fails) {}
  awaitable<Result<std::string>> next() override {
    if (left_ == 0 && fails_) co_return Error(ErrorKind::transient, "store_unavailable");
    if (left_ == 0) co_return std::string();
    --left_;
    co_return std::string(17, 'x');
  }

 private:
  bool fails_;
  int left_ = 2;
};

TEST_F(ServerTest, streams_an_answer_in_chunks) {
  script = [](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.stream = std::make_unique<Pieces>(false);
    co_return reply;
  };
  start();
  const std::string x(17, 'x');
  const std::string answer = ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n11\r\n" + x + "\r\n11\r\n" + x + "\r\n0\r\n\r\n"))
      << answer;
  const std::string old = ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_TRUE(old.ends_with("\r\n\r\n" + x + x)) << old;
  const std::string head = ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;

  HttpTransport transport(context);
  const auto got =
      test::await_on(context, transport.send(request_to(server->port(), Method::get, "/"), soon()));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, x + x);
  EXPECT_EQ(transport.kept_connections(), 1u);
}

TEST_F(ServerTest, an_answer_that_fails_on_the_way_does_not_look_whole) {
  script = [](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.stream = std::make_unique<Pieces>(true);
    co_return reply;
  };
  start();
  HttpTransport transport(context);
  for (int i = 0; i < 3; ++i) {
    const auto got = test::await_on(
        context, transport.send(request_to(server->port(), Method::get, "/"), soon()));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "connection_lost");
    EXPECT_EQ(got.error().kind, ErrorKind::indeterminate);
  }
  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("0\r\n\r\n")));
}

// ---- stopping ----

// Lets the handler wait until the test says so.
struct Gate {
  explicit Gate(boost::asio::io_context& context) : timer(context) {
    timer.expires_at(std::chrono::steady_clock::time_point::max());
  }
  boost::asio::steady_timer timer;
  bool reached = false;
};
awaitable<ServerReply> wait_at(Gate& gate) {
  boost::system::error_code ec;
  gate.reached = true;
  co_await gate.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
  ServerReply reply;
  reply.response.status = 200;
  reply.response.body = "late";
  co_return reply;
}

TEST_F(ServerTest, finishes_what_is_under_way_before_it_stops) {
  Gate gate(context);
  script = [&](ServerRequest) { return wait_at(gate); };
  start();
  RawSocket idle = RawSocket::connect_to(server->port());
  RawSocket half = RawSocket::connect_to(server->port());
  half.send("GET / HT");
  RawSocket busy = RawSocket::connect_to(server->port());
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(test::run_until(context, [&] { return gate.reached && server->connections() == 3; }));

  const auto stopped = test::start_on(context, test::then_true(server->drain(10s)));
  ASSERT_TRUE(test::run_until(context, [&] { return server->connections() == 2; }));
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_FALSE(stopped->done);
  half.send("TP/1.1\r\nHost: a\r\n\r\n");
  const std::string refused = test::read_all_on(context, half);
  EXPECT_EQ(test::status_of(refused), 503);
  EXPECT_THAT(refused, HasSubstr("\"code\":\"server_stopping\""));
  half.close();

  gate.timer.cancel();
  const std::string answer = test::read_all_on(context, busy);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nlate")) << answer;
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(test::answers_in(answer), 1u);
  busy.close();
  EXPECT_TRUE(test::outcome_on(context, stopped));
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_THROW(RawSocket::connect_to(server->port()), std::runtime_error);
}

TEST_F(ServerTest, patience_ends) {
  Gate gate(context);
  script = [&](ServerRequest) { return wait_at(gate); };
  start();
  RawSocket busy = RawSocket::connect_to(server->port());
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(test::run_until(context, [&] { return gate.reached; }));
  test::await_on(context, server->drain(20ms));
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_EQ(busy.read_all(), "");
}

TEST(ServerThreads, serve_on_one_port_and_stop) {
  log::set_level(log::Level::off);
  test::Remembering handler;
  ServerOptions options;
  options.threads = 2;
  options.limits.linger = 50ms;  // a connection that has just been answered
  options.access_log = false;
  Server server(handler, options);
  ASSERT_TRUE(server.start());
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 32; ++i) {
    sockets.push_back(RawSocket::connect_to(server.port()));
    sockets.back().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(test::status_of(test::read_answer(sockets.back())), 200);
  }
  EXPECT_EQ(handler.take().size(), 32u);
  EXPECT_EQ(server.connections(), 32u);
  server.stop(5s);
  EXPECT_EQ(server.connections(), 0u);
  for (RawSocket& socket : sockets) EXPECT_EQ(socket.read_all(), "");
  EXPECT_THROW(RawSocket::connect_to(server.port()), std::runtime_error);
}

// ---- starting ----

// A store that has answered may hold the way back to the request a moment longer.
TEST(ServerThreads, what_leads_back_to_a_request_may_outlive_the_stop) {
  using Guard = boost::asio::executor_work_guard<boost::asio::any_io_executor>;
  struct Keeps final : Handler {
    awaitable<ServerReply> handle(ServerRequest) override {
      guard.emplace(co_await boost::asio::this_coro::executor);
      ServerReply reply;
      reply.response.status = 204;
      co_return reply;
    }
    BodyPolicy body_policy(Method, std::string_view) const override { return {}; }
    std::optional<Guard> guard;
  } keeps;
  ServerOptions options;
  options.access_log = false;
  Server server(keeps, options);
  ASSERT_TRUE(server.start());
  RawSocket socket = RawSocket::connect_to(server.port());
  socket.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(socket.read_all(), HasSubstr(" 204 "));
  server.stop(5s);
  ASSERT_TRUE(keeps.guard);
  boost::asio::post(keeps.guard->get_executor(), [] {});
  keeps.guard.reset();
}

TEST_F(ServerTest, says_why_it_cannot_start) {
  start();
  ServerOptions same;
  same.port = server->port();
  Server second(*this, same);
  const auto taken = second.start_on(context);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "listen_failed");
  EXPECT_THAT(taken.error().detail, HasSubstr(std::to_string(same.port)));

  ServerOptions nowhere;
  nowhere.address = "toko";
  EXPECT_EQ(Server(*this, nowhere).start_on(context).error().code, "listen_failed");
  ServerOptions half;
  half.certificate_file = "/nonexistent/certificate.pem";
  EXPECT_EQ(Server(*this, half).start_on(context).error().code, "tls_configuration");
  half.key_file = "/nonexistent/key.pem";
  const auto absent = Server(*this, half).start_on(context);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, "tls_configuration");
  EXPECT_THAT(absent.error().detail, HasSubstr("certificate.pem"));
  ServerOptions proxy;
  proxy.trusted_proxies = {"10.0.0.0/33"};
  EXPECT_EQ(Server(*this, proxy).start_on(context).error().code, "trusted_proxy_invalid");
}

TEST_F(ServerTest, counts_what_it_does) {
  start();
  ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ask("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("gerbang_http_requests_total{method=\"GET\",route=\"echo\","
                              "status=\"2xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("gerbang_http_refused_total{code=\"target_invalid\"} 1"));
  EXPECT_THAT(text, HasSubstr("gerbang_http_connections 0"));
  EXPECT_THAT(text, Not(HasSubstr("..")));
}

}  // namespace
}  // namespace gerbang::http
